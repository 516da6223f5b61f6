"""When the store cannot be used: it says why and what to do, loses nothing, and the rest goes on without it."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from workspace_files import NOW, check_whole, list_tasks, make_store, start_workspace

from kb.workspaces import connections
from kb.workspaces.entries import Partner, Task
from kb.workspaces.schema import FILE, SCHEMA, STEPS, expect_tables, list_tables
from kb.workspaces.store import Links, StoreUnavailable, WorkspaceStore

DUMPS = Path(__file__).parent / "data" / "workspaces"
NOBODY = 65534
BIG = [Partner(name=f"School {number}", body="school", does="x" * 4000) for number in range(20)]
OLD_LINKS = Links("edit-" + "a" * 32, "read-" + "b" * 32)  # of the workspace in the dumps


def refuse(use: Callable[[], object]) -> str:
    """What the store says when it cannot do something."""
    with pytest.raises(StoreUnavailable) as caught:
        use()
    return str(caught.value)


def run_apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """What `work` returns in a process of its own, forked, so that limits and rights end with it."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_send_result, args=(theirs, work, *arguments))
    process.start()
    theirs.close()
    result = ours.recv()
    process.join()
    return result


def _send_result(pipe: Any, work: Callable[..., Any], *arguments: Any) -> None:
    try:
        pipe.send(work(*arguments))
    except StoreUnavailable as error:
        pipe.send(str(error))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may go through, unlike the ones of a test; away afterwards."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_full_disk_is_said_and_what_was_saved_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = make_store(tmp_path)
    links = start_workspace(store, [Task(what="Saved before")])
    store.close()
    monkeypatch.setattr(connections, "PRAGMAS", (*connections.PRAGMAS, "max_page_count = 24"))
    workspace_id = store.open(links.edit, NOW).id
    said = refuse(lambda: store.add_entries(workspace_id, BIG, NOW))
    assert "is full. Nothing was saved. Make room" in said
    assert str(tmp_path / FILE) in said
    assert list_tasks(store, links.read) == ["Saved before"]
    monkeypatch.undo()
    store.close()
    store.add_entries(workspace_id, BIG, NOW)
    store.close()
    check_whole(tmp_path / FILE)


def save_under_a_limit(data: Path, links: Links, size: int) -> str:
    """Save until the journal may grow no further; returns what the store says, if what it saved is there then."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    store = make_store(data)
    workspace_id, saved = store.open(links.edit, NOW).id, 0
    said = ""
    while not said:
        try:
            store.add_entries(workspace_id, [Task(what=f"Saved {saved}")], NOW)
            saved += 1
        except StoreUnavailable as error:
            said = str(error)
    assert list_tasks(store, links.read) == [f"Saved {number}" for number in range(saved)]
    return f"{saved} {said}"


def test_a_disk_that_takes_no_more_in_the_middle_of_a_write_loses_nothing(tmp_path: Path) -> None:
    store = make_store(tmp_path)
    links = start_workspace(store)
    store.close()
    saved, _, said = run_apart(save_under_a_limit, tmp_path, links, 400_000).partition(" ")
    assert "cannot be used. Nothing was saved." in said or "is full. Nothing was saved." in said
    assert str(tmp_path / FILE) in said
    assert list_tasks(store, links.read) == [f"Saved {number}" for number in range(int(saved))]
    assert int(saved) > 5
    store.close()
    check_whole(tmp_path / FILE)


def start_as_nobody(data: Path) -> str:
    if os.getuid() == 0:
        os.setuid(NOBODY)
    start_workspace(make_store(data))
    return "it was written"


def test_a_folder_that_cannot_be_written_is_said(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    said = run_apart(start_as_nobody, open_folder)
    assert str(open_folder) in said
    assert "Nothing was saved" in said
    assert list(open_folder.iterdir()) == []
    open_folder.chmod(0o755)


def read_and_save(data: Path, links: Links) -> tuple[list[str], list[str], int, str]:
    """What can still be read where nothing can be written: tasks now and at first, changes; and what saving says."""
    store = make_store(data)
    opened = store.open(links.edit, NOW)
    tasks = [item.value.what for item in store.read_version(opened.id, 1).list_items(Task)]
    changes = len(store.list_changes(opened.id, None, 100))
    return list_tasks(store, links.read), tasks, changes, refuse(lambda: store.add_entries(1, [Task(what="x")], NOW))


def read_and_save_as_nobody(data: Path, links: Links) -> tuple[list[str], list[str], int, str]:
    """The same by an account that may only read."""
    if os.getuid() == 0:
        os.setuid(NOBODY)
    return read_and_save(data, links)


def lock_folder(data: Path) -> dict[str, bytes]:
    """Let nobody write to a folder or to what is in it; returns what is there, by name."""
    for path in data.iterdir():
        path.chmod(0o444)
    data.chmod(0o555)
    return {path.name: path.read_bytes() for path in data.iterdir()}


def test_where_nobody_may_write_bids_are_read_and_a_save_says_what_to_mend(open_folder: Path) -> None:
    store = make_store(open_folder)
    links = start_workspace(store, [Task(what="There before")])
    store.close()
    before = lock_folder(open_folder)
    now, at_first, changes, said = run_apart(read_and_save_as_nobody, open_folder, links)
    assert (now, at_first) == (["There before"], ["There before"])
    assert changes > 3
    assert "cannot be written. Nothing was saved. Whoever runs the site should let its account write" in said
    open_folder.chmod(0o755)
    assert {path.name: path.read_bytes() for path in open_folder.iterdir()} == before
    assert list_tasks(store, links.read) == ["There before"]


def test_where_nobody_may_write_what_a_killed_site_left_in_the_journal_is_read_too(open_folder: Path) -> None:
    live = make_store(open_folder / "live")
    links = start_workspace(live, [Task(what="In the journal")])
    killed = shutil.copytree(open_folder / "live", open_folder / "killed")  # as it lies there while the site runs
    live.close()
    assert (killed / f"{FILE}-wal").stat().st_size
    lock_folder(killed)
    now, _, _, said = run_apart(read_and_save_as_nobody, killed, links)
    assert now == ["In the journal"]
    assert "Nothing was saved" in said
    killed.chmod(0o755)


def test_a_journal_that_cannot_be_read_is_not_left_out_without_a_word(open_folder: Path) -> None:
    """Without it the file shows an older state, or none."""
    live = make_store(open_folder / "live")
    links = start_workspace(live, [Task(what="In the journal")])
    killed = shutil.copytree(open_folder / "live", open_folder / "killed")
    live.close()
    (killed / f"{FILE}-shm").unlink()
    lock_folder(killed)
    assert "cannot be written" in run_apart(read_and_save_as_nobody, killed, links)
    killed.chmod(0o755)


def read_and_save_without_room(data: Path, links: Links) -> tuple[list[str], list[str], int, str]:
    """The same where a file can take no byte more, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    return read_and_save(data, links)


def test_on_a_disk_without_room_bids_are_read(tmp_path: Path) -> None:
    store = make_store(tmp_path)
    links = start_workspace(store, [Task(what="There before")])
    store.close()
    before = (tmp_path / FILE).read_bytes()
    now, _, _, said = run_apart(read_and_save_without_room, tmp_path, links)
    assert now == ["There before"]
    assert "Nothing was saved" in said
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("at", ["file", "folder"])
def test_something_else_in_the_place_of_the_store_is_said_and_left(tmp_path: Path, at: str) -> None:
    data = tmp_path / "data"
    if at == "file":
        data.write_text("a file in the place of the folder")
    else:
        (data / FILE).mkdir(parents=True)
    assert "Nothing was saved" in refuse(lambda: start_workspace(make_store(data)))
    assert data.is_file() == (at == "file")


def spoil_with_garbage(path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough to be read as one" * 100)


def spoil_a_page(path: Path) -> None:
    pages = bytearray(path.read_bytes())
    pages[4096:] = b"\xff" * (len(pages) - 4096)
    path.write_bytes(pages)


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("spoil", [spoil_with_garbage, spoil_a_page, cut_off])
def test_a_damaged_file_is_said_with_what_to_do_and_never_touched(tmp_path: Path, spoil: Callable[..., None]) -> None:
    store = make_store(tmp_path)
    links = start_workspace(store, BIG)
    store.close()
    spoil(tmp_path / FILE)
    spoilt = (tmp_path / FILE).read_bytes()
    for use in (lambda: store.open(links.edit, NOW), lambda: start_workspace(store)):
        said = refuse(use)
        assert f"{tmp_path / FILE} is damaged. It has been left as it is." in said
        assert "kb restore FILE" in said
    assert (tmp_path / FILE).read_bytes() == spoilt


def test_an_entry_that_the_program_cannot_read_is_said_and_others_are_not_hindered(tmp_path: Path) -> None:
    store = make_store(tmp_path)
    links, sound = start_workspace(store, [Task(what="x")]), start_workspace(store, [Task(what="Sound")])
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute("""update entry set data = '{"invented": 1}' where workspace_id = 1 and kind = 'task'""")
    assert "cannot read" in refuse(lambda: store.open(links.edit, NOW))
    assert list_tasks(store, sound.edit) == ["Sound"]


def test_a_writer_that_does_not_end_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WAIT", 0.01)
    store = make_store(tmp_path)
    links = start_workspace(store)
    store.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as other:
        other.execute("begin immediate")
        assert "in use by another process" in refuse(lambda: start_workspace(store))
        assert store.open(links.read, NOW).workspace.title == "Wardens"
    start_workspace(store)


def test_the_store_is_usable_again_as_soon_as_the_trouble_is_over(tmp_path: Path) -> None:
    store = make_store(tmp_path)
    links = start_workspace(store, [Task(what="Saved")])
    store.close()
    saved = (tmp_path / FILE).read_bytes()
    spoil_with_garbage(tmp_path / FILE)
    refuse(lambda: store.open(links.edit, NOW))
    (tmp_path / FILE).write_bytes(saved)
    assert list_tasks(store, links.edit) == ["Saved"]


def test_a_store_put_in_the_place_of_another_is_followed(tmp_path: Path) -> None:
    """Or else what is saved next would go into a file that is no longer there."""
    here, there = make_store(tmp_path / "here"), make_store(tmp_path / "there")
    start_workspace(here)
    links = start_workspace(there, [Task(what="From the backup")])
    there.close()
    (tmp_path / "here" / FILE).rename(tmp_path / "aside.sqlite")
    for left in ("-wal", "-shm"):
        (tmp_path / "here" / f"{FILE}{left}").rename(tmp_path / f"aside.sqlite{left}")
    (tmp_path / "there" / FILE).rename(tmp_path / "here" / FILE)
    here.add_entries(here.open(links.edit, NOW).id, [Task(what="Saved after it")], NOW)
    here.close()
    assert list_tasks(make_store(tmp_path / "here"), links.read) == ["From the backup", "Saved after it"]


@pytest.mark.parametrize("version", range(1, SCHEMA))
def test_a_file_of_each_earlier_version_is_brought_up_to_date_with_what_it_holds(tmp_path: Path, version: int) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.executescript((DUMPS / f"version-{version}.sql").read_text(encoding="utf-8"))
    store = make_store(tmp_path)
    opened = store.open(OLD_LINKS.edit, NOW)
    assert opened.workspace.title == "Wardens of the past"
    assert [item.value.name for item in opened.workspace.partners] == ["Example School"]
    assert not store.open(OLD_LINKS.read, NOW).may_edit
    (task,) = store.read_version(opened.id, 1).list_items(Task)
    assert task.value.what == "Ask the governors – the “whole” body"
    assert store.put_back(opened.id, 2, 4, NOW) == 5
    store.drop_expired(NOW)
    start_workspace(store)
    store.close()
    check_whole(tmp_path / FILE)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        assert list_tables(connection) == expect_tables(SCHEMA)
        assert connection.execute("pragma user_version").fetchone() == (SCHEMA,)


def test_every_earlier_version_has_a_file_to_test_with() -> None:
    assert sorted(path.name for path in DUMPS.iterdir()) == [f"version-{number}.sql" for number in range(1, SCHEMA)]


def test_a_step_that_fails_leaves_the_version_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.executescript((DUMPS / "version-1.sql").read_text(encoding="utf-8"))
    broken = (STEPS[0], (*STEPS[1], "create table creation (twice text)"), *STEPS[2:])
    monkeypatch.setattr("kb.workspaces.schema.STEPS", broken)
    store = make_store(tmp_path)
    refuse(lambda: store.open(OLD_LINKS.edit, NOW))
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        assert list_tables(connection) == expect_tables(1)
    monkeypatch.undo()
    assert store.open(OLD_LINKS.edit, NOW).workspace.version == 4


def test_a_file_of_a_newer_version_is_refused_and_left(tmp_path: Path) -> None:
    store = make_store(tmp_path)
    links = start_workspace(store)
    store.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute(f"pragma user_version = {SCHEMA + 1}")
    before = (tmp_path / FILE).read_bytes()
    said = refuse(lambda: store.open(links.edit, NOW))
    assert "written by a newer version of the program" in said
    assert (tmp_path / FILE).read_bytes() == before


def test_a_database_of_somebody_else_is_refused_and_left(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("create table theirs (a)")
    store: WorkspaceStore = make_store(tmp_path)
    assert "is not a file of workspaces" in refuse(lambda: start_workspace(store))
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        assert [name for _, name, _ in list_tables(connection)] == ["theirs"]
