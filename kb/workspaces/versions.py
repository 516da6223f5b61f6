"""Versions of a workspace as rows: a new one being written, an old one read again, the history listed."""

from __future__ import annotations

import json
import secrets
import sqlite3
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from kb.workspaces.entries import ENTRY_ID, KINDS, Entry
from kb.workspaces.errors import StoreUnavailable, TooMuch, WorkspaceNotFound, WrongKind
from kb.workspaces.limits import KEPT_FOR, MAX_HISTORY, MAX_SIZE
from kb.workspaces.workspace import Item, Workspace

LETTERS = string.ascii_lowercase + string.digits
PLACES = 10_000  # places that the entries of one version can take; a workspace holds fewer entries than that
NewEntry = Entry | tuple[str, Entry]


@dataclass(frozen=True)
class Change:
    """What one version did to one entry: `before` and `after` are its JSON forms, None where it was not there.

    `note` is "started", "imported", "put back version 12" or "".
    """

    version: int
    at: datetime
    kind: str
    entry_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    note: str


@dataclass(frozen=True)
class Row:
    """An entry as its row has it; `data` is JSON, None where a change removed it."""

    id: str
    kind: str
    place: int
    revision: int
    data: str | None


def write_time(at: datetime) -> str:
    """A moment as it is stored: its text sorts as it does."""
    if at.tzinfo is None:
        raise ValueError("A moment without its time zone cannot be stored.")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    """A moment from its stored text, in UTC."""
    return datetime.fromisoformat(text)


def write_entry(entry: Entry) -> str:
    """An entry as it is stored: equal entries have equal text."""
    return json.dumps(entry.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))


def make_entry_id() -> str:
    """A new id for an entry; the chance that a workspace has it already is nil in practice, and is checked."""
    return "".join(secrets.choice(LETTERS) for _ in range(8))


@dataclass
class Draft:
    """A version being written, inside a transaction that the caller holds. Nothing counts before `finish`."""

    connection: sqlite3.Connection
    workspace_id: int
    base: int  # the version it follows
    now: datetime
    note: str = ""
    size: int = 0
    history: int = 0
    _written: list[tuple[str, str]] = field(default_factory=list)  # (id, kind) of each entry that it adds or changes

    @property
    def version(self) -> int:
        """The number of the version that this becomes."""
        return self.base + 1

    @property
    def is_empty(self) -> bool:
        """True while nothing differs from the version before."""
        return not self._written

    def read_rows(self) -> dict[str, Row]:
        """The entries as they are, by id, in order."""
        return {row.id: row for row in read_rows(self.connection, self.workspace_id)}

    def find_row(self, entry_id: str) -> Row | None:
        """One entry as it is; None if it is not there, or if that can be no id."""
        if not ENTRY_ID.fullmatch(entry_id):
            return None
        sql = "select id, kind, place, revision, data from entry where workspace_id = ? and id = ?"
        found = self.connection.execute(sql, (self.workspace_id, entry_id)).fetchone()
        return Row(*found) if found else None

    def add(self, entries: Iterable[NewEntry]) -> list[str]:
        """Add entries, with ids of their own or new ones; returns the ids. Raises TooMuch, or ValueError for an id
        that cannot be used."""
        sql = "select count(*) from entry where workspace_id = ?"
        taken = bool(self.connection.execute(sql, (self.workspace_id,)).fetchone()[0])
        ids: dict[str, None] = {}
        for number, given in enumerate(entries):
            entry_id, entry = given if isinstance(given, tuple) else (make_entry_id(), given)
            if not ENTRY_ID.fullmatch(entry_id) or entry_id in ids or (taken and self.find_row(entry_id)):
                raise ValueError(f'"{entry_id[:60]}" cannot be the id of a new entry.')
            place = self.version * PLACES + number
            self.put(Row(entry_id, entry.kind, place, self.version, write_entry(entry)), None)
            ids[entry_id] = None
        self._check_counts()
        return list(ids)

    def put(self, row: Row, before: str | None) -> None:
        """Write an entry as it becomes (no data: it is removed) with its line in the history. `before` is its JSON as
        it was, None if it was not there."""
        key = (self.workspace_id, row.id)
        if row.data is None:
            self.connection.execute("delete from entry where workspace_id = ? and id = ?", key)
        else:
            self.connection.execute(
                """insert into entry (workspace_id, id, kind, place, revision, data) values (?, ?, ?, ?, ?, ?)
                   on conflict do update set revision = excluded.revision, data = excluded.data""",
                (*key, row.kind, row.place, self.version, row.data),
            )
        self.connection.execute(
            """insert into change (workspace_id, version, number, at, note, entry_id, kind, place, data)
               values (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                self.workspace_id, self.version, len(self._written), write_time(self.now), self.note,
                row.id, row.kind, row.place, row.data,
            ),
        )  # fmt: skip
        self.size += count_bytes(row.data) - count_bytes(before)
        self.history += count_bytes(row.data)
        self._written.append((row.id, row.kind))

    def _check_counts(self) -> None:
        for kind in {kind for _, kind in self._written}:
            sql = "select count(*) from entry where workspace_id = ? and kind = ?"
            count = self.connection.execute(sql, (self.workspace_id, kind)).fetchone()[0]
            model = KINDS[kind]
            if model.single and count != 1:
                raise WrongKind(f"A workspace has exactly one {model.noun}. Change it instead.")
            if not model.single and count > model.most:
                raise TooMuch(
                    f"There is no room for another {model.noun}: a workspace holds {model.most}. Take one out first."
                )

    def finish(self) -> int:
        """Make it the workspace's version, and its last change now; returns its number. Raises TooMuch."""
        if self.size > MAX_SIZE:
            raise TooMuch("The workspace holds as much text as it may. Shorten something or take something out first.")
        if self.history > MAX_HISTORY:
            raise TooMuch(
                "The history of this workspace is as long as it may be. Take the workspace out as a JSON file and "
                "start a new one from that file."
            )
        self.connection.execute(
            "update workspace set version = ?, changed = ?, expires = ?, size = ?, history = ? where id = ?",
            (
                self.version, write_time(self.now), write_time(self.now + KEPT_FOR), self.size, self.history,
                self.workspace_id,
            ),
        )  # fmt: skip
        return self.version


def count_bytes(data: str | None) -> int:
    """The size of stored JSON."""
    return len(data.encode()) if data else 0


def begin_draft(connection: sqlite3.Connection, workspace_id: int, now: datetime, note: str = "") -> Draft:
    """Start the next version of a workspace; raises WorkspaceNotFound, also for one that has expired."""
    sql = "select version, size, history from workspace where id = ? and expires > ?"
    found = connection.execute(sql, (workspace_id, write_time(now))).fetchone()
    if found is None:
        raise WorkspaceNotFound
    version, size, history = found
    return Draft(connection, workspace_id, version, now, note, size, history)


def read_rows(connection: sqlite3.Connection, workspace_id: int) -> list[Row]:
    """The entries of a workspace as they are, in order."""
    sql = "select id, kind, place, revision, data from entry where workspace_id = ?"
    return sorted((Row(*found) for found in connection.execute(sql, (workspace_id,))), key=lambda row: row.place)


def read_old_rows(connection: sqlite3.Connection, workspace_id: int, version: int) -> list[Row]:
    """The entries as they were at a version, in order."""
    sql = """select entry_id, kind, place, max(version), data from change
             where workspace_id = ? and version <= ? group by entry_id"""  # the row with the highest version, in SQLite
    rows = [Row(*found) for found in connection.execute(sql, (workspace_id, version))]
    return sorted((row for row in rows if row.data is not None), key=lambda row: row.place)


@lru_cache(maxsize=4096)  # a few dozen workspaces: checking entries is most of the time that opening one takes
def _load_value(kind: str, data: str) -> Entry:
    return KINDS[kind].model_validate_json(data)


def forget_values() -> None:
    """Forget the entries that were read lately; for a deletion."""
    _load_value.cache_clear()


def load_workspace(version: int, rows: Sequence[Row]) -> Workspace:
    """The workspace that rows make; raises StoreUnavailable if one was not written by this program."""
    try:
        return Workspace(
            version, tuple(Item(row.id, row.revision, _load_value(row.kind, row.data or "")) for row in rows)
        )
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise StoreUnavailable(
            f"This workspace holds an entry that the program cannot read ({type(error).__name__}). It was probably "
            "written by a newer version of the program. Install that version again."
        ) from None


def load_item(row: Row | None) -> Item[Any] | None:
    """The entry of a row; None for none."""
    return load_workspace(0, [row]).entries[0] if row else None


def list_changes(connection: sqlite3.Connection, workspace_id: int, before: int, limit: int) -> list[Change]:
    """The changes of `limit` versions before a version, the newest first; those of one version in their order."""
    sql = """select version, number, at, kind, entry_id, data, note,
               (select earlier.data from change as earlier
                where earlier.workspace_id = change.workspace_id and earlier.entry_id = change.entry_id
                  and earlier.version < change.version order by earlier.version desc limit 1)
             from change where workspace_id = ? and version < ? and version >= ? order by version desc, number"""
    rows = connection.execute(sql, (workspace_id, before, before - limit))
    return [
        Change(version, read_time(at), kind, entry_id, _load(earlier), _load(data), note)
        for version, _, at, kind, entry_id, data, note, earlier in rows
    ]


def _load(data: str | None) -> dict[str, Any] | None:
    loaded: dict[str, Any] | None = json.loads(data) if data else None
    return loaded
