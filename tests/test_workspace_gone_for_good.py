"""A workspace that is over is over at once, and nothing of it stays: not in the file, not in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from workspace_files import MARK, NOW, make_store, open_new, start_workspace

from kb.workspaces import versions
from kb.workspaces.entries import Task
from kb.workspaces.limits import KEPT_FOR
from kb.workspaces.schema import FILE
from kb.workspaces.store import WorkspaceNotFound, WorkspaceStore
from kb.workspaces.tokens import find_right


@pytest.fixture
def bids(tmp_path: Path) -> Iterator[WorkspaceStore]:
    """An empty store."""
    found = make_store(tmp_path)
    yield found
    found.close()


def test_a_workspace_opens_up_to_the_moment_it_expires_and_not_from_then_on(bids: WorkspaceStore) -> None:
    links = start_workspace(bids)
    last = NOW + KEPT_FOR
    assert bids.open(links.read, last - timedelta(hours=1)).may_edit is False  # which sweeps the store for this day
    for token in (links.edit, links.read):
        with pytest.raises(WorkspaceNotFound):
            bids.open(token, last)


def test_an_expired_workspace_gets_no_new_links(bids: WorkspaceStore) -> None:
    opened = open_new(bids)
    with pytest.raises(WorkspaceNotFound):
        bids.renew_links(opened.id, NOW + KEPT_FOR)


def test_what_is_deleted_is_overwritten_even_where_the_file_cannot_be_written_anew(
    bids: WorkspaceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_new(bids, [Task(what=MARK)])
    open_new(bids)
    monkeypatch.setattr(bids, "_tidy", lambda: None)
    bids.delete(opened.id)
    bids.close()  # which brings the journal into the file
    assert MARK.encode() not in (tmp_path / FILE).read_bytes()


def test_what_was_read_of_a_deleted_workspace_does_not_stay_in_memory(bids: WorkspaceStore) -> None:
    opened = open_new(bids, [Task(what=MARK)])
    assert versions._load_value.cache_info().currsize > 0
    bids.delete(opened.id)
    assert versions._load_value.cache_info().currsize == 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("trusted_schema", 0)],
)
def test_every_connection_waits_for_the_disk_overwrites_what_goes_and_trusts_no_schema(
    bids: WorkspaceStore, setting: str, value: int
) -> None:
    start_workspace(bids)
    bids.close()
    with bids._connections.use() as connection:
        assert connection.execute(f"pragma {setting}").fetchone() == (value,)


@pytest.mark.parametrize("change", [lambda token: token + "a", lambda token: token[:-1], lambda token: f"{token}\n"])
def test_what_is_longer_or_shorter_than_a_link_is_none(bids: WorkspaceStore, change) -> None:
    links = start_workspace(bids)
    assert [find_right(token) for token in (links.edit, links.read)] == ["edit", "read"]
    assert [find_right(change(token)) for token in (links.edit, links.read)] == [None, None]
