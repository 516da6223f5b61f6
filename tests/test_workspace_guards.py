"""What guards a workspace and its neighbours: links, limits, the rate of creation, expiry, and deletion for good."""

from __future__ import annotations

import hashlib
import logging
import random
import re
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from workspace_files import CLIENT, MARK, NOW, SECRET, check_whole, make_store, open_new, start_workspace

from kb.config import Settings, read_settings
from kb.workspaces import connections, limits, store, tokens, versions
from kb.workspaces.entries import Partner, Task
from kb.workspaces.limits import KEPT_FOR
from kb.workspaces.schema import FILE
from kb.workspaces.store import StoreUnavailable, TooMuch, WorkspaceNotFound, WorkspaceStore
from kb.workspaces.tokens import SECRET_FILE, read_secret
from kb.workspaces.workspace import start_entries


@pytest.fixture
def bids(tmp_path: Path) -> Iterator[WorkspaceStore]:
    """An empty store, looked over as a whole after the test."""
    found = make_store(tmp_path)
    yield found
    found.close()
    if (tmp_path / FILE).exists():
        check_whole(tmp_path / FILE)


def test_a_kind_is_limited_and_what_goes_over_is_not_added_at_all(bids: WorkspaceStore) -> None:
    opened = open_new(bids, [Partner(name=f"School {number}", body="school") for number in range(Partner.most)])
    with pytest.raises(TooMuch, match="no room for another partner: a workspace holds 40"):
        bids.add_entries(opened.id, [Task(what="Not added"), Partner(name="One more", body="school")], NOW)
    assert bids.read_version(opened.id, 1).list_items(Task) == []
    bids.add_entries(opened.id, [Task(what="Added")], NOW)


def test_a_workspace_is_limited_in_size_and_can_be_made_smaller(
    bids: WorkspaceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_new(bids, [Partner(name="Small", body="school")])
    monkeypatch.setattr(versions, "MAX_SIZE", 3000)
    partner = opened.workspace.partners[0]
    big = Partner(name="Large", body="school", does="é" * 1400)  # two bytes each
    with pytest.raises(TooMuch, match="as much text as it may"):
        bids.save_entry(opened.id, partner.id, big, 1, NOW)
    monkeypatch.setattr(versions, "MAX_SIZE", 4000)
    assert bids.save_entry(opened.id, partner.id, big, 1, NOW) == 2
    with pytest.raises(TooMuch):
        bids.add_entries(opened.id, [big], NOW)
    bids.remove_entry(opened.id, partner.id, 2, NOW)
    bids.add_entries(opened.id, [big], NOW)


def test_a_history_is_limited_so_that_a_link_cannot_fill_the_disk(
    bids: WorkspaceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_new(bids, [Task(what="0")])
    task = opened.workspace.list_items(Task)[0]
    monkeypatch.setattr(versions, "MAX_HISTORY", 1200)

    def save_often() -> None:
        for number in range(1, 20):
            bids.save_entry(opened.id, task.id, Task(what=str(number)), number, NOW)

    with pytest.raises(TooMuch, match="history"):
        save_often()
    bids.delete(opened.id)


def test_what_a_workspace_may_hold_at_most_fits_the_places_of_one_version() -> None:
    assert sum(model.most for model in store.KINDS.values()) < versions.PLACES


def test_a_client_starts_so_many_in_an_hour_and_others_are_not_hindered(bids: WorkspaceStore) -> None:
    for _ in range(limits.CREATIONS):
        start_workspace(bids)
    with pytest.raises(TooMuch, match="within an hour"):
        start_workspace(bids)
    entries = start_entries("Wardens", [])
    bids.create(entries, NOW, "192.0.2.8")
    with pytest.raises(TooMuch):
        bids.create(entries, NOW + timedelta(minutes=59), CLIENT)
    bids.create(entries, NOW + timedelta(hours=1), CLIENT)


def read_everything(data: Path) -> bytes:
    """All bytes of all files of a folder."""
    return b"".join(path.read_bytes() for path in sorted(data.iterdir()))


def test_the_file_holds_hashes_and_no_links(bids: WorkspaceStore, tmp_path: Path) -> None:
    links = start_workspace(bids)
    found = read_everything(tmp_path)
    for token in (links.edit, links.read):
        assert re.fullmatch(r"(edit|read)-[A-Za-z0-9_-]{32}", token)
        assert token.encode() not in found
        assert token[5:].encode() not in found
        assert hashlib.sha256(token.encode()).digest() in found


def test_links_differ_each_time(bids: WorkspaceStore) -> None:
    links = [start_workspace(bids) for _ in range(5)]
    assert len({token[5:] for each in links for token in (each.edit, each.read)}) == 10


def test_a_stored_hash_is_compared_in_constant_time(bids: WorkspaceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    links = start_workspace(bids)
    compared = []
    monkeypatch.setattr(tokens.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or False)
    with pytest.raises(WorkspaceNotFound):
        bids.open(links.edit, NOW)
    assert compared == [(hashlib.sha256(links.edit.encode()).digest(),) * 2]


def list_wrong_tokens(edit: str, read: str) -> list[str]:
    return [
        "", "edit-", edit[5:], f"read-{edit[5:]}", f"edit-{read[5:]}", edit[:-1], f"{edit}a", f"{edit}\n", f" {edit}",
        edit.upper(), edit.swapcase(), "edit-" + "a" * 32, "edit-" + "é" * 32, "edit-\ud800" + "a" * 31, "%",
        "' or 1=1 --", "x" * 100_000,
    ]  # fmt: skip


def test_a_wrong_link_opens_nothing_and_the_answer_does_not_repeat_it(bids: WorkspaceStore) -> None:
    links = start_workspace(bids)
    answers = set()
    for token in list_wrong_tokens(links.edit, links.read):
        with pytest.raises(WorkspaceNotFound) as caught:
            bids.open(token, NOW)
        answers.add(str(caught.value))
    assert answers == {str(WorkspaceNotFound())}


def test_unknown_renewed_expired_and_deleted_links_get_one_answer(bids: WorkspaceStore) -> None:
    renewed, expired, deleted = (start_workspace(bids) for _ in range(3))
    bids.renew_links(bids.open(renewed.edit, NOW).id, NOW)
    bids.delete(bids.open(deleted.edit, NOW).id)
    answers = set()
    for token, now in ((renewed.edit, NOW), (expired.read, NOW + KEPT_FOR), (deleted.edit, NOW), ("edit-x", NOW)):
        with pytest.raises(WorkspaceNotFound) as caught:
            bids.open(token, now)
        answers.add(str(caught.value))
    assert len(answers) == 1


def test_new_links_work_and_the_old_ones_stop(bids: WorkspaceStore) -> None:
    old = start_workspace(bids)
    opened = bids.open(old.edit, NOW)
    new = bids.renew_links(opened.id, NOW)
    assert bids.open(new.edit, NOW) == opened
    assert not bids.open(new.read, NOW).may_edit
    for token in (old.edit, old.read):
        with pytest.raises(WorkspaceNotFound):
            bids.open(token, NOW)


def test_links_and_clients_stay_out_of_logs_and_words_about_errors(
    bids: WorkspaceStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    links = start_workspace(bids)
    bids.open(links.edit, NOW)
    bids.close()
    for path in tmp_path.glob(f"{FILE}*"):
        path.write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreUnavailable) as caught:
        bids.open(links.edit, NOW)
    said = f"{caught.value!r} {caught.value.__cause__!r} {links!r} {caplog.text}"
    assert links.edit[5:] not in said
    assert links.read[5:] not in said
    for path in tmp_path.glob(f"{FILE}*"):
        path.unlink()


def test_a_client_is_kept_as_a_keyed_hash_and_forgotten(bids: WorkspaceStore, tmp_path: Path) -> None:
    links = start_workspace(bids)
    (kept,) = read_creations(tmp_path)
    assert CLIENT.encode() not in read_everything(tmp_path)
    assert kept not in {hashlib.sha256(text.encode()).digest() for text in (CLIENT, f"client:{CLIENT}")}
    other_key = make_store(tmp_path / "other")
    other_key._secret = SECRET[::-1]
    other_key.create(start_entries("Same client", []), NOW, CLIENT)
    other_key.close()
    assert read_creations(tmp_path / "other") != [kept]
    bids.open(links.read, NOW + timedelta(days=1))
    assert read_creations(tmp_path) == []


def read_creations(data: Path) -> list[bytes]:
    with closing(sqlite3.connect(data / FILE)) as connection:
        return [client for (client,) in connection.execute("select client from creation")]


def test_a_workspace_expires_400_days_after_its_last_change(bids: WorkspaceStore) -> None:
    links = start_workspace(bids)
    opened = bids.open(links.edit, NOW)
    assert opened.expires == NOW + timedelta(days=400)
    later = NOW + timedelta(days=399)
    bids.add_entries(opened.id, [Task(what="Still here")], later)
    assert bids.open(links.edit, later).expires == later + timedelta(days=400)


def test_looking_at_a_workspace_does_not_keep_it_but_asking_for_it_does(bids: WorkspaceStore) -> None:
    links = start_workspace(bids)
    later = NOW + timedelta(days=399)
    assert bids.open(links.edit, later).expires == NOW + KEPT_FOR
    bids.keep(bids.open(links.edit, later).id, later)
    kept = bids.open(links.edit, later)
    assert kept.expires == later + KEPT_FOR
    assert (kept.workspace.version, kept.changed) == (1, NOW)


def test_an_expired_workspace_is_gone_before_it_is_swept_and_cannot_be_kept(bids: WorkspaceStore) -> None:
    opened = open_new(bids)
    with pytest.raises(WorkspaceNotFound):
        bids.keep(opened.id, NOW + KEPT_FOR)
    with pytest.raises(WorkspaceNotFound):
        bids.add_entries(opened.id, [Task(what="Too late")], NOW + KEPT_FOR)


def use_till(bids: WorkspaceStore, until: datetime) -> None:
    """Let the store be used now and then from NOW to a day before a time, as a site that runs is."""
    for days in range(0, (until - NOW).days, 25):
        bids.drop_expired(NOW + timedelta(days=days))


def test_expired_workspaces_are_deleted_and_others_stay(bids: WorkspaceStore, tmp_path: Path) -> None:
    start_workspace(bids, [Task(what=MARK)])
    kept = start_workspace(bids)
    bids.add_entries(bids.open(kept.edit, NOW).id, [Task(what="Kept")], NOW + timedelta(days=1))
    use_till(bids, NOW + KEPT_FOR)
    assert MARK.encode() in read_everything(tmp_path)
    assert bids.drop_expired(NOW + KEPT_FOR) == 1
    assert MARK.encode() not in read_everything(tmp_path)
    assert bids.open(kept.edit, NOW + KEPT_FOR).workspace.list_items(Task)[0].value.what == "Kept"
    assert bids.drop_expired(NOW + KEPT_FOR) == 0


def test_the_first_opening_of_a_day_deletes_what_has_expired(bids: WorkspaceStore, tmp_path: Path) -> None:
    start_workspace(bids, [Task(what=MARK)])
    kept = start_workspace(bids)
    bids.keep(bids.open(kept.edit, NOW).id, NOW + timedelta(days=2))
    use_till(bids, NOW + KEPT_FOR)
    bids.open(kept.read, NOW + KEPT_FOR + timedelta(days=1))
    assert MARK.encode() not in read_everything(tmp_path)


def test_a_clock_set_far_ahead_deletes_nothing_and_once_it_is_right_all_is_there(bids: WorkspaceStore) -> None:
    links = start_workspace(bids)
    bids.drop_expired(NOW)
    for days in range(3):
        wrong = NOW + timedelta(days=4000 + days)
        with pytest.raises(WorkspaceNotFound):
            bids.open(links.edit, wrong)
        assert bids.drop_expired(wrong) == 0
    assert bids.open(links.edit, NOW + timedelta(days=3)).workspace.title == "Wardens"


def test_a_time_far_ahead_counts_once_it_has_stood_for_a_week(bids: WorkspaceStore) -> None:
    start_workspace(bids)
    bids.drop_expired(NOW)
    ahead = NOW + KEPT_FOR
    assert [bids.drop_expired(ahead + timedelta(days=days)) for days in (0, 3, 6, 7)] == [0, 0, 0, 1]


def test_each_jump_of_the_clock_has_a_week_of_its_own(bids: WorkspaceStore) -> None:
    start_workspace(bids)
    bids.drop_expired(NOW)
    ahead = NOW + KEPT_FOR + timedelta(days=100)
    assert bids.drop_expired(ahead) == 0
    bids.drop_expired(NOW + timedelta(days=1))  # it was put right
    assert bids.drop_expired(ahead + timedelta(days=8)) == 0
    assert bids.drop_expired(ahead + timedelta(days=4)) == 0  # and back, though still far ahead
    assert bids.drop_expired(ahead + timedelta(days=10)) == 0
    assert bids.drop_expired(ahead + timedelta(days=11)) == 1


def test_a_clock_far_behind_or_a_store_brought_back_later_is_no_reason_to_delete(
    bids: WorkspaceStore, tmp_path: Path
) -> None:
    start_workspace(bids)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute("delete from clock")  # as in a store of an earlier version, or never opened since
    assert bids.drop_expired(NOW + KEPT_FOR) == 0
    bids.drop_expired(NOW - timedelta(days=20_000))
    assert bids.drop_expired(NOW + KEPT_FOR) == 0


@pytest.mark.parametrize("seed", [0, 1, 8])
def test_deleting_leaves_no_trace_even_where_rows_were_moved_between_pages(
    bids: WorkspaceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """These orders of growing and shrinking leave remains that SQLite alone does not overwrite."""
    monkeypatch.setattr(connections, "PRAGMAS", (*connections.PRAGMAS, "synchronous = off"))  # for speed
    chance = random.Random(seed)
    opened = [open_with_ids(bids, number) for number in range(3)]
    revisions: list[dict[str, int]] = [{}, {}, {}]
    for number in range(80):
        which = chance.choice((0, 1, 2))
        name, mine = (MARK, "neighbour", "neighbour")[which], revisions[which]
        value = Partner(name=name, body="school", does=f"{name} " * chance.choice((1, 5, 50, 250)))
        if len(mine) < 25 and chance.random() < 0.5:
            entry_id = f"entry{number:03}"
            bids.add_entries(opened[which], [(entry_id, value)], NOW)
            mine[entry_id] = bids.list_changes(opened[which], None, 1)[0].version
        elif mine:
            entry_id = chance.choice(sorted(mine))
            mine[entry_id] = bids.save_entry(opened[which], entry_id, value, mine[entry_id], NOW)
    assert MARK.encode() in read_everything(tmp_path)
    bids.delete(opened[0])
    assert MARK.encode() not in read_everything(tmp_path)


def open_with_ids(bids: WorkspaceStore, number: int) -> int:
    """The id of a new workspace whose entries have ids that are the same each time."""
    entries = [(f"start{number}{place:02}", entry) for place, entry in enumerate(start_entries("Wardens", ["roles"]))]
    return bids.open(bids.create(entries, NOW, CLIENT).edit, NOW).id


def test_a_reader_in_the_way_puts_tidying_off_but_not_deletion(
    bids: WorkspaceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT", 0.01)
    first, second = open_new(bids, [Task(what=MARK)]), open_new(bids)
    with closing(sqlite3.connect(tmp_path / FILE)) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from change").fetchone()
        bids.delete(first.id)
        with pytest.raises(WorkspaceNotFound):
            bids.read_version(first.id, 1)
        assert MARK.encode() in read_everything(tmp_path)
    bids.delete(second.id)
    assert MARK.encode() not in read_everything(tmp_path)


def test_the_secret_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path / "data")
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read_secret(settings), range(32)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    (path,) = (tmp_path / "data").iterdir()
    assert path.name == SECRET_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_key_that_is_set_is_used_and_none_is_made(tmp_path: Path) -> None:
    settings = read_settings({"KB_SECRET_KEY": "k" * 32, "KB_DATA": str(tmp_path)})
    assert read_secret(settings) == b"k" * 32
    assert list(tmp_path.iterdir()) == []
    assert "kkk" not in repr(settings)


def test_a_short_secret_key_is_refused_with_what_to_write() -> None:
    with pytest.raises(ValueError, match="32 random characters"):
        read_settings({"KB_SECRET_KEY": "password"})


def test_a_damaged_secret_key_is_said_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / SECRET_FILE).write_bytes(b"\n")
    with pytest.raises(StoreUnavailable, match=SECRET_FILE):
        read_secret(Settings(tmp_path, tmp_path))
    assert (tmp_path / SECRET_FILE).read_bytes() == b"\n"


def test_the_secret_key_is_asked_for_only_when_something_is_started(tmp_path: Path) -> None:
    links = start_workspace(make_store(tmp_path))

    def refuse() -> bytes:
        raise StoreUnavailable("no key")

    later = WorkspaceStore(tmp_path, refuse)
    assert later.open(links.edit, NOW).may_edit
    with pytest.raises(StoreUnavailable, match="no key"):
        start_workspace(later)
