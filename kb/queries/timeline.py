"""When each stream ran, and what replaced what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from kb.generations import Generation
from kb.queries.match import make_rules
from kb.records.funding import FundingStream

FIRST_YEAR = 2001  # the oldest source writes of 2003; streams begun before are drawn from the left edge
ENDED = ("historic", "closed")


@dataclass(frozen=True)
class TimelineRow:
    """One programme. `first` is the first year its sources date, `last` the last one of a programme that ended.

    Of a programme that has ended they are when it began and ended, None where no source says; of one that goes on
    `first` is only the first year on record. `at` and `width` place its bar in percent, None without a year to draw;
    one known end of an ended programme is a bar of one year, `is_open` then says that it reached further.
    """

    id: str
    title: str
    first: int | None
    last: int | None
    ended: bool
    replaced_by: tuple[tuple[str, str], ...]
    at: float | None = None
    width: float | None = None

    @property
    def is_open(self) -> bool:
        """True for an ended programme of which only the beginning or only the end is stated."""
        return self.ended and (self.first is None) != (self.last is None)

    @property
    def years(self) -> str:
        """When it ran, in words; "" when no source says."""
        if not self.ended:
            return f"on record from {self.first}" if self.first else ""
        if self.first and self.last:
            return f"{self.first} to {self.last}" if self.first != self.last else f"{self.first}"
        if self.first:
            return f"began {self.first}, end not stated"
        return f"ended {self.last}, start not stated" if self.last else ""


@dataclass(frozen=True)
class Timeline:
    """`families`: streams tied by replacement, earliest first; `others`: dated streams; `undated`: no year is stated.

    `years` are (year, percent from the left) of the marks of the axis.
    """

    families: tuple[tuple[TimelineRow, ...], ...]
    others: tuple[TimelineRow, ...]
    undated: tuple[TimelineRow, ...]
    years: tuple[tuple[int, float], ...]


def make_timeline(generation: Generation, today: date, service_area: str | None = None) -> Timeline:
    """The programmes of one service area, or of all; a family is shown whole if one of its streams belongs."""
    streams = {rules.stream.id: rules.stream for rules in generation.derive(make_rules)}
    followers = _find_followers(streams.values())
    rows = {stream.id: _make_row(stream, followers.get(stream.id, ()), streams, today) for stream in streams.values()}
    wanted = {
        stream.id
        for stream in streams.values()
        if service_area is None or service_area in stream.service_areas or "all" in stream.service_areas
    }
    families = [family for family in _join_families(streams, followers) if wanted & set(family)]
    in_family = {stream_id for family in families for stream_id in family}
    alone = sorted((rows[stream_id] for stream_id in wanted - in_family), key=_order)
    return Timeline(
        tuple(sorted((tuple(sorted((rows[i] for i in family), key=_order)) for family in families), key=_order_family)),
        tuple(row for row in alone if row.at is not None),
        tuple(row for row in alone if row.at is None),
        tuple(
            (year, _place(year, today)) for year in range(FIRST_YEAR, today.year + 1) if (year - FIRST_YEAR) % 5 == 0
        ),
    )


def _find_followers(streams: Iterable[FundingStream]) -> dict[str, tuple[str, ...]]:
    """By stream, the streams that replaced it, whichever record says so."""
    found: dict[str, dict[str, None]] = {}
    for stream in streams:
        for before in stream.replaces or ():
            found.setdefault(before, {})[stream.id] = None
        for after in stream.replaced_by or ():
            found.setdefault(stream.id, {})[after] = None
    return {stream_id: tuple(after) for stream_id, after in found.items()}


def _join_families(streams: dict[str, FundingStream], followers: dict[str, tuple[str, ...]]) -> list[frozenset[str]]:
    """Sets of programmes tied by replacement, directly or through others."""
    family_of: dict[str, set[str]] = {}
    for before, afters in followers.items():
        for after in afters:
            if before in streams and after in streams:
                joined = family_of.get(before, {before}) | family_of.get(after, {after})
                for member in joined:
                    family_of[member] = joined
    return list({frozenset(family) for family in family_of.values()})


def _make_row(
    stream: FundingStream, followers: tuple[str, ...], streams: dict[str, FundingStream], today: date
) -> TimelineRow:
    windows = stream.windows or ()
    begun = [found.first.year for window in windows for found in (window.opens, window.spend_from) if found]
    over = [found.last.year for window in windows for found in (window.closes, window.spend_by) if found]
    ended = stream.status in ENDED
    first = min(begun if ended else begun + over, default=None)
    last = max(over, default=None) if ended else None
    row = TimelineRow(
        stream.id,
        stream.title,
        first,
        last,
        ended,
        tuple((after, streams[after].title) for after in followers if after in streams),
    )
    if first is None and last is None:
        return row
    start = first if first is not None else last or FIRST_YEAR
    end = start if row.is_open else last if last is not None else today.year
    at = _place(start, today)
    return replace(row, at=at, width=round(max(_place(end + 1, today) - at, 1.0), 2))


def _place(year: int, today: date) -> float:
    """Where a year begins, in percent of the axis."""
    span = today.year + 1 - FIRST_YEAR
    return round(100 * min(max(year - FIRST_YEAR, 0), span) / span, 2)


def _order(row: TimelineRow) -> tuple[int, int, str]:
    return row.first or row.last or 9999, row.last or 9999, row.title.casefold()


def _order_family(family: tuple[TimelineRow, ...]) -> tuple[int, int, str]:
    return _order(family[0])
