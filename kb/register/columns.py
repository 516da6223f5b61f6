"""The columns of the publisher's files: which are taken, under which headers, and how their cells are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

Value = TypeVar("Value")
Reader = Callable[[str], Value]

# Each column we take, with its headers: today's first, then those of older files and of the publisher's own labels.
# Headers are compared without case, spaces and signs, so EstablishmentName is also "Establishment name".
HEADERS: dict[str, tuple[str, ...]] = {
    "urn": ("URN",),
    "name": ("EstablishmentName", "School / College Name", "School name"),
    "la_code": ("LA (code)", "Local authority (code)", "LEA (code)"),
    "la_name": ("LA (name)", "Local authority (name)", "LEA (name)", "LA", "Local authority"),
    "status": ("EstablishmentStatus (name)", "Establishment status"),
    "status_code": ("EstablishmentStatus (code)",),
    "phase": ("PhaseOfEducation (name)", "Phase of education"),
    "type": ("TypeOfEstablishment (name)", "Type of establishment", "Establishment type"),
    "type_group": ("EstablishmentTypeGroup (name)", "Establishment type group"),
    "age_low": ("StatutoryLowAge", "Statutory lowest age", "Age range (low)"),
    "age_high": ("StatutoryHighAge", "Statutory highest age", "Age range (high)"),
    "religious_character": ("ReligiousCharacter (name)", "Religious character"),
    "region": ("GOR (name)", "GOR", "Region"),
    "district": ("DistrictAdministrative (code)",),
    "locality": ("Locality",),
    "address3": ("Address3",),
    "town": ("Town",),
    "postcode": ("Postcode",),
    "open_date": ("OpenDate", "Opening date"),
    "census_date": ("CensusDate", "School census date"),
    "pupils": ("NumberOfPupils", "Number of pupils"),
    "fsm_percent": ("PercentageFSM", "Percentage FSM"),
    "trust_flag": ("TrustSchoolFlag (name)", "Trust school flag"),
    "trust_uid": ("Trusts (code)",),
    "trust_name": ("Trusts (name)", "Academy trust or trust"),
    "federation_name": ("Federations (name)", "Federation"),
    "changed": ("LastChangedDate", "Last Changed Date"),
}
# One column of each of these must be there, or the file is another one.
REQUIRED = (("urn",), ("name",), ("la_code", "la_name"), ("status", "status_code"))
LINK_HEADERS: dict[str, tuple[str, ...]] = {
    "urn": ("URN",),
    "link_urn": ("LinkURN",),
    "link_name": ("LinkName",),
    "link_type": ("LinkType",),
    "link_date": ("LinkEstablishedDate",),
}
LINKS_REQUIRED = (("urn",), ("link_urn",), ("link_type",))
STATUS_CODES = {"1": "Open", "2": "Closed", "3": "Open, but proposed to close", "4": "Proposed to open"}
STATUSES = {name.casefold(): name for name in STATUS_CODES.values()}
PHASES = {
    name.casefold(): name
    for name in (
        "Not applicable", "Nursery", "Primary", "Middle deemed primary", "Secondary", "Middle deemed secondary",
        "16 plus", "All-through",
    )
}  # fmt: skip
TRUST_TYPES = (
    ("multi-academy trust", "Multi-academy trust"),
    ("single-academy trust", "Single-academy trust"),
    ("supported by a trust", "Trust"),
)
POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})", re.ASCII)


@dataclass
class Columns:
    """Where the columns stand in one file. `unread` counts, by header, the cells that could not be read."""

    places: dict[str, int]
    headers: tuple[str, ...]
    unread: dict[str, int] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.headers)

    def text(self, row: Sequence[str], name: str) -> str | None:
        """A cell without blanks around it; None if it is empty or the file has no such column."""
        place = self.places.get(name)
        return (row[place].strip() or None) if place is not None else None

    def value(self, row: Sequence[str], name: str, read: Reader[Value]) -> Value | None:
        """A cell as a value; None if it is empty, or cannot be read, which is counted."""
        text = self.text(row, name)
        if text is None:
            return None
        try:
            return read(text)
        except ValueError:
            header = self.headers[self.places[name]]
            self.unread[header] = self.unread.get(header, 0) + 1
            return None


def fold_header(header: str) -> str:
    """A header without case, spaces and signs."""
    return re.sub(r"[^a-z0-9]", "", header.casefold())


def find_columns(
    header: Sequence[str], wanted: dict[str, tuple[str, ...]], required: Sequence[tuple[str, ...]]
) -> tuple[Columns, list[str]]:
    """Where the wanted columns stand, and the headers that are missing of the required ones."""
    folded = [fold_header(name) for name in header]
    places = {}
    for name, spellings in wanted.items():
        for spelling in spellings:
            if name not in places and fold_header(spelling) in folded:
                places[name] = folded.index(fold_header(spelling))
    missing = [
        " or ".join(wanted[name][0] for name in choices)
        for choices in required
        if not any(name in places for name in choices)
    ]
    return Columns(places, tuple(header)), missing


def read_day(text: str) -> date:
    """A day as the publisher writes it, DD-MM-YYYY or in older files DD/MM/YYYY; also as ISO. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", text, re.ASCII)
    if found:
        day, month, year = (int(part) for part in found.groups())
        return date(year, month, day)
    return date.fromisoformat(text)


def read_count(text: str) -> int:
    """A whole number that is not negative; raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise ValueError(text)
    return int(text)


def read_age(text: str) -> int:
    """An age in years."""
    age = read_count(text)
    if age > 120:
        raise ValueError(text)
    return age


def read_percent(text: str) -> float:
    """A share in percent, 0 to 100; raises ValueError."""
    if not re.fullmatch(r"\d{1,3}(\.\d+)?%?", text, re.ASCII) or float(text.rstrip("%")) > 100:
        raise ValueError(text)
    return float(text.rstrip("%"))


def read_postcode(text: str) -> str:
    """A postcode in capitals with one space."""
    found = POSTCODE.fullmatch(re.sub(r"\s", "", text).upper())
    if not found:
        raise ValueError(text)
    return f"{found[1]} {found[2]}"


def read_phase(text: str) -> str:
    """A phase in the register's own words."""
    return PHASES.get(text.casefold(), text)


REGIONS = frozenset(
    ("north-east", "north-west", "yorkshire-and-the-humber", "east-midlands", "west-midlands", "east-of-england",
     "london", "south-east", "south-west")
)  # fmt: skip


def read_trust_type(text: str) -> str:
    """The kind of trust in the words of the shipped data; raises ValueError for a flag that names none."""
    for words, kind in TRUST_TYPES:
        if words in text.casefold():
            return kind
    raise ValueError(text)
