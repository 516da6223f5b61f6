"""Connections to the store's file: a few, handed out one at a time to a thread, none held while the process forks.

SQLite must not be carried across a fork. So a fork waits for what is under way and closes the connections that lie
idle; parent and child open new ones when they need them.

Where nothing can be written (rights, a full disk), whoever only reads gets the file as it stands.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.workspaces.errors import StoreUnavailable
from kb.workspaces.schema import UnknownSchema, migrate, read_schema

WAIT = 5.0  # seconds for another writer; a write takes a few milliseconds
# What SQLite says where it cannot write: it needs a file beside ours even to read.
CANNOT_WRITE = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
)
# Full: an answer follows the disk. Secure delete: what is deleted is overwritten, and must be set on each connection.
# The schema is not trusted, so that a file from elsewhere runs no functions with side effects.
PRAGMAS = ("foreign_keys = on", "synchronous = full", "secure_delete = on", "trusted_schema = off")


class Connections:
    """Connections to one file, made when first asked for. Safe between threads and across forks.

    Everything that SQLite or the folder refuses is raised as StoreUnavailable.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._gate = threading.Condition()
        self._busy = 0
        self._idle: list[tuple[tuple[int, int], sqlite3.Connection]] = []
        _ALL.add(self)

    @contextmanager
    def use(self, reading: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection in autocommit mode, nobody else's meanwhile; one to read with alone may be had for `reading`
        where nothing can be written."""
        with self._gate:
            self._busy += 1
        try:
            with tell_trouble(self._path):
                place, connection = self._take(reading)
                sound = True
                try:
                    yield connection
                except sqlite3.Error:
                    sound = False  # whatever is wrong with it, a new one shows whether it is over
                    raise
                finally:
                    if sound and place is not None and not connection.in_transaction:
                        self._idle.append((place, connection))
                    else:
                        connection.close()
        finally:
            with self._gate:
                self._busy -= 1
                self._gate.notify_all()

    def _take(self, reading: bool) -> tuple[tuple[int, int] | None, sqlite3.Connection]:
        """A connection and the file it is of; None for that of one to close after use."""
        place = find_place(self._path)
        while idle := self._pop_idle():
            if idle[0] == place:
                return idle
            idle[1].close()  # of a file that was moved away: what is saved there would be lost
        try:
            connection = open_file(self._path)
        except (sqlite3.Error, OSError) as error:
            if reading and is_unwritable(error) and can_read_alone(self._path):
                return None, open_to_read(self._path)
            raise
        return find_place(self._path) or (0, 0), connection

    def _pop_idle(self) -> tuple[tuple[int, int], sqlite3.Connection] | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def close(self) -> None:
        """Close the connections that nobody uses now. More are opened when they are asked for."""
        while idle := self._pop_idle():
            idle[1].close()

    def hold(self) -> None:
        """Let nobody begin, wait for those under way, close all: what a fork needs. `release` ends it."""
        self._gate.acquire()
        while self._busy:
            self._gate.wait()
        self.close()

    def release(self) -> None:
        """After a fork, in both processes."""
        self._gate.release()


_ALL: weakref.WeakSet[Connections] = weakref.WeakSet()
_HELD: list[Connections] = []


def _hold_all() -> None:
    for connections in list(_ALL):
        connections.hold()
        _HELD.append(connections)


def _release_all() -> None:
    while _HELD:
        _HELD.pop().release()


os.register_at_fork(before=_hold_all, after_in_parent=_release_all, after_in_child=_release_all)


def find_place(path: Path) -> tuple[int, int] | None:
    """Which file is at a path; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def open_file(path: Path) -> sqlite3.Connection:
    """Open the store's file, made with its tables if it is not there, in autocommit mode.

    Raises UnknownSchema, sqlite3.Error and OSError. A file that cannot be read is left as it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        make_file(path)
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=WAIT, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in PRAGMAS:
            connection.execute(f"pragma {pragma}")
        if connection.execute("pragma journal_mode").fetchone()[0] != "wal":
            with lock_set_up(path):  # switching to WAL fails while another process does the same
                connection.execute("pragma journal_mode = wal")
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def is_unwritable(error: sqlite3.Error | OSError) -> bool:
    """True for what is raised where a file or its folder cannot be written."""
    return isinstance(error, OSError) or read_code(error) in CANNOT_WRITE


def can_read_alone(path: Path) -> bool:
    """True if the file itself holds everything. What is in a journal would be left out without a word."""
    journal = path.with_name(f"{path.name}-wal")
    return path.is_file() and not (journal.exists() and journal.stat().st_size)


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a file that has no journal to read it as it stands, without anything beside it.

    SQLite takes it that nobody changes it meanwhile, so the connection is for one use. Raises as `open_file`.
    """
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("pragma trusted_schema = off")
        read_schema(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def make_file(path: Path) -> None:
    """An empty file that only the owner may read; SQLite gives the files beside it the same rights."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return  # another process was faster


@contextmanager
def lock_set_up(path: Path) -> Iterator[None]:
    """One process at a time. The lock goes with the process, however it ends."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def tell_trouble(path: Path) -> Iterator[None]:
    """Raise what SQLite, the folder or an unknown file refuses as StoreUnavailable, with what to do."""
    try:
        yield
    except UnknownSchema as error:
        raise StoreUnavailable(f"{path} {error}. It has been left as it is.") from error
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{describe_trouble(path, error)} (SQLite: {error})") from error
    except OSError as error:
        raise StoreUnavailable(
            f"{error.filename or path} cannot be used: {error.strerror or error}. Nothing was saved. Mend that, then "
            "try again."
        ) from error


def read_code(error: sqlite3.Error) -> int:
    """What kind of error it is, by SQLite's own number; 0 if it does not say."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def describe_trouble(path: Path, error: sqlite3.Error) -> str:
    """What is wrong and what to do, in sentences, by the code of an error."""
    code = read_code(error)
    if code == sqlite3.SQLITE_FULL:
        return f"The disk that holds {path} is full. Nothing was saved. Make room on it, then try again."
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return (
            f"{path} is damaged. It has been left as it is. Whoever runs the site should move it, with the -wal and "
            "-shm files beside it, to another place, then run: kb restore FILE, with the newest backup."
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return (
            f"{path} cannot be written. Nothing was saved. Whoever runs the site should let its account write to that "
            "file and its folder."
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"{path} is in use by another process. Nothing was saved. Try again in a minute."
    return f"{path} cannot be used. Nothing was saved. Whoever runs the site should look at the disk that holds it."
