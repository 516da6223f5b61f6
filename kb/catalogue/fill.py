"""Write a catalogue: every record once as JSON, with what lists and filters need beside it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlite_utils

from kb.catalogue.orders import make_sort_keys, pack_set
from kb.errors import KbError
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
    """Write a new catalogue file; raises KbError when it cannot be written.

    `meta` (generation id, date, counts) is kept as JSON under one key each.
    """
    noted = [{"key": key, "value": json.dumps(value)} for key, value in meta.items()]
    try:
        with sqlite_utils.Database(path) as database:
            create_tables(database)
            with database.conn:
                fill_records(database, rows)
                fill_lists(database, corpus)
                database.table("meta").insert_all(noted)
            database.table("link").create_index(["to_type", "to_id"])
            database.vacuum()
    except sqlite3.Error as error:  # such as a full disk
        raise KbError(f"The catalogue {path} cannot be written: {error}.") from error


def create_tables(database: sqlite_utils.Database) -> None:
    """The tables of a catalogue. Of a record, what lists show stands before the whole of it: SQLite reads a long row
    from its start."""
    database.table("record").create(
        {"no": int, "type": str, "id": str, "title": str, "card": str, "text": str, "data": str}, pk="no"
    )
    database.table("record").create_index(["type", "id"], unique=True)
    database.table("facet_set").create({"facet": str, "value": str, "members": bytes})
    database.table("sort_key").create({"name": str, "numbers": bytes}, pk="name")
    database.table("link").create(
        {"kind": str, "from_type": str, "from_id": str, "to_type": str, "to_id": str, "note": str}
    )
    database.table("source_use").create({"no": int, "document": str, "publisher": str, "first": str, "last": str})
    database.table("listing").create({"name": str, "position": int, "data": str})
    database.table("meta").create({"key": str, "value": str}, pk="key")


def fill_records(database: sqlite_utils.Database, rows: Iterable[CatalogueRow]) -> None:
    """Write each record with its facets, links and sources, and the sets and keys of them all."""
    tables: dict[str, list[dict[str, Any]]] = {"link": [], "source_use": []}
    members: dict[tuple[str, str], list[int]] = {}
    cards: list[Card] = []

    def records() -> Iterator[dict[str, Any]]:
        for row in rows:
            cards.append(row.card)
            for facet, values in row.facets.items():
                for value in values:
                    members.setdefault((facet, value), []).append(row.no)
            tables["link"] += list_links(row.record)
            tables["source_use"] += list_source_uses(row)
            yield {
                "no": row.no,
                "type": row.card.type,
                "id": row.card.id,
                "title": row.card.title,
                "card": row.card.model_dump_json(exclude_defaults=True),
                "text": row.text,
                "data": json.dumps(dump_record(row.record)),
            }

    database.table("record").insert_all(records())
    for name, found in tables.items():
        database.table(name).insert_all(found)
    database.table("facet_set").insert_all(
        {"facet": facet, "value": value, "members": pack_set(numbers)} for (facet, value), numbers in members.items()
    )
    keys = make_sort_keys(cards)._asdict()
    database.table("sort_key").insert_all({"name": name, "numbers": key.tobytes()} for name, key in keys.items())


def dump_record(record: FundingStream | CaseStudy | FrameworkPage | Term) -> dict[str, Any]:
    """A record as plain data that its model reads back: "all" stands alone, as authors write it."""
    data = record.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {name: "all" if value == ["all"] else value for name, value in data.items()}


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
    """What a record rests on: the document or publisher of each source, and the days its date can mean."""
    if isinstance(row.record, Term):
        return []
    return [
        {
            "no": row.no,
            "document": source.document,
            "publisher": source.publisher,
            "first": source.dated.first.isoformat() if source.dated else None,
            "last": source.dated.last.isoformat() if source.dated else None,
        }
        for source in row.record.sources
    ]


def fill_lists(database: sqlite_utils.Database, corpus: Corpus) -> None:
    """Write what is not a record: questions, documents, publishers, what a backwards plan counts with, what searches
    say of filters, and needs."""
    register = corpus.sources
    lists = {
        "question": corpus.questions,
        "document": register.documents if register else (),
        "publisher": register.publishers if register else (),
        "school-holiday": corpus.school_holidays,
        "plan-step": corpus.plan_steps,
        "mention": corpus.mentions,
        **{f"need/{theme}": needs for theme, needs in corpus.needs.items()},
    }
    for name, entries in lists.items():
        database.table("listing").insert_all(
            {"name": name, "position": position, "data": entry.model_dump_json(by_alias=True, exclude_none=True)}
            for position, entry in enumerate(entries)
        )
    vocabulary = corpus.vocabulary
    for name in LISTS:
        database.table("listing").insert_all(
            {"name": f"vocabulary/{name}", "position": position, "data": json.dumps(entry.__dict__)}
            for position, entry in enumerate(vocabulary.entries(name))
        )
