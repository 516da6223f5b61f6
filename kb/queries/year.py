"""The coming year: what opens and closes when, what is only expected, and where each bar of its picture stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from kb.queries.deadlines import find_next_window
from kb.records.dates import StatedDate
from kb.records.funding import Window

MONTHS = 12
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class YearRow:
    """One window of a stream. `first` and `last` are the days its closing can mean, None if only the opening is stated.

    `expected`: no source states the closing, so it is no deadline; `words` then say what it is as in.
    """

    title: str
    url: str
    opens: StatedDate | None
    first: date | None
    last: date | None
    words: str
    expected: bool = False


@dataclass(frozen=True)
class YearDates:
    """What can be said of the coming year: `later` are stated dates after it, `not_stated` (title, url) the rest."""

    rows: tuple[YearRow, ...]
    later: tuple[YearRow, ...]
    not_stated: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Span:
    """A stretch of the year, in percent of its width from the left."""

    at: float
    width: float


@dataclass(frozen=True)
class YearBar:
    """A row as drawn: `open` from the opening up to the closing, `closing` over the days the closing can mean."""

    row: YearRow
    open: Span | None
    closing: Span | None


@dataclass(frozen=True)
class YearPicture:
    """Twelve months from the first day of this one. `months` are (short name, name with year, span)."""

    months: tuple[tuple[str, str, Span], ...]
    bars: tuple[YearBar, ...]
    today_at: float


def collect_year(streams: Iterable[tuple[str, str, Iterable[Window] | None]], today: date) -> YearDates:
    """The rows of a year from (title, url, windows) of each stream, first closing first.

    A stream has a row for each coming window with a stated closing or opening; failing that, one for the month in which
    its next is expected; failing that, it is among those that state nothing.
    """
    end = list_months(today)[-1]
    rows: list[YearRow] = []
    later: list[YearRow] = []
    not_stated: list[tuple[str, str]] = []
    for title, url, windows in streams:
        found = _list_rows(title, url, list(windows or ()), today)
        if not found:
            not_stated.append((title, url))
        for row in found:
            (rows if _begins(row) < end else later).append(row)
    return YearDates(tuple(sorted(rows, key=_order)), tuple(sorted(later, key=_order)), tuple(not_stated))


def _list_rows(title: str, url: str, windows: list[Window], today: date) -> list[YearRow]:
    rows = []
    for window in windows:
        closes, opens = window.closes, window.opens
        if closes is not None and closes.last >= today:
            rows.append(YearRow(title, url, opens, closes.first, closes.last, closes.words))
        elif closes is None and opens is not None and opens.last >= today:
            rows.append(YearRow(title, url, opens, None, None, "Not stated"))
    if not rows:
        expected = find_next_window(windows, today)
        if expected is not None:
            rows.append(YearRow(title, url, None, expected.first, expected.last, expected.words, expected.expected))
    return rows


def _begins(row: YearRow) -> date:
    """The first day of a row that a picture could show."""
    days = [day for day in (row.opens.first if row.opens else None, row.first) if day]
    return min(days)


def _order(row: YearRow) -> tuple[date, bool, str]:
    # By the last day it can mean, as lists of deadlines are; what is only expected after what is stated.
    return (row.last or (row.opens.last if row.opens else date.max), row.expected, row.title.casefold())


def list_months(today: date) -> list[date]:
    """The first days of the twelve months from this one, and the first day after them."""
    count = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(count, count + MONTHS + 1)]


def make_year_picture(rows: Iterable[YearRow], today: date) -> YearPicture:
    """Where the bars of the rows stand; parts before or after the twelve months are cut off."""
    starts = list_months(today)
    months = tuple(
        (f"{start:%b}", f"{start:%B %Y}", _place(start, following, starts)) for start, following in pairwise(starts)
    )
    bars = tuple(_draw(row, starts) for row in rows)
    return YearPicture(months, bars, _place(today, today, starts).at)


def _draw(row: YearRow, starts: list[date]) -> YearBar:
    """An opening without a stated closing is drawn over the days it can mean, as nobody knows how long it lasts."""
    closing = None
    if row.first is not None and row.last is not None and row.first < starts[-1]:
        closing = _place(row.first, row.last + ONE_DAY, starts)
    if row.opens is None:
        return YearBar(row, None, closing)
    until = row.first if row.first is not None else row.opens.last + ONE_DAY
    begun = row.opens.first
    return YearBar(row, _place(begun, until, starts) if begun < until else None, closing)


def _place(first: date, end: date, starts: list[date]) -> Span:
    """The stretch from `first` to the day before `end`, cut to the year."""
    total = (starts[-1] - starts[0]).days
    left, right = (min(max((day - starts[0]).days, 0), total) for day in (first, end))
    return Span(round(100 * left / total, 2), round(100 * (right - left) / total, 2))
