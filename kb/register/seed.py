"""The register that comes with the project: read from data/register, put into KB_DATA when nothing newer is there."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from kb.config import PROJECT
from kb.errors import KbError
from kb.records.dates import StatedDate, parse_stated_date
from kb.register.authorities import Authorities, make_value, read_authorities
from kb.register.read import read_file_meta
from kb.register.school import Known, Origin, School
from kb.register.write import FILE, RegisterBusy, lock_register, replace_register

SEED = PROJECT / "data" / "register"
SCHOOLS = "schools.csv.gz"
PACKAGE = Path(__file__).resolve().parent
# The keys of the *_source columns: the source in words, and its date. See data/register/README.md.
SOURCES: dict[str, tuple[str, str]] = {
    "record": ("Get Information About Schools, 17 June 2024", "2024-06-17"),
    "gias-2022-04": ("Get Information About Schools, April 2022", "2022-04"),
    "gias-groups-2022-08": ("Get Information About Schools, groups of 31 August 2022", "2022-08-31"),
    "performance-tables-2018": ("school performance tables, school year 2017-18", "school year 2017-18"),
    "census-2019": ("January 2019 school census", "2019-01"),
    "links": ("Get Information About Schools, links of 27 July 2025", "2025-07-27"),
}
# The words of a source column that stand for one of those: whose census, and whose row of the source it would be.
COLUMN_SOURCES = {
    "profile_source": "performance-tables-2018",
    "address_source": "gias-2022-04",
    "census_source": "census-2019",
}


def ensure_register(data: Path, seed: Path = SEED) -> bool:
    """Make the register in `data` from the shipped one if it is missing or made from an older one; True if it was.

    One that was imported is left alone, and so is everything while another process writes. Raises KbError if the
    shipped files cannot be used, or if the register that is there cannot be read, since it may be an import.
    """
    digest = compute_digest(seed)
    if _is_settled(data, digest):
        return False
    try:
        with lock_register(data):
            if _is_settled(data, digest):
                return False
            meta = {"origin": "seed", "digest": digest, "file": None, "dated": SOURCES["record"][1], "imported": None}
            replace_register(data, read_seed_schools(seed), meta)
    except RegisterBusy:
        return False
    return True


def _is_settled(data: Path, digest: str) -> bool:
    """True if what is there is to stay."""
    if not (data / FILE).exists():
        return False
    meta = read_file_meta(data / FILE)
    return meta.get("origin") != "seed" or meta.get("digest") == digest


def compute_digest(seed: Path) -> str:
    """Hex digits that change with the shipped data and with the program that writes a register from it."""
    digest = hashlib.sha256()
    for path in [*sorted(seed.glob("*.csv*")), *sorted(PACKAGE.glob("*.py"))]:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def read_seed_schools(seed: Path) -> Iterator[School]:
    """The shipped schools; raises KbError when a file is missing or damaged."""
    try:
        authorities = read_authorities(seed)
        with gzip.open(seed / SCHOOLS, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield read_seed_school(row, authorities)
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise KbError(f"The register's data in {seed} cannot be used ({error}). Restore that folder.") from error


def make_origin(key: str, predecessor: bool = False) -> Origin:
    """The origin of a source key."""
    name, dated = SOURCES[key]
    return Origin(name, read_date(dated), predecessor)


_DATES: dict[str, StatedDate] = {}


def read_date(text: str) -> StatedDate:
    """A stated date, read once for each text."""
    if text not in _DATES:
        _DATES[text] = parse_stated_date(text)
    return _DATES[text]


def list_origins(row: dict[str, str]) -> dict[str, Origin]:
    """Where each group of a row's values comes from; groups without a value are left out."""
    origins = {"record": make_origin("record")}
    if row["type_source"]:
        origins["type"] = make_origin(row["type_source"])
    for column, source in COLUMN_SOURCES.items():
        if row[column]:
            origins[column.removesuffix("_source")] = make_origin(source, row[column] == "predecessor")
    if row["open_date"]:
        origins["opened"] = make_origin("gias-2022-04")
    if row["trust_uid"] or row["federation_name"]:
        origins["trust"] = make_origin("gias-groups-2022-08")
    if row["predecessor_urns"] or row["successor_urn"]:
        origins["links"] = make_origin("links")
    return origins


def read_seed_school(row: dict[str, str], authorities: Authorities) -> School:
    """A row of the shipped file as a school."""
    origins = list_origins(row)
    census = origins.get("census")
    authority = authorities.find(row["la_code"], row["la_name"])
    sure, maybe = authority.list_areas() if authority else ((), ())
    return School(
        urn=int(row["urn"]),
        name=row["name"],
        status=row["status"],
        phase=row["phase"] or None,
        type=row["type"] or None,
        type_group=row["type_group"] or None,
        sector=row["sector"] or None,
        age_low=_read_number(row["age_low"]),
        age_high=_read_number(row["age_high"]),
        religious_character=row["religious_character"] or None,
        la_code=row["la_code"] or None,
        la_name=row["la_name"] or None,
        local_authority=authority.value if authority else None,
        region=make_value(row["region"]) or None,
        town=row["town"] or None,
        postcode=row["postcode"] or None,
        open_date=_read_day(row["open_date"]),
        pupils=Known.from_origin(_read_number(row["pupils_2019"]), census),
        fsm_percent=Known.from_origin(_read_percent(row["fsm_pct_2019"]), census),
        fsm_ever6_percent=Known.from_origin(_read_percent(row["fsm_ever6_pct_2019"]), census),
        type_known=Known.from_origin(row["type"] or None, origins.get("type")),
        trust_name=row["trust_name"] or None,
        trust_type=row["trust_type"] or None,
        trust_uid=row["trust_uid"] or None,
        federation_name=row["federation_name"] or None,
        predecessor_urns=tuple(int(urn) for urn in row["predecessor_urns"].split()),
        successor_urn=_read_number(row["successor_urn"]),
        successor_name=row["successor_name"] or None,
        successor_date=_read_day(row["successor_date"]),
        area_lists=sure,
        area_lists_maybe=maybe,
        origins=tuple(origins.items()),
    )


def _read_number(text: str) -> int | None:
    return int(text) if text else None


def _read_percent(text: str) -> float | None:
    return float(text) if text else None


def _read_day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
