"""The page of a plan: what it counts back from, what it says when there is no date or no bid, and its calendar file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from page_checks import PageReader, read_text

from kb.generations import Generation

RECURRING = "/match/plan/teacher-development-fund"
ROLLING = "/match/plan/national-lottery-awards-for-all-england"
LATE = f"{RECURRING}?closes=2027-01-29"
IN_TIME = f"{RECURRING}?closes=2027-06-18"


@pytest.fixture(scope="session")
def get_page_in_2025(make_app: Callable[..., Flask]) -> PageReader:
    """The site on a day when streams of the content have stated closing dates to come."""
    return PageReader(make_app(datetime(2025, 7, 7, 12, 0, tzinfo=UTC)))


def read_steps(page: BeautifulSoup) -> dict[str, list[str]]:
    """The steps of the table by label: who, from and to."""
    return {
        row.th.contents[0].strip(): [read_text(cell) for cell in row.select("td")][:3]
        for row in page.select(".app-plan tbody tr")
    }


def read_fields(page: BeautifulSoup) -> list[tuple[str, str]]:
    """What the form of a page sends as it stands."""
    fields = page.select_one(".app-plan-form").select("input")
    return [(tag["name"], tag["value"]) for tag in fields if tag.get("type") != "radio" or "checked" in tag.attrs]


def test_a_typed_closing_date_gives_the_steps_from_the_decision_to_the_closing(get_page: PageReader) -> None:
    page = get_page(IN_TIME)
    steps = read_steps(page)
    assert next(iter(steps)) == "Decide to go for it"
    assert steps["Approval by governors or trustees"] == [
        "Governors or trustees",
        "Thursday 6 May 2027",
        "Wednesday 26 May 2027",
    ]
    assert steps["Closing date"] == ["Paul Hamlyn Foundation", "Friday 18 June 2027", "Friday 18 June 2027"]
    text = read_text(page.main)
    assert "Counted back from Friday 18 June 2027, the date you typed in." in text
    assert "The record states none: expected about November 2026, as in 2025." in text
    assert "Begin by Thursday 11 February 2027: 55 working days from today." in text
    assert "our suggestion: your council's and your governors' dates may differ" in text


def test_an_expected_window_is_no_deadline_and_the_form_is_empty(get_page: PageReader) -> None:
    page = get_page(RECURRING)
    notice = read_text(page.select_one(".app-no-date"))
    assert notice.startswith("Expected about November 2026, as in 2025: type in the date when the funder states it.")
    assert "this is no deadline" in notice
    assert read_fields(page) == [("closes", "")]
    assert not page.select("table")


def test_a_fund_that_takes_applications_at_any_time_asks_for_a_day(get_page: PageReader) -> None:
    assert "You can apply at any time." in read_text(get_page(ROLLING).select_one(".app-no-date"))


def test_a_stated_day_is_counted_back_from_without_being_typed(
    get_page_in_2025: PageReader, generation: Generation
) -> None:
    page = get_page_in_2025(RECURRING)
    words = "Counted back from Wednesday 12 November 2025, the closing date that the sources state."
    assert words in read_text(page.main)
    assert ("closes", "2025-11-12") in read_fields(page)
    again = get_page_in_2025(f"{RECURRING}?{urlencode(read_fields(page))}")
    assert again.select_one(".app-plan") == page.select_one(".app-plan")
    assert "the closing date that the sources state" in read_text(again.main)
    stated = [window.closes for window in generation.catalogue.get_funding_stream("teacher-development-fund").windows]
    assert "12 November 2025" in [closes.words for closes in stated]


def test_a_month_is_counted_back_from_its_first_day_and_says_so(get_page_in_2025: PageReader) -> None:
    page = get_page_in_2025("/match/plan/condition-improvement-fund")
    assert (
        "The sources say December 2025 and give no day, so this counts back from the first day it can mean: "
        "Monday 1 December 2025." in read_text(page.main)
    )
    assert ("closes", "") in read_fields(page)


def test_a_month_that_has_begun_gives_no_day_to_count_from(make_app: Callable[..., Flask]) -> None:
    get_page = PageReader(make_app(datetime(2025, 12, 10, tzinfo=UTC)))
    page = get_page("/match/plan/condition-improvement-fund")
    assert "it may have closed already" in read_text(page.select_one(".app-no-date"))
    assert not page.select("table")


def test_a_plan_that_cannot_be_done_says_how_much_is_short_and_what_is_next(get_page: PageReader) -> None:
    page = get_page(LATE)
    assert "Too late for this window, going by these lengths: you are 39 working days short." in read_text(
        page.select_one(".app-too-late")
    )
    text = read_text(page.main)
    assert "The first step would have had to begin by Tuesday 29 September 2026." in text
    assert "Next is expected about November 2027, as in 2025; no date is stated yet." in text
    assert len(page.select(".app-late")) == 5


def test_a_missed_window_leads_to_the_next_stated_one(make_app: Callable[..., Flask]) -> None:
    get_page = PageReader(make_app(datetime(2024, 11, 11, tzinfo=UTC)))
    page = get_page(f"{RECURRING}?partner=charity")
    assert "Next is 12 November 2025: plan for that." in read_text(page.main)
    link = page.find("a", string="plan for that")["href"]
    assert parse_qsl(urlsplit(link).query) == [("closes", "2025-11-12"), ("partner", "charity")]
    assert not get_page(link).select(".app-too-late")


def test_a_fund_without_another_window_says_to_ask_and_a_rolling_one_to_choose_later(get_page: PageReader) -> None:
    silent = get_page("/match/plan/condition-improvement-fund?closes=2026-11-30")
    assert "No later window is stated: ask the funder when the next is." in read_text(silent.main)
    rolling = read_text(get_page(f"{ROLLING}?closes=2026-11-30").main)
    assert "Too late for this date" in rolling
    assert "You can apply at any time, so choose a later date." in rolling


def test_a_changed_length_moves_the_steps_before_it_and_is_called_your_own(get_page: PageReader) -> None:
    usual, changed = read_steps(get_page(IN_TIME)), read_steps(page := get_page(f"{IN_TIME}&days.governors=5"))
    assert changed["Council sign-off"] == usual["Council sign-off"]
    assert changed["Approval by governors or trustees"][1] == "Thursday 20 May 2027"
    assert read_text(page.select_one(".app-plan tr:-soup-contains('governors or trustees')").th).endswith(
        "5 working days, your own length"
    )
    assert "Approval by governors or trustees" not in read_steps(get_page(f"{IN_TIME}&days.governors=0"))


def test_the_readers_own_school_holiday_replaces_the_usual_one(get_page: PageReader) -> None:
    own = urlencode({"holiday.easter-2027": "2027-04-12 to 2027-04-23"})
    page = get_page(f"{IN_TIME}&{own}")
    assert "goes around: Easter 2027 (your dates)" in read_text(page.main)
    assert ("holiday.easter-2027", "2027-04-12 to 2027-04-23") in read_fields(page)
    none = get_page(f"{IN_TIME}&holiday.easter-2027=none")
    assert "Easter 2027 (" not in read_text(none.select_one(".app-plan"))
    assert ("holiday.easter-2027", "none") in read_fields(none)


def test_who_bids_follows_the_partners_named_unless_the_reader_says(get_page: PageReader) -> None:
    def is_joint(query: str) -> bool:
        return "Partners' written agreement" in read_steps(get_page(f"{ROLLING}?closes=2027-06-18{query}"))

    assert not is_joint("")
    assert is_joint("&partner=charity&partner=police")
    assert not is_joint("&partner=charity&partner=police&joint=no")
    assert is_joint("&joint=yes")


def test_the_form_sent_as_it_stands_gives_the_same_plan(get_page: PageReader) -> None:
    page = get_page(f"{IN_TIME}&joint=no&days.quotes=7&holiday.easter-2027=none&partner=charity")
    again = get_page(f"{RECURRING}?{urlencode(read_fields(page))}")
    assert again.select_one(".app-plan") == page.select_one(".app-plan")
    calendars = [shown.find("a", string="Add to calendar")["href"] for shown in (page, again)]
    assert calendars[0] == calendars[1]


def test_the_match_stays_in_the_address_of_everything_on_the_page(get_page: PageReader) -> None:
    match = [("partner", "charity"), ("partner", "police"), ("lead", "partner:charity:1"), ("q", "music, drama")]
    page = get_page(f"{IN_TIME}&{urlencode(match)}")
    assert [pair for pair in read_fields(page) if pair[0] in dict(match)] == match
    links = {link: page.find("a", string=link)["href"] for link in ("Add to calendar", "Back to what you can get")}
    assert parse_qsl(urlsplit(links["Back to what you can get"]).query) == match
    assert set(match) <= set(parse_qsl(urlsplit(links["Add to calendar"]).query))
    waiting = get_page(f"{RECURRING}?{urlencode(match)}&days.quotes=7")
    assert read_fields(waiting) == [("closes", ""), *match, ("days.quotes", "7")]


def test_the_calendar_file_holds_the_steps_and_nothing_of_who_asks(get_page: PageReader, client: FlaskClient) -> None:
    asks = urlencode({"profile": 1, "name.profile": "Secret School", "roll.profile": 61, "partner": "charity"})
    page = get_page(f"{ROLLING}?closes=2027-06-18&{asks}")  # joint, because two are named
    response = client.get(page.find("a", string="Add to calendar")["href"])
    assert (response.status_code, response.content_type) == (200, "text/calendar; charset=utf-8")
    name = "plan-national-lottery-awards-for-all-england.ics"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    events = Calendar.from_ical(response.data).walk("VEVENT")
    assert [str(event["SUMMARY"]).split(": ")[0] for event in events][-1] == "Closes"
    assert len(events) == len(read_steps(page))
    assert not any(word in response.text for word in ("Secret", "profile", "charity"))
    for event in events:
        address = urlsplit(str(event["URL"]))
        assert read_steps(get_page(f"{address.path}?{address.query}")) == read_steps(page)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (f"{RECURRING}?format=ics", "no closing date is stated, so there is nothing to put in a calendar"),
        ("/match/plan/pupil-premium?format=ics&closes=2027-01-29", "nobody applies for this"),
        (f"{LATE}&format=csv", '"csv" is not a format of this page. Write ics'),
        (f"{LATE}&colour=red", "colour: this parameter is not known. Accepted: closes, joint, days.STEP"),
        (f"{LATE}&closes=2027-01-30", "closes: this parameter may stand only once"),
        (f"{LATE}&joint=perhaps", 'joint: "perhaps" cannot be used. Write yes or no'),
        (f"{LATE}&days.govrnors=3", 'there is no "govrnors" in the plan. Did you mean governors?'),
        (f"{LATE}&days.governors=-3", "Write a whole number of working days from 0 to 250"),
        (f"{LATE}&days.governors=251", "Write a whole number of working days from 0 to 250"),
        (f"{LATE}&days.governors=%D9%A3", "Write a whole number of working days from 0 to 250"),
        (f"{LATE}&days=3", "days: this parameter is not known"),
        (f"{LATE}&holiday.easter-2027=2027-04-09+to+2027-03-26", 'like "2027-03-26 to 2027-04-09", or none'),
        (f"{LATE}&holiday.easter-2027=2026-03-26+to+2027-04-09", 'like "2027-03-26 to 2027-04-09", or none'),
        (f"{LATE}&holiday.easter-2037=none", 'there is no "easter-2037" in the plan'),
        (f"{LATE}&partner=chairty", "Did you mean charity?"),
        (f"{RECURRING}?closes=2027-01", 'closes: "2027-01" is not a day. Write it like'),
        (f"{RECURRING}?closes=29/01/2027", '"29/01/2027" is not a day'),
        (f"{RECURRING}?closes=2026-11-20", "Write a day from today, 2026-11-21, to 2031-11-21"),
        (f"{RECURRING}?closes=2031-11-22", "Write a day from today, 2026-11-21, to 2031-11-21"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_can(get_page: PageReader, address: str, says: str) -> None:
    assert says in read_text(get_page(address, status=400).main)


@pytest.mark.parametrize("closes", ["2026-11-21", "2031-11-21"])
def test_the_first_and_the_last_day_that_can_be_planned_for(get_page: PageReader, closes: str) -> None:
    page = get_page(f"{RECURRING}?closes={closes}&days.governors=250&days.partners=250&days.quotes=250")
    assert page.select(".app-plan")
    assert ("Our list of school holidays ends on Friday 31 August 2029" in read_text(page.main)) == (closes > "2029")


def test_empty_fields_and_campaign_parameters_change_nothing(get_page: PageReader) -> None:
    page = get_page(f"{IN_TIME}&joint=&days.quotes=&holiday.easter-2027=&utm_source=a&fbclid=1")
    assert page.main == get_page(IN_TIME).main


@pytest.mark.parametrize("stream_id", ["schools-forum", "no-such-fund", "%C3%A9", "pupil-premium%00"])
def test_there_is_no_plan_for_a_mechanism_or_an_unknown_fund(get_page: PageReader, stream_id: str) -> None:
    assert read_text(get_page(f"/match/plan/{stream_id}", status=404).h1) == "Page not found"
