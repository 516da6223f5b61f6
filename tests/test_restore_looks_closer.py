"""What `kb restore` finds only on a closer look: ways of packing, and a register that is not what it seems."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from register_files import OLD_SCHOOL
from workspace_files import NOW, fill_store, make_store, open_new

from kb.register.write import replace_register
from kb.workspaces.backup import write_backup
from kb.workspaces.entries import Partner
from kb.workspaces.restore import BadBackup, restore_backup
from kb.workspaces.schema import FILE

REGISTER = "register.sqlite"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with workspaces and an imported register."""
    found = tmp_path / "data"
    fill_store(found)
    replace_register(found, [OLD_SCHOOL], {"origin": "import", "dated": None, "imported": None, "file": "some.csv"})
    return found


@pytest.fixture
def backup(data: Path, tmp_path: Path) -> Path:
    """A backup of that folder."""
    write_backup(data, tmp_path / "bids.zip", NOW)
    return tmp_path / "bids.zip"


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_backup_packed_in_a_way_that_is_not_ours_is_refused(backup: Path, tmp_path: Path, packing: int) -> None:
    with zipfile.ZipFile(backup) as good, zipfile.ZipFile(tmp_path / "other.zip", "w", packing) as other:
        for name in good.namelist():
            other.writestr(name, good.read(name))
    with pytest.raises(BadBackup, match="packed in a way that kb backup does not use"):
        restore_backup(tmp_path / "other.zip", tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_a_locked_backup_is_refused_before_anything_is_read(backup: Path, tmp_path: Path) -> None:
    content = bytearray(backup.read_bytes())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(sign) + at] |= 1  # the mark of a member that needs a password
    (tmp_path / "locked.zip").write_bytes(content)
    with pytest.raises(BadBackup, match="is locked"):
        restore_backup(tmp_path / "locked.zip", tmp_path / "there")


def test_files_unpacked_from_a_backup_by_hand_are_for_their_owner_alone(backup: Path) -> None:
    with zipfile.ZipFile(backup) as archive:
        rights = {found.filename: found.external_attr >> 16 & 0o777 for found in archive.infolist()}
    assert {name: rights[name] for name in (FILE, REGISTER)} == {FILE: 0o600, REGISTER: 0o600}


@pytest.mark.parametrize("hidden", ["create trigger hidden after insert on {} begin select 1; end",
                                    "create view hidden as select 1"])  # fmt: skip
def test_a_register_that_would_do_something_of_its_own_is_refused(data: Path, tmp_path: Path, hidden: str) -> None:
    with closing(sqlite3.connect(data / REGISTER)) as connection:
        sql = "select name from sqlite_master where type = 'table' and sql not like '%virtual%' limit 1"
        (table,) = connection.execute(sql).fetchone()
        connection.execute(hidden.format(table))
        connection.commit()
    write_backup(data, tmp_path / "bad.zip", NOW)
    with pytest.raises(BadBackup, match=r"register in bad\.zip was not written by this program"):
        restore_backup(tmp_path / "bad.zip", tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_a_register_that_does_not_hold_together_is_left_out_and_the_workspaces_come_back(
    data: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(data / REGISTER)) as connection:
        (page,) = connection.execute("select rootpage from sqlite_master where name = 'former'").fetchone()
        (size,) = connection.execute("pragma page_size").fetchone()
    pages = bytearray((data / REGISTER).read_bytes())
    pages[(page - 1) * size : page * size] = b"\xff" * size  # which nobody reads who asks only what the register is
    (data / REGISTER).write_bytes(pages)
    write_backup(data, tmp_path / "b.zip", NOW)
    report = restore_backup(tmp_path / "b.zip", tmp_path / "there")
    assert not report.has_register
    assert "The register of schools was left out" in report.notes[0]
    assert (tmp_path / "there" / FILE).exists()
    assert not (tmp_path / "there" / REGISTER).exists()


def test_a_backup_has_no_room_in_which_something_deleted_could_stay(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(data)
    monkeypatch.setattr(store, "_tidy", lambda: None)
    store.delete(open_new(store, [Partner(name="Gone", body="school", does="x" * 4000) for _ in range(20)]).id)
    store.close()
    assert count_free_pages(data / FILE) > 0
    write_backup(data, tmp_path / "b.zip", NOW)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        archive.extract(FILE, tmp_path)
    assert count_free_pages(tmp_path / FILE) == 0


def count_free_pages(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        count: int = connection.execute("pragma freelist_count").fetchone()[0]
    return count
