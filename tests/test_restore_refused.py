"""`kb restore` is given hostile or damaged files: it refuses them with a sentence and leaves nothing behind.

Most take the members of a good backup, by name, and spoil them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from workspace_files import NOW, check_whole, fill_store

from kb.cli import main
from kb.workspaces import restore
from kb.workspaces.backup import write_backup
from kb.workspaces.restore import BadBackup, restore_backup
from kb.workspaces.schema import FILE, SCHEMA

REGISTER = "register.sqlite"
Members = dict[str, bytes]


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good backup, to read."""
    folder = tmp_path_factory.mktemp("backup")
    fill_store(folder / "data")
    write_backup(folder / "data", folder / "bids.zip", NOW)
    return folder / "bids.zip"


def pack(file: Path, members: Members | list[tuple[str, bytes]], sealed: bool = True) -> None:
    """A zip of members; `sealed`: the manifest agrees with what is in it."""
    pairs = list(members.items()) if isinstance(members, dict) else members
    if sealed and isinstance(members, dict):
        manifest = json.loads(members["manifest.json"])
        manifest["files"] = [
            {"name": name, "sha256": hashlib.sha256(found).hexdigest(), "size": len(found)}
            for name, found in pairs
            if name != "manifest.json"
        ]
        pairs = [(name, json.dumps(manifest).encode() if name == "manifest.json" else found) for name, found in pairs]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, found in pairs:
            archive.writestr(name, found)


def unpack(file: Path) -> Members:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def change_store(members: Members, sql: str, tmp_path: Path) -> Members:
    path = tmp_path / "changed.sqlite"
    path.write_bytes(members[FILE])
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)
    return {**members, FILE: path.read_bytes()}


def change_manifest(members: Members, **fields: object) -> Members:
    return {**members, "manifest.json": json.dumps(json.loads(members["manifest.json"]) | fields).encode()}


TRIGGER = "create trigger hidden after insert on entry begin delete from change; end"
HOSTILE_STORES = {
    "a trigger": TRIGGER,
    "a view in the place of a table": "drop table creation; create view creation as select 1 as client, 2 as at",
    "a table more": "create table more (a)",
    "an index less": "drop index change_entry",
    "a newer version": f"pragma user_version = {SCHEMA + 1}",
    "an earlier version than its tables": "pragma user_version = 1",
    "rows of no workspace": "pragma foreign_keys = off; delete from workspace",
}
"""What somebody may have done to the workspaces in a backup, and sealed it again."""


@pytest.mark.parametrize("what", HOSTILE_STORES)
def test_tables_that_are_not_ours_are_refused(backup: Path, tmp_path: Path, what: str) -> None:
    pack(tmp_path / "bad.zip", change_store(unpack(backup), HOSTILE_STORES[what], tmp_path))
    refuse(tmp_path / "bad.zip", tmp_path)


def test_sound_tables_with_other_words_than_were_backed_up_are_refused(backup: Path, tmp_path: Path) -> None:
    good = unpack(backup)
    other = change_store(good, "update entry set data = replace(data, 'Wardens', 'Gardens')", tmp_path)
    assert len(other[FILE]) == len(good[FILE])
    assert other[FILE] != good[FILE]
    pack(tmp_path / "bad.zip", other, sealed=False)
    assert "is not what was backed up" in refuse(tmp_path / "bad.zip", tmp_path)


SPOILT: dict[str, Callable[[Members], Members | list[tuple[str, bytes]]]] = {
    "another hash": lambda good: {**good, FILE: good[FILE][:-1] + b"x"},
    "cut short": lambda good: {**good, FILE: good[FILE][:-4096]},
    "longer than said": lambda good: {**good, FILE: good[FILE] + b"x" * 4096},
    "no manifest": lambda good: {FILE: good[FILE]},
    "a manifest alone": lambda good: {"manifest.json": good["manifest.json"]},
    "a manifest that is no JSON": lambda good: {**good, "manifest.json": b"{"},
    "a manifest too large": lambda good: {**good, "manifest.json": b" " * 10**6 + good["manifest.json"]},
    "a manifest of another format": lambda good: change_manifest(good, format="other"),
    "a manifest of a newer format": lambda good: change_manifest(good, version=2),
    "a manifest that lists a file twice": lambda good: change_manifest(
        good, files=json.loads(good["manifest.json"])["files"] * 2
    ),
    "a manifest of another file": lambda good: change_manifest(
        good, files=[{"name": "../evil", "sha256": "0" * 64, "size": 1}]
    ),
    "a file that is not listed": lambda good: {**good, REGISTER: b"x"},
    "a strange file": lambda good: {**good, "readme.txt": b"x"},
    "a path upwards": lambda good: {**good, "../workspaces.sqlite": b"x"},
    "a path from the root": lambda good: {**good, "/tmp/workspaces.sqlite": b"x"},
    "a path with backslashes": lambda good: {**good, "..\\workspaces.sqlite": b"x"},
    "a folder": lambda good: {**good, "workspaces.sqlite/": b""},
    "a file twice": lambda good: [*good.items(), (FILE, good[FILE])],
}


def refuse(file: Path, tmp_path: Path) -> str:
    """Restoring says no with a sentence, and leaves nothing behind."""
    other = tmp_path / "refused"
    result = CliRunner().invoke(main, ["restore", str(file)], env={"KB_DATA": str(other)})
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Nothing was restored." in result.stderr
    assert not other.exists() or list(other.iterdir()) == []
    assert not (tmp_path / "workspaces.sqlite").exists()
    return result.stderr


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("what", SPOILT)
def test_a_backup_that_is_not_what_was_written_is_refused(backup: Path, tmp_path: Path, what: str) -> None:
    pack(tmp_path / "bad.zip", SPOILT[what](unpack(backup)), sealed=False)
    refuse(tmp_path / "bad.zip", tmp_path)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18, b"PK\x03\x04" + b"x" * 500])
def test_a_file_that_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.zip").write_bytes(content)
    refuse(tmp_path / "bad.zip", tmp_path)


def test_a_backup_broken_on_the_way_is_refused_wherever_it_broke(backup: Path, tmp_path: Path) -> None:
    whole = backup.read_bytes()
    for part in range(1, 12):
        cut = whole[: len(whole) * part // 12]
        (tmp_path / "cut.zip").write_bytes(cut)
        refuse(tmp_path / "cut.zip", tmp_path)
        turned = bytearray(whole)
        turned[len(cut)] ^= 0xFF
        (tmp_path / "turned.zip").write_bytes(turned)
        try:
            restore_backup(tmp_path / "turned.zip", tmp_path / f"turned{part}")
        except BadBackup:
            assert list((tmp_path / f"turned{part}").iterdir()) == []
        else:
            check_whole(tmp_path / f"turned{part}" / FILE)  # the bit was of no consequence, such as a date


def test_a_zip_bomb_is_not_unpacked(backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restore, "MAX_FILE", 1_000_000)
    members = unpack(backup)
    pack(tmp_path / "bomb.zip", {**members, FILE: b"\0" * 5_000_000})
    assert (tmp_path / "bomb.zip").stat().st_size < 20_000
    assert "not as large as it says" in refuse(tmp_path / "bomb.zip", tmp_path)


def test_a_member_that_lies_about_its_size_stops_at_what_it_said(backup: Path, tmp_path: Path) -> None:
    members = unpack(backup)
    pack(tmp_path / "honest.zip", {**members, FILE: b"\0" * 5_000_000})
    raw = bytearray((tmp_path / "honest.zip").read_bytes())
    for place in (raw.find(FILE.encode()) - 30 + 22, raw.rfind(FILE.encode()) - 46 + 24):
        assert int.from_bytes(raw[place : place + 4], "little") == 5_000_000
        raw[place : place + 4] = (4096).to_bytes(4, "little")
    (tmp_path / "liar.zip").write_bytes(raw)
    refuse(tmp_path / "liar.zip", tmp_path)


def test_more_than_fits_the_disk_is_not_unpacked(backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type(shutil.disk_usage(tmp_path))
    monkeypatch.setattr(restore.shutil, "disk_usage", lambda _path: usage(10**6, 10**6 - 5000, 5000))
    assert "the disk of" in refuse(backup, tmp_path)


def test_a_register_that_cannot_be_used_does_not_keep_workspaces_from_coming_back(backup: Path, tmp_path: Path) -> None:
    pack(tmp_path / "b.zip", {**unpack(backup), REGISTER: b"garbage, sealed"})
    (note,) = restore_backup(tmp_path / "b.zip", tmp_path / "other").notes
    assert "The register of schools was left out" in note
    assert (tmp_path / "other" / FILE).exists()
    assert not (tmp_path / "other" / REGISTER).exists()
