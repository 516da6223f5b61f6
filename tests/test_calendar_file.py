"""Calendar files, read back as a calendar program would."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from kb.exports.calendar import Entry, make_plan_entries, make_year_entries, write_calendar
from kb.queries.plan import choose_closing, make_plan
from kb.queries.year import collect_year
from kb.records.bid_plan import PlanStep
from kb.records.dates import parse_stated_date
from kb.records.funding import Window

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, 0, 30, 5, tzinfo=UTC)
JANUARY = Entry("a@b", date(2027, 1, 29), date(2027, 1, 29), "Closes: Youth fund")
STEP = PlanStep(id="check", label="Check", who="Lead", days=3, basis="ours", why="Once more.")


def read_events(written: bytes) -> list[dict[str, str]]:
    """The properties of each event as text, in the order of the file; days as they are."""
    found = []
    for event in Calendar.from_ical(written).walk("VEVENT"):
        words = {name: str(event[name]) for name in event if name not in ("DTSTART", "DTEND", "DTSTAMP")}
        found.append({**words, "first": event["DTSTART"].dt, "end": event["DTEND"].dt, "stamp": event["DTSTAMP"].dt})
    return found


def write(*entries: Entry) -> list[dict[str, str]]:
    return read_events(write_calendar(entries, "Dates", NOW))


def test_an_entry_is_an_all_day_event_that_ends_the_day_after() -> None:
    (event,) = write(JANUARY)
    assert (event["first"], event["end"]) == (date(2027, 1, 29), date(2027, 1, 30))
    assert not isinstance(event["first"], datetime)
    assert (event["UID"], event["SUMMARY"], event["STATUS"]) == ("a@b", "Closes: Youth fund", "CONFIRMED")
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["stamp"] == NOW.replace(microsecond=0)


def test_a_range_covers_its_last_day() -> None:
    (event,) = write(Entry("a@b", date(2027, 2, 1), date(2027, 2, 28), "Half a term"))
    assert event["end"] - event["first"] == timedelta(days=28)


def test_an_expected_window_is_tentative_and_says_so() -> None:
    month = (date(2027, 2, 1), date(2027, 2, 28))
    events = write(
        Entry("a@b", *month, "Youth fund", tentative=True), Entry("b@b", *month, "Expected soon", tentative=True)
    )
    assert [event["STATUS"] for event in events] == ["TENTATIVE", "TENTATIVE"]
    assert [event["SUMMARY"] for event in events] == ["Expected: Youth fund", "Expected soon"]


def test_commas_semicolons_line_ends_and_long_lines_come_back_as_they_were() -> None:
    summary = "Schools, trusts; and a \\ in it: " + "é" * 200
    text = "One line\nanother, with; signs\nEND:VEVENT\nBEGIN:VEVENT"
    written = write_calendar([Entry("a@b", TODAY, TODAY, summary, text.replace("\n", "\r\n"))], "A, b", NOW)
    (event,) = read_events(written)
    assert (event["SUMMARY"], event["DESCRIPTION"]) == (summary, text)
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))


ODD_TEXT = st.text(max_size=60) | st.lists(st.sampled_from("\r\n\x00\x0b\x85\u2028,;:\\ \ud800END"), max_size=30).map(
    "".join
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(ODD_TEXT, ODD_TEXT, ODD_TEXT)
def test_no_text_adds_an_event_or_a_property(summary, description, url) -> None:
    written = write_calendar([Entry("a@b", TODAY, TODAY, summary, description, url)], summary, NOW)
    (event,) = read_events(written)
    allowed = {"UID", "SUMMARY", "DESCRIPTION", "URL", "STATUS", "TRANSP", "first", "end", "stamp"}
    assert set(event) <= allowed
    assert len(Calendar.from_ical(written).subcomponents) == 1


def test_the_same_entries_give_the_same_bytes_in_any_time_zone() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5)))
    assert write_calendar([JANUARY], "Dates", NOW) == write_calendar([JANUARY], "Dates", elsewhere)


def test_an_entry_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a@b ends on 2027-01-28, before it begins on 2027-01-29"):
        write(Entry("a@b", date(2027, 1, 29), date(2027, 1, 28), "Backwards"))


def test_a_plan_becomes_its_steps_and_its_closing_date_and_keeps_its_uids() -> None:
    def make_entries(typed: date, days: dict[str, int]) -> list[Entry]:
        plan = make_plan([STEP], typed, TODAY, [], (), days, joint=False)
        return make_plan_entries(plan, choose_closing([], typed, TODAY), "youth-fund", "Youth fund", "https://x.test/")

    first = write(*make_entries(date(2027, 1, 29), {}))
    assert [event["SUMMARY"] for event in first] == ["Check: Youth fund", "Closes: Youth fund"]
    assert "A usual length, our suggestion" in first[0]["DESCRIPTION"]
    assert "A date that you typed in" in first[1]["DESCRIPTION"]
    changed = write(*make_entries(date(2027, 2, 5), {"check": 5}))
    assert [event["UID"] for event in changed] == [event["UID"] for event in first]
    assert "A length that you chose" in changed[0]["DESCRIPTION"]


def test_a_year_becomes_deadlines_openings_and_tentative_months() -> None:
    stated = Window(opens=parse_stated_date("2026-12-01"), closes=parse_stated_date("2027-01-29"))
    vague = Window(closes=parse_stated_date("2027-03"))
    returning = Window(closes=parse_stated_date("2025-07-07"), recurs="yearly")
    streams = [
        ("Youth fund", "/funding/youth-fund", [stated]),
        ("Hall fund", "/funding/hall-fund", [vague]),
        ("Old fund", "/funding/old-fund", [returning]),
        ("Silent fund", "/funding/silent-fund", []),
    ]
    events = write(*make_year_entries(collect_year(streams, TODAY), "https://x.test"))
    assert [(event["SUMMARY"], event["first"], event["STATUS"]) for event in events] == [
        ("Opens: Youth fund", date(2026, 12, 1), "CONFIRMED"),
        ("Closes: Youth fund", date(2027, 1, 29), "CONFIRMED"),
        ("Closes: Hall fund (the source says March 2027)", date(2027, 3, 1), "CONFIRMED"),
        ("Expected to close: Old fund", date(2027, 7, 1), "TENTATIVE"),
    ]
    assert events[-1]["end"] == date(2027, 8, 1)
    assert "Expected about July 2027, as in 2025" in events[-1]["DESCRIPTION"]
    assert events[1]["URL"] == "https://x.test/funding/youth-fund"
    assert len({event["UID"] for event in events}) == 4
