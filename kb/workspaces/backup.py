"""A backup: a zip file with the workspaces and, if it was imported, the register of schools. The site may run on.

The file holds what partners wrote, and neither links (the store has their hashes alone) nor the secret key.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field

from kb.errors import KbError
from kb.records.model import Strict
from kb.register.read import NoRegister, read_file_meta
from kb.register.write import FILE as REGISTER
from kb.workspaces.connections import WAIT, tell_trouble
from kb.workspaces.schema import FILE, read_schema

MANIFEST = "manifest.json"
FORMAT_VERSION = 1
CHUNK = 1 << 20
LEFT_OUT = "The secret key is not in this backup: a site makes a new one where it has none. Links go on working."


class FileNote(Strict):
    """A file of a backup: its size in bytes, and the hash of what it holds."""

    name: Literal["workspaces.sqlite", "register.sqlite"]
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class Manifest(Strict):
    """What a backup says of itself. `made` is its time in ISO form, `schema_version` that of the workspaces' tables."""

    format: Literal["kb-backup"] = "kb-backup"
    version: int = FORMAT_VERSION
    made: str = Field(max_length=40)
    left_out: str = Field(LEFT_OUT, max_length=500)
    files: tuple[FileNote, ...] = Field(min_length=1, max_length=2)


@dataclass(frozen=True)
class BackupReport:
    """What a backup or a restore moved: how many workspaces, whether the register, and what else to say, in sentences.

    `size` is the backup's, in bytes.
    """

    workspaces: int
    has_register: bool
    size: int
    notes: tuple[str, ...] = ()


def write_backup(data: Path, file: Path, now: datetime) -> BackupReport:
    """Write a backup of a data folder to a zip file, in place of one of that name; the site may run meanwhile.

    Raises KbError, also when what is there is damaged; a file that was there then stays.
    """
    if file.suffix.lower() != ".zip":
        raise KbError(f"{file.name} does not end in .zip. Name the backup like bids-2026-11-21.zip.")
    with tell_files(file.parent), make_work_folder(file.parent, ".backup.") as here:
        count = copy_store(data / FILE, here / FILE) if (data / FILE).exists() else 0
        notes = _copy_register(data / REGISTER, here / REGISTER)
        found = [here / name for name in (FILE, REGISTER) if (here / name).exists()]
        if not found:
            raise KbError(
                f"There is nothing to back up in {data}: no workspaces and no imported register. {notes}".strip()
            )
        manifest = Manifest(
            made=now.astimezone(UTC).isoformat(timespec="seconds"), files=tuple(note_file(path) for path in found)
        )
        whole = here / MANIFEST
        _write_zip(whole, manifest, found, now)
        size = whole.stat().st_size
        whole.replace(file)
        sync_folder(file.parent)
    return BackupReport(count, (REGISTER in {path.name for path in found}), size, (notes,) if notes else ())


def copy_store(source: Path, target: Path) -> int:
    """Copy the store as it is at one moment, while others write; returns how many workspaces it holds.

    The copy is one file without free pages and without traces of creations. Raises StoreUnavailable.
    """
    with (
        tell_trouble(source),
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True, timeout=WAIT)) as live,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        schema = read_schema(live)
        live.backup(copy)
        copy.execute("pragma journal_mode = delete")
        check_sound(copy)
        if schema > 1:
            copy.execute("delete from creation")
        copy.execute("vacuum")
        return count_workspaces(copy) if schema else 0


def check_sound(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError, as for damage, if a file does not hold together."""
    found = connection.execute("pragma integrity_check(1)").fetchone()[0]
    if found != "ok" or connection.execute("pragma foreign_key_check").fetchone():
        error = sqlite3.DatabaseError(str(found) if found != "ok" else "rows without the workspace they belong to")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def count_workspaces(connection: sqlite3.Connection) -> int:
    """How many workspaces a file holds."""
    count: int = connection.execute("select count(*) from workspace").fetchone()[0]
    return count


def _copy_register(source: Path, target: Path) -> str:
    """Copy the register if it was imported; returns what there is to say. It is never changed in place, so a file once
    open stays whole."""
    if not source.exists():
        return ""
    try:
        meta = read_file_meta(source)
    except NoRegister as error:
        return f"The register of schools is not in the backup: {error}"
    if meta.get("origin") != "import":
        return ""
    with source.open("rb") as opened, target.open("xb") as copy:
        shutil.copyfileobj(opened, copy, CHUNK)
    return ""


def note_file(path: Path) -> FileNote:
    """A file's line in the manifest."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileNote.model_validate({"name": path.name, "sha256": digest, "size": path.stat().st_size})


def _write_zip(path: Path, manifest: Manifest, files: list[Path], now: datetime) -> None:
    made = now.astimezone(UTC).timetuple()[:6]
    with path.open("xb") as file:
        path.chmod(0o600)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo(MANIFEST, made), manifest.model_dump_json(indent=2) + "\n")
            for found in files:
                info = zipfile.ZipInfo(found.name, made)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o600 << 16
                with found.open("rb") as source, archive.open(info, "w", force_zip64=True) as member:
                    shutil.copyfileobj(source, member, CHUNK)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make sure that what was renamed in a folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def make_work_folder(place: Path, prefix: str) -> Iterator[Path]:
    """A folder to work in that is gone afterwards, in the place where the result will be. What one of these that was
    killed left there goes first.

    They work there one at a time, so what is found is nobody's. Where a folder cannot be locked (some network drives),
    nothing is cleared away.
    """
    handle = os.open(place, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
            _clear_left_over(place, prefix)
        with tempfile.TemporaryDirectory(dir=place, prefix=prefix) as folder:
            yield Path(folder)
    finally:
        os.close(handle)


def _clear_left_over(place: Path, prefix: str) -> None:
    """Remove the folders that were made with a prefix by the tempfile module."""
    name = re.compile(re.escape(prefix) + "[a-z0-9_]{8}")
    for path in place.iterdir():
        if name.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def tell_files(place: Path) -> Iterator[None]:
    """Raise what the file system refuses as KbError, with the file."""
    try:
        yield
    except OSError as error:
        raise KbError(f"{error.filename or place} cannot be used: {error.strerror or error}.") from error
