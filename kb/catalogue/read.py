"""Read one generation's catalogue by named questions; records come back typed, never rows."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import sqlite_utils
from pydantic import BaseModel

from kb.catalogue.orders import SortKeys
from kb.errors import NoGeneration, RecordNotFound
from kb.records.bid_plan import PlanStep, SchoolHoliday
from kb.records.card import Card
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream
from kb.records.guide import Document, FrameworkPage, Publisher, Question, Term
from kb.records.mentions import Mention
from kb.records.model import ID
from kb.records.needs import Need
from kb.records.vocabulary import LISTS, Entry, Vocabulary

MAPPED = 2**31  # bytes of a file that SQLite may map into memory
KEPT_RECORDS = 4_000  # whose cards and texts are kept as they were read: some 30 MB
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Link:
    """A record that another one is tied to, with the note that stands beside the tie."""

    card: Card
    note: str | None


class Catalogue:
    """One generation's facts, read only. Safe to share between threads: each opens its own connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._kept: dict[int, tuple[Card, str]] = {}
        self.vocabulary = Vocabulary({name: self._read_vocabulary(name) for name in LISTS})

    @property
    def _database(self) -> sqlite_utils.Database:
        if not hasattr(self._local, "database"):
            # A generation never changes once it is live, so SQLite need not lock or look for a journal.
            address = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(address, uri=True, check_same_thread=False)
            connection.execute(f"pragma mmap_size = {MAPPED}")  # no copy of a page for each read
            self._local.database = sqlite_utils.Database(connection)
        database: sqlite_utils.Database = self._local.database
        return database

    def _rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        return list(self._database.conn.execute(sql, tuple(values)))

    def _read_vocabulary(self, name: str) -> list[Entry]:
        return [Entry(**json.loads(data)) for data in self._read_listing(f"vocabulary/{name}")]

    def _read_listing(self, name: str) -> list[str]:
        return [row[0] for row in self._rows("select data from listing where name = ? order by position", [name])]

    def _get(self, model: type[Model], record_type: str, label: str, record_id: str) -> Model:
        if not ID.fullmatch(record_id):  # such as text that is not Unicode, which SQLite refuses
            raise RecordNotFound(label, record_id)
        rows = self._rows("select data from record where type = ? and id = ?", [record_type, record_id])
        if not rows:
            raise RecordNotFound(label, record_id)
        data = json.loads(rows[0][0])
        return model.model_validate(data)

    def get_funding_stream(self, stream_id: str) -> FundingStream:
        """The stream of this id; raises RecordNotFound."""
        return self._get(FundingStream, "funding", "funding record", stream_id)

    def get_case_study(self, case_id: str) -> CaseStudy:
        """The case study of this id; raises RecordNotFound."""
        return self._get(CaseStudy, "case-study", "case study", case_id)

    def get_framework_page(self, feature: str) -> FrameworkPage:
        """The page of this key feature; raises RecordNotFound."""
        return self._get(FrameworkPage, "framework", "key feature", feature)

    def list_framework_pages(self) -> list[FrameworkPage]:
        """The pages of the key features, in their order."""
        rows = self._rows("select data from record where type = 'framework'")
        return sorted((FrameworkPage.model_validate_json(row[0]) for row in rows), key=lambda page: page.order)

    def list_funding_streams(self) -> list[FundingStream]:
        """Every funding record, by id."""
        rows = self._rows("select data from record where type = 'funding' order by id")
        return [FundingStream.model_validate_json(row[0]) for row in rows]

    def list_case_studies(self) -> list[CaseStudy]:
        """Every case study, by id."""
        rows = self._rows("select data from record where type = 'case-study' order by id")
        return [CaseStudy.model_validate_json(row[0]) for row in rows]

    def list_terms(self) -> list[Term]:
        """The glossary, by name."""
        rows = self._rows("select data from record where type = 'glossary'")
        terms = (Term.model_validate_json(row[0]) for row in rows)
        return sorted(terms, key=lambda term: term.name.casefold())

    def list_questions(self, feature: str) -> list[Question]:
        """The self-assessment questions of one key feature, in the document's order."""
        return [question for question in self.list_all_questions() if question.feature == feature]

    def list_all_questions(self) -> list[Question]:
        """The self-assessment questions of all key features, in the document's order."""
        return [Question.model_validate_json(data) for data in self._read_listing("question")]

    def list_documents(self) -> list[Document]:
        """The source documents."""
        return [Document.model_validate_json(data) for data in self._read_listing("document")]

    def list_school_holidays(self) -> list[SchoolHoliday]:
        """The usual school holidays, in the order of their file."""
        return [SchoolHoliday.model_validate_json(data) for data in self._read_listing("school-holiday")]

    def list_plan_steps(self) -> list[PlanStep]:
        """The steps of a bid, in the order they are done."""
        return [PlanStep.model_validate_json(data) for data in self._read_listing("plan-step")]

    def list_mentions(self) -> list[Mention]:
        """What searches say of filters, in the order of their file."""
        return [Mention.model_validate_json(data) for data in self._read_listing("mention")]

    def list_needs(self) -> dict[str, list[Need]]:
        """What people need, by theme, in the order of their files."""
        themes = self.vocabulary.values("need_themes")
        return {
            theme: [Need.model_validate_json(data) for data in self._read_listing(f"need/{theme}")] for theme in themes
        }

    def list_publishers(self) -> list[Publisher]:
        """The publishers of pages, by name."""
        publishers = (Publisher.model_validate_json(data) for data in self._read_listing("publisher"))
        return sorted(publishers, key=lambda publisher: publisher.name.casefold())

    def count_records_by_source(self) -> dict[tuple[str, str], int]:
        """How many records rest on each source: keys ("document", id) and ("publisher", name)."""
        counts = {}
        for column in ("document", "publisher"):
            sql = f"select {column}, count(distinct no) from source_use where {column} is not null group by 1"  # noqa: S608 (two fixed names)
            counts.update({(column, name): count for name, count in self._rows(sql)})
        return counts

    def read_source_years(self) -> dict[str, tuple[int, int]]:
        """The first and last year of the dated sources of each publisher; without an entry, none is dated."""
        sql = "select publisher, min(first), max(last) from source_use where first is not null group by 1"
        return {name: (int(first[:4]), int(last[:4])) for name, first, last in self._rows(sql) if name}

    def list_cards(self, numbers: Iterable[int]) -> list[Card]:
        """The cards of records by number, in the order of the numbers."""
        wanted = list(numbers)
        marks = ",".join("?" * len(wanted))
        sql = f"select no, card from record where no in ({marks})"  # noqa: S608 (question marks alone)
        found = {no: Card.model_validate_json(card) for no, card in self._rows(sql, wanted)}
        return [found[no] for no in wanted if no in found]

    def list_cards_with_texts(self, numbers: Iterable[int]) -> list[tuple[Card, str]]:
        """The cards and plain texts of records by number, in the order of the numbers.

        Those read last are kept: the records that many searches find are read once.
        """
        wanted = list(numbers)
        found = {no: kept for no in wanted if (kept := self._kept.get(no))}
        missing = [no for no in wanted if no not in found]
        if missing:
            marks = ",".join("?" * len(missing))
            sql = f"select no, card, text from record where no in ({marks})"  # noqa: S608 (question marks alone)
            read = {no: (Card.model_validate_json(card), text) for no, card, text in self._rows(sql, missing)}
            if len(self._kept) + len(read) > KEPT_RECORDS:
                self._kept.clear()
            self._kept.update(read)
            found |= read
        return [found[no] for no in wanted if no in found]

    def find_number(self, record_type: str, record_id: str) -> int | None:
        """The number of a record, which the index knows it by."""
        rows = self._rows("select no from record where type = ? and id = ?", [record_type, record_id])
        return rows[0][0] if rows else None

    def list_ids(self, record_type: str) -> list[str]:
        """The ids of all records of a type (funding, case-study, framework, glossary)."""
        return [row[0] for row in self._rows("select id from record where type = ? order by id", [record_type])]

    def list_titles(self, record_type: str) -> list[tuple[str, str]]:
        """(id, title) of all records of a type, by title."""
        sql = "select id, title from record where type = ? order by title"
        return self._rows(sql, [record_type])

    def list_links_from(self, record_type: str, record_id: str, kind: str) -> list[Link]:
        """What a record is tied to by links it states itself."""
        sql = """select r.card, l.note from link l join record r on r.type = l.to_type and r.id = l.to_id
                 where l.from_type = ? and l.from_id = ? and l.kind = ? order by l.rowid"""
        rows = self._rows(sql, [record_type, record_id, kind])
        return [Link(Card.model_validate_json(card), note) for card, note in rows]

    def list_links_to(self, record_type: str, record_id: str, kind: str) -> list[Link]:
        """What is tied to a record by links that the other side states."""
        sql = """select r.card, l.note from link l join record r on r.type = l.from_type and r.id = l.from_id
                 where l.to_type = ? and l.to_id = ? and l.kind = ? order by r.title"""
        rows = self._rows(sql, [record_type, record_id, kind])
        return [Link(Card.model_validate_json(card), note) for card, note in rows]

    def read_facet_sets(self) -> dict[str, dict[str, int]]:
        """The records of every value of every facet, and of every place that a limited stream reaches (REACH), as bit
        sets (bit n is record n)."""
        sets: dict[str, dict[str, int]] = {}
        for facet, value, members in self._rows("select facet, value, members from facet_set"):
            sets.setdefault(facet, {})[value] = int.from_bytes(members, "little")
        return sets

    def read_sort_keys(self) -> SortKeys:
        """What lists are sorted by, as arrays."""
        found = self._rows("select name, numbers from sort_key")
        return SortKeys(**{name: np.frombuffer(numbers, dtype=np.int32) for name, numbers in found})

    def read_meta(self) -> dict[str, Any]:
        """What the build noted: generation id, date, counts."""
        return {key: json.loads(value) for key, value in self._rows("select key, value from meta")}


def open_catalogue(path: Path) -> Catalogue:
    """Open a catalogue file; raises NoGeneration when it is missing or cannot be read."""
    try:
        return Catalogue(path)
    except (sqlite3.Error, OSError, ValueError) as error:
        raise NoGeneration(f"The catalogue {path.name} cannot be read ({error}). Run: kb build") from error
