"""Find records by words in one generation's index.

Whoosh makes the postings, finds whole names, and gives the formula; the build copies its postings into
arrays (kb/index/postings.py), from which what a word scores in every record is worked out at once and kept
(kb/index/scores.py). A query is then a few additions. A searcher must not be shared between threads, so each thread has
its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import index
from whoosh.query.terms import Term

from kb.errors import NoGeneration
from kb.index.postings import PostingArrays
from kb.index.query import TextQuery
from kb.index.scores import Matches, Scores, WordScores, list_members, make_bits
from kb.index.spelling import MAX_LENGTH, correct_word, replace_word
from kb.index.thesaurus import Concept, read_thesaurus
from kb.index.weights import ALL_WORDS, COVERAGE, EXACT_NAMES, FIELDS, OTHER_WORDS, SHARE_OF_BEST
from kb.index.words import stem_word

MAX_CORRECTED = 4096  # misspelt words whose correction is kept: a look through all words takes milliseconds
SHORTEST_PART = 3  # letters of each of two words written as one, as in "homeschool"


@dataclass(frozen=True)
class Hits:
    """Records that match a query, as bit sets (bit n is record n) with the scores of all records.

    `all_words` have every word and phrase; `some_words` also holds those whose words weigh enough of the query
    (weights.SHARE_OF_BEST). `concepts` are the parts of the query with all that was looked for.
    """

    all_words: int
    some_words: int
    scores: Scores
    concepts: tuple[Concept, ...] = ()

    def rank(self, within: int) -> list[int]:
        """Numbers of the matching records in the set `within`, best first; ties in the order of numbers."""
        numbers = list_members(self.some_words & within)
        if not len(numbers):
            return []
        order = np.argsort(-self.scores[numbers], kind="stable")
        ranked: list[int] = numbers[order].tolist()
        return ranked


@dataclass(frozen=True)
class Reason:
    """Why a record matches a part of a query: the typed words, the expression that the record has (the same words, or
    others of the thesaurus), and what that adds to its score. `matched` is empty where the record has none of it."""

    typed: str
    matched: str
    score: float


class TextIndex:
    """One generation's index, read only. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._index = index.open_dir(str(folder), readonly=True)
        self._local = threading.local()
        self._arrays = PostingArrays(folder, FIELDS)
        self._thesaurus = read_thesaurus(folder)
        self.count: int = self._searcher.doc_count_all()
        self._words = WordScores(self._arrays, self.count)
        self._correct = lru_cache(MAX_CORRECTED)(lambda typed: correct_word(typed, self._frequencies))

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
        counts = dict(zip(wanted.words, wanted.counts, strict=True))
        concepts = self.read_concepts(wanted)
        for concept in concepts:
            all_words &= self._add_concept(concept, counts, scores, coverage)
        if wanted.words:
            some_words = self._choose_covered(coverage, share_of_best)
            scores *= (coverage / (coverage.max() or 1.0)) ** COVERAGE
        else:
            some_words = everything
        required = everything
        for phrase in wanted.phrases:
            found = self._find_phrase(phrase)
            if found:
                required &= found
            else:  # nobody wrote it so: its words still count, and nothing has all that was asked for
                all_words = 0
        for excluded in wanted.excluded:
            required &= ~(self._words.look_up(excluded[0]).bits if len(excluded) == 1 else self._find_phrase(excluded))
        for kind, weight in EXACT_NAMES.items():
            exact = self._find_exact(kind, wanted.exact)
            all_words |= exact
            some_words |= exact
            scores[list_members(exact)] += weight
        all_words &= required
        some_words &= required
        scores[list_members(all_words)] += ALL_WORDS
        return Hits(all_words, some_words, scores, tuple(concepts))

    def _choose_covered(self, coverage: Scores, share_of_best: float) -> int:
        """The records whose words weigh enough beside those of the record with most of the query."""
        best = coverage.max(initial=0.0)
        if not best:
            return 0
        return make_bits(np.flatnonzero(coverage >= share_of_best * best), self.count)

    def read_concepts(self, wanted: TextQuery) -> list[Concept]:
        """What a query asks for, each part with its other expressions; a word that no record has also as what was
        probably meant."""
        typed, concepts = dict(wanted.typed), []
        for concept in self._thesaurus.split_concepts(wanted.words):
            others = concept.others
            if len(concept.words) == 1 and not self._arrays.list_forms(concept.words[0]):
                others = (*others, *self._guess(typed[concept.words[0]]))
            concepts.append(Concept(concept.words, others))
        return concepts

    def _guess(self, typed: str) -> Iterator[tuple[str, ...]]:
        """What a word that no record has may stand for: two words written as one, or the nearest word."""
        if len(typed) > MAX_LENGTH:
            return  # no slip of a reader, and each way to part it costs two looks
        for at in range(SHORTEST_PART, len(typed) - SHORTEST_PART + 1):
            parts = (stem_word(typed[:at]), stem_word(typed[at:]))
            if all(self._arrays.list_forms(part) for part in parts):
                yield parts
        near = self._correct(typed)
        if near is not None:
            yield (stem_word(near),)

    def _add_concept(self, concept: Concept, counts: Mapping[str, int], scores: Scores, coverage: Scores) -> int:
        """Add what a concept scores and covers, and return the records that have it in any expression.

        An expression other than the typed one counts for OTHER_WORDS of its score; in each record the best one counts.
        """
        found, covered = np.zeros(self.count), np.zeros(self.count)
        weight, bits = 0.0, (1 << self.count) - 1
        for word in concept.words:
            matches = self._words.look_up(word)
            found[matches.numbers] += counts.get(word, 1) * matches.scores
            covered[matches.numbers] += matches.weight
            weight += matches.weight
            bits &= matches.bits
        others = [self._words.look_up_all(other) for other in concept.others]
        weight = weight or max((other.weight for other in others), default=0.0)
        for other in others:
            found[other.numbers] = np.maximum(found[other.numbers], OTHER_WORDS * other.scores)
            covered[other.numbers] = np.maximum(covered[other.numbers], OTHER_WORDS * weight)
            bits |= other.bits
        scores += found
        coverage += covered
        return bits

    def explain(self, wanted: TextQuery, number: int) -> list[Reason]:
        """Why a record was found: each part of the query with what it matches there and adds before coverage."""
        counts, reasons = dict(zip(wanted.words, wanted.counts, strict=True)), []
        for concept in self.read_concepts(wanted):
            own = sum(counts[word] * self._score_of(self._words.look_up(word), number) for word in concept.words)
            found = [(own, " ".join(concept.words))]
            for other in concept.others:
                score = OTHER_WORDS * self._score_of(self._words.look_up_all(other), number)
                found.append((score, " ".join(other)))
            score, matched = max(found)
            reasons.append(Reason(" ".join(concept.words), matched if score else "", round(score, 2)))
        return reasons

    def show_widened(self, wanted: TextQuery, hits: Hits) -> dict[str, list[str]]:
        """By part of the query as typed, the other expressions that count for it, each by its commonest forms."""
        typed = dict(wanted.typed)
        return {
            " ".join(typed.get(word, word) for word in concept.words): [
                " ".join(self._show(word) for word in other) for other in concept.others
            ]
            for concept in hits.concepts
            if concept.others
        }

    def _show(self, stem: str) -> str:
        """A stem as the word that most records have of it."""
        return max(self._arrays.list_forms(stem), key=lambda form: self._frequencies[form], default=stem)

    @staticmethod
    def _score_of(matches: Matches, number: int) -> float:
        at = int(np.searchsorted(matches.numbers, number))
        return float(matches.scores[at]) if at < len(matches.numbers) and matches.numbers[at] == number else 0.0

    def _find_phrase(self, stems: tuple[str, ...]) -> int:
        """The records in which words stand next to each other, in one field, in this order."""
        return make_bits(self._arrays.find_phrase(stems), self.count)

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
            near = self._correct(typed)
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
