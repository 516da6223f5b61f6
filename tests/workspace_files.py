"""What tests of the store share: entries, a store in a folder of the test, and a look at everything it holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kb.workspaces.entries import Entry, Partner, Task
from kb.workspaces.store import Links, OpenWorkspace, WorkspaceStore
from kb.workspaces.workspace import start_entries

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SECRET = b"a secret key of a test, long enough"
CLIENT = "192.0.2.7"
MARK = "Lanternwright"  # a word that nothing else of the tests has
TABLES = ("workspace", "entry", "change", "creation")


def make_store(data: Path) -> WorkspaceStore:
    """The store of a data folder."""
    return WorkspaceStore(data, SECRET)


def start_workspace(store: WorkspaceStore, extra: Sequence[Entry] = (), title: str = "Wardens") -> Links:
    """Start a workspace with its single entries, one agreement point and some more."""
    return store.create([*start_entries(title, ["roles"]), *extra], NOW, CLIENT)


def open_new(store: WorkspaceStore, extra: Sequence[Entry] = (), title: str = "Wardens") -> OpenWorkspace:
    """A workspace just started, open for editing."""
    return store.open(start_workspace(store, extra, title).edit, NOW)


def fill_store(data: Path) -> Links:
    """Make a store with three workspaces, one of them deleted; returns the links of the fullest, with 8 versions."""
    store = make_store(data)
    links = start_workspace(store, [Partner(name="Example School", body="school", does="Rôles ✓")])
    store.delete(open_new(store, [Task(what="Deleted before")]).id)
    start_workspace(store, title="Another scheme")
    opened = store.open(links.edit, NOW)
    for number in range(6):
        store.add_entries(opened.id, [Task(what=f"Task {number}")], NOW)
    store.put_back(opened.id, 4, 7, NOW)
    store.close()
    return links


def list_tasks(store: WorkspaceStore, token: str) -> list[str]:
    """What the tasks of a workspace say."""
    return [item.value.what for item in store.open(token, NOW).workspace.list_items(Task)]


def read_tables(path: Path, tables: Sequence[str] = TABLES) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a store's file, in order."""
    with closing(sqlite3.connect(path)) as connection:
        return {name: sorted(connection.execute(f"select * from {name}"), key=repr) for name in tables}


def check_whole(path: Path) -> None:
    """Everything that must hold in a store's file: SQLite's own checks, versions without gaps, and each workspace the
    same as its history makes it."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        for workspace_id, version, size, history in connection.execute(
            "select id, version, size, history from workspace"
        ).fetchall():
            changes = connection.execute(
                "select version, number, entry_id, data from change where workspace_id = ? order by 1, 2",
                (workspace_id,),
            ).fetchall()
            numbers: dict[int, list[int]] = {}
            for found, number, _, _ in changes:
                numbers.setdefault(found, []).append(number)
            assert list(numbers) == list(range(1, version + 1))
            assert all(found == list(range(len(found))) for found in numbers.values())
            latest = {entry_id: (found, data) for found, _, entry_id, data in changes}
            entries = connection.execute(
                "select id, revision, data from entry where workspace_id = ?", (workspace_id,)
            ).fetchall()
            there = {entry_id: found for entry_id, found in latest.items() if found[1] is not None}
            assert {entry_id: (revision, data) for entry_id, revision, data in entries} == there
            assert size == sum(len(data.encode()) for _, _, data in entries)
            assert history == sum(len(data.encode()) for _, _, _, data in changes if data is not None)
