"""The store of workspaces: what is saved, what conflicts, what the history keeps, and what goes for good."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from workspace_files import CLIENT, NOW, check_whole, list_tasks, make_store, open_new, start_workspace

from kb.errors import RecordNotFound
from kb.workspaces.entries import About, AgreementPoint, Ending, Lead, Partner, Stream, Task
from kb.workspaces.schema import FILE
from kb.workspaces.store import (
    Change,
    EditConflict,
    OpenWorkspace,
    WorkspaceNotFound,
    WorkspaceStore,
    WrongKind,
)
from kb.workspaces.workspace import start_entries

LATER = NOW + timedelta(days=3)


@pytest.fixture
def bids(tmp_path: Path) -> Iterator[WorkspaceStore]:
    """An empty store, looked over as a whole after the test."""
    found = make_store(tmp_path)
    yield found
    found.close()
    if (tmp_path / FILE).exists():
        check_whole(tmp_path / FILE)


def reopen(bids: WorkspaceStore, token: str) -> OpenWorkspace:
    return bids.open(token, NOW)


def test_a_new_workspace_opens_by_both_links_and_only_one_may_edit(bids: WorkspaceStore) -> None:
    links = start_workspace(bids, title="Community wardens")
    edit, read = reopen(bids, links.edit), reopen(bids, links.read)
    assert (edit.may_edit, read.may_edit) == (True, False)
    assert edit.id == read.id
    assert edit.workspace == read.workspace
    assert edit.workspace.title == "Community wardens"
    assert edit.workspace.version == 1
    assert (edit.created, edit.changed) == (NOW, NOW)


def test_entries_come_back_as_they_were_saved_in_the_order_they_were_added(bids: WorkspaceStore) -> None:
    opened = open_new(bids)
    tasks = [Task(what="Zebra crossing – “agreed” ✓", due=date(2027, 3, 1)), Task(what="Ask governors", done=True)]
    ids = bids.add_entries(opened.id, tasks, NOW)
    more = bids.add_entries(opened.id, [Task(what="Aardvark")], NOW)
    found = bids.read_version(opened.id, 3).list_items(Task)
    assert [item.value for item in found] == [*tasks, Task(what="Aardvark")]
    assert [item.id for item in found] == [*ids, *more]
    assert [item.revision for item in found] == [2, 2, 3]


def test_entries_may_be_given_ids_so_that_they_can_name_each_other(bids: WorkspaceStore) -> None:
    stream = ("aaaa1111", Stream(stream="wardens-fund"))
    links = bids.create([*start_entries("Moved here", []), stream, Ending(stream="aaaa1111")], NOW, CLIENT, "imported")
    opened = reopen(bids, links.edit)
    assert opened.workspace.list_items(Ending)[0].value.stream == opened.workspace.streams[0].id
    assert {change.note for change in bids.list_changes(opened.id, None, 5)} == {"imported"}


@pytest.mark.parametrize("entry_id", ["short", "AAAA1111", "aaaa1111", "../../etc", ""])
def test_an_id_that_is_taken_or_no_id_at_all_is_refused(bids: WorkspaceStore, entry_id: str) -> None:
    opened = open_new(bids)
    bids.add_entries(opened.id, [("aaaa1111", Task(what="First"))], NOW)
    with pytest.raises(ValueError, match="cannot be the id"):
        bids.add_entries(opened.id, [Task(what="Not added either"), (entry_id, Task(what="Second"))], NOW)
    assert [item.value.what for item in bids.read_version(opened.id, 2).list_items(Task)] == ["First"]


def test_a_save_gives_the_revision_that_the_next_save_names(bids: WorkspaceStore) -> None:
    links = start_workspace(bids, [Task(what="One")])
    opened = reopen(bids, links.edit)
    task = opened.workspace.list_items(Task)[0]
    second = bids.save_entry(opened.id, task.id, Task(what="Two"), task.revision, LATER)
    third = bids.save_entry(opened.id, task.id, Task(what="Three"), second, LATER)
    again = reopen(bids, links.edit)
    assert (task.revision, second, third) == (1, 2, 3)
    assert again.workspace.version == 3
    assert again.changed == LATER
    assert [(item.value.what, item.revision) for item in again.workspace.list_items(Task)] == [("Three", 3)]


def test_a_save_of_another_entry_in_between_is_no_conflict(bids: WorkspaceStore) -> None:
    opened = open_new(bids, [Task(what="Mine"), Task(what="Yours")])
    mine, yours = opened.workspace.list_items(Task)
    bids.save_entry(opened.id, yours.id, Task(what="Yours, changed"), yours.revision, NOW)
    assert bids.save_entry(opened.id, mine.id, Task(what="Mine, changed"), mine.revision, NOW) == 3


def test_a_stale_save_changes_nothing_and_shows_what_the_other_wrote(bids: WorkspaceStore) -> None:
    links = start_workspace(bids, [Task(what="One")])
    opened = reopen(bids, links.edit)
    task = opened.workspace.list_items(Task)[0]
    bids.save_entry(opened.id, task.id, Task(what="Theirs"), task.revision, NOW)
    with pytest.raises(EditConflict) as caught:
        bids.save_entry(opened.id, task.id, Task(what="Mine"), task.revision, NOW)
    theirs = caught.value.theirs
    assert theirs is not None
    assert (theirs.value, theirs.revision, caught.value.version) == (Task(what="Theirs"), 2, 2)
    assert list_tasks(bids, links.edit) == ["Theirs"]
    assert bids.save_entry(opened.id, task.id, Task(what="Mine after all"), theirs.revision, NOW) == 3


def test_a_save_of_what_was_removed_is_a_conflict_with_nothing_to_show(bids: WorkspaceStore) -> None:
    opened = open_new(bids, [Task(what="One")])
    task = opened.workspace.list_items(Task)[0]
    bids.remove_entry(opened.id, task.id, task.revision, NOW)
    with pytest.raises(EditConflict) as caught:
        bids.save_entry(opened.id, task.id, Task(what="Two"), task.revision, NOW)
    assert caught.value.theirs is None


def test_a_removal_of_what_was_changed_since_is_a_conflict(bids: WorkspaceStore) -> None:
    links = start_workspace(bids, [Task(what="One")])
    opened = reopen(bids, links.edit)
    task = opened.workspace.list_items(Task)[0]
    bids.save_entry(opened.id, task.id, Task(what="Two"), task.revision, NOW)
    with pytest.raises(EditConflict):
        bids.remove_entry(opened.id, task.id, task.revision, NOW)
    assert list_tasks(bids, links.edit) == ["Two"]


def test_removing_twice_is_no_conflict_and_no_second_version(bids: WorkspaceStore) -> None:
    links = start_workspace(bids, [Task(what="One")])
    opened = reopen(bids, links.edit)
    task = opened.workspace.list_items(Task)[0]
    bids.remove_entry(opened.id, task.id, task.revision, NOW)
    bids.remove_entry(opened.id, task.id, task.revision, NOW)
    assert reopen(bids, links.edit).workspace.version == 2


def test_a_save_that_changes_nothing_makes_no_version_even_when_sent_twice(bids: WorkspaceStore) -> None:
    links = start_workspace(bids, [Task(what="One")])
    opened = reopen(bids, links.edit)
    task = opened.workspace.list_items(Task)[0]
    assert bids.save_entry(opened.id, task.id, Task(what="One"), task.revision, NOW) == 1
    assert bids.save_entry(opened.id, task.id, Task(what="Two"), task.revision, NOW) == 2
    assert bids.save_entry(opened.id, task.id, Task(what="Two"), task.revision, NOW) == 2
    assert reopen(bids, links.edit).workspace.version == 2


def test_an_entry_cannot_become_one_of_another_kind(bids: WorkspaceStore) -> None:
    opened = open_new(bids, [Task(what="One")])
    task = opened.workspace.list_items(Task)[0]
    with pytest.raises(WrongKind, match="a task, not a partner"):
        bids.save_entry(opened.id, task.id, Partner(name="School", body="school"), task.revision, NOW)


def test_an_entry_that_every_workspace_has_is_neither_removed_nor_added(bids: WorkspaceStore) -> None:
    opened = open_new(bids)
    about = opened.workspace.get_single(About)
    with pytest.raises(WrongKind, match="cannot be without its scheme"):
        bids.remove_entry(opened.id, about.id, about.revision, NOW)
    with pytest.raises(WrongKind, match="exactly one scheme"):
        bids.add_entries(opened.id, [Task(what="Not added either"), About(title="Second")], NOW)
    with pytest.raises(WrongKind, match="without its need, lead"):
        bids.create([About(title="Alone")], NOW, CLIENT)
    assert bids.read_version(opened.id, 1).list_items(Task) == []


def test_the_history_says_what_was_before_and_after_newest_first(bids: WorkspaceStore) -> None:
    opened = open_new(bids, [Task(what="One")])
    task = opened.workspace.list_items(Task)[0]
    bids.save_entry(opened.id, task.id, Task(what="Two"), 1, LATER)
    bids.remove_entry(opened.id, task.id, 2, LATER)
    one, two = Task(what="One").model_dump(mode="json"), Task(what="Two").model_dump(mode="json")
    removed, saved, *started = bids.list_changes(opened.id, None, 10)
    assert removed == Change(3, LATER, "task", task.id, two, None, "")
    assert saved == Change(2, LATER, "task", task.id, one, two, "")
    assert [(change.version, change.before, change.note) for change in started] == [(1, None, "started")] * 5
    assert [change.kind for change in started] == ["about", "need", "lead", "point", "task"]


def test_the_history_is_read_in_parts_that_never_tear_a_version(bids: WorkspaceStore) -> None:
    opened = open_new(bids)
    for number in range(3):
        bids.add_entries(opened.id, [Task(what=f"a{number}"), Task(what=f"b{number}")], NOW)
    first = bids.list_changes(opened.id, None, 2)
    second = bids.list_changes(opened.id, first[-1].version, 2)
    assert [change.version for change in first] == [4, 4, 3, 3]
    assert [change.version for change in second] == [2, 2, 1, 1, 1, 1]
    assert bids.list_changes(opened.id, 1, 2) == []
    assert bids.list_changes(opened.id, 10**30, 1) == first[:2]


def test_any_version_can_be_read_and_put_back(bids: WorkspaceStore) -> None:
    opened = open_new(bids, [Task(what="One"), Task(what="Kept")])
    one = opened.workspace.list_items(Task)[0]
    bids.save_entry(opened.id, one.id, Task(what="Two"), 1, NOW)
    bids.remove_entry(opened.id, one.id, 2, NOW)
    bids.add_entries(opened.id, [Task(what="New")], NOW)
    assert [item.value.what for item in bids.read_version(opened.id, 2).list_items(Task)] == ["Two", "Kept"]
    assert bids.put_back(opened.id, 1, 4, LATER) == 5
    back = bids.read_version(opened.id, 5)
    assert [(item.id, item.value) for item in back.entries] == [(i.id, i.value) for i in opened.workspace.entries]
    changes = bids.list_changes(opened.id, None, 1)
    assert {change.note for change in changes} == {"put back version 1"}
    assert len(changes) == 2  # the new one goes, the removed one comes; what was the same is left alone
    assert bids.save_entry(opened.id, one.id, Task(what="On we go"), 5, NOW) == 6


def test_a_version_put_back_can_itself_be_undone(bids: WorkspaceStore) -> None:
    opened = open_new(bids)
    bids.add_entries(opened.id, [Task(what="New")], NOW)
    bids.put_back(opened.id, 1, 2, NOW)
    bids.put_back(opened.id, 2, 3, NOW)
    assert [item.value.what for item in bids.read_version(opened.id, 4).list_items(Task)] == ["New"]


def test_putting_back_what_is_there_already_makes_no_version(bids: WorkspaceStore) -> None:
    opened = open_new(bids)
    assert bids.put_back(opened.id, 1, 1, NOW) == 1
    assert len(bids.list_changes(opened.id, None, 100)) == 4


def test_putting_back_after_somebody_saved_is_a_conflict(bids: WorkspaceStore) -> None:
    opened = open_new(bids)
    bids.add_entries(opened.id, [Task(what="Mine")], NOW)
    bids.add_entries(opened.id, [Task(what="Theirs")], NOW)
    with pytest.raises(EditConflict) as caught:
        bids.put_back(opened.id, 1, 2, NOW)
    assert caught.value.version == 3
    assert len(bids.read_version(opened.id, 3).list_items(Task)) == 2


@pytest.mark.parametrize("version", [0, -1, 2, 10**30])
def test_a_version_that_never_was_is_not_found(bids: WorkspaceStore, version: int) -> None:
    opened = open_new(bids)
    with pytest.raises(RecordNotFound):
        bids.read_version(opened.id, version)
    with pytest.raises(RecordNotFound):
        bids.put_back(opened.id, version, 1, NOW)


USES: list[Callable[[WorkspaceStore, int], object]] = [
    lambda bids, at: bids.add_entries(at, [Task(what="x")], NOW),
    lambda bids, at: bids.save_entry(at, "aaaa1111", Task(what="x"), 1, NOW),
    lambda bids, at: bids.remove_entry(at, "aaaa1111", 1, NOW),
    lambda bids, at: bids.list_changes(at, None, 10),
    lambda bids, at: bids.read_version(at, 1),
    lambda bids, at: bids.put_back(at, 1, 1, NOW),
    lambda bids, at: bids.keep(at, NOW),
    lambda bids, at: bids.renew_links(at, NOW),
    lambda bids, at: bids.delete(at),
]


@pytest.mark.parametrize("use", USES)
def test_nothing_can_be_done_with_a_deleted_workspace(bids: WorkspaceStore, use: Callable[..., object]) -> None:
    opened = open_new(bids)
    bids.delete(opened.id)
    with pytest.raises(WorkspaceNotFound):
        use(bids, opened.id)


def test_an_id_is_never_given_again(bids: WorkspaceStore) -> None:
    first = open_new(bids)
    bids.delete(first.id)
    assert open_new(bids).id > first.id


def test_two_workspaces_know_nothing_of_each_other(bids: WorkspaceStore) -> None:
    mine, other = start_workspace(bids, [Task(what="Mine")]), start_workspace(bids, [Task(what="Other")])
    opened = reopen(bids, mine.edit)
    task = reopen(bids, other.edit).workspace.list_items(Task)[0]
    with pytest.raises(EditConflict):
        bids.save_entry(opened.id, task.id, Task(what="Reached across"), task.revision, NOW)
    bids.delete(opened.id)
    assert list_tasks(bids, other.edit) == ["Other"]


def test_saves_of_many_threads_are_all_kept(bids: WorkspaceStore) -> None:
    links = start_workspace(bids)
    opened = reopen(bids, links.edit)
    failures: list[BaseException] = []

    def add(name: str) -> None:
        try:
            for number in range(10):
                bids.add_entries(opened.id, [Task(what=f"{name}{number}")], NOW)
                bids.open(links.read, NOW)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(list_tasks(bids, links.edit)) == sorted(f"{name}{number}" for name in "abcd" for number in range(10))


def start_apart(data: Path, ends: tuple[int, int]) -> int:
    """A process that starts a workspace once the other end of a pipe is shut; returns its id."""
    child = os.fork()
    if child == 0:  # leave at once, past everything that pytest would do
        try:
            os.close(ends[1])
            os.read(ends[0], 1)
            start_workspace(make_store(data))
            os._exit(0)
        except BaseException:
            os._exit(1)
    return child


def test_a_new_store_can_be_set_up_by_many_processes_at_once(tmp_path: Path) -> None:
    for number in range(5):
        ends = os.pipe()
        children = [start_apart(tmp_path / str(number), ends) for _ in range(4)]
        for end in ends:
            os.close(end)
        assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4


def test_a_store_in_use_goes_on_in_both_processes_after_a_fork(bids: WorkspaceStore) -> None:
    links = start_workspace(bids, [Task(what="Before")])
    opened = reopen(bids, links.edit)
    child = os.fork()
    if child == 0:  # leave at once, past everything that pytest would do
        try:
            assert bids._connections._idle == []  # SQLite must not be carried across a fork
            bids.add_entries(opened.id, [Task(what="Child")], NOW)
            bids.close()
            os._exit(0)
        except BaseException:
            os._exit(1)
    bids.add_entries(opened.id, [Task(what="Parent")], NOW)
    assert os.waitpid(child, 0)[1] == 0
    assert sorted(list_tasks(bids, links.edit)) == ["Before", "Child", "Parent"]


def test_nothing_is_made_before_the_store_is_used(tmp_path: Path) -> None:
    make_store(tmp_path / "not there yet").close()
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_may_read_the_file(bids: WorkspaceStore, tmp_path: Path) -> None:
    open_new(bids)
    rights = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob(f"{FILE}*")}
    assert set(rights.values()) == {0o600}


def test_a_change_of_a_single_entry_is_a_change_like_any_other(bids: WorkspaceStore) -> None:
    opened = open_new(bids, [Partner(name="School", body="school")])
    lead, partner = opened.workspace.get_single(Lead), opened.workspace.partners[0]
    bids.save_entry(opened.id, lead.id, Lead(partner=partner.id), lead.revision, NOW)
    assert bids.read_version(opened.id, 2).lead == partner
    assert bids.read_version(opened.id, 1).lead is None


def test_an_agreement_point_can_be_removed_and_comes_back_in_its_place(bids: WorkspaceStore) -> None:
    opened = open_new(bids, [Task(what="After it")])
    point = opened.workspace.list_items(AgreementPoint)[0]
    bids.remove_entry(opened.id, point.id, 1, NOW)
    bids.put_back(opened.id, 1, 2, NOW)
    assert [item.id for item in bids.read_version(opened.id, 3).entries] == [
        item.id for item in opened.workspace.entries
    ]
