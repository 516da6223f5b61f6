"""What words score: every record of a word, or of several words together, with its score over all fields.

The formula is BM25F as Robertson and Zaragoza give it (The Probabilistic Relevance Framework, 2009): what the fields
hold is added up, weighed, before it is saturated, so that a word in a title and a body is one word said twice. Whoosh
adds up fields that are saturated one by one, which lets a word in a title outweigh a whole body (docs/relevance.md has
figures). The build works the scores out, so that no reader waits for them:

index/arrays/scores.offsets.npy   where the records of each stem of words.npy begin in the two arrays below, and the end
index/arrays/scores.numbers.npy   numbers of records, ascending within a stem
index/arrays/scores.values.npy    what the stem scores in each of these
index/arrays/scores.weights.npy   the idf of each stem
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.index.postings import FOLDER, PostingArrays, map_array
from kb.index.weights import FIELDS, SATURATION, FieldWeight

MAX_KEPT_WORDS = 20_000  # words whose bit sets are kept, of a few kilobytes each at most
WORDS_AT_ONCE = 2000  # of which the build works out the scores together

Numbers = NDArray[np.int64]
Scores = NDArray[np.float32]  # half as much to move as doubles, and finer than any difference that says something
Doubles = NDArray[np.float64]


class Matches(NamedTuple):
    """The records of a word or expression: numbers, ascending, what each scores, the same as a bit set, and its idf
    (0 for what no record has)."""

    numbers: Numbers
    scores: Scores
    bits: int
    weight: float


class ScoredWords(NamedTuple):
    """Some words: how many records have each, the numbers and scores of these in turn, and the idf of each word."""

    held: Numbers
    numbers: NDArray[np.int32]
    scores: Scores
    weights: Doubles


NO_NUMBERS: Numbers = np.zeros(0, dtype=np.int64)
NO_SCORES: Scores = np.zeros(0, dtype=np.float32)
NO_WORDS = ScoredWords(
    np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32), np.zeros(0)
)
NOTHING = Matches(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32), 0, 0.0)


def weigh_word(having: int, count: int) -> float:
    """The idf of a word that `having` of `count` records have, the standard ln(1 + (N - n + 0.5) / (n + 0.5)): always
    above 0, and lower for common words than Whoosh's own."""
    return math.log(1 + (count - having + 0.5) / (having + 0.5))


def list_members(bits: int) -> Numbers:
    """The numbers of a bit set, ascending."""
    raw = np.frombuffer(bits.to_bytes((bits.bit_length() + 7) // 8, "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(raw, bitorder="little").view(np.bool_))  # quicker to look through than bytes


def make_bits(numbers: NDArray[np.integer], count: int) -> int:
    """The bit set of numbers below `count`."""
    flags = np.zeros(count, dtype=np.uint8)
    flags[numbers] = 1
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def weigh_times(times: NDArray[np.float32], lengths: Doubles, mean: float, weight: FieldWeight) -> Doubles:
    """How often a word stands in a field of each record, weighed by the field and set against the field's length."""
    return weight.weight * times / (1 - weight.length + weight.length * lengths / mean)


def write_scores(folder: Path, count: int) -> None:
    """Work out what every word scores in each of `count` records, and write it beside the postings of an index
    folder."""
    target, arrays = folder / FOLDER, PostingArrays(folder, FIELDS)
    held, numbers, values, weights = map(np.concatenate, zip(NO_WORDS, *_score_words(arrays, count), strict=True))
    np.save(target / "scores.offsets.npy", np.concatenate(([0], np.cumsum(held))))
    np.save(target / "scores.numbers.npy", numbers)
    np.save(target / "scores.values.npy", values)
    np.save(target / "scores.weights.npy", weights)


def _score_words(arrays: PostingArrays, count: int) -> Iterator[ScoredWords]:
    """What the words of an index score, some words at a time."""
    last = len(next(iter(arrays.fields.values())).offsets) - 1
    for first in range(0, last, WORDS_AT_ONCE):
        size = min(WORDS_AT_ONCE, last - first)
        keys, times = [], []
        for name, field in arrays.fields.items():
            offsets = field.offsets[first : first + size + 1]
            own = slice(int(offsets[0]), int(offsets[-1]))
            numbers = field.numbers[own]
            said = np.diff(field.starts[own.start : own.stop + 1]).astype(np.float32)
            keys.append(np.repeat(np.arange(size), np.diff(offsets)) * count + numbers)
            times.append(weigh_times(said, field.lengths[numbers], field.mean, FIELDS[name]))
        pairs, places = np.unique(np.concatenate(keys), return_inverse=True)
        weighed = np.bincount(places, np.concatenate(times), len(pairs))
        words = pairs // count
        held = np.bincount(words, minlength=size)
        weights = np.array([weigh_word(having, count) if having else 0.0 for having in held.tolist()])
        scores = weights[words] * weighed * (SATURATION + 1) / (weighed + SATURATION)
        yield ScoredWords(held, (pairs % count).astype(np.int32), scores.astype(np.float32), weights)


class WordScores:
    """Scores of one generation's words, mapped into memory. Safe between threads."""

    def __init__(self, folder: Path, arrays: PostingArrays, count: int) -> None:
        at = folder / FOLDER
        self._arrays, self._count = arrays, count
        self._offsets: Numbers = map_array(at / "scores.offsets.npy")
        self._numbers: NDArray[np.int32] = map_array(at / "scores.numbers.npy")
        self._values: Scores = map_array(at / "scores.values.npy")
        self._weights: Doubles = map_array(at / "scores.weights.npy")
        self._kept: dict[str, Matches] = {}
        self.vocabulary = len(self._weights)  # how many words there are

    def look_up(self, word: str) -> Matches:
        """The records that have a stem in any field."""
        kept = self._kept.get(word)
        if kept is None:
            at = self._arrays.find_word(word)
            kept = NOTHING if at is None else self._read(at)
            if len(self._kept) >= MAX_KEPT_WORDS:
                self._kept.clear()
            self._kept[word] = kept
        return kept

    def _read(self, at: int) -> Matches:
        own = slice(int(self._offsets[at]), int(self._offsets[at + 1]))
        numbers = self._numbers[own].astype(np.int64)  # once here, and not at each use as an index
        return Matches(numbers, self._values[own], make_bits(numbers, self._count), float(self._weights[at]))

    def list_entries(self) -> tuple[Numbers, Numbers, Scores]:
        """Every word with every record that has it, as places of words, numbers of records and scores."""
        held = np.diff(self._offsets)
        return np.repeat(np.arange(len(held)), held), self._numbers.astype(np.int64), self._values

    def look_up_all(self, words: tuple[str, ...]) -> Matches:
        """The records that have every word of an expression; more words are worth more, but not as much as apart."""
        if len(words) == 1:
            return self.look_up(words[0])
        total, bits = np.zeros(self._count, dtype=np.float32), (1 << self._count) - 1
        for word in words:
            found = self.look_up(word)
            total[found.numbers] += found.scores
            bits &= found.bits
        numbers = list_members(bits)
        idf = weigh_word(len(numbers), self._count) if len(numbers) else 0.0
        return Matches(numbers, total[numbers] / np.float32(math.sqrt(len(words))), bits, idf)

    def forget(self) -> None:
        """Drop what is kept, for measuring a word's first use."""
        self._kept.clear()
