"""Bank holidays of England, worked out for any year by a library."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


class BankHolidays:
    """The bank holidays of England as a container of days, for any year; a year is worked out at its first use."""

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in list_bank_holidays(day.year)


@lru_cache(maxsize=128)  # a plan reaches over two or three years; a wild one over some twenty
def list_bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of a year, days in lieu included.

    One that government proclaims for a single year, such as a coronation, is known only if the library is newer.
    """
    from holidays import country_holidays  # here, because loading it takes most of a second

    return frozenset(country_holidays("GB", subdiv="ENG", years=year))
