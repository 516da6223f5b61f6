"""What a concept of a query scores: its own words, or another expression for it where that scores more.

The thesaurus is known when an index is built, so the build works this out for each of its expressions. What was guessed
from a slip is worked out when it is asked for.

index/arrays/concepts.offsets.npy   where the records of each expression of thesaurus.json begin in the arrays below,
                                    and the end
index/arrays/concepts.numbers.npy   numbers of records, ascending within an expression
index/arrays/concepts.scores.npy    what the expression scores in each of these
index/arrays/concepts.covered.npy   how much of it, by idf, each of these has
index/arrays/concepts.whole.npy     1 where a record has all of its words, or another expression for it
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.index.postings import FOLDER, PostingArrays, map_array
from kb.index.scores import Numbers, Scores, WordScores, list_members, make_bits
from kb.index.thesaurus import Concept, Thesaurus
from kb.index.weights import FIELDS, OTHER_WORDS

MAX_GUESSED = 256  # concepts with guesses that are kept
NUMBERS, SCORES, COVERED, WHOLE, OFFSETS = (
    f"concepts.{name}.npy" for name in ("numbers", "scores", "covered", "whole", "offsets")
)


class ConceptMatches(NamedTuple):
    """The records with a word of a concept or another expression for it: numbers, ascending, what each scores, how much
    of the concept it covers by idf (one figure where that is the same for all), and the set of those that have the
    whole of it."""

    numbers: Numbers
    scores: Scores
    covered: Scores | float
    bits: int


def merge_expressions(words: WordScores, concept: Concept, count: int) -> ConceptMatches:
    """What a concept scores in each of `count` records: the sum of its own words, or OTHER_WORDS of what another
    expression for it does, whichever is more."""
    found, covered = np.zeros(count, dtype=np.float32), np.zeros(count, dtype=np.float32)
    weight, bits = 0.0, (1 << count) - 1
    for word in concept.words:
        matches = words.look_up(word)
        found[matches.numbers] += matches.scores
        covered[matches.numbers] += matches.weight
        weight += matches.weight
        bits &= matches.bits
    others = [words.look_up_all(other) for other in concept.others]
    weight = weight or max((other.weight for other in others), default=0.0)
    for other in others:
        found[other.numbers] = np.maximum(found[other.numbers], OTHER_WORDS * other.scores)
        covered[other.numbers] = np.maximum(covered[other.numbers], OTHER_WORDS * weight)
        bits |= other.bits
    numbers = np.flatnonzero(found)
    return ConceptMatches(numbers, found[numbers], covered[numbers], bits)


def write_concepts(folder: Path, thesaurus: Thesaurus, count: int) -> None:
    """Work out what every expression of a thesaurus scores in each of `count` records, and write it beside the scores
    of single words of an index folder."""
    target, words = folder / FOLDER, WordScores(folder, PostingArrays(folder, FIELDS), count)
    merged = [merge_expressions(words, concept, count) for concept in thesaurus.list_concepts()]
    numbers = [each.numbers for each in merged]
    members = [np.isin(each.numbers, list_members(each.bits)) for each in merged]
    np.save(target / OFFSETS, np.cumsum([0, *map(len, numbers)]))
    np.save(target / NUMBERS, _join(numbers, np.int32))
    np.save(target / SCORES, _join([each.scores for each in merged], np.float32))
    np.save(target / COVERED, _join([np.asarray(each.covered) for each in merged], np.float32))
    np.save(target / WHOLE, _join(members, np.bool_))


def _join(parts: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype=kind), *parts]).astype(kind)


class ConceptScores:
    """Scores of one generation's concepts, mapped into memory. Safe between threads."""

    def __init__(self, folder: Path, words: WordScores, thesaurus: Thesaurus, count: int) -> None:
        at = folder / FOLDER
        self._words, self._count = words, count
        self._places = {concept: place for place, concept in enumerate(thesaurus.list_concepts())}
        self._offsets: Numbers = map_array(at / OFFSETS)
        self._numbers: NDArray[np.int32] = map_array(at / NUMBERS)
        self._scores: Scores = map_array(at / SCORES)
        self._covered: Scores = map_array(at / COVERED)
        self._whole: NDArray[np.bool_] = map_array(at / WHOLE)
        self._read = lru_cache(len(self._places))(self._read_place)
        self._merge = lru_cache(MAX_GUESSED)(lambda concept: merge_expressions(words, concept, count))

    def look_up(self, concept: Concept) -> ConceptMatches:
        """The records that have a word of a concept, or another expression for it."""
        if not concept.others:
            found = self._words.look_up(concept.words[0])
            return ConceptMatches(found.numbers, found.scores, found.weight, found.bits)
        place = self._places.get(concept)
        return self._merge(concept) if place is None else self._read(place)

    def _read_place(self, place: int) -> ConceptMatches:
        own = slice(int(self._offsets[place]), int(self._offsets[place + 1]))
        numbers = self._numbers[own].astype(np.int64)  # once here, and not at each use as an index
        bits = make_bits(numbers[self._whole[own]], self._count)
        return ConceptMatches(numbers, self._scores[own], self._covered[own], bits)

    def forget(self) -> None:
        """Drop what is kept, for measuring a concept's first use."""
        self._read.cache_clear()
        self._merge.cache_clear()
