"""What other weights and other ways to read words would do to the ranking, on the same collections.

A small BM25 of its own over title and text, so that nothing of the project's index is bent for it. Words are read as
kb/index/words.py reads them, each field is saturated by itself, and every row changes what it names of the row in bold
above it. The weights as they are now should come out near our own ranking over all documents, which differs by what it
makes of quotes, dashes and unknown words.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from whoosh.analysis.filters import STOP_WORDS as SHORT_STOP_WORDS
from whoosh.lang.porter2 import stem as stem_by_porter2

from bench.ir import DEPTH, Collection, Ranking, Searcher, score_searcher
from kb.index.query import MAX_WORDS
from kb.index.weights import ALL_WORDS, COVERAGE_ROOTS, FIELDS, SATURATION
from kb.index.words import STOP_WORDS, WORD, fold_text, stem_word

NAMES, BODY = FIELDS["names"], FIELDS["body"]


@dataclass(frozen=True)
class Reading:
    """How text becomes words."""

    stop_words: frozenset[str] = STOP_WORDS
    stem: Callable[[str], str] = stem_word

    def list_stems(self, text: str) -> list[str]:
        """The stems of a text in order, repeats and all."""
        return [self.stem(word) for word in WORD.findall(fold_text(text)) if word not in self.stop_words]


@dataclass(frozen=True)
class Variant:
    """A way to rank. `weights` and `lengths` (BM25's b) are those of title and text; `saturation` is BM25's k1.

    `one_idf` weighs a word by the records that have it anywhere, not by those that have it in the field. `together`
    saturates a word once, over both fields (BM25F), instead of in each field; it has one idf always. `coverage` is the
    power of the share of the query, by weight, that a document has; its score is multiplied by that.
    """

    reading: Reading = field(default_factory=Reading)
    weights: tuple[float, float] = (NAMES.weight, BODY.weight)
    lengths: tuple[float, float] = (NAMES.length, BODY.length)
    saturation: float = SATURATION
    one_idf: bool = False
    together: bool = False
    coverage: float = 0.5**COVERAGE_ROOTS
    all_words: float = ALL_WORDS
    most_words: int = MAX_WORDS
    repeats: bool = True


NOW = Variant()
# The weights before they were held against judged queries: what they lacked is what the rows below them show.
FIRST = Variant(weights=(6.0, 1.0), lengths=(0.2, 0.75), saturation=1.2, coverage=0.0, all_words=500.0)
ONE_IDF, TOGETHER = replace(FIRST, one_idf=True), replace(FIRST, together=True)
VARIANTS = {
    "**first weights**": FIRST,
    "no stop words": replace(FIRST, reading=Reading(stop_words=frozenset())),
    "Whoosh's short stop list": replace(FIRST, reading=Reading(stop_words=frozenset(SHORT_STOP_WORDS))),
    "no stemmer": replace(FIRST, reading=Reading(stem=str)),
    "Porter's second stemmer": replace(FIRST, reading=Reading(stem=lru_cache(maxsize=None)(stem_by_porter2))),
    "repeated words of a query count once": replace(FIRST, repeats=False),
    "no limit to the words of a query": replace(FIRST, most_words=10_000),
    "no bonus for all words": replace(FIRST, all_words=0.0),
    "saturation (k1) 0.9": replace(FIRST, saturation=0.9),
    "saturation (k1) 2": replace(FIRST, saturation=2.0),
    "length of the body (b) 0.4": replace(FIRST, lengths=(0.2, 0.4)),
    "length of names (b) 0.75": replace(FIRST, lengths=(0.75, 0.75)),
    "names weigh 3": replace(FIRST, weights=(3.0, 1.0)),
    "names weigh 2": replace(FIRST, weights=(2.0, 1.0)),
    "names weigh 1": replace(FIRST, weights=(1.0, 1.0)),
    "names weigh 0.7": replace(FIRST, weights=(0.7, 1.0)),
    "names weigh 0.7, their length 0.75": replace(FIRST, weights=(0.7, 1.0), lengths=(0.75, 0.75)),
    "names weigh 0": replace(FIRST, weights=(0.0, 1.0)),
    "scores times coverage": replace(FIRST, coverage=1.0),
    "one idf for both fields": ONE_IDF,
    "one idf, names weigh 2": replace(ONE_IDF, weights=(2.0, 1.0)),
    "one idf, names weigh 1": replace(ONE_IDF, weights=(1.0, 1.0)),
    "fields saturated together": TOGETHER,
    "together, names weigh 3": replace(TOGETHER, weights=(3.0, 1.0)),
    "together, names weigh 1": replace(TOGETHER, weights=(1.0, 1.0)),
    "together, saturation 2": replace(TOGETHER, saturation=2.0),
    "together, saturation 2, length of names 0.75": replace(TOGETHER, saturation=2.0, lengths=(0.75, 0.75)),
    "together, scores times coverage": replace(TOGETHER, coverage=1.0),
    "**weights as they are now**": NOW,
    "now, scores not times coverage": replace(NOW, coverage=0.0),
    "now, names weigh 1": replace(NOW, weights=(1.0, 1.0)),
    "now, one idf for both fields": replace(NOW, one_idf=True),
    "now, fields saturated together": replace(NOW, together=True),
    "now, together, not times coverage": replace(NOW, together=True, coverage=0.0),
    "now, together, saturation 6, coverage to the power 0.25": replace(
        NOW, together=True, saturation=6.0, coverage=0.25
    ),
    "the same, no limit to the words of a query": replace(
        NOW, together=True, saturation=6.0, coverage=0.25, most_words=10_000
    ),
}


def weigh_word(having: int, count: int) -> float:
    """The idf of a word that `having` of `count` documents have, as kb/index takes it."""
    return math.log(1 + (count - having + 0.5) / (having + 0.5))


class Postings:
    """The words of a collection as arrays: for each stem how often each document has it, in the title and the text."""

    def __init__(self, documents: Sequence[tuple[str, str]], reading: Reading) -> None:
        found: dict[str, dict[int, list[int]]] = {}
        lengths = np.zeros((2, len(documents)))
        for number, document in enumerate(documents):
            for part, text in enumerate(document):
                stems = reading.list_stems(text)
                lengths[part, number] = len(stems)
                for stem, times in Counter(stems).items():
                    found.setdefault(stem, {}).setdefault(number, [0, 0])[part] = times
        self.count = len(documents)
        self.lengths = lengths / lengths.mean(axis=1, keepdims=True)  # 1 is the mean of the field
        self._found = {stem: (np.array([*by]), np.array([*by.values()], float).T) for stem, by in found.items()}

    def look_up(self, stem: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Numbers of the documents that have a stem, and how often: an array of two rows, title and text."""
        return self._found.get(stem, (np.zeros(0, np.int64), np.zeros((2, 0))))


def make_variant(postings: Postings, variant: Variant) -> Searcher:
    """A search by a variant over postings that were made by its reading."""
    weights, lengths = (np.array(values)[:, None] for values in (variant.weights, variant.lengths))
    k1 = variant.saturation

    def weigh(stem: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        numbers, times = postings.look_up(stem)
        shares = times / (1 - lengths + lengths * postings.lengths[:, numbers])
        idf = weigh_word(len(numbers), postings.count)
        if variant.together:
            whole = (weights * shares).sum(axis=0)
            return numbers, idf * whole * (k1 + 1) / (whole + k1)
        if variant.one_idf:
            idfs = np.full((2, 1), idf)
        else:
            idfs = np.array([[weigh_word(int(having), postings.count)] for having in (times > 0).sum(axis=1)])
        return numbers, (weights * idfs * shares * (k1 + 1) / (shares + k1)).sum(axis=0)

    def search(text: str) -> Ranking:
        counted = list(Counter(variant.reading.list_stems(text)).items())[: variant.most_words]
        scores, covered, having = np.zeros((3, postings.count))
        for stem, times in counted:
            numbers, worth = weigh(stem)
            scores[numbers] += worth * (times if variant.repeats else 1)
            covered[numbers] += weigh_word(len(numbers), postings.count)
            having[numbers] += 1
        scores *= (covered / (covered.max() or 1.0)) ** variant.coverage
        scores[having == len(counted)] += variant.all_words
        order = np.argsort(-scores, kind="stable")
        ranking: list[int] = order[scores[order] > 0][:DEPTH].tolist()
        return ranking

    return search


def write_variants(collections: Sequence[Collection]) -> Iterator[str]:
    """MAP and nDCG@10 of every variant on every collection, as a Markdown table."""
    heads = [
        f"{collection.name.capitalize()} {measure}" for collection in collections for measure in ("MAP", "nDCG@10")
    ]
    yield f"## Variants, the whole ranking\n\n| | {' | '.join(heads)} |\n|---|{'---|' * len(heads)}"
    made: dict[tuple[str, Reading], Postings] = {}
    for name, variant in VARIANTS.items():
        cells = []
        for collection in collections:
            key = (collection.name, variant.reading)
            if key not in made:
                made[key] = Postings(collection.documents, variant.reading)
            scores = score_searcher(make_variant(made[key], variant), collection)
            cells += [f"{fmean(column):.4f}".lstrip("0") for column in list(zip(*scores, strict=True))[:2]]
        yield f"| {name} | {' | '.join(cells)} |"
