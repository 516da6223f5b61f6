"""Find records by words in one generation's index.

Whoosh makes the postings, finds phrases and whole names, and gives the formula; the build copies its postings into
arrays (kb/index/postings.py), from which what a word scores in every record is worked out at once and kept. A query is
then a few additions. A searcher must not be shared between threads, so each thread has its own.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh import index, scoring
from whoosh.query.positional import Phrase
from whoosh.query.terms import Term

from kb.errors import NoGeneration
from kb.index.postings import PostingArrays
from kb.index.query import TextQuery
from kb.index.spelling import correct_word, replace_word
from kb.index.weights import ALL_WORDS, EXACT_NAMES, FIELDS, SATURATION, SHARE_OF_BEST

MAX_KEPT_WORDS = 20_000  # words whose scores are kept; two arrays of a few kilobytes each at most

Numbers = NDArray[np.int64]
Scores = NDArray[np.float64]


def weigh_word(having: int, count: int) -> float:
    """The idf of a word that `having` of `count` records have."""
    return math.log(1 + (count - having + 0.5) / (having + 0.5))


class Postings(NamedTuple):
    """Record numbers, ascending, and what each scores."""

    numbers: Numbers
    scores: Scores


@dataclass(frozen=True)
class Hits:
    """Records that match a query, as bit sets (bit n is record n) with the scores of all records.

    `all_words` have every word and phrase; `some_words` also holds those whose words weigh enough of the query
    (weights.SHARE_OF_BEST).
    """

    all_words: int
    some_words: int
    scores: Scores

    def rank(self, within: int) -> list[int]:
        """Numbers of the matching records in the set `within`, best first; ties in the order of numbers."""
        numbers = list_members(self.some_words & within)
        if not len(numbers):
            return []
        order = np.argsort(-self.scores[numbers], kind="stable")
        ranked: list[int] = numbers[order].tolist()
        return ranked


def list_members(bits: int) -> Numbers:
    """The numbers of a bit set, ascending."""
    raw = np.frombuffer(bits.to_bytes((bits.bit_length() + 7) // 8, "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(raw, bitorder="little"))


def make_bits(numbers: Numbers, count: int) -> int:
    """The bit set of numbers below `count`."""
    flags = np.zeros(count, dtype=np.uint8)
    flags[numbers] = 1
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


class TextIndex:
    """One generation's index, read only. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._index = index.open_dir(str(folder), readonly=True)
        self._local = threading.local()
        self._kept: dict[str, tuple[Postings, int]] = {}
        self._arrays = PostingArrays(folder, FIELDS)
        self.count: int = self._searcher.doc_count_all()

    @property
    def _searcher(self) -> Any:
        if not hasattr(self._local, "searcher"):
            self._local.searcher = self._index.searcher()
        return self._local.searcher

    def find(self, wanted: TextQuery, share_of_best: float = SHARE_OF_BEST) -> Hits:
        """All records that match; an empty query matches every record with the score 0.

        `share_of_best` is how much of the best record's words, by weight, a record must have to match at all.
        """
        everything = (1 << self.count) - 1
        scores = np.zeros(self.count)
        if wanted.is_empty:
            return Hits(everything, everything, scores)
        all_words, coverage = everything, np.zeros(self.count)
        for word, times in zip(wanted.words, wanted.counts, strict=True):
            postings, bits = self._look_up(word)
            scores[postings.numbers] += times * postings.scores
            coverage[postings.numbers] += weigh_word(len(postings.numbers), self.count)
            all_words &= bits
        some_words = self._choose_covered(coverage, share_of_best) if wanted.words else everything
        required = everything
        for phrase in wanted.phrases:
            required &= self._find_phrase(phrase)
        for excluded in wanted.excluded:
            required &= ~(self._look_up(excluded[0])[1] if len(excluded) == 1 else self._find_phrase(excluded))
        for kind, weight in EXACT_NAMES.items():
            exact = self._find_exact(kind, wanted.exact)
            all_words |= exact
            some_words |= exact
            scores[list_members(exact)] += weight
        all_words &= required
        some_words &= required
        scores[list_members(all_words)] += ALL_WORDS
        return Hits(all_words, some_words, scores)

    def _choose_covered(self, coverage: Scores, share_of_best: float) -> int:
        """The records whose words weigh enough beside those of the record with most of the query."""
        best = coverage.max(initial=0.0)
        if not best:
            return 0
        return make_bits(np.flatnonzero(coverage >= share_of_best * best), self.count)

    def _look_up(self, word: str) -> tuple[Postings, int]:
        """The records that have a stem in any field, with their scores over all fields."""
        kept = self._kept.get(word)
        if kept is None:
            scores = np.zeros(self.count)
            for field, having, times in self._arrays.look_up(word):
                lengths, mean = self._arrays.fields[field].lengths, self._arrays.fields[field].mean
                idf, weight = weigh_word(len(having), self.count), FIELDS[field]
                # Whoosh's own formula for all records at once; a test holds the result to Whoosh's scorer.
                formula: Any = scoring.bm25  # typed for single numbers, but plain arithmetic
                scores[having] += weight.weight * formula(idf, times, lengths[having], mean, weight.length, SATURATION)
            numbers = np.flatnonzero(scores)
            kept = (Postings(numbers, scores[numbers]), make_bits(numbers, self.count))
            if len(self._kept) >= MAX_KEPT_WORDS:
                self._kept.clear()
            self._kept[word] = kept
        return kept

    def _find_phrase(self, stems: tuple[str, ...]) -> int:
        """The records in which words stand next to each other, in one field, in this order."""
        found = 0
        for field in FIELDS:
            numbers = self._searcher.docs_for_query(Phrase(field, list(stems)))
            for number in numbers:
                found |= 1 << number
        return found

    def _find_exact(self, kind: str, name: str) -> int:
        """The records that have exactly this folded name, of a kind of weights.EXACT_NAMES."""
        found = 0
        if name and (kind, name) in self._searcher.reader():
            for number in self._searcher.docs_for_query(Term(kind, name)):
                found |= 1 << number
        return found

    @cached_property
    def _frequencies(self) -> dict[str, int]:
        """How many records have each word as written."""
        return self._arrays.list_frequencies()

    def list_forms(self, stems: tuple[str, ...]) -> list[str]:
        """Every word of the records with one of these stems, for marking in excerpts."""
        return [form for stem in stems for form in self._arrays.list_forms(stem)]

    def suggest_spelling(self, wanted: TextQuery) -> str | None:
        """The query with words no record has put right from the records' own words; None if nothing is near."""
        corrected = wanted.text
        for stem, typed in wanted.typed:
            if self._arrays.list_forms(stem):
                continue
            near = correct_word(typed, self._frequencies)
            if near is None:
                continue
            corrected = replace_word(corrected, typed, near)
        return corrected if corrected != wanted.text else None


def open_index(folder: Path) -> TextIndex:
    """Open an index folder; raises NoGeneration when it is missing or cannot be read.

    Opening an index unpickles what is in it: only folders that `write_index` made are ever opened.
    """
    try:
        return TextIndex(folder)
    except Exception as error:  # Whoosh raises many kinds for a damaged folder
        raise NoGeneration(f"The index {folder.name} cannot be read ({error}). Run: kb build") from error
