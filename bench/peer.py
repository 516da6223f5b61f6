"""The peer: a bare SQLite FTS5 table with facet tables that answers the same searches, as one would write it by hand.

Same fields and weights, Porter stems, bm25, drill-sideways counts for every facet, twenty cards with snippets. It keeps
nothing between searches but SQLite's own page cache, which has room for the whole file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kb.index import describe_record
from kb.index.weights import FIELDS
from kb.index.words import fold_text
from kb.records.card import make_card
from kb.records.corpus import Corpus
from kb.records.facets import assign_facets

PER_PAGE = 20
WEIGHTS = ", ".join(str(field.weight) for field in FIELDS.values())
TABLES = f"""
create virtual table words using fts5({", ".join(FIELDS)}, tokenize = 'porter unicode61');
create table card (no integer primary key, card text);
create table facet (no integer, facet text, value text, primary key (no, facet, value)) without rowid;
create index facet_value on facet (facet, value, no);
"""
SESSION = """
pragma cache_size = -500000;
create temp table hit (no integer primary key, score real);
create temp table found (no integer primary key, score real);
"""


def write_peer(path: Path, corpus: Corpus) -> None:
    """Write the peer's file with the same records under the same numbers."""
    records: list[Any] = [*corpus.funding, *corpus.case_studies, *corpus.framework, *corpus.glossary]
    marks = ", ".join("?" * (len(FIELDS) + 1))
    database = sqlite3.connect(path)
    database.executescript(TABLES)
    with database:
        for no, record in enumerate(records):
            document = describe_record(no, record, corpus.vocabulary)
            parts = [fold_text(getattr(document, name)) for name in FIELDS]
            database.execute(f"insert into words (rowid, {', '.join(FIELDS)}) values ({marks})", [no, *parts])
            card = make_card(record, corpus.vocabulary).model_dump_json(exclude_defaults=True)
            database.execute("insert into card values (?, ?)", [no, card])
            values = assign_facets(record, corpus.vocabulary)
            rows = [(no, facet, value) for facet, found in values.items() for value in found]
            database.executemany("insert into facet values (?, ?, ?)", rows)
        database.execute("insert into words (words) values ('optimize')")
        database.execute("analyze")
    database.close()


class Peer:
    """The peer's file, open for reading."""

    def __init__(self, path: Path) -> None:
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._database = sqlite3.connect(address, uri=True, isolation_level=None)
        self._database.executescript(SESSION)

    def search(self, words: Sequence[str], selected: Mapping[str, str], operator: str) -> tuple[int, object, object]:
        """How many records have any word (operator OR) or all words (AND) and the value of every facet given; counts
        by facet and value; and the first page as (card, snippet)."""
        run, text = self._database.execute, f" {operator} ".join(words)
        run("delete from hit")
        run("delete from found")
        run(f"insert into hit select rowid, bm25(words, {WEIGHTS}) from words where words match ?", [text])
        rule, values = require(selected)
        run(f"insert into found select no, score from hit where true{rule}", values)
        sql = "select facet, value, count(*) from found cross join facet using (no) group by 1, 2"
        counts = {(facet, value): count for facet, value, count in run(sql)}
        for facet in selected:
            rule, values = require({name: value for name, value in selected.items() if name != facet})
            sql = f"select value, count(*) from hit cross join facet using (no) where facet = ?{rule} group by 1"
            counts |= {(facet, value): count for value, count in run(sql, [facet, *values])}
        total: int = run("select count(*) from found").fetchone()[0]
        best = [no for (no,) in run(f"select no from found order by score limit {PER_PAGE}")]
        numbers = ", ".join(map(str, best))
        cards = dict(run(f"select no, card from card where no in ({numbers})"))
        snippet = "snippet(words, -1, '<mark>', '</mark>', '…', 32)"
        pieces = dict(run(f"select rowid, {snippet} from words where words match ? and rowid in ({numbers})", [text]))
        return total, counts, [(cards[no], pieces[no]) for no in best]


def require(selected: Mapping[str, str]) -> tuple[str, list[str]]:
    """A condition on `no` for every facet given, with its values."""
    rule = " and no in (select no from facet where facet = ? and value = ?)" * len(selected)
    return rule, [part for pair in selected.items() for part in pair]
