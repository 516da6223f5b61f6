"""How much a workspace may hold, of which years, how long it is kept, and how often a client may start one."""

from __future__ import annotations

from datetime import date, timedelta

MAX_SIZE = 1_000_000  # bytes of JSON in all entries; the worked example in docs/ has about 30,000
MAX_HISTORY = 50_000_000  # bytes of JSON in all changes: thousands of saves, and yet nobody can fill the disk by a link
KEPT_FOR = timedelta(days=400)  # after the last change: over a year, since many streams come round once a year
CREATIONS = 20  # by one client in a CREATION_SPAN: a council behind one address may hold a workshop
CREATION_SPAN = timedelta(hours=1)
FIRST_YEAR, LAST_YEAR = 2000, 2100  # of every date that is written in: what lies outside was mistyped


def is_in_years(day: date) -> bool:
    """True for a day that an entry may have."""
    return FIRST_YEAR <= day.year <= LAST_YEAR
