"""Rows of the publisher's download as schools: what can be used, what is counted, what is skipped and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from kb.records.dates import StatedDate, parse_stated_date
from kb.register.authorities import Authority, make_value, read_authorities
from kb.register.columns import (
    REGIONS,
    STATUS_CODES,
    STATUSES,
    Columns,
    read_age,
    read_count,
    read_day,
    read_percent,
    read_phase,
    read_postcode,
    read_trust_type,
)
from kb.register.files import Row
from kb.register.kinds import INDEPENDENT, OUTSIDE_ENGLAND, Kind, read_kinds
from kb.register.links import Links
from kb.register.school import Census, Known, Origin, School

GIAS = "Get Information About Schools"
URN = re.compile(r"\d{5,7}", re.ASCII)
WELSH_AND_OFFSHORE_CODES = range(660, 710)  # authorities outside England in the publisher's numbering
LINKS = "links"


@dataclass
class Counts:
    """What became of the rows. `skip(line, urn, reason)` is told of each that cannot be used."""

    skip: Callable[[int, str, str], None]
    closed: int = 0
    elsewhere: int = 0
    no_council: int = 0
    from_predecessor: int = 0
    lines: dict[int, int] = field(default_factory=dict)  # the line each URN was first met on


class SchoolRows:
    """Makes schools of rows. `dated` is the day the file is of, None if it does not say."""

    def __init__(
        self, columns: Columns, dated: StatedDate | None, links: Links, links_dated: StatedDate | None, seed: Path,
        counts: Counts,
    ) -> None:  # fmt: skip
        self._columns = columns
        self._dated = dated
        self._links = links
        self._authorities = read_authorities(seed)
        self._kinds = read_kinds(seed)
        self._counts = counts
        self._origin = Origin(say_source(GIAS, dated), dated)
        self._links_origin = Origin(say_source(f"{GIAS}, links", links_dated), links_dated)
        self._closed: dict[int, Census] = {}

    def read(self, rows: Iterator[Row]) -> Iterator[School]:
        """The schools of rows. Those without pupil figures come last, with those of the one they replaced if known."""
        waiting = []
        for row in rows:
            school = self._read_row(row)
            if school is None:
                continue
            if school.pupils is None and school.urn in self._links.only:
                waiting.append(school)
            else:
                yield school
        for school in waiting:
            census = self._closed.get(self._links.only[school.urn])
            self._counts.from_predecessor += census is not None
            yield school.with_census_of(census) if census else school

    def _read_row(self, row: Row) -> School | None:
        columns, counts = self._columns, self._counts
        urn_text = columns.text(row.cells, "urn") if len(row.cells) >= columns.width else None
        fault = row.fault or self._find_fault(row, urn_text)
        if fault:
            counts.skip(row.line, urn_text if urn_text and URN.fullmatch(urn_text) else "", fault)
            return None
        urn = int(urn_text or 0)
        counts.lines[urn] = row.line
        status = self._read_status(row.cells)
        if status == "Closed":
            self._note_closed(urn, row.cells)
            return None
        name = " ".join((columns.text(row.cells, "name") or "").split())
        code, la_name = columns.text(row.cells, "la_code"), columns.text(row.cells, "la_name")
        if status is None or not name or not (code or la_name):
            counts.skip(row.line, str(urn), self._say_missing(row.cells, status, name))
            return None
        kind = self._kinds.find(columns.text(row.cells, "type"), columns.text(row.cells, "type_group"))
        if self._is_elsewhere(row.cells, code, kind):
            counts.elsewhere += 1
            return None
        authority = self._authorities.find(code, la_name)
        counts.no_council += authority is None
        return self._make_school(row.cells, urn, name, status, authority, kind)

    def _find_fault(self, row: Row, urn_text: str | None) -> str | None:
        """Why a row cannot be read at all."""
        if len(row.cells) < self._columns.width or any(row.cells[self._columns.width :]):
            return f"it has {len(row.cells)} cells, and the header {self._columns.width}"
        if urn_text is None or not URN.fullmatch(urn_text):
            return f'"{(urn_text or "")[:20]}" is not a URN'
        first = self._counts.lines.get(int(urn_text))
        return f"this URN stands on line {first} already, and that row is kept" if first else None

    def _read_status(self, cells: Sequence[str]) -> str | None:
        """The status in the register's words; None if it is none of them."""
        text = self._columns.text(cells, "status")
        if text is None:
            code = self._columns.text(cells, "status_code") or ""
            return STATUS_CODES.get(code.lstrip("0"))
        return STATUSES.get(" ".join(text.casefold().replace("open but", "open, but").split()))

    def _say_missing(self, cells: Sequence[str], status: str | None, name: str) -> str:
        if status is None:
            text = self._columns.text(cells, "status") or self._columns.text(cells, "status_code")
            return f'"{text[:40]}" is not a status' if text else "it has no status"
        return "it has no local authority" if name else "it has no name"

    def _is_elsewhere(self, cells: Sequence[str], code: str | None, kind: Kind | None) -> bool:
        if kind is not None and kind.type in OUTSIDE_ENGLAND:
            return True
        region = self._columns.text(cells, "region") or ""
        return region.startswith("Wales") or bool(code and code.isdigit() and int(code) in WELSH_AND_OFFSHORE_CODES)

    def _note_closed(self, urn: int, cells: Sequence[str]) -> None:
        """Count a closed school, and keep its pupil figures for the school that replaced it."""
        self._counts.closed += 1
        pupils = self._columns.value(cells, "pupils", read_count)
        if pupils is not None:
            origin = self._find_census_origin(cells)
            percent = self._columns.value(cells, "fsm_percent", read_percent)
            self._closed[urn] = Census(origin.source, origin.dated, pupils, percent)

    def _find_census_origin(self, cells: Sequence[str]) -> Origin:
        """The school census a row's pupil figures come from; the file itself if it gives no census date."""
        day = self._columns.value(cells, "census_date", read_day)
        if day is None:
            return self._origin
        return Origin(f"{day:%B %Y} school census", parse_stated_date(day.isoformat()))

    def _read_census(
        self, cells: Sequence[str], kind: Kind | None
    ) -> tuple[Known[int] | None, Known[float] | None, Origin | None]:
        """Pupils, percent eligible for free meals, and where they come from if there are any."""
        origin = self._find_census_origin(cells)
        pupils = Known.from_origin(self._columns.value(cells, "pupils", read_count), origin)
        # The file gives independent schools 0 per cent, though nobody counts their free meals.
        is_counted = kind is None or kind.sector != INDEPENDENT
        fsm = Known.from_origin(self._columns.value(cells, "fsm_percent", read_percent) if is_counted else None, origin)
        return pupils, fsm, origin if pupils or fsm else None

    def _make_school(
        self, cells: Sequence[str], urn: int, name: str, status: str, authority: Authority | None, kind: Kind | None
    ) -> School:
        value, text = self._columns.value, self._columns.text
        sure, maybe = authority.list_areas(text(cells, "district")) if authority else ((), ())
        successor = self._links.successors.get(urn)
        predecessors = tuple(self._links.predecessors.get(urn, ()))
        pupils, fsm, census = self._read_census(cells, kind)
        origins = [(group, self._origin) for group in ("record", "type", "profile", "address", "opened", "trust")]
        origins += [("census", census)] if census else []
        origins += [(LINKS, self._links_origin)] if predecessors or successor else []
        region = make_value(text(cells, "region") or "")
        trust_name = text(cells, "trust_name")
        return School(
            urn=urn,
            name=name,
            status=status,
            phase=value(cells, "phase", read_phase),
            type=kind.type if kind else None,
            type_group=kind.group if kind else None,
            sector=kind.sector if kind else None,
            age_low=value(cells, "age_low", read_age),
            age_high=value(cells, "age_high", read_age),
            religious_character=text(cells, "religious_character"),
            la_code=authority.code if authority else text(cells, "la_code"),
            la_name=authority.name if authority else text(cells, "la_name"),
            local_authority=authority.value if authority else None,
            region=authority.region if authority else (region if region in REGIONS else None),
            town=text(cells, "town") or text(cells, "address3") or text(cells, "locality"),
            postcode=value(cells, "postcode", read_postcode),
            open_date=value(cells, "open_date", read_day),
            pupils=pupils,
            fsm_percent=fsm,
            type_known=Known.from_origin(kind.type if kind else None, self._origin),
            trust_name=trust_name,
            trust_type=_find_trust_type(text(cells, "trust_flag")) if trust_name else None,
            trust_uid=text(cells, "trust_uid"),
            federation_name=text(cells, "federation_name"),
            predecessor_urns=predecessors,
            successor_urn=successor.urn if successor else None,
            successor_name=successor.name if successor else None,
            successor_date=successor.since if successor else None,
            area_lists=sure,
            area_lists_maybe=maybe,
            origins=tuple(origins),
        )


def _find_trust_type(flag: str | None) -> str | None:
    try:
        return read_trust_type(flag or "")
    except ValueError:
        return None


def say_source(name: str, dated: StatedDate | None) -> str:
    """A source in words with its date: "Get Information About Schools, 18 November 2026"."""
    return f"{name}, {dated.words}" if dated else name


def find_file_date(names: Sequence[str]) -> StatedDate | None:
    """The day in the name of a download, such as edubasealldata20261118.csv; None if no name has one."""
    for name in names:
        for found in re.finditer(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)", name, re.ASCII):
            try:
                return parse_stated_date(date(*map(int, found.groups())).isoformat())
            except ValueError:
                continue
    return None
