"""Import the publisher's full download: every row checked, the new register written whole, then put in place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from kb.records.dates import StatedDate, parse_stated_date
from kb.register.columns import HEADERS, REQUIRED, Columns, find_columns, read_day
from kb.register.files import ImportRefused, Packed, Row, read_rows, unpack
from kb.register.links import Links, read_links
from kb.register.read import NoRegister, read_file_meta
from kb.register.school import School
from kb.register.school_rows import Counts, SchoolRows, find_file_date
from kb.register.seed import SEED
from kb.register.write import FILE, lock_register, replace_register

__all__ = ["ImportRefused", "ImportReport", "SkippedRow", "import_register"]
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class SkippedRow:
    """A row that could not be used: its file, its line, the URN it gives ("" if none can be read), and why."""

    file: str
    line: int
    urn: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {f'URN {self.urn}: ' if self.urn else ''}{self.reason}"


@dataclass
class ImportReport:
    """What an import did.

    `dated` is the day the file is of (None if it does not say), `closed` and `elsewhere` count the rows of closed
    schools and of schools outside England, `no_council` the schools of councils that no longer exist,
    `from_predecessor` those with the pupil figures of the school they replaced, `unread` by column the cells that were
    left out because they could not be read, `before` the schools of the register that was replaced (None: none).
    """

    file: str
    dated: StatedDate | None = None
    schools: int = 0
    closed: int = 0
    elsewhere: int = 0
    no_council: int = 0
    from_predecessor: int = 0
    before: int | None = None
    seconds: float = 0.0
    skipped: list[SkippedRow] = field(default_factory=list)
    unread: dict[str, int] = field(default_factory=dict)

    def note_skipped(self, file: str) -> Callable[[int, str, str], None]:
        """What to call with line, URN and reason for each row of a file that is skipped."""

        def note(line: int, urn: str, reason: str) -> None:
            self.skipped.append(SkippedRow(file, line, urn, reason))

        return note


@dataclass(frozen=True)
class _LinksFile:
    links: Links
    dated: StatedDate | None


def import_register(
    file: Path,
    data: Path,
    now: datetime,
    links: Path | None = None,
    seed: Path = SEED,
    report: Report = lambda _done, _total: None,
) -> ImportReport:
    """Replace the register in `data` by the schools of a file: the publisher's CSV, or a zip with it.

    `links` is the publisher's links file, for successors. `report(bytes done, bytes in all)` is called on the way.
    Raises ImportRefused when a file cannot be used, RegisterBusy when another process writes, KbError when the disk
    is full; in each case, and if the process is killed, the register that was there stays as it was.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        packed = stack.enter_context(unpack(file))
        stack.enter_context(lock_register(data))
        done = ImportReport(packed.name, before=_count_schools(data / FILE))
        linked = _read_links_file(links, done) if links else _LinksFile(Links(), None)
        imported = now.astimezone(UTC).isoformat(timespec="seconds")
        meta = {"origin": "import", "digest": None, "file": packed.name, "dated": None, "imported": imported}
        schools = _read_schools(packed, file.name, linked, seed, now.date(), done, meta, report)
        done.schools = replace_register(data, schools, meta)
    done.seconds = time.monotonic() - started
    return done


def _count_schools(path: Path) -> int | None:
    try:
        count: int | None = read_file_meta(path).get("schools") if path.exists() else None
    except NoRegister:
        return None
    return count


def _read_links_file(path: Path, done: ImportReport) -> _LinksFile:
    with unpack(path) as packed:
        links = read_links(read_rows(packed), packed.name, done.note_skipped(packed.name))
        return _LinksFile(links, find_file_date([packed.name, path.name]))


def _read_schools(
    packed: Packed,
    file_name: str,
    linked: _LinksFile,
    seed: Path,
    today: date,
    done: ImportReport,
    meta: dict[str, Any],
    report: Report,
) -> Iterator[School]:
    """The schools of a file; when they are all read, `done` and `meta` say what was found. Raises ImportRefused."""
    rows = read_rows(packed, report)
    columns = read_header(packed, next(rows, None))
    done.dated = find_file_date([packed.name, file_name]) or _find_newest_change(packed, columns, today)
    meta["dated"] = str(done.dated) if done.dated else None
    counts = Counts(done.note_skipped(packed.name))
    count = 0
    for school in SchoolRows(columns, done.dated, linked.links, linked.dated, seed, counts).read(rows):
        count += 1
        yield school
    if not count:
        first = f" The first problem: {done.skipped[0]}." if done.skipped else ""
        raise ImportRefused(f"{packed.name} holds no open school in England that can be used.{first}")
    done.closed, done.elsewhere, done.no_council = counts.closed, counts.elsewhere, counts.no_council
    done.from_predecessor, done.unread = counts.from_predecessor, columns.unread


def read_header(packed: Packed, header: Row | None) -> Columns:
    """Where the columns stand; raises ImportRefused, naming them, when required ones are missing."""
    cells = header.cells if header and not header.fault else []
    columns, missing = find_columns(cells, HEADERS, REQUIRED)
    if missing:
        shown = ", ".join(cell[:40] for cell in cells[:6])
        raise ImportRefused(
            f"{packed.name} has no column {', no '.join(missing)}. Its first columns are: {shown or 'none'}. "
            "Take the establishment fields of all establishments from the publisher's downloads page."
        )
    return columns


def _find_newest_change(packed: Packed, columns: Columns, today: date) -> StatedDate | None:
    """The newest day a row was changed on, for a file whose name does not say its date; None if no row says so.

    Reads the file once more. Days to come are slips of the pen.
    """
    newest: date | None = None
    quiet = Columns(columns.places, columns.headers)  # these cells are not among those that were left out
    for row in read_rows(packed):
        changed = quiet.value(row.cells, "changed", read_day) if len(row.cells) >= columns.width else None
        if changed and changed <= today and (newest is None or changed > newest):
            newest = changed
    return parse_stated_date(newest.isoformat()) if newest else None
