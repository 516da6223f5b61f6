"""The picture of the coming year: which dates it shows, where the bars stand, and the same as a table."""

from __future__ import annotations

from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask import Flask, render_template_string
from hypothesis import given, settings
from hypothesis import strategies as st
from page_checks import list_faults, read_text

from kb.queries.year import YearDates, collect_year, make_year_picture
from kb.records.dates import parse_stated_date
from kb.records.funding import Window

TODAY = date(2026, 11, 21)
PAGE = (
    '{% extends "base.html" %}{% from "_year.html" import year_picture with context %}'
    "{% block content %}<h1>{{ title }}</h1><h2>Your year</h2>{{ year_picture(picture, year) }}{% endblock %}"
)


def make_window(opens: str | None = None, closes: str | None = None, recurs: str | None = None) -> Window:
    dates = {name: parse_stated_date(text) for name, text in (("opens", opens), ("closes", closes)) if text}
    return Window(**dates, recurs=recurs)


def collect(*streams: list[Window], today: date = TODAY) -> YearDates:
    """The year of streams called Fund 1, Fund 2 and so on."""
    named = [(f"Fund {number}", f"/funding/fund-{number}", windows) for number, windows in enumerate(streams, 1)]
    return collect_year(named, today)


@pytest.fixture
def read_year(app: Flask):
    """Draws a year inside a page of the site and checks the page."""

    def read(year: YearDates) -> BeautifulSoup:
        with app.test_request_context("/match"):
            html = render_template_string(PAGE, title="A year", picture=make_year_picture(year.rows, TODAY), year=year)
        page = BeautifulSoup(html, "html.parser")
        assert list_faults(html, page) == []
        return page

    return read


def test_the_months_are_twelve_from_this_one_and_fill_the_width() -> None:
    picture = make_year_picture([], TODAY)
    assert [name for name, _, _ in picture.months][::11] == ["Nov", "Oct"]
    assert [name for _, name, _ in picture.months][::11] == ["November 2026", "October 2027"]
    assert picture.months[0][2].at == 0
    assert sum(span.width for _, _, span in picture.months) == pytest.approx(100, abs=0.1)
    assert picture.today_at == pytest.approx(100 * 20 / 365, abs=0.01)


def test_a_stated_window_is_a_bar_from_its_opening_to_its_closing() -> None:
    (bar,) = make_year_picture(collect([make_window("2026-12-01", "2027-01-29")]).rows, TODAY).bars
    assert (bar.open.at, bar.closing.at) == (pytest.approx(100 * 30 / 365, abs=0.01), pytest.approx(24.38, abs=0.01))
    assert bar.open.at + bar.open.width == pytest.approx(bar.closing.at, abs=0.02)
    assert bar.closing.width == pytest.approx(100 / 365, abs=0.01)


def test_an_expected_window_is_a_row_of_its_own_kind_and_never_a_deadline() -> None:
    (row,) = collect([make_window("2025-08", "2025-11-12", "yearly")]).rows
    assert row.expected
    assert (row.first, row.last, row.opens) == (date(2026, 11, 1), date(2026, 11, 30), None)
    assert row.words == "expected about November 2026, as in 2025"


def test_a_stated_date_leaves_no_room_for_an_expected_one() -> None:
    year = collect([make_window(closes="2025-11-12", recurs="yearly"), make_window(closes="2027-01-29")])
    assert [(row.words, row.expected) for row in year.rows] == [("29 January 2027", False)]


def test_every_coming_window_of_a_stream_has_a_row_and_past_ones_have_none() -> None:
    windows = [make_window(closes=closes) for closes in ("2027-05-01", "2026-11-20", "2026-11-21", "2026-11")]
    assert [row.words for row in collect(windows).rows] == ["21 November 2026", "November 2026", "1 May 2027"]


def test_streams_that_state_nothing_are_listed_apart() -> None:
    year = collect([], [make_window(closes="2025-01-01")], [make_window(recurs="quarterly")])
    assert year.rows == ()
    assert year.not_stated == tuple((f"Fund {number}", f"/funding/fund-{number}") for number in (1, 2, 3))
    assert collect_year([("Fund", "/funding/fund", None)], TODAY).not_stated == (("Fund", "/funding/fund"),)


def test_an_opening_without_a_closing_is_shown_and_its_closing_is_not_stated() -> None:
    year = collect([make_window(opens="2027-02")])
    (bar,) = make_year_picture(year.rows, TODAY).bars
    assert (bar.row.words, bar.closing) == ("Not stated", None)
    assert bar.open.width == pytest.approx(100 * 28 / 365, abs=0.01)


def test_a_window_after_the_twelve_months_is_for_later() -> None:
    year = collect([make_window(closes="2027-11-01")], [make_window(closes="2027-10-31")])
    assert [row.title for row in year.later] == ["Fund 1"]
    assert [row.title for row in year.rows] == ["Fund 2"]


def test_a_bar_is_cut_at_both_ends_of_the_year() -> None:
    (bar,) = make_year_picture(collect([make_window("2020", "2029")]).rows, TODAY).bars
    assert (bar.open.at, bar.open.width, bar.closing) == (0, 100, None)


DATES = st.none() | st.dates(date(2024, 1, 1), date(2030, 12, 31)).map(str) | st.sampled_from(["2027", "spring 2027"])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.builds(make_window, DATES, DATES, st.sampled_from([None, "yearly"])), max_size=4))
def test_each_stream_stands_in_the_year_once_or_is_said_to_state_nothing(windows) -> None:
    year = collect(windows)
    assert bool(year.rows or year.later) != bool(year.not_stated)
    for bar in make_year_picture(year.rows, TODAY).bars:
        for span in filter(None, (bar.open, bar.closing)):
            assert 0 <= span.at <= span.at + span.width <= 100.01


def test_the_picture_is_followed_by_a_table_of_the_same_rows(read_year) -> None:
    page = read_year(
        collect([make_window("2026-12-01", "2027-01-29")], [make_window(closes="2025-07-07", recurs="yearly")], [])
    )
    drawn = [read_text(row) for row in page.select(".app-year__row")]
    assert drawn == [
        "Fund 1 closes 29 January 2027, opens 1 December 2026",
        "Fund 2 expected about July 2027, as in 2025: no deadline",
    ]
    (table,) = page.select("table")
    assert [[read_text(cell) for cell in row.select("th, td")] for row in table.select("tbody tr")] == [
        ["Fund 1", "1 December 2026", "29 January 2027", "Stated by a source"],
        [
            "Fund 2",
            "Not stated",
            "Not stated; expected about July 2027, as in 2025",
            "Expected: no source states a date, so this is no deadline",
        ],
    ]
    assert read_text(page.select_one("h3 ~ ul")) == "Fund 3"


def test_only_expected_bars_are_hatched_and_no_bar_needs_a_style_or_a_script(read_year) -> None:
    page = read_year(collect([make_window(closes="2027-01-29")], [make_window(closes="2025-07-07", recurs="yearly")]))
    stated, expected = page.select(".app-year__bar")
    assert stated.select(".app-year__closing")
    assert not stated.select(".app-year__expected")
    assert not expected.select(".app-year__closing")
    (rect,) = expected.select(".app-year__expected")
    assert rect["fill"] == f"url(#{page.select_one('pattern')['id']})"
    assert all(svg["aria-hidden"] == "true" for svg in page.select("svg[class^=app-year]"))


def test_a_year_without_dates_says_so(read_year) -> None:
    page = read_year(collect([]))
    assert "No date in the coming twelve months is stated or expected." in read_text(page.main)
    assert not page.select("figure, table")
