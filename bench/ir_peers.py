"""Other engines over the same documents, each as it comes, with title and text as two fields of the same weight.

They are given the plain words of a query, all of them, any of which may match: their own query languages would read a
question mark as a wildcard.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import tantivy
from whoosh import fields
from whoosh.analysis.analyzers import StemmingAnalyzer
from whoosh.filedb.filestore import RamStorage
from whoosh.qparser.default import MultifieldParser
from whoosh.qparser.syntax import OrGroup

from kb.index.words import WORD, fold_text

Documents = Sequence[tuple[str, str]]  # (title, text)
Searcher = Callable[[str], list[int]]


def list_words(text: str) -> list[str]:
    """The words of a query, folded, repeats and all."""
    return WORD.findall(fold_text(text))


def make_fts5(documents: Documents, depth: int) -> Searcher:
    """SQLite FTS5: Porter stems, no stop words, bm25."""
    database = sqlite3.connect(":memory:")
    database.execute("create virtual table found using fts5(title, body, tokenize = 'porter unicode61')")
    rows = ((number, *document) for number, document in enumerate(documents))
    database.executemany("insert into found (rowid, title, body) values (?, ?, ?)", rows)
    sql = "select rowid from found where found match ? order by bm25(found) limit ?"

    def search(text: str) -> list[int]:
        wanted = " OR ".join(f'"{word}"' for word in list_words(text))
        return [number for (number,) in database.execute(sql, [wanted, depth])]

    return search


def make_tantivy(documents: Documents, depth: int) -> Searcher:
    """Tantivy: its English stemmer, no stop words, BM25 of each field added up."""
    builder = tantivy.SchemaBuilder()
    for name in ("title", "body"):
        builder.add_text_field(name, tokenizer_name="en_stem")
    builder.add_integer_field("no", stored=True, indexed=False)
    index = tantivy.Index(builder.build())
    writer = index.writer(num_threads=1)
    for number, (title, text) in enumerate(documents):
        writer.add_document(tantivy.Document(title=title, body=text, no=number))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(text: str) -> list[int]:
        wanted = index.parse_query(" ".join(list_words(text)), ["title", "body"])
        hits = searcher.search(wanted, depth).hits
        return [searcher.doc(address)["no"][0] for _score, address in hits]

    return search


def make_whoosh(documents: Documents, depth: int) -> Searcher:
    """Whoosh as it comes: StemmingAnalyzer with its short stop list, OrGroup, BM25F."""
    analyzer = StemmingAnalyzer()
    schema = fields.Schema(title=fields.TEXT(analyzer=analyzer), body=fields.TEXT(analyzer=analyzer))
    storage: Any = RamStorage()  # type: ignore[no-untyped-call]
    index = storage.create_index(schema)
    writer = index.writer()
    for title, text in documents:
        writer.add_document(title=title, body=text)
    writer.commit()
    searcher = index.searcher()
    parser = MultifieldParser(["title", "body"], schema, group=OrGroup)

    def search(text: str) -> list[int]:
        hits = searcher.search(parser.parse(" ".join(list_words(text))), limit=depth)
        return [hit.docnum for hit in hits]

    return search


PEERS: dict[str, Callable[[Documents, int], Searcher]] = {
    "SQLite FTS5": make_fts5,
    "tantivy": make_tantivy,
    "Whoosh as it comes": make_whoosh,
}
