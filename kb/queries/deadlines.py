"""Which date of a stream matters today. Only stated dates are deadlines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kb.records.dates import StatedDate


def find_next_closing(closes: Iterable[StatedDate], today: date) -> StatedDate | None:
    """The first stated closing date that is not over; a month or a term is over with its last day."""
    coming = [found for found in closes if found.last >= today]
    return min(coming, key=lambda found: found.last, default=None)


def find_last_closing(closes: Iterable[StatedDate], today: date) -> StatedDate | None:
    """The latest stated closing date that is over."""
    return max((found for found in closes if found.last < today), key=lambda found: found.last, default=None)


def is_past_review(review_by: StatedDate | None, today: date) -> bool:
    """True when the day is over after which a record is stale."""
    return review_by is not None and review_by.last < today
