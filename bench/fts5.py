"""A peer: a bare SQLite FTS5 table with facet tables that answers the same searches, as one would write it by hand.

Same fields and weights, Porter stems, bm25, drill-sideways counts for every facet, twenty cards with snippets. It keeps
nothing between searches but SQLite's own page cache, which has room for the whole file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.entries import BOOSTS, PER_PAGE, list_entries
from kb.records.corpus import Corpus

WEIGHTS = ", ".join(map(str, BOOSTS.values()))
SESSION = """
pragma cache_size = -500000;
create temp table hit (no integer primary key, score real);
create temp table found (no integer primary key, score real);
"""


def write_fts5(path: Path, corpus: Corpus) -> None:
    """Write the peer's file with the same records under the same numbers."""
    marks = ", ".join("?" * (len(BOOSTS) + 1))
    database = sqlite3.connect(path)
    database.executescript(f"""
        create virtual table words using fts5({", ".join(BOOSTS)}, tokenize = 'porter unicode61');
        create table card (no integer primary key, card text);
        create table facet (no integer, facet text, value text, primary key (no, facet, value)) without rowid;
        create index facet_value on facet (facet, value, no);
    """)
    with database:
        for entry in list_entries(corpus):
            row = [entry.no, *entry.parts.values()]
            database.execute(f"insert into words (rowid, {', '.join(BOOSTS)}) values ({marks})", row)
            card = entry.card.model_dump_json(exclude_defaults=True)
            database.execute("insert into card values (?, ?)", [entry.no, card])
            rows = [(entry.no, facet, value) for facet, found in entry.facets.items() for value in found]
            database.executemany("insert into facet values (?, ?, ?)", rows)
        database.execute("insert into words (words) values ('optimize')")
        database.execute("analyze")
    database.close()


class Fts5:
    """The peer's file, open for reading. `operator` is OR (any word) or AND (all words)."""

    def __init__(self, path: Path, operator: str = "OR") -> None:
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._database = sqlite3.connect(address, uri=True, isolation_level=None)
        self._database.executescript(SESSION)
        self._operator = operator

    def search(self, words: Sequence[str], selected: Mapping[str, str]) -> int:
        """Find, count every facet and make the first page of cards with snippets; returns how many records have the
        words and the value of every facet given."""
        run = self._database.execute
        text = f" {self._operator} ".join(word if '"' in word else f'"{word}"' for word in words)
        run("delete from hit")
        run("delete from found")
        if words:
            run(f"insert into hit select rowid, bm25(words, {WEIGHTS}) from words where words match ?", [text])
        else:
            run("insert into hit select no, 0 from card")
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
        pieces = {}
        if words:
            sql = f"select rowid, {snippet} from words where words match ? and rowid in ({numbers})"
            pieces = dict(run(sql, [text]))
        page = [(cards[no], pieces.get(no)) for no in best]
        return total if counts or not page else len(page)


def require(selected: Mapping[str, str]) -> tuple[str, list[str]]:
    """A condition on `no` for every facet given, with its values."""
    rule = " and no in (select no from facet where facet = ? and value = ?)" * len(selected)
    return rule, [part for pair in selected.items() for part in pair]
