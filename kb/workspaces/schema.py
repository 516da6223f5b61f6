"""The tables of the store, in numbered steps: a file of an earlier version is brought up to date, step by step.

A step that has been released is never changed; a change of the tables is a new step at the end, with a dump of a file
of the version before it in tests/data/workspaces/.

An entry's state at any version is its last change up to then, so a change keeps only what the entry became (null: it
was removed). `place` orders the entries of a workspace as they were added. `untidy` has its one row while traces of
something deleted may still be in the file. `clock` has its one row once the store was used: see expiry.py.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

FILE = "workspaces.sqlite"
TABLES = (
    """create table workspace (
      id integer primary key autoincrement,
      edit_hash blob not null unique, read_hash blob not null unique,
      version integer not null, created text not null, changed text not null, expires text not null)""",
    """create table entry (
      workspace_id integer not null references workspace (id) on delete cascade,
      id text not null, kind text not null, place integer not null, revision integer not null, data text not null,
      primary key (workspace_id, id)) without rowid""",
    """create table change (
      workspace_id integer not null references workspace (id) on delete cascade,
      version integer not null, number integer not null, at text not null, note text not null,
      entry_id text not null, kind text not null, place integer not null, data text,
      primary key (workspace_id, version, number)) without rowid""",
)
CREATION_RATE = (
    "create table creation (client blob not null, at text not null)",
    "create index creation_client on creation (client, at)",
)
UPKEEP = (
    "alter table workspace add column size integer not null default 0",
    "alter table workspace add column history integer not null default 0",
    """update workspace set
      size = (select coalesce(sum(length(cast(data as blob))), 0) from entry where workspace_id = workspace.id),
      history = (select coalesce(sum(length(cast(data as blob))), 0) from change where workspace_id = workspace.id)""",
    "create index workspace_expires on workspace (expires)",
    "create table untidy (id integer primary key check (id = 1))",
    "create index change_entry on change (workspace_id, entry_id, version)",
)
CLOCK = ("create table clock (id integer primary key check (id = 1), seen text not null, doubted text)",)
STEPS = (TABLES, CREATION_RATE, UPKEEP, CLOCK)
SCHEMA = len(STEPS)


class UnknownSchema(Exception):
    """The file is of a newer version, or none of ours; the message is the end of a sentence about it."""


def read_schema(connection: sqlite3.Connection) -> int:
    """The version of a file's tables, 0 for an empty file; raises UnknownSchema for one that we cannot read."""
    sql = "select user_version, exists (select 1 from sqlite_master) from pragma_user_version"
    connection.execute("savepoint looking")  # both as of one moment, since another process may be setting the file up
    version, has_tables = connection.execute(sql).fetchone()
    connection.execute("release looking")
    if version > SCHEMA:
        raise UnknownSchema(
            f"was written by a newer version of the program (its tables are version {version}, this program knows "
            f"{SCHEMA}). Install that version again"
        )
    if version == 0 and has_tables:
        raise UnknownSchema("is not a file of workspaces. Move it to another place")
    return int(version)


def migrate(connection: sqlite3.Connection, upto: int = SCHEMA) -> None:
    """Bring a file's tables up to a version, each step in a transaction of its own; raises UnknownSchema.

    Safe while other processes do the same. The connection must be in autocommit mode.
    """
    while read_schema(connection) < upto:
        connection.execute("begin immediate")
        try:
            version = read_schema(connection)
            if version < upto:
                for statement in STEPS[version]:
                    connection.execute(statement)
                connection.execute(f"pragma user_version = {version + 1}")
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise


def list_tables(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """(type, name, SQL) of everything that a file defines, in order: tables, indexes, and whatever else there is."""
    sql = "select type, name, coalesce(sql, '') from sqlite_master where name not like 'sqlite_stat%' order by 1, 2"
    return connection.execute(sql).fetchall()


def expect_tables(version: int) -> list[tuple[str, str, str]]:
    """What `list_tables` gives for a file of a version that this program has made."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, version)
        return list_tables(connection)
