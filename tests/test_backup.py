"""`kb backup` while people write, `kb restore` into an empty place: everything is there, and nothing is replaced."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import sqlite3
import threading
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from register_files import OLD_SCHOOL, make_seed
from workspace_files import (
    CLIENT,
    NOW,
    SECRET,
    check_whole,
    fill_store,
    list_tasks,
    make_store,
    read_tables,
    start_workspace,
)

from kb.cli import main
from kb.config import Settings
from kb.register import Register, ensure_register
from kb.register.write import replace_register
from kb.workspaces import backup as backup_module
from kb.workspaces import restore
from kb.workspaces.backup import write_backup
from kb.workspaces.entries import Task
from kb.workspaces.restore import NotEmpty, restore_backup
from kb.workspaces.schema import FILE, SCHEMA
from kb.workspaces.store import Links, WorkspaceStore
from kb.workspaces.tokens import SECRET_FILE, hash_client, read_secret

KEPT = ("workspace", "entry", "change")
REGISTER = "register.sqlite"
DUMPS = Path(__file__).parent / "data" / "workspaces"


@pytest.fixture
def filled(tmp_path: Path) -> tuple[Path, Links]:
    """A data folder with three workspaces, one of them deleted, and the links of the fullest."""
    return tmp_path / "data", fill_store(tmp_path / "data")


@pytest.fixture
def data(filled: tuple[Path, Links]) -> Path:
    return filled[0]


@pytest.fixture
def links(filled: tuple[Path, Links]) -> Links:
    return filled[1]


@pytest.fixture
def backup(data: Path, tmp_path: Path) -> Path:
    """A backup of that folder."""
    write_backup(data, tmp_path / "bids.zip", NOW)
    return tmp_path / "bids.zip"


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, list(words), env={"KB_DATA": str(data)})


def read_manifest(file: Path) -> dict[str, Any]:
    with zipfile.ZipFile(file) as archive:
        found: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return found


def make_imported_register(data: Path, name: str = "download.csv") -> None:
    """A register of one school that was imported."""
    data.mkdir(exist_ok=True)
    replace_register(data, [OLD_SCHOOL], {"origin": "import", "dated": None, "imported": None, "file": name})


def test_a_restored_store_is_the_same_in_everything_and_its_links_open(
    data: Path, links: Links, tmp_path: Path
) -> None:
    other = tmp_path / "new" / "place"
    assert run(data, "backup", str(tmp_path / "bids.zip")).exit_code == 0
    result = run(other, "restore", str(tmp_path / "bids.zip"))
    assert result.exit_code == 0, result.output
    assert "Restored 2 workspaces" in result.output
    assert read_tables(other / FILE, KEPT) == read_tables(data / FILE, KEPT)
    here, there = make_store(data), make_store(other)
    for token in (links.edit, links.read):
        assert there.open(token, NOW) == here.open(token, NOW)
    opened = there.open(links.edit, NOW)
    assert there.list_changes(opened.id, None, 100) == here.list_changes(opened.id, None, 100)
    assert [there.read_version(opened.id, at) for at in range(1, 9)] == [
        here.read_version(opened.id, at) for at in range(1, 9)
    ]
    there.add_entries(opened.id, [Task(what="Going on")], NOW)
    there.close()
    check_whole(other / FILE)
    assert (other / FILE).stat().st_mode & 0o777 == 0o600


def test_a_backup_says_what_is_in_it_and_what_is_not(data: Path, links: Links, tmp_path: Path) -> None:
    read_secret(Settings(tmp_path, data))
    result = run(data, "backup", str(tmp_path / "bids.zip"))
    assert result.exit_code == 0
    assert "Wrote 2 workspaces to" in result.output
    assert "secret key is not in this backup" in result.output
    manifest = read_manifest(tmp_path / "bids.zip")
    with zipfile.ZipFile(tmp_path / "bids.zip") as archive:
        stored = archive.read(FILE)
        assert archive.namelist() == ["manifest.json", FILE]
        assert archive.testzip() is None
    assert "secret key" in manifest.pop("left_out")
    assert datetime.fromisoformat(manifest.pop("made")).tzinfo is UTC
    assert manifest == {
        "format": "kb-backup",
        "version": 1,
        "files": [{"name": FILE, "sha256": hashlib.sha256(stored).hexdigest(), "size": len(stored)}],
    }
    assert (data / SECRET_FILE).read_bytes().strip() not in stored
    assert links.edit.encode() not in stored
    assert b"Deleted before" not in stored
    assert hash_client(SECRET, CLIENT) not in stored
    assert (tmp_path / "bids.zip").stat().st_mode & 0o777 == 0o600


def test_a_backup_made_while_people_write_is_a_state_that_was(data: Path, links: Links, tmp_path: Path) -> None:
    stop, failures = threading.Event(), []

    def write(name: str) -> None:
        store = make_store(data)
        opened, number = store.open(links.edit, NOW), 0
        try:
            while not stop.is_set() and number < 120:
                number += 1
                store.add_entries(opened.id, [Task(what=f"{name} {number}")] * 2, NOW)
        except BaseException as error:
            failures.append(error)
        store.close()

    writers = [threading.Thread(target=write, args=(name,)) for name in ("One", "Two")]
    for writer in writers:
        writer.start()
    for number in range(4):
        write_backup(data, tmp_path / f"bids{number}.zip", NOW)
    stop.set()
    for writer in writers:
        writer.join()
    assert failures == []
    for number in range(4):
        other = tmp_path / f"other{number}"
        restore_backup(tmp_path / f"bids{number}.zip", other)
        check_whole(other / FILE)
        version = make_store(other).open(links.read, NOW).workspace.version
        then = make_store(data).read_version(make_store(data).open(links.read, NOW).id, version)
        assert make_store(other).open(links.read, NOW).workspace == then


def test_an_imported_register_goes_with_the_workspaces_and_comes_back(data: Path, links: Links, tmp_path: Path) -> None:
    make_imported_register(data)
    file, other = tmp_path / "bids.zip", tmp_path / "other"
    ensure_register(other, make_seed(tmp_path))
    assert "2 workspaces and the imported register of schools" in run(data, "backup", str(file)).output
    assert "2 workspaces and the imported register of schools" in run(other, "restore", str(file)).output
    assert (other / REGISTER).read_bytes() == (data / REGISTER).read_bytes()
    assert Register(other).read_meta()["origin"] == "import"
    assert make_store(other).open(links.read, NOW).workspace.title == "Wardens"


def test_a_register_that_comes_with_the_project_is_not_backed_up(data: Path, backup: Path, tmp_path: Path) -> None:
    ensure_register(data, make_seed(tmp_path))
    write_backup(data, backup, NOW)
    assert [note["name"] for note in read_manifest(backup)["files"]] == [FILE]


def test_a_register_alone_is_backed_up_and_restored(tmp_path: Path) -> None:
    data = tmp_path / "no workspaces"
    make_imported_register(data)
    write_backup(data, tmp_path / "b.zip", NOW)
    report = restore_backup(tmp_path / "b.zip", tmp_path / "other")
    assert (report.workspaces, report.has_register) == (0, True)
    assert not (tmp_path / "other" / FILE).exists()


def test_another_imported_register_is_never_replaced(data: Path, tmp_path: Path) -> None:
    make_imported_register(data)
    write_backup(data, tmp_path / "b.zip", NOW)
    make_imported_register(tmp_path / "other", "another.csv")
    before = (tmp_path / "other" / REGISTER).read_bytes()
    with pytest.raises(NotEmpty, match="register of schools"):
        restore_backup(tmp_path / "b.zip", tmp_path / "other")
    assert (tmp_path / "other" / REGISTER).read_bytes() == before
    assert not (tmp_path / "other" / FILE).exists()


def test_a_damaged_register_does_not_keep_workspaces_from_being_backed_up(data: Path, tmp_path: Path) -> None:
    (data / REGISTER).write_bytes(b"garbage")
    result = run(data, "backup", str(tmp_path / "b.zip"))
    assert result.exit_code == 0
    assert "The register of schools is not in the backup" in result.stderr


def test_with_nothing_to_keep_there_is_no_backup(tmp_path: Path) -> None:
    result = run(tmp_path / "empty", "backup", str(tmp_path / "b.zip"))
    assert result.exit_code == 1
    assert "nothing to back up" in result.stderr
    assert not (tmp_path / "b.zip").exists()


def test_a_damaged_store_is_not_backed_up_over_a_good_backup(data: Path, backup: Path) -> None:
    good = backup.read_bytes()
    pages = bytearray((data / FILE).read_bytes())
    pages[8192:12288] = b"\xff" * 4096
    (data / FILE).write_bytes(pages)
    result = run(data, "backup", str(backup))
    assert result.exit_code == 1
    assert "is damaged" in result.stderr
    assert "Nothing was written." in result.stderr
    assert backup.read_bytes() == good
    assert list(backup.parent.glob(".bids*")) == []


def test_a_store_that_does_not_hold_together_is_not_backed_up(data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(data / FILE)) as connection, connection:
        connection.execute("delete from workspace where id = 1")
    result = run(data, "backup", str(tmp_path / "b.zip"))
    assert result.exit_code == 1
    assert "is damaged" in result.stderr
    assert not (tmp_path / "b.zip").exists()


@pytest.mark.parametrize("name", ["workspaces.sqlite", "bids", "bids.tar.gz"])
def test_a_backup_has_to_be_named_as_a_zip_so_that_it_hits_nothing_else(data: Path, name: str) -> None:
    before = (data / FILE).read_bytes()
    result = run(data, "backup", str(data / name))
    assert result.exit_code == 1
    assert "does not end in .zip" in result.stderr
    assert (data / FILE).read_bytes() == before


@pytest.mark.parametrize("words", [["backup", "nowhere/at/all/b.zip"], ["backup"], ["restore", "not-there.zip"]])
def test_a_command_without_a_file_it_can_use_ends_with_a_sentence(data: Path, words: list[str]) -> None:
    result = run(data, *words)
    assert result.exit_code in (1, 2)
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)


def test_a_store_that_is_there_is_never_replaced(data: Path, backup: Path) -> None:
    before = read_tables(data / FILE)
    result = run(data, "restore", str(backup))
    assert result.exit_code == 1
    assert "There are workspaces" in result.stderr
    assert "Nothing was restored." in result.stderr
    assert read_tables(data / FILE) == before


@pytest.mark.parametrize("left", [FILE, f"{FILE}-wal", f"{FILE}-journal"])
def test_what_is_left_of_a_store_is_never_replaced(backup: Path, tmp_path: Path, left: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / left).write_bytes(b"")
    with pytest.raises(NotEmpty):
        restore_backup(backup, other)
    assert [path.name for path in other.iterdir()] == [left]


def test_a_store_that_appears_during_a_restore_wins(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    check = restore._check_store

    def check_slowly(file: Path, path: Path) -> int:
        start_workspace(make_store(other), title="Started meanwhile")
        return check(file, path)

    monkeypatch.setattr(restore, "_check_store", check_slowly)
    with pytest.raises(NotEmpty):
        restore_backup(backup, other)
    with closing(sqlite3.connect(other / FILE)) as connection:
        assert connection.execute("select count(*) from workspace").fetchone() == (1,)


@pytest.mark.parametrize("version", range(1, SCHEMA))
def test_a_backup_of_an_earlier_version_is_restored_and_brought_up_to_date(tmp_path: Path, version: int) -> None:
    (tmp_path / "old").mkdir()
    with closing(sqlite3.connect(tmp_path / "old" / FILE)) as connection:
        connection.executescript((DUMPS / f"version-{version}.sql").read_text(encoding="utf-8"))
    write_backup(tmp_path / "old", tmp_path / "b.zip", NOW)
    assert restore_backup(tmp_path / "b.zip", tmp_path / "new").workspaces == 1
    opened = make_store(tmp_path / "new").open("edit-" + "a" * 32, NOW)
    assert opened.workspace.title == "Wardens of the past"


def test_a_backup_replaces_the_one_of_its_name_in_one_step(
    data: Path, backup: Path, links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    replace = Path.replace
    before = backup.read_bytes()

    def look(path: Path, target: Path) -> Path:
        seen.append(Path(target).read_bytes())
        return replace(path, target)

    store: WorkspaceStore = make_store(data)
    store.add_entries(store.open(links.edit, NOW).id, [Task(what="Newer")], NOW)
    store.close()
    monkeypatch.setattr(Path, "replace", look)
    write_backup(data, backup, NOW)
    assert seen == [before]
    monkeypatch.undo()
    restore_backup(backup, data.parent / "other")
    assert "Newer" in list_tasks(make_store(data.parent / "other"), links.read)
    assert sorted(path.name for path in backup.parent.iterdir()) == ["bids.zip", "data", "other"]


class Killed(BaseException):
    """Stands for a signal that ends the process at once."""


def die(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, work: Callable[[], object]) -> None:
    """Do something in a process that is killed when it comes to a function of a module."""

    def kill(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        patch.setattr(module, name, kill)
        process = multiprocessing.get_context("fork").Process(target=work)
        process.start()
        process.join()
    assert process.exitcode == -signal.SIGKILL


def list_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_a_killed_backup_left_goes_with_the_next_one(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    die(monkeypatch, backup_module, "_write_zip", lambda: write_backup(data, tmp_path / "monday.zip", NOW))
    (left,) = (path for path in tmp_path.iterdir() if path != data)
    assert (left / FILE).exists()
    kept = [tmp_path / ".backup.notes", tmp_path / ".backup.ab12cd34", tmp_path / ".restore.ab12cd34"]
    kept[0].mkdir()
    kept[1].write_text("a file, and no folder of ours")
    kept[2].mkdir()
    write_backup(data, tmp_path / "tuesday.zip", NOW)
    assert list_names(tmp_path) == sorted(["data", "tuesday.zip", *(path.name for path in kept)])


def test_what_a_killed_restore_left_goes_with_the_next_one_even_if_that_is_refused(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    die(monkeypatch, restore, "_check_store", lambda: restore_backup(backup, other))
    (left,) = other.iterdir()
    assert (left / FILE).exists()
    restore_backup(backup, other)
    assert list_names(other) == [FILE]
    (other / ".restore.ab12cd34").mkdir()
    with pytest.raises(NotEmpty):
        restore_backup(backup, other)
    assert list_names(other) == [FILE]


def test_what_a_backup_at_work_has_written_is_left_alone(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one waits for the first."""
    write_zip = backup_module._write_zip
    others: list[threading.Thread] = []

    def begin_another(*arguments: Any) -> None:
        if not others:
            others.append(threading.Thread(target=write_backup, args=(data, tmp_path / "second.zip", NOW)))
            others[0].start()
        write_zip(*arguments)

    monkeypatch.setattr(backup_module, "_write_zip", begin_another)
    write_backup(data, tmp_path / "first.zip", NOW)
    others[0].join()
    assert list_names(tmp_path) == ["data", "first.zip", "second.zip"]
