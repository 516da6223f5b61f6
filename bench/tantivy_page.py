"""A peer, and the limit: tantivy, compiled, in a bare loop.

Same fields and weights, its English stemmer, any word, counts by its own aggregation over fast fields, twenty cards
with snippets of the body. Either the same page as ours (eleven facets, and for each chosen filter the counts without
it, as drill-sideways needs), or five facets of what was found and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tantivy

from bench.entries import BOOSTS, FIVE_FACETS, PER_PAGE, list_entries
from kb.records.corpus import Corpus
from kb.records.facets import FACETS

MOST_VALUES = 200  # of one facet: more than any has


def make_schema() -> tantivy.Schema:
    """The fields of the weights, every facet as whole values in a fast field, and the card."""
    builder = tantivy.SchemaBuilder()
    for name in BOOSTS:
        builder.add_text_field(name, tokenizer_name="en_stem", stored=name == "body")
    for facet in FACETS:
        builder.add_text_field(facet.name, tokenizer_name="raw", fast=True)
    builder.add_text_field("card", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def write_tantivy(folder: Path, corpus: Corpus) -> None:
    """Write an index of one segment with the same records."""
    folder.mkdir(parents=True)
    index = tantivy.Index(make_schema(), path=str(folder))
    writer = index.writer(heap_size=500_000_000, num_threads=1)
    for entry in list_entries(corpus):
        document = tantivy.Document(card=entry.card.model_dump_json(exclude_defaults=True), **entry.parts)
        for facet, values in entry.facets.items():
            for value in values:
                document.add_text(facet, value)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


class Tantivy:
    """The index, open for reading. `whole` answers the same page as ours; else five facets of what was found."""

    def __init__(self, folder: Path, whole: bool = True) -> None:
        self._index = tantivy.Index.open(str(folder))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        self._whole = whole
        self._facets = tuple(facet.name for facet in FACETS) if whole else FIVE_FACETS

    def search(self, words: Sequence[str], selected: Mapping[str, str]) -> int:
        """Find, count facets and make the first page of cards with snippets; returns how many records were found."""
        text = tantivy.Query.all_query()
        if words:
            text = self._index.parse_query(" ".join(words), list(BOOSTS), field_boosts=BOOSTS)
        query = self._require(text, selected)
        found: Any = self._searcher.search(query, PER_PAGE, count=True)
        counts = self._count(query, self._facets)
        for facet in selected if self._whole else ():
            others = {name: value for name, value in selected.items() if name != facet}
            counts |= self._count(self._require(text, others), [facet])
        marker = tantivy.SnippetGenerator.create(self._searcher, text, self._schema, "body") if words else None
        page = []
        for _score, address in found.hits:
            document = self._searcher.doc(address)
            piece = marker.snippet_from_doc(document).to_html() if marker else ""
            page.append((document["card"][0], piece))
        total: int = found.count
        return total if counts else len(page)

    def _require(self, text: tantivy.Query, selected: Mapping[str, str]) -> tantivy.Query:
        if not selected:
            return text
        must = tantivy.Occur.Must
        filters = [
            (must, tantivy.Query.term_query(self._schema, name, value, "basic")) for name, value in selected.items()
        ]
        return tantivy.Query.boolean_query([(must, text), *filters])

    def _count(self, query: tantivy.Query, facets: Iterable[str]) -> dict[str, object]:
        asked = {name: {"terms": {"field": name, "size": MOST_VALUES}} for name in facets}
        counts: dict[str, object] = self._searcher.aggregate(query, asked)
        return counts
