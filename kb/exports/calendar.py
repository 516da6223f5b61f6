"""Calendar files (iCalendar, RFC 5545): all-day entries that phones and office calendars take in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from kb.queries.plan import Closing, Plan
from kb.queries.year import YearDates, YearRow
from kb.records.card import Card
from kb.records.text import clean_text

if TYPE_CHECKING:
    from icalendar import Event, Timezone

PRODUCT = "-//Find school funding and partnerships//EN"
EXPECTED = "Expected"
USUAL_LENGTH = "A usual length, our suggestion; not a date of the funder."
OWN_LENGTH = "A length that you chose; not a date of the funder."


@dataclass(frozen=True)
class Entry:
    """One all-day entry, `first` and `last` included.

    The same thing has the same `uid` each time, so that adding a newer file changes entries and does not double them.
    `tentative`: only expected, and its summary will say so.
    """

    uid: str
    first: date
    last: date
    summary: str
    description: str = ""
    url: str = ""
    tentative: bool = False


def write_calendar(entries: Iterable[Entry], name: str, generated: datetime) -> bytes:
    """A calendar file, also of no entries; the same arguments give the same bytes. `generated` must have a time zone.

    Raises ValueError for an entry that ends before it begins.
    """
    from icalendar import Calendar, vText  # here, because loading it takes most of a second

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", vText(clean_text(name)))  # no standard name, so not escaped of itself
    stamp = generated.astimezone(UTC).replace(microsecond=0)
    for entry in entries:
        calendar.add_component(_make_event(entry, stamp))
    if calendar.subcomponents:
        calendar.add("method", "PUBLISH")  # the standard allows it beside events alone
    else:
        calendar.add_component(_make_time_zone())  # the standard has no calendar without a part, so a harmless one
    written: bytes = calendar.to_ical()
    return written


def _make_time_zone() -> Timezone:
    from icalendar import Timezone, TimezoneStandard

    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))  # a local time, as the standard has it
    standard.add("tzoffsetfrom", timedelta())
    standard.add("tzoffsetto", timedelta())
    zone = Timezone()
    zone.add("tzid", "UTC")
    zone.add_component(standard)
    return zone


def _make_event(entry: Entry, stamp: datetime) -> Event:
    from icalendar import Event

    if entry.last < entry.first:
        raise ValueError(f"the entry {entry.uid} ends on {entry.last}, before it begins on {entry.first}")
    summary = clean_text(entry.summary)
    if entry.tentative and not summary.startswith(EXPECTED):
        summary = f"{EXPECTED}: {summary}"
    event = Event()
    event.add("uid", clean_text(entry.uid))
    event.add("dtstamp", stamp)
    event.add("dtstart", entry.first)
    event.add("dtend", entry.last + timedelta(days=1))  # the day after, as the standard has it
    event.add("summary", summary)
    if entry.description:
        event.add("description", clean_text(entry.description))
    if entry.url:
        event.add("url", "".join(clean_text(entry.url).split()))  # the standard does not escape an address
    event.add("status", "TENTATIVE" if entry.tentative else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # nobody is busy all day because of it
    return event


def make_plan_entries(plan: Plan, closing: Closing, stream_id: str, title: str, url: str) -> list[Entry]:
    """The steps of a plan and its closing date. `url` is the page of the plan; leave out of it whatever says who asks.

    The entries of a stream keep their uids when its date or the lengths change.
    """
    entries = [
        Entry(
            f"plan-{stream_id}-{planned.step.id}@find-school-funding",
            planned.start,
            planned.finish,
            f"{planned.step.label}: {title}",
            f"{planned.step.who}. {planned.step.why}\n{OWN_LENGTH if planned.is_changed else USUAL_LENGTH}",
            url,
        )
        for planned in plan.steps
    ]
    says = {
        "typed": "A date that you typed in. Check it with the funder.",
        "first-day": f"The first day it can mean: the source says {closing.window.words if closing.window else ''}.",
    }
    described = says.get(closing.basis, "As stated by the funder's source. Check it before you rely on it.")
    uid = f"plan-{stream_id}-closes@find-school-funding"
    return [*entries, Entry(uid, plan.closes, plan.closes, f"Closes: {title}", described, url)]


def make_year_entries(year: YearDates, site: str) -> list[Entry]:
    """The windows of a year and after it. `site` is the start of this site's addresses, without a slash at the end."""
    return [entry for row in (*year.rows, *year.later) for entry in _make_row_entries(row, site)]


def make_closing_entries(cards: Iterable[Card], site: str, today: date) -> list[Entry]:
    """The stated closing dates to come of records, soonest first; one that is only expected is no deadline.

    An entry has the uid that it has among those of `make_year_entries`. `site` as there.
    """
    found: dict[str, Entry] = {}
    coming = [(closes, card) for card in cards for closes in card.closes if closes.last >= today]
    for closes, card in sorted(coming, key=lambda pair: (pair[0].last, pair[1].title.casefold())):
        row = YearRow(card.title, card.url, None, closes.first, closes.last, closes.words)
        for entry in _make_row_entries(row, site):
            found.setdefault(entry.uid, entry)  # a stream may state the same date of several strands
    return list(found.values())


def _make_row_entries(row: YearRow, site: str) -> Iterator[Entry]:
    slug = row.url.strip("/").replace("/", "-")
    url = f"{site}{row.url}"
    if row.opens is not None:
        vague = "" if row.opens.precision == "day" else f" (the source says {row.opens.words})"
        uid = f"opens-{slug}-{row.opens.text.replace(' ', '-')}@find-school-funding"
        yield Entry(uid, row.opens.first, row.opens.last, f"Opens: {row.title}{vague}", "As stated by a source.", url)
    if row.first is not None and row.last is not None:
        uid = f"closes-{slug}-{row.first}@find-school-funding"
        if row.expected:
            words = row.words[:1].upper() + row.words[1:]
            described = f"{words}. No source states a date, so this is no deadline: ask the funder."
            yield Entry(uid, row.first, row.last, f"{EXPECTED} to close: {row.title}", described, url, tentative=True)
        else:
            vague = "" if row.first == row.last else f" (the source says {row.words})"
            yield Entry(uid, row.first, row.last, f"Closes: {row.title}{vague}", "As stated by a source.", url)
