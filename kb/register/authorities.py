"""The councils with education duties, and which published lists of areas cover them, from the shipped data."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# The lists of areas, by their value in content/vocabulary, and the column that says whether a council is in.
AREA_LISTS = (
    ("education-investment-areas", "education_investment_area", "areas-education-investment-areas.csv"),
    ("priority-education-investment-areas", "priority_education_investment_area",
     "areas-priority-education-investment-areas.csv"),
    ("opportunity-areas", "opportunity_area", "areas-opportunity-areas.csv"),
)  # fmt: skip


@dataclass(frozen=True)
class Authority:
    """One council: its code and name in the register, the values of the closed lists, and its area lists.

    `inside` are the lists that cover all of it; `parts` the districts that a list covers where it covers only some, as
    (list, GSS codes). Former districts are among them, so a district that is not named says nothing.
    """

    code: str
    name: str
    value: str
    region: str
    inside: tuple[str, ...]
    parts: tuple[tuple[str, frozenset[str]], ...]

    def list_areas(self, district: str | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The lists that cover a place of this council for sure, and those that may, for a GSS code of a district."""
        sure = tuple(name for name, codes in self.parts if district in codes)
        maybe = tuple(name for name, _ in self.parts if name not in sure)
        return (*self.inside, *sure), maybe


class Authorities:
    """All councils, by code and by name."""

    def __init__(self, authorities: list[Authority]) -> None:
        self._by_code = {authority.code: authority for authority in authorities}
        self._by_value = {authority.value: authority for authority in authorities}

    def find(self, code: str | None, name: str | None) -> Authority | None:
        """The council of a code, or else of a name; None for one that is not, or no longer, among them."""
        return self._by_code.get(code or "") or self._by_value.get(make_value(name or ""))


def make_value(name: str) -> str:
    """A name as a value of a closed list: Kingston upon Hull, City of -> kingston-upon-hull-city-of."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold().replace("'", "").replace("’", "")).strip("-")


def read_csv(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a shipped CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def read_authorities(seed: Path) -> Authorities:
    """The councils of the shipped data folder."""
    districts = {name: _read_districts(seed / file) for name, _, file in AREA_LISTS}
    authorities = []
    for row in read_csv(seed / "local-authorities.csv"):
        covered = {name: row[column] for name, column, _ in AREA_LISTS}
        code = row["la_code"]
        authorities.append(
            Authority(
                code=code,
                name=row["la_name"],
                value=make_value(row["la_name"]),
                region=make_value(row["region"]),
                inside=tuple(name for name, how in covered.items() if how in ("yes", "whole")),
                parts=tuple(
                    (name, districts[name].get(code, frozenset())) for name, how in covered.items() if how == "part"
                ),
            )
        )
    return Authorities(authorities)


def _read_districts(path: Path) -> dict[str, frozenset[str]]:
    """The GSS codes of the districts that a list names, by the code of their council."""
    found: dict[str, frozenset[str]] = {}
    for row in read_csv(path):
        codes = frozenset(code.strip() for code in (row.get("district_gss_codes") or "").split(";") if code.strip())
        found[row["la_code"]] = found.get(row["la_code"], frozenset()) | codes
    return found
