"""Write a register file: tables, schools in the order of search, the text index, and its way into place."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from kb.errors import KbError
from kb.register.names import fold_name, list_core_words, list_index_words
from kb.register.school import Known, School

FILE = "register.sqlite"
SCHEMA = 1  # raise it when the tables or the folding of names change: a file of another number is not read
# `finder` holds no text, only the index, and its rowid is the school's `no`. Numbers rise with the count of words that
# tell a name apart, so that the first rows of a match are the closest and no sorting is needed to find them.
TABLES = """
create table meta (key text primary key, value text not null);
create table source (no integer primary key, name text not null, dated text, unique (name, dated));
create table school (
  no integer primary key, urn integer not null unique, words text not null, place text not null, postcode text,
  local_authority text, la_name text, trust_uid text, replaced integer not null, data text not null);
create table former (urn integer not null, no integer not null);
create table later (urn integer not null, no integer not null);
create table trust (uid text primary key, size integer not null);
create virtual table finder using fts5 (name, place, content='', detail='column', columnsize=0, prefix='1 2 3');
create table word (word text primary key, length integer not null, schools integer not null) without rowid;
create temp table incoming (
  urn integer primary key, length integer, words text, place text, postcode text, local_authority text, la_name text,
  trust_uid text, replaced integer, name_words text, place_words text, sort_name text, former text, later integer,
  data text);
"""
INCOMING = "insert into incoming values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
IN_ORDER = "row_number() over (order by length, sort_name, la_name, urn)"
SETTLE = f"""
create temp table numbered as select {IN_ORDER} as no, * from incoming;
insert into school select no, urn, words, place, postcode, local_authority, la_name, trust_uid, replaced, data
  from numbered;
insert into finder (rowid, name, place) select no, name_words, place_words from numbered order by no;
insert into finder (finder) values ('optimize');
insert into former select value, no from numbered, json_each(numbered.former);
insert into later select later, no from numbered where later is not null;
insert into trust select trust_uid, count(*) from school where trust_uid is not null group by trust_uid;
create virtual table temp.vocabulary using fts5vocab (main, finder, row);
insert into word select term, length(term), doc from temp.vocabulary;
create index word_length on word (length);
create index school_postcode on school (postcode);
create index school_local_authority on school (local_authority);
create index former_urn on former (urn);
create index later_urn on later (urn);
"""  # noqa: S608 (fixed text)
PHASE_WORDS = {"16 plus": "sixth form college", "All-through": "all through primary secondary"}


class RegisterBusy(KbError):
    """Another process is writing the register."""


@contextmanager
def lock_register(data: Path) -> Iterator[None]:
    """One writer at a time; raises RegisterBusy. The lock goes with the process, however it ends."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "register.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RegisterBusy(
                "The register is being written by another process. Wait for it, then try again."
            ) from None
        for left in data.glob(f"{FILE}.*.partial"):  # of writers that died
            left.unlink(missing_ok=True)
        yield


def replace_register(data: Path, schools: Iterable[School], meta: dict[str, Any]) -> int:
    """Write schools to a new file and put it in the place of the old one in one step; returns how many there are.

    Call it while holding the lock. `meta` may grow while the schools are read, since it is written last. Whatever is
    raised on the way, also by `schools`, leaves the register that was there. Raises KbError when a disk is full.
    """
    partial = data / f"{FILE}.{os.getpid()}.partial"
    try:
        count = write_register(partial, schools, meta)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(data / FILE)
        _sync_folder(data)
    except (sqlite3.Error, OSError) as error:
        raise KbError(f"The register in {data} cannot be written: {error}.") from error
    finally:
        partial.unlink(missing_ok=True)
    return count


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_register(path: Path, schools: Iterable[School], meta: dict[str, Any]) -> int:
    """Write a whole register file and return the number of schools."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        # The file is nobody's until it is whole, and then it is synced: no journal and no waiting on the way.
        connection.executescript("pragma journal_mode = off; pragma synchronous = off;" + TABLES)
        sources = _Sources()
        with connection:
            connection.executemany(INCOMING, (_make_row(school, sources) for school in schools))
            connection.executemany("insert into source values (?, ?, ?)", sources.list_rows())
        connection.executescript(f"begin; {SETTLE} commit;")
        count: int = connection.execute("select count(*) from school").fetchone()[0]
        noted = {"schema": SCHEMA, **meta, "schools": count}
        with connection:
            connection.executemany("insert into meta values (?, ?)", [(key, json.dumps(noted[key])) for key in noted])
    return count


_STORED = [field.name for field in fields(School) if field.name not in ("type_known", "trust_size")]


class _Sources:
    """The sources met so far, each with a number, so that a school need not repeat their names."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str | None], int] = {}

    def number(self, name: str, dated: object) -> int:
        """The number of a source."""
        return self._numbers.setdefault((name, str(dated) if dated else None), len(self._numbers) + 1)

    def list_rows(self) -> list[tuple[int, str, str | None]]:
        """(number, name, date or None) of each."""
        return [(number, name, dated) for (name, dated), number in self._numbers.items()]


def dump_school(school: School, sources: _Sources) -> str:
    """A school as JSON without what is empty; `kb.register.read.load_school` reads it back.

    Values with provenance are bare: they belong to the origin of their group. `type_known` is the type itself.
    """
    data: dict[str, Any] = {}
    for name in _STORED:
        value = getattr(school, name)
        if value is None or value == ():
            continue
        if isinstance(value, Known):
            value = value.value
        elif isinstance(value, date):
            value = value.isoformat()
        elif name == "origins":
            value = {
                group: [sources.number(origin.source, origin.dated), int(origin.predecessor)] for group, origin in value
            }
        data[name] = value
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _make_row(school: School, sources: _Sources) -> tuple[Any, ...]:
    words = fold_name(school.name)
    place = list_place_words(school)
    return (
        school.urn,
        len(list_core_words(words)),
        " ".join(words),
        " ".join(place),
        school.postcode,
        school.local_authority,
        school.la_name,
        school.trust_uid,
        int(school.successor_urn is not None),
        list_index_words(words),
        list_index_words(place),
        school.name.casefold(),
        json.dumps(school.predecessor_urns),
        school.successor_urn,
        dump_school(school, sources),
    )


def list_place_words(school: School) -> tuple[str, ...]:
    """The words beside its name that a school is known by: town, council, postcode, phase and faith."""
    phase = "" if school.phase == "Not applicable" else PHASE_WORDS.get(school.phase or "", school.phase)
    faith = school.religious_character if school.religious_character not in ("Does not apply", "None") else ""
    parts = (school.town, school.la_name, school.postcode, phase, faith)
    return tuple(dict.fromkeys(word for part in parts if part for word in fold_name(part)))
