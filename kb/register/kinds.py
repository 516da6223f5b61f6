"""Kinds of establishment: the register's own words for each type, its group, and the sector it belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kb.register.authorities import read_csv

CODES = "gias-codes.csv"
STATE = "state school"
INDEPENDENT = "independent school"
STATE_GROUPS = frozenset({"Local authority maintained schools", "Academies", "Free Schools"})
# Types whose group does not tell the sector.
SECTORS = {
    "City technology college": STATE,
    "Community special school": STATE,
    "Foundation special school": STATE,
    "Non-maintained special school": "non-maintained special school",
    "Other independent school": INDEPENDENT,
    "Other independent special school": INDEPENDENT,
}
OUTSIDE_ENGLAND = frozenset(
    {"Welsh establishment", "Offshore schools", "British schools overseas", "Service children's education"}
)
OLDER_NAMES = {"lanurseryschool": "localauthoritynurseryschool"}


@dataclass(frozen=True)
class Kind:
    """A type of establishment in the register's words, its group, and its sector (None if it tells neither)."""

    type: str
    group: str | None
    sector: str | None


class Kinds:
    """All types by name, however it is written."""

    def __init__(self, groups: dict[str, str]) -> None:
        self._kinds = {_fold_type(name): _make_kind(name, group) for name, group in groups.items()}

    def find(self, type_name: str | None, group: str | None) -> Kind | None:
        """The kind of a type; for a type that is not known, what its group tells; None without a type."""
        if type_name is None:
            return None
        folded = _fold_type(type_name)
        return self._kinds.get(OLDER_NAMES.get(folded, folded)) or _make_kind(type_name, group)


def _make_kind(name: str, group: str | None) -> Kind:
    sector = SECTORS.get(name) or (STATE if group in STATE_GROUPS else None)
    return Kind(name, group, "further education" if group == "Colleges" else sector)


def _fold_type(name: str) -> str:
    """A name without case, signs, and the "to" of "16 to 19": older files write types otherwise."""
    return re.sub(r"[^a-z0-9]", "", name.casefold().replace(" to ", ""))


def read_kinds(seed: Path) -> Kinds:
    """The types of the shipped data folder."""
    rows = read_csv(seed / CODES)
    return Kinds({row["name"]: row["parent_name"] for row in rows if row["field"] == "TypeOfEstablishment"})
