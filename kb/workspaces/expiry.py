"""Whether the clock can be believed enough to delete what has expired by it.

A clock set far ahead makes everything look expired. So the store notes when it was last used. A time of more than 30
days after that may be right (a quiet site, a backup brought back) or wrong, and nothing is deleted by it until it has
stood for a week. Whoever puts the clock right within that week finds every workspace as it was.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from kb.workspaces.versions import read_time, write_time

LONGEST_GAP = timedelta(days=30)  # between two uses, without doubt
TRIAL = timedelta(days=7)


def trust_clock(connection: sqlite3.Connection, now: datetime) -> bool:
    """Note in the store that it is used now. False while that is so far after the last use that it may be wrong."""
    seen, doubted = _read_clock(connection, now)
    is_trusted = now - seen <= LONGEST_GAP or (doubted is not None and now - doubted >= TRIAL)
    if is_trusted:
        seen, doubted = now, None  # an earlier time counts as well: it may be the one that was put right
    elif doubted is None or now < doubted:
        doubted = now
    connection.execute(
        "insert or replace into clock (id, seen, doubted) values (1, ?, ?)",
        (write_time(seen), write_time(doubted) if doubted else None),
    )
    return is_trusted


def _read_clock(connection: sqlite3.Connection, now: datetime) -> tuple[datetime, datetime | None]:
    """When the store was last used, and since when a time far after that has stood."""
    noted = connection.execute("select seen, doubted from clock").fetchone()
    if noted is None:
        changed = connection.execute("select max(changed) from workspace").fetchone()[0]
        noted = (changed or write_time(now), None)
    return read_time(noted[0]), read_time(noted[1]) if noted[1] else None
