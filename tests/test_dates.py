"""Dates no more precise than stated: every precision, days that do not exist, and the words readers see."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from kb.records.dates import StatedDate, last_day_of_month, parse_stated_date


@pytest.mark.parametrize(
    ("text", "precision", "first", "last", "words"),
    [
        ("2026-11-14", "day", date(2026, 11, 14), date(2026, 11, 14), "14 November 2026"),
        ("2028-02-29", "day", date(2028, 2, 29), date(2028, 2, 29), "29 February 2028"),
        ("2026-05-01", "day", date(2026, 5, 1), date(2026, 5, 1), "1 May 2026"),
        ("2026-11", "month", date(2026, 11, 1), date(2026, 11, 30), "November 2026"),
        ("2026-12", "month", date(2026, 12, 1), date(2026, 12, 31), "December 2026"),
        ("2028-02", "month", date(2028, 2, 1), date(2028, 2, 29), "February 2028"),
        ("autumn 2026", "term", date(2026, 9, 1), date(2026, 12, 31), "autumn term 2026"),
        ("spring 2027", "term", date(2027, 1, 1), date(2027, 3, 31), "spring term 2027"),
        ("summer 2027", "term", date(2027, 4, 1), date(2027, 7, 31), "summer term 2027"),
        ("2026", "year", date(2026, 1, 1), date(2026, 12, 31), "2026"),
        ("1900", "year", date(1900, 1, 1), date(1900, 12, 31), "1900"),
        ("2099", "year", date(2099, 1, 1), date(2099, 12, 31), "2099"),
        ("school year 2026-27", "school-year", date(2026, 9, 1), date(2027, 8, 31), "school year 2026-27"),
        ("school year 1999-00", "school-year", date(1999, 9, 1), date(2000, 8, 31), "school year 1999-00"),
        ("financial year 2026-27", "financial-year", date(2026, 4, 1), date(2027, 3, 31), "financial year 2026-27"),
    ],
)
def test_a_date_is_as_precise_as_it_is_written(text, precision, first, last, words):
    found = parse_stated_date(text)
    assert (found.precision, found.first, found.last, found.words, str(found)) == (precision, first, last, words, text)


@pytest.mark.parametrize("typed", ["Autumn  2026", " autumn 2026 ", "AUTUMN\t2026"])
def test_capitals_and_blanks_make_no_difference(typed):
    assert parse_stated_date(typed) == parse_stated_date("autumn 2026")


NO_DATES = ["2026-06-31", "2027-02-29", "2026-13-01", "2026-00-10", "2026-11-00", "2026-13", "2026-00"]
NO_DATES += ["school year 2026-28", "financial year 2026-26", "school year 2026-2027", "school year 2026"]
NO_DATES += ["winter 2026", "autumn term 2026", "autumn", "autumn 26", "1899", "2100", "26", "12026", "-2026"]
NO_DATES += ["14/11/2026", "14 November 2026", "November 2026", "2026-11-14T00:00", "2026-1-4", "２０２６", "٢٠٢٦"]
NO_DATES += ["", "soon", "2026-11-14 to 2026-12-01"]


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_refused_with_the_forms_that_are(text):
    with pytest.raises(ValueError, match="Write a day 2026-11-14, a month 2026-11") as refusal:
        parse_stated_date(text)
    assert f'"{text}" is not a date' in str(refusal.value)


def test_a_long_text_is_quoted_in_part_only():
    with pytest.raises(ValueError, match=r'^"x{40}" is not a date') as refusal:
        parse_stated_date("x" * 100_000)
    assert len(str(refusal.value)) < 300


def test_every_month_of_two_centuries_has_its_first_and_last_day():
    for year in range(1900, 2100):
        for month in range(1, 13):
            first = date(year, month, 1)
            found = parse_stated_date(f"{year}-{month:02}")
            assert (found.first, found.last) == (first, last_day_of_month(first))
            assert parse_stated_date(found.last.isoformat()).first == found.last


PREFIX = st.sampled_from(["", "", "school year ", "financial year ", "spring ", "summer ", "autumn "])
NUMBER = st.integers(0, 35).map("-{:02}".format) | st.just("")
FORM = st.tuples(PREFIX, st.integers(1890, 2110).map(str), NUMBER, NUMBER).map("".join)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=30) | FORM)
def test_any_text_is_a_date_with_an_order_or_refused(text):
    try:
        found = parse_stated_date(text)
    except ValueError:
        return
    assert found.first <= found.last
    assert parse_stated_date(found.text) == found


def test_a_record_keeps_a_date_and_writes_it_as_it_was_stated():
    adapter = TypeAdapter(StatedDate)
    found = adapter.validate_python("Autumn 2026")
    assert adapter.validate_python(found) is found
    assert adapter.dump_json(found) == b'"autumn 2026"'
    assert adapter.validate_json(adapter.dump_json(found)) == found


@pytest.mark.parametrize("value", [["2026"], {"day": "2026"}, 2026, None])
def test_a_list_or_group_is_no_date(value):
    with pytest.raises(ValidationError, match="this must be one date"):
        TypeAdapter(StatedDate).validate_python(value)
