"""The records as every engine of the bench gets them: under the same numbers, with the same parts, cards and facets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kb.index import describe_record
from kb.index.weights import FIELDS
from kb.index.words import fold_text
from kb.records.card import Card, make_card
from kb.records.corpus import Corpus
from kb.records.facets import assign_facets

PER_PAGE = 20
FIVE_FACETS = ("type", "status", "service_area", "phase", "region")
# Any word by what it weighs in our index, so that the others rank as nearly alike as they can.
BOOSTS = {name: field.weight for name, field in FIELDS.items()}


class Entry(NamedTuple):
    """A record: `parts` are its folded texts by field of the index, `text` what excerpts are cut from."""

    no: int
    parts: Mapping[str, str]
    text: str
    card: Card
    facets: Mapping[str, tuple[str, ...]]


def list_entries(corpus: Corpus) -> Iterator[Entry]:
    """Every record in the order of its number in a generation."""
    records: list[Any] = [*corpus.funding, *corpus.case_studies, *corpus.framework, *corpus.glossary]
    for no, record in enumerate(records):
        document = describe_record(no, record, corpus.vocabulary)
        parts = {name: fold_text(getattr(document, name)) for name in FIELDS}
        card = make_card(record, corpus.vocabulary)
        yield Entry(no, parts, document.text, card, assign_facets(record, corpus.vocabulary))
