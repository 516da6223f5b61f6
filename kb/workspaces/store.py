"""The store: workspaces kept in one SQLite file, opened by their links, saved an entry at a time.

A method that returns has its change on the disk. Every method raises StoreUnavailable when the file cannot be used; the
ones that only read need no more than to read it. Nothing is opened before the first one is called.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from kb.errors import RecordNotFound
from kb.workspaces import versions
from kb.workspaces.connections import Connections
from kb.workspaces.entries import KINDS, Entry
from kb.workspaces.errors import EditConflict, StoreUnavailable, TooMuch, WorkspaceNotFound, WrongKind
from kb.workspaces.expiry import trust_clock
from kb.workspaces.limits import CREATION_SPAN, CREATIONS, KEPT_FOR
from kb.workspaces.schema import FILE
from kb.workspaces.tokens import Links, find_right, hash_client, hash_token, is_hash_of, make_links, read_secret
from kb.workspaces.versions import Change, NewEntry, Row, begin_draft, read_time, write_entry, write_time
from kb.workspaces.workspace import Workspace

__all__ = [
    "Change",
    "EditConflict",
    "Links",
    "NewEntry",
    "OpenWorkspace",
    "StoreUnavailable",
    "TooMuch",
    "WorkspaceNotFound",
    "WorkspaceStore",
    "WrongKind",
    "read_secret",
]
LATEST = 2**62
UNTIDY = "insert or ignore into untidy (id) values (1)"


@dataclass(frozen=True)
class OpenWorkspace:
    """A workspace opened by a link: its id for the store's other methods, and what the link lets its holder do."""

    id: int
    may_edit: bool
    created: datetime
    changed: datetime
    expires: datetime
    workspace: Workspace


class WorkspaceStore:
    """The workspaces of a data folder. Safe to share between threads, and between processes after a fork.

    `secret` is the site's secret key, or asks for it when it is first needed, so that a site whose data folder cannot
    be written still starts. It is used for nothing but the rate of creation; links do not depend on it.
    """

    def __init__(self, data: Path, secret: bytes | Callable[[], bytes]) -> None:
        self._connections = Connections(data / FILE)
        self._secret = secret
        self._tidied: date | None = None

    def create(self, entries: Sequence[NewEntry], now: datetime, client: str, note: str = "started") -> Links:
        """Start a workspace with entries, each with an id of its own or (id, entry); returns its links, which cannot
        be had again.

        `client` is the address it was asked from. Raises TooMuch, also when that client has started too many, and
        WrongKind when an entry that every workspace has one of is missing or there twice.
        """
        secret = self._secret if isinstance(self._secret, bytes) else self._secret()
        links = make_links()
        with self._write() as connection:
            _count_creation(connection, hash_client(secret, client), now)
            at, expires = write_time(now), write_time(now + KEPT_FOR)
            workspace_id = connection.execute(
                """insert into workspace (edit_hash, read_hash, version, created, changed, expires)
                   values (?, ?, 0, ?, ?, ?)""",
                (hash_token(links.edit), hash_token(links.read), at, at, expires),
            ).lastrowid
            draft = begin_draft(connection, workspace_id or 0, now, note)
            draft.add(entries)
            given = {row.kind for row in draft.read_rows().values()}
            missing = [model.noun for kind, model in KINDS.items() if model.single and kind not in given]
            if missing:
                raise WrongKind(f"A workspace cannot be without its {', '.join(missing)}.")
            draft.finish()
        return links

    def open(self, token: str, now: datetime) -> OpenWorkspace:
        """The workspace of a link; raises WorkspaceNotFound."""
        right = find_right(token)
        if right is None:
            raise WorkspaceNotFound
        self._tidy_daily(now)
        sql = f"""select id, {right}_hash, version, created, changed, expires from workspace
                  where {right}_hash = ? and expires > ?"""  # noqa: S608 (one of two words of ours)
        with self._read() as connection:
            found = connection.execute(sql, (hash_token(token), write_time(now))).fetchone()
            if found is None or not is_hash_of(found[1], token):
                raise WorkspaceNotFound
            rows = versions.read_rows(connection, found[0])
        created, changed, expires = map(read_time, found[3:])
        workspace = versions.load_workspace(found[2], rows)
        return OpenWorkspace(found[0], right == "edit", created, changed, expires, workspace)

    def add_entries(self, workspace_id: int, entries: Sequence[NewEntry], now: datetime, note: str = "") -> list[str]:
        """Add entries in one version, all or none, each with an id of its own or (id, entry); returns their ids.

        Raises TooMuch, and WrongKind for one of those that a workspace has exactly one of.
        """
        if not entries:
            return []
        with self._write() as connection:
            draft = begin_draft(connection, workspace_id, now, note)
            ids = draft.add(entries)
            draft.finish()
        return ids

    def save_entry(self, workspace_id: int, entry_id: str, entry: Entry, base_revision: int, now: datetime) -> int:
        """Save an entry that was opened at a revision; returns its revision now, the same one if nothing differs.

        Raises EditConflict when it has been changed or removed since, WrongKind when it is of another kind, TooMuch.
        """
        data = write_entry(entry)
        with self._write() as connection:
            draft = begin_draft(connection, workspace_id, now)
            row = draft.find_row(entry_id)
            if row is not None and row.kind != entry.kind:
                raise WrongKind(f"This entry is a {KINDS[row.kind].noun}, not a {entry.noun}. Open it again.")
            if row is not None and row.data == data:
                return row.revision
            if row is None or row.revision != base_revision:
                raise EditConflict(versions.load_item(row), draft.base)
            draft.put(Row(entry_id, entry.kind, row.place, draft.version, data), row.data)
            return draft.finish()

    def remove_entry(self, workspace_id: int, entry_id: str, base_revision: int, now: datetime) -> None:
        """Remove an entry that was opened at a revision; one that is gone already is no conflict.

        Raises EditConflict when it has been changed since, WrongKind for one that every workspace has.
        """
        with self._write() as connection:
            draft = begin_draft(connection, workspace_id, now)
            row = draft.find_row(entry_id)
            if row is None:
                return
            if KINDS[row.kind].single:
                raise WrongKind(f"A workspace cannot be without its {KINDS[row.kind].noun}. Change it instead.")
            if row.revision != base_revision:
                raise EditConflict(versions.load_item(row), draft.base)
            draft.put(Row(entry_id, row.kind, row.place, draft.version, None), row.data)
            draft.finish()

    def list_changes(self, workspace_id: int, before_version: int | None, limit: int) -> list[Change]:
        """What the `limit` newest versions before one (None: of all) changed, the newest first.

        A version may have several changes, which are never torn apart; to go on, name the last one's version.
        """
        with self._read() as connection:
            newest = _find_version(connection, workspace_id) + 1
            before = newest if before_version is None else max(0, min(before_version, newest))
            return versions.list_changes(connection, workspace_id, before, min(limit, LATEST))

    def read_version(self, workspace_id: int, version: int) -> Workspace:
        """The workspace as it was at a version; raises RecordNotFound if it never had that one."""
        with self._read() as connection:
            _check_version(version, _find_version(connection, workspace_id))
            rows = versions.read_old_rows(connection, workspace_id, version)
        return versions.load_workspace(version, rows)

    def put_back(self, workspace_id: int, version: int, base_version: int, now: datetime) -> int:
        """Make the workspace what it was at a version; returns its version now, the same one if nothing differs.

        Raises EditConflict when it has changed since `base_version`, RecordNotFound if it never had that version.
        """
        with self._write() as connection:
            draft = begin_draft(connection, workspace_id, now, f"put back version {version}")
            _check_version(version, draft.base)
            if draft.base != base_version:
                raise EditConflict(None, draft.base)
            now_rows = draft.read_rows()
            old_rows = {row.id: row for row in versions.read_old_rows(connection, workspace_id, version)}
            for row in now_rows.values():
                if row.id not in old_rows:
                    draft.put(Row(row.id, row.kind, row.place, draft.version, None), row.data)
            for row in old_rows.values():
                current = now_rows.get(row.id)
                if current is None or current.data != row.data:
                    draft.put(row, current.data if current else None)
            return draft.base if draft.is_empty else draft.finish()

    def keep(self, workspace_id: int, now: datetime) -> None:
        """Let a workspace expire as late as if it had been changed now."""
        with self._write() as connection:
            begin_draft(connection, workspace_id, now)
            sql = "update workspace set expires = ? where id = ?"
            connection.execute(sql, (write_time(now + KEPT_FOR), workspace_id))

    def renew_links(self, workspace_id: int, now: datetime) -> Links:
        """Give a workspace new links; the ones it had stop working."""
        links = make_links()
        with self._write() as connection:
            begin_draft(connection, workspace_id, now)
            connection.execute(
                "update workspace set edit_hash = ?, read_hash = ? where id = ?",
                (hash_token(links.edit), hash_token(links.read), workspace_id),
            )
        return links

    def delete(self, workspace_id: int) -> None:
        """Delete a workspace with its history; what it held is overwritten in the file."""
        with self._write() as connection:
            if not connection.execute("delete from workspace where id = ?", (workspace_id,)).rowcount:
                raise WorkspaceNotFound
            connection.execute(UNTIDY)
        self._tidy()

    def drop_expired(self, now: datetime) -> int:
        """Delete the workspaces whose time is over, and the traces of creations; returns how many workspaces.

        It deletes none of them while the clock may be wrong, see expiry.py. `open` does this once a day.
        """
        with self._write() as connection:
            sql = "delete from workspace where expires <= ?"
            dropped = connection.execute(sql, (write_time(now),)).rowcount if trust_clock(connection, now) else 0
            _forget_creations(connection, now)
            if dropped:
                connection.execute(UNTIDY)
        self._tidy()
        return dropped

    def close(self) -> None:
        """Close the file; the next method opens it again."""
        self._connections.close()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """A transaction that writes, with nobody else writing meanwhile."""
        with self._connections.use() as connection, _transaction(connection, "begin immediate"):
            yield connection

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        """A transaction that reads one state, also where nothing can be written."""
        with self._connections.use(reading=True) as connection, _transaction(connection, "begin"):
            yield connection

    def _tidy(self) -> None:
        """Take the last traces of what was deleted out of the file and its journal.

        SQLite overwrites what is deleted, but where it had moved rows about between pages before, remains of them stay
        in the gaps; and the journal keeps whole pages. So the file is written anew, and the journal emptied. If
        somebody is in the way or the disk is full, the next deletion or the next day tries again.
        """
        versions.forget_values()
        with suppress(StoreUnavailable), self._connections.use() as connection:
            if connection.execute("select 1 from untidy").fetchone():
                connection.execute("vacuum")
                if connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0] == 0:
                    connection.execute("delete from untidy")

    def _tidy_daily(self, now: datetime) -> None:
        if self._tidied != now.date():
            self._tidied = now.date()
            with suppress(StoreUnavailable):  # whoever only reads need not be stopped by that
                self.drop_expired(now)


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def _find_version(connection: sqlite3.Connection, workspace_id: int) -> int:
    found = connection.execute("select version from workspace where id = ?", (workspace_id,)).fetchone()
    if found is None:
        raise WorkspaceNotFound
    version: int = found[0]
    return version


def _check_version(version: int, newest: int) -> None:
    if not 1 <= version <= newest:
        raise RecordNotFound("version of this workspace", str(version))


def _forget_creations(connection: sqlite3.Connection, now: datetime) -> None:
    connection.execute("delete from creation where at <= ?", (write_time(now - CREATION_SPAN),))


def _count_creation(connection: sqlite3.Connection, client: bytes, now: datetime) -> None:
    _forget_creations(connection, now)
    count = connection.execute("select count(*) from creation where client = ?", (client,)).fetchone()[0]
    if count >= CREATIONS:
        raise TooMuch(
            f"{CREATIONS} workspaces have been started from here within an hour, and that is as many as can be. Try "
            "again in an hour, or go on in one of those."
        )
    connection.execute("insert into creation (client, at) values (?, ?)", (client, write_time(now)))
