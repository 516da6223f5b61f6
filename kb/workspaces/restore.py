"""Put a backup into an empty place. The file is not trusted: everything is checked before anything is put in place."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import zipfile
import zlib
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from kb.errors import KbError
from kb.register.read import NoRegister, Register, read_file_meta
from kb.register.write import FILE as REGISTER
from kb.register.write import lock_register
from kb.workspaces.backup import (
    CHUNK,
    FORMAT_VERSION,
    MANIFEST,
    BackupReport,
    FileNote,
    Manifest,
    check_sound,
    count_workspaces,
    make_work_folder,
    note_file,
    sync_folder,
    tell_files,
)
from kb.workspaces.schema import FILE, UnknownSchema, expect_tables, list_tables, read_schema

MAX_MANIFEST = 64 * 1024  # bytes
MAX_FILE = 8 << 30  # bytes unpacked: 8,000 workspaces as large as can be; what must fit the disk as well
UNZIP = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class BadBackup(KbError):
    """A file that is no backup of ours, or a damaged one. Nothing was put in place."""


class NotEmpty(KbError):
    """There is something already where the backup would go. It has been left as it is."""


def restore_backup(file: Path, data: Path) -> BackupReport:
    """Put a backup's files into a data folder that has no workspaces; raises BadBackup, NotEmpty or KbError.

    A register that was imported there stays, unless it is the same one; one that came with the project is replaced.
    """
    with tell_files(data):
        data.mkdir(parents=True, exist_ok=True)
        with make_work_folder(data, ".restore.") as here:
            _need_empty(data)
            _unpack(file, here)
            count = _check_store(file, here / FILE) if (here / FILE).exists() else 0
            note = _check_register(file, here / REGISTER) if (here / REGISTER).exists() else ""
            has_register = (here / REGISTER).exists() and not note
            if has_register:
                _place_register(here / REGISTER, data)
            if (here / FILE).exists():
                _place_store(here / FILE, data)
            sync_folder(data)
    return BackupReport(count, has_register, file.stat().st_size, (note,) if note else ())


def _need_empty(data: Path) -> None:
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm", f"{FILE}-journal"):
        if os.path.lexists(data / name):
            raise NotEmpty(
                f"There are workspaces in {data} already ({name}). Stop the site and move the files that begin with "
                f"{FILE} to another place first, or set KB_DATA to another folder."
            )


def _unpack(file: Path, folder: Path) -> None:
    """Take the files out of a backup, checking names, sizes and hashes on the way."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = _check_members(file, archive)
            manifest = _read_manifest(file, archive, members.pop(MANIFEST))
            notes: dict[str, FileNote] = {note.name: note for note in manifest.files}
            if len(notes) != len(manifest.files) or set(notes) != set(members):
                raise BadBackup(f"{file.name} does not hold the files that it lists. Use another backup.")
            for name, member in members.items():
                if notes[name].size != member.file_size or member.file_size > MAX_FILE:
                    raise BadBackup(f"{name} in {file.name} is not as large as it says. Use another backup.")
            needed = sum(member.file_size for member in members.values())
            if needed > shutil.disk_usage(folder).free:
                raise BadBackup(f"{file.name} needs {needed >> 20} MB, and the disk of {folder.parent} has less.")
            for name, member in members.items():
                with archive.open(member) as source:
                    _copy_checked(file, source, folder / name, notes[name])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise BadBackup(f"{file.name} is not a whole backup ({error}). Use another backup.") from error


def _check_members(file: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """What is in the archive, by name: the manifest and the files that we know, each once, and nothing else."""
    found = archive.infolist()
    members = {member.filename: member for member in found}
    strange = [member.filename for member in found if member.filename not in (MANIFEST, FILE, REGISTER)]
    if strange or len(members) != len(found) or MANIFEST not in members:
        what = f"holds {strange[0][:80]!r}" if strange else "lacks its manifest, or holds a file twice"
        raise BadBackup(f"{file.name} is not a backup of this site: it {what}. Choose a file that kb backup wrote.")
    if any(member.flag_bits & 1 or member.compress_type not in UNZIP for member in found):
        raise BadBackup(f"{file.name} is locked or packed in a way that kb backup does not use. Use another backup.")
    return members


def _read_manifest(file: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Manifest:
    with archive.open(member) as opened:
        text = opened.read(MAX_MANIFEST)  # a longer one is cut off, and then is no JSON
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        raise BadBackup(
            f"The manifest of {file.name} cannot be read ({error.error_count()} problems). Choose a file that kb "
            "backup wrote."
        ) from None
    if manifest.version > FORMAT_VERSION:
        raise BadBackup(f"{file.name} was written by a newer version of the program. Install that version first.")
    return manifest


def _copy_checked(file: Path, source: IO[bytes], target: Path, note: FileNote) -> None:
    """Copy a member and check its hash. It gives no more bytes than its size says, which has been checked."""
    digest = hashlib.sha256()
    with target.open("xb") as copy:
        target.chmod(0o600)
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    if digest.hexdigest() != note.sha256:
        raise BadBackup(f"{note.name} in {file.name} is not what was backed up: it is damaged. Use another backup.")


def _check_store(file: Path, path: Path) -> int:
    """Look a copy of the store over: sound, of a version we know, with our tables and nothing else in it."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("pragma trusted_schema = off")
            connection.execute("pragma cell_size_check = on")
            version = read_schema(connection)
            if list_tables(connection) != expect_tables(version):
                raise BadBackup(f"The workspaces in {file.name} are not in tables of this program. Use another backup.")
            check_sound(connection)
            return count_workspaces(connection) if version else 0
    except UnknownSchema as error:
        raise BadBackup(f"{FILE} in {file.name} {error}.") from None
    except sqlite3.Error as error:
        raise BadBackup(f"The workspaces in {file.name} are damaged ({error}). Use another backup.") from error


def _check_register(file: Path, path: Path) -> str:
    """Why a backup's register cannot be used, "" if it can: the workspaces do not have to wait for it."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            check_sound(connection)
            if connection.execute("select 1 from sqlite_master where type in ('trigger', 'view')").fetchone():
                raise BadBackup(f"The register in {file.name} was not written by this program. Use another backup.")
        if Register(path.parent).read_meta().get("origin") == "import":
            return ""
        return "The register of schools in the backup was not imported, so it was left out."
    except (sqlite3.Error, NoRegister) as error:
        return f"The register of schools was left out ({error}). Import it again with: kb schools import FILE."


def _place_register(path: Path, data: Path) -> None:
    with lock_register(data):
        there = data / REGISTER
        if there.exists():
            origin = "damaged"
            with suppress(NoRegister):
                origin = read_file_meta(there).get("origin", "")
            if origin != "seed" and note_file(there) != note_file(path):
                raise NotEmpty(
                    f"There is a register of schools in {data} that was imported. Move {REGISTER} to another place "
                    "first."
                )
        path.replace(there)


def _place_store(path: Path, data: Path) -> None:
    try:
        os.link(path, data / FILE)  # unlike a rename, it never takes the place of a file
    except FileExistsError:
        _need_empty(data)
        raise
