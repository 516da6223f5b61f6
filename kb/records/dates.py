"""Dates no more precise than the source states them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

TERMS = {"spring": (1, 3), "summer": (4, 7), "autumn": (9, 12)}
HOW = (
    "Write a day 2026-11-14, a month 2026-11, a year 2026, a term like autumn 2026, "
    "or school year 2026-27 or financial year 2026-27"
)


@dataclass(frozen=True)
class StatedDate:
    """A date as stated: its text, precision, and the first and last day it can mean.

    `precision` is day, month, term, year, school-year or financial-year.
    """

    text: str
    precision: str
    first: date
    last: date

    def __str__(self) -> str:
        return self.text

    @property
    def words(self) -> str:
        """The date for a reader: "14 November 2026", "autumn term 2026", "school year 2026-27"."""
        if self.precision == "day":
            return f"{self.first.day} {self.first:%B %Y}"
        if self.precision == "month":
            return f"{self.first:%B %Y}"
        if self.precision == "term":
            name, year = self.text.split()
            return f"{name} term {year}"
        return self.text

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _validate, serialization=core_schema.plain_serializer_function_ser_schema(str, return_schema=None)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "description": HOW, "examples": ["2026-11-14", "autumn 2026"]}


@lru_cache(maxsize=10_000)
def parse_stated_date(text: str) -> StatedDate:
    """Read a date of any precision; raises ValueError with a sentence that shows the accepted forms.

    A day of the calendar that does not exist, such as 2026-06-31, is an error; so is a year outside 1900 to 2099.
    """
    cleaned = " ".join(text.split()).lower()
    for pattern, build in FORMS:
        match = pattern.fullmatch(cleaned)
        if match:
            try:
                return build(cleaned, *match.groups())
            except ValueError:
                break
    raise ValueError(f'"{text[:40]}" is not a date. {HOW}')


def _day(text: str, year: str, month: str, day: str) -> StatedDate:
    found = date(int(year), int(month), int(day))
    return StatedDate(text, "day", found, found)


def _month(text: str, year: str, month: str) -> StatedDate:
    first = date(int(year), int(month), 1)
    return StatedDate(text, "month", first, last_day_of_month(first))


def _year(text: str, year: str) -> StatedDate:
    return StatedDate(text, "year", date(int(year), 1, 1), date(int(year), 12, 31))


def _term(text: str, name: str, year: str) -> StatedDate:
    start, end = TERMS[name]
    return StatedDate(text, "term", date(int(year), start, 1), last_day_of_month(date(int(year), end, 1)))


def _split_year(text: str, kind: str, start: str, end: str) -> StatedDate:
    first_year = int(start)
    if (first_year + 1) % 100 != int(end):
        raise ValueError
    month = 9 if kind == "school" else 4
    last = date(first_year + 1, month, 1) - timedelta(days=1)
    return StatedDate(text, f"{kind}-year", date(first_year, month, 1), last)


FORMS: tuple[tuple[re.Pattern[str], Callable[..., StatedDate]], ...] = (
    (re.compile(r"((?:19|20)\d\d)-(\d\d)-(\d\d)", re.ASCII), _day),
    (re.compile(r"((?:19|20)\d\d)-(\d\d)", re.ASCII), _month),
    (re.compile(r"((?:19|20)\d\d)", re.ASCII), _year),
    (re.compile(r"(spring|summer|autumn) ((?:19|20)\d\d)", re.ASCII), _term),
    (re.compile(r"(school|financial) year ((?:19|20)\d\d)-(\d\d)", re.ASCII), _split_year),
)


def last_day_of_month(day: date) -> date:
    """The last day of the month that `day` is in."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def _validate(value: Any) -> StatedDate:
    if isinstance(value, StatedDate):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("stated_date", "{message}", {"message": f"this must be one date. {HOW}"})
    try:
        return parse_stated_date(value)
    except ValueError as error:
        raise PydanticCustomError("stated_date", "{message}", {"message": str(error)}) from None
