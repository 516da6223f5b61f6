"""What words score: every record of a word, or of several words together, with its score over all fields.

The formula is BM25F as Robertson and Zaragoza give it (The Probabilistic Relevance Framework, 2009): what the fields
hold is added up, weighed, before it is saturated, so that a word in a title and a body is one word said twice. Whoosh
adds up fields that are saturated one by one, which lets a word in a title outweigh a whole body (docs/relevance.md has
figures).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.index.postings import PostingArrays
from kb.index.weights import FIELDS, SATURATION, FieldWeight

MAX_KEPT_WORDS = 20_000  # words whose scores are kept; two arrays of a few kilobytes each at most

Numbers = NDArray[np.int64]
Scores = NDArray[np.float64]


class Matches(NamedTuple):
    """The records of a word or expression: numbers, ascending, what each scores, the same as a bit set, and its idf
    (0 for what no record has)."""

    numbers: Numbers
    scores: Scores
    bits: int
    weight: float


def weigh_word(having: int, count: int) -> float:
    """The idf of a word that `having` of `count` records have, the standard ln(1 + (N - n + 0.5) / (n + 0.5)): always
    above 0, and lower for common words than Whoosh's own."""
    return math.log(1 + (count - having + 0.5) / (having + 0.5))


def list_members(bits: int) -> Numbers:
    """The numbers of a bit set, ascending."""
    raw = np.frombuffer(bits.to_bytes((bits.bit_length() + 7) // 8, "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(raw, bitorder="little"))


def make_bits(numbers: Numbers, count: int) -> int:
    """The bit set of numbers below `count`."""
    flags = np.zeros(count, dtype=np.uint8)
    flags[numbers] = 1
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def weigh_times(times: NDArray[np.float32], lengths: Scores, mean: float, weight: FieldWeight) -> Scores:
    """How often a word stands in a field of each record, weighed by the field and set against the field's length."""
    return weight.weight * times / (1 - weight.length + weight.length * lengths / mean)


class WordScores:
    """Scores of one generation's words, worked out at a word's first use and kept. Safe between threads."""

    def __init__(self, arrays: PostingArrays, count: int) -> None:
        self._arrays, self._count = arrays, count
        self._kept: dict[str, Matches] = {}

    def look_up(self, word: str) -> Matches:
        """The records that have a stem in any field."""
        kept = self._kept.get(word)
        if kept is None:
            times = np.zeros(self._count)
            for name, having, found in self._arrays.look_up(word):
                field, weight = self._arrays.fields[name], FIELDS[name]
                times[having] += weigh_times(found, field.lengths[having], field.mean, weight)
            numbers = np.flatnonzero(times)
            idf = weigh_word(len(numbers), self._count) if len(numbers) else 0.0
            scores = idf * times[numbers] * (SATURATION + 1) / (times[numbers] + SATURATION)
            kept = Matches(numbers, scores, make_bits(numbers, self._count), idf)
            if len(self._kept) >= MAX_KEPT_WORDS:
                self._kept.clear()
            self._kept[word] = kept
        return kept

    def look_up_all(self, words: tuple[str, ...]) -> Matches:
        """The records that have every word of an expression; more words are worth more, but not as much as apart."""
        if len(words) == 1:
            return self.look_up(words[0])
        total, bits = np.zeros(self._count), (1 << self._count) - 1
        for word in words:
            found = self.look_up(word)
            total[found.numbers] += found.scores
            bits &= found.bits
        numbers = list_members(bits)
        idf = weigh_word(len(numbers), self._count) if len(numbers) else 0.0
        return Matches(numbers, total[numbers] / math.sqrt(len(words)), bits, idf)

    def forget(self) -> None:
        """Drop what is kept, for measuring a word's first use."""
        self._kept.clear()
