"""Write a catalogue: every record once as JSON, with what lists and filters need beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlite_utils

from kb.records.card import Card
from kb.records.case_study import CaseStudy
from kb.records.corpus import Corpus
from kb.records.funding import FundingStream
from kb.records.guide import FrameworkPage, Term
from kb.records.vocabulary import LISTS


@dataclass(frozen=True)
class CatalogueRow:
    """One record as the catalogue keeps it. `no` counts from 0 and is shared with the index."""

    no: int
    record: FundingStream | CaseStudy | FrameworkPage | Term
    card: Card
    facets: dict[str, tuple[str, ...]]
    text: str


def write_catalogue(path: Path, corpus: Corpus, rows: Iterable[CatalogueRow], meta: dict[str, Any]) -> None:
    """Write a new catalogue file. `meta` (generation id, date, counts) is kept as JSON under one key each."""
    database = sqlite_utils.Database(path)
    try:
        create_tables(database)
        with database.conn:
            fill_records(database, rows)
            fill_lists(database, corpus)
            database["meta"].insert_all(({"key": key, "value": json.dumps(value)} for key, value in meta.items()))
        database["facet"].create_index(["no"])
        database["link"].create_index(["to_type", "to_id"])
        database.vacuum()
    finally:
        database.close()


def create_tables(database: sqlite_utils.Database) -> None:
    """The tables of a catalogue."""
    database["record"].create(
        {"no": int, "type": str, "id": str, "title": str, "card": str, "data": str, "text": str}, pk="no"
    )
    database["record"].create_index(["type", "id"], unique=True)
    database["facet"].create({"facet": str, "value": str, "no": int})
    database["closing"].create({"no": int, "first": str, "last": str})
    database["link"].create({"kind": str, "from_type": str, "from_id": str, "to_type": str, "to_id": str, "note": str})
    database["source_use"].create({"no": int, "document": str, "publisher": str})
    database["listing"].create({"name": str, "position": int, "data": str})
    database["meta"].create({"key": str, "value": str}, pk="key")


def fill_records(database: sqlite_utils.Database, rows: Iterable[CatalogueRow]) -> None:
    """Write each record with its facets, closing dates, links and sources."""
    tables: dict[str, list[dict[str, Any]]] = {"facet": [], "closing": [], "link": [], "source_use": []}

    def records() -> Iterator[dict[str, Any]]:
        for row in rows:
            for facet, values in row.facets.items():
                tables["facet"] += [{"facet": facet, "value": value, "no": row.no} for value in values]
            tables["closing"] += [
                {"no": row.no, "first": found.first.isoformat(), "last": found.last.isoformat()}
                for found in row.card.closes
            ]
            tables["link"] += list_links(row.record)
            tables["source_use"] += list_source_uses(row)
            yield {
                "no": row.no,
                "type": row.card.type,
                "id": row.card.id,
                "title": row.card.title,
                "card": row.card.model_dump_json(exclude_defaults=True),
                "data": row.record.model_dump_json(by_alias=True, exclude_none=True),
                "text": row.text,
            }

    database["record"].insert_all(records())
    for name, found in tables.items():
        database[name].insert_all(found)


def list_links(record: FundingStream | CaseStudy | FrameworkPage | Term) -> list[dict[str, str | None]]:
    """The links a record states, each once and in one direction; reading finds them from both ends."""

    def link(kind: str, to: str, note: str | None = None) -> dict[str, str | None]:
        start = {"from_type": "case-study" if isinstance(record, CaseStudy) else "funding", "from_id": record.id}
        return {"kind": kind, **start, "to_type": "funding", "to_id": to, "note": note}

    if isinstance(record, CaseStudy):
        return [link("paid-by", paid.stream, paid.note) for paid in record.funding or ()]
    if not isinstance(record, FundingStream):
        return []
    links = [link("replaces", other) for other in record.replaces or ()]
    links += [link("replaced-by", other) for other in record.replaced_by or ()]
    if record.combine:
        links += [link("with", other) for other in record.combine.with_ or ()]
        links += [link("not-with", bar.id, bar.why) for bar in record.combine.not_with or ()]
    if record.sustainability:
        links += [link("exit-route", route.mechanism, route.basis) for route in record.sustainability.exit_routes or ()]
    return links


def list_source_uses(row: CatalogueRow) -> list[dict[str, Any]]:
    """Which documents and publishers a record rests on, each once."""
    if isinstance(row.record, Term):
        return []
    used = dict.fromkeys((source.document, source.publisher) for source in row.record.sources)
    return [{"no": row.no, "document": document, "publisher": publisher} for document, publisher in used]


def fill_lists(database: sqlite_utils.Database, corpus: Corpus) -> None:
    """Write what is not a record: questions, documents, publishers."""
    register = corpus.sources
    lists = {
        "question": corpus.questions,
        "document": register.documents if register else (),
        "publisher": register.publishers if register else (),
    }
    for name, entries in lists.items():
        database["listing"].insert_all(
            {"name": name, "position": position, "data": entry.model_dump_json(exclude_none=True)}
            for position, entry in enumerate(entries)
        )
    vocabulary = corpus.vocabulary
    for name in LISTS:
        database["listing"].insert_all(
            {"name": f"vocabulary/{name}", "position": position, "data": json.dumps(entry.__dict__)}
            for position, entry in enumerate(vocabulary.entries(name))
        )
