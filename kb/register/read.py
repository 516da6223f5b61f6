"""Read the register by named questions. Schools come back typed, never rows; a newer file is followed by itself."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kb.errors import KbError, RecordNotFound
from kb.records.dates import StatedDate, parse_stated_date
from kb.register.find import SchoolMatch, SchoolSearch, find_numbers
from kb.register.school import Known, Origin, School
from kb.register.write import FILE, SCHEMA

SCHOOL = """select school.data, trust.size from school left join trust on trust.uid = school.trust_uid"""
MEND = "Whoever runs the site can set it up with: kb serve, or: kb schools import FILE."


class NoRegister(KbError):
    """There is no register of schools, or the one that is there cannot be read."""


@dataclass(frozen=True)
class LocalAuthorityCount:
    """A council with a value in the closed list, its name in the register, and how many schools it has there."""

    value: str
    name: str
    schools: int


@dataclass(frozen=True)
class _Opened:
    """A register file as one thread has it open: which file it is, its connection, and its sources by number."""

    seen: tuple[int, int]
    connection: sqlite3.Connection
    sources: dict[int, tuple[str, StatedDate | None]]


class Register:
    """The schools of a data folder, read only. Safe to share between threads: each has a connection of its own.

    Nothing is opened before the first question. When an import has replaced the file, the next question sees the new
    one. Every question raises NoRegister when there is no register that can be read.
    """

    def __init__(self, data: Path) -> None:
        self._path = data / FILE
        self._local = threading.local()

    def _open(self) -> _Opened:
        opened: _Opened | None = getattr(self._local, "opened", None)
        try:
            status = self._path.stat()
            seen = (status.st_mtime_ns, status.st_ino)
        except OSError:
            if opened is None:
                raise NoRegister(f"The register of schools has not been set up. {MEND}") from None
            return opened
        if opened is not None and opened.seen == seen:
            return opened
        newer = _open_file(self._path, seen)
        if opened is not None:
            opened.connection.close()
        self._local.opened = newer
        return newer

    def get_school(self, urn: int) -> School:
        """The school of this URN; raises RecordNotFound."""
        opened = self._open()
        schools = _load(opened, f"{SCHOOL} where urn = ?", (urn,)) if 0 < urn < 10**9 else []
        if not schools:
            raise RecordNotFound("school", str(urn))
        return schools[0]

    def find_schools(self, text: str, limit: int = 20) -> list[SchoolMatch]:
        """The schools that a text means, closest first: by URN, postcode, or name with town or council."""
        return list(self.search_schools(text, limit).matches)

    def search_schools(self, text: str, limit: int = 20) -> SchoolSearch:
        """As `find_schools`, with how many there are in all."""
        opened = self._open()
        found = find_numbers(opened.connection, text, limit)
        numbers = [no for no, _ in found.numbers]
        marks = ",".join("?" * len(numbers))
        by_urn = {school.urn: school for school in _load(opened, f"{SCHOOL} where no in ({marks})", tuple(numbers))}
        urns = dict(opened.connection.execute(f"select no, urn from school where no in ({marks})", numbers))  # noqa: S608 (question marks alone)
        matches = tuple(SchoolMatch(by_urn[urns[no]], reason) for no, reason in found.numbers)
        return SchoolSearch(text, found.total, matches)

    def list_schools_of(self, local_authority: str) -> list[School]:
        """The schools of a council, by name; none for a value that no school has."""
        opened = self._open()
        schools = _load(opened, f"{SCHOOL} where local_authority = ?", (local_authority,))
        return sorted(schools, key=lambda school: (school.name.casefold(), school.urn))

    def list_local_authorities(self) -> list[LocalAuthorityCount]:
        """The councils that have schools here, by name."""
        sql = """select local_authority, la_name, count(*) from school
                 where local_authority is not null group by 1 order by 2"""
        return [LocalAuthorityCount(*row) for row in self._open().connection.execute(sql)]

    def read_meta(self) -> dict[str, Any]:
        """What the writer noted.

        `origin` is seed or import, `file` the name of the imported file, `dated` the day the file is of (ISO, or None
        if it does not say), `imported` when it was imported (ISO, UTC), `schools` their number, `sources` each source
        as {"name", "dated"}.
        """
        opened = self._open()
        sources = [{"name": name, "dated": str(dated) if dated else None} for name, dated in opened.sources.values()]
        return {**_read_meta(opened.connection), "sources": sources}


def _open_file(path: Path, seen: tuple[int, int]) -> _Opened:
    # The file never changes once it is in its place: it is replaced whole. So SQLite need not lock it.
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    try:
        if _read_meta(connection).get("schema") != SCHEMA:
            raise NoRegister(
                "The register of schools was written by another version of the program. Whoever runs the site should "
                "import it again with: kb schools import FILE."
            )
        rows = connection.execute("select no, name, dated from source order by no")
        sources = {no: (name, parse_stated_date(dated) if dated else None) for no, name, dated in rows}
    except (sqlite3.Error, ValueError, KbError) as error:
        connection.close()
        if isinstance(error, NoRegister):
            raise
        raise NoRegister(f"The register of schools cannot be read ({error}). {MEND}") from error
    return _Opened(seen, connection, sources)


def _read_meta(connection: sqlite3.Connection) -> dict[str, Any]:
    return {key: json.loads(value) for key, value in connection.execute("select key, value from meta")}


def read_file_meta(path: Path) -> dict[str, Any]:
    """What the writer of a register file noted, also if it was another version; raises NoRegister if it is damaged."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            return _read_meta(connection)
    except (sqlite3.Error, ValueError) as error:
        raise NoRegister(
            f"{path} cannot be read ({error}). Import the schools again with: kb schools import FILE, or delete that "
            "file to go back to the register that comes with the project."
        ) from error


def _load(opened: _Opened, sql: str, values: tuple[Any, ...]) -> list[School]:
    rows = opened.connection.execute(sql, values)
    return [load_school(json.loads(data), size, opened.sources) for data, size in rows]


def load_school(
    data: dict[str, Any], trust_size: int | None, sources: dict[int, tuple[str, StatedDate | None]]
) -> School:
    """A school from what `kb.register.write.dump_school` made of it."""
    origins = {
        group: Origin(*sources[number], predecessor=bool(predecessor))
        for group, (number, predecessor) in data.pop("origins", {}).items()
    }
    for name in ("open_date", "successor_date"):
        if name in data:
            data[name] = date.fromisoformat(data[name])
    for name in ("predecessor_urns", "area_lists", "area_lists_maybe"):
        data[name] = tuple(data.get(name, ()))
    for name in ("pupils", "fsm_percent", "fsm_ever6_percent"):
        data[name] = Known.from_origin(data.get(name), origins.get("census"))
    data["type_known"] = Known.from_origin(data.get("type"), origins.get("type"))
    return School(**data, trust_size=trust_size, origins=tuple(origins.items()))
