"""Which date of a stream matters today. Only stated dates are deadlines; one that comes back is expected, no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kb.records.dates import StatedDate, last_day_of_month
from kb.records.funding import Window


@dataclass(frozen=True)
class NextWindow:
    """The next closing of a stream. `first` and `last` are the days it can mean.

    `expected` True: no source states it; a window like one of `as_in` (a year) is said to come back each year. Such a
    date is no deadline. `opens` is the stated opening of the same window, if any.
    """

    first: date
    last: date
    precision: str
    words: str
    expected: bool = False
    as_in: int | None = None
    opens: StatedDate | None = None


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


def find_next_window(windows: Iterable[Window], today: date) -> NextWindow | None:
    """The next stated closing; failing that, the month in which one is expected; None if nothing can be said.

    A window is expected only where a source says that it comes back (`recurs`), and only from a closing date of at
    least a month's precision: "expected about November, as in 2025".
    """
    found = list(windows)
    stated = [window for window in found if window.closes and window.closes.last >= today]
    if stated:
        window = min(stated, key=lambda each: each.closes.last if each.closes else date.max)
        closes = window.closes
        if closes is not None:
            return NextWindow(closes.first, closes.last, closes.precision, closes.words, opens=window.opens)
    expected = [next_month for window in found if (next_month := _expect_again(window, today))]
    return min(expected, key=lambda each: each.last, default=None)


def _expect_again(window: Window, today: date) -> NextWindow | None:
    """The month in which a window that comes back each year closes next."""
    closes = window.closes
    if closes is None or window.recurs is None or closes.precision not in ("day", "month"):
        return None
    year = today.year
    if last_day_of_month(date(year, closes.first.month, 1)) < today:
        year += 1
    first = date(year, closes.first.month, 1)
    words = f"expected about {first:%B %Y}, as in {closes.first.year}"
    return NextWindow(first, last_day_of_month(first), "month", words, expected=True, as_in=closes.first.year)
