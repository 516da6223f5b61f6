"""Find records by words in one generation's index.

Whoosh makes the postings and finds whole names; the build copies its postings into arrays (kb/index/postings.py) and
works out what each word scores in every record (kb/index/scores.py). A query is then a few additions. A searcher must
not be shared between threads, so each thread has its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import index
from whoosh.query.terms import Term

from kb.errors import NoGeneration
from kb.index.concepts import ConceptScores
from kb.index.english import English
from kb.index.feedback import RecordWords
from kb.index.needs import open_needs
from kb.index.postings import FOLDER, FieldPostings, PostingArrays
from kb.index.proper import ProperWords, list_parts
from kb.index.query import TextQuery
from kb.index.reading import QueryReader
from kb.index.reasons import Reasons, count_typed
from kb.index.scores import NO_NUMBERS, NO_SCORES, Numbers, Scores, WordScores, list_members, make_bits
from kb.index.spots import Spot, Spots
from kb.index.sums import NAMES, TextSums
from kb.index.thesaurus import Concept, list_stems, read_thesaurus
from kb.index.titles import Titles
from kb.index.weights import (
    ALL_WORDS,
    COVERAGE_ROOTS,
    ELSEWHERE,
    EXACT_NAMES,
    FIELDS,
    FIRST,
    IN_NAMES,
    LIKE_FIRST,
    LIKE_OF_FIRST,
    NEED_SHOWS,
    NEEDS,
    SAID_NAME,
    SHARE_OF_BEST,
)

EVERYWHERE = 4  # a word that more than one in so many records has


@dataclass(frozen=True)
class Hits:
    """Records that match a query, as bit sets (bit n is record n) with the scores of all records.

    `all_words` have every word and phrase; `some_words` also holds those whose words weigh enough of the query
    (weights.SHARE_OF_BEST), and those that answer the need it is for or that its words lead to. `concepts` are the
    parts of the query with all that was looked for, `unknown` the stems of parts that no record has, `needs` the places
    of the needs it is for, with their weights, heaviest first; none for a query that is a record's name. `alike` are
    the first records (at most weights.LIKE_OF_FIRST) and how like each is to the first three, from 0 to 1.
    """

    all_words: int
    some_words: int
    scores: Scores
    concepts: tuple[Concept, ...] = ()
    needs: tuple[tuple[int, float], ...] = ()
    alike: tuple[Numbers, Scores] = (NO_NUMBERS, NO_SCORES)
    unknown: tuple[str, ...] = ()

    def rank(self, within: int, limit: int | None = None) -> list[int]:
        """Numbers of the matching records in the set `within`, best first; ties in the order of numbers.

        With a limit, the first so many of them.
        """
        numbers = list_members(self.some_words & within)
        behind = -self.scores[numbers]
        if limit is not None and limit < len(numbers):
            kept = np.flatnonzero(behind <= np.partition(behind, limit - 1)[limit - 1])
            numbers, behind = numbers[kept], behind[kept]
        ranked: list[int] = numbers[np.argsort(behind, kind="stable")][:limit].tolist()
        return ranked


class TextIndex:
    """One generation's index, read only. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._index = index.open_dir(str(folder), readonly=True)
        self._local = threading.local()
        self._arrays = PostingArrays(folder, FIELDS)
        self._thesaurus = read_thesaurus(folder)
        self._needs = open_needs(folder, self._thesaurus)
        self.count: int = self._searcher.doc_count_all()
        self._words = WordScores(folder, self._arrays, self.count)
        self._spots, self._names = Spots(folder), TextSums(folder / FOLDER / NAMES)
        self._concepts = ConceptScores(folder, self._words, self._thesaurus, self.count)
        self.reader = QueryReader(self._arrays, self._thesaurus, English(folder))
        self.reasons = Reasons(self.reader, self._arrays, self._words, self._thesaurus)
        self._proper, self._titles = ProperWords(folder, self._arrays), Titles(folder, self._arrays)
        self._record_words = RecordWords(folder, self._words.vocabulary)

    @property
    def fields(self) -> Mapping[str, FieldPostings]:
        """The postings of each searched field; in all of them a stem has the same place in `offsets`."""
        return self._arrays.fields

    @property
    def _searcher(self) -> Any:
        if not hasattr(self._local, "searcher"):
            self._local.searcher = self._index.searcher()
        return self._local.searcher

    @property
    def _coverage(self) -> Scores:
        """A thread's room to work in, a figure a record: to ask the system for it anew takes longer than to fill it."""
        if not hasattr(self._local, "coverage"):
            self._local.coverage = np.zeros(self.count, dtype=np.float32)
        coverage: Scores = self._local.coverage
        coverage.fill(0)
        return coverage

    def find(
        self,
        wanted: TextQuery,
        elsewhere: int = 0,
        share_of_best: float = SHARE_OF_BEST,
        like_of_first: int = LIKE_OF_FIRST,
    ) -> Hits:
        """All records that match; an empty query matches every record with the score 0.

        `elsewhere` are the records for other places than a query names, which count for less. `share_of_best` is how
        much of the best record's words, by weight, a record must have to match at all; `like_of_first` how many of the
        first records are held against the first three.
        """
        everything = (1 << self.count) - 1
        scores = np.zeros(self.count, dtype=np.float32)
        if wanted.is_empty:
            return Hits(everything, everything, scores)
        concepts = self.reader.read_concepts(wanted)
        coverage, all_words, unknown = self._add_concepts(wanted, concepts, scores)
        some_words = self._choose_covered(coverage, share_of_best) if wanted.words else everything
        required, is_sound = self._require(wanted)
        all_words = all_words & required if is_sound else 0
        some_words &= required
        named = {weight: found & required for weight, found in self._find_named(wanted.exact).items()}
        exact = reduce(or_, named.values(), 0)
        all_words |= exact
        some_words |= exact
        needs: tuple[tuple[int, float], ...] = ()
        alike = (NO_NUMBERS, NO_SCORES)
        if wanted.words:
            chosen = list_members(some_words)
            best = _weigh_coverage(scores, coverage, chosen)
            scores[list_members(all_words)] += ALL_WORDS * best
            for share, called in self._find_called(wanted, concepts):
                scores[called] += share * best * (scores[called] > 0)
            if best and len(chosen):
                added, needs = self._add_answers(concepts, scores, best)
                some_words |= added & (0 if exact else required)
            if elsewhere:
                scores[list_members(elsewhere)] *= ELSEWHERE
            alike = self._follow_first(
                scores, list_members(some_words & ~elsewhere), list_members(exact), like_of_first
            )
        for weight, found in named.items():
            scores[list_members(found)] += weight
        return Hits(all_words, some_words, scores, tuple(concepts), () if exact else needs, alike, tuple(unknown))

    def _add_concepts(
        self, wanted: TextQuery, concepts: Sequence[Concept], scores: Scores
    ) -> tuple[Scores, int, list[str]]:
        """Add what concepts score; how much of the query, by idf, each record has, the records with all of it, and the
        stems of concepts that no record has."""
        unknown: list[str] = []
        counts = dict(zip(wanted.words, wanted.counts, strict=True))
        coverage, all_words = self._coverage, (1 << self.count) - 1
        for concept in concepts:
            found = self._concepts.look_up(concept)
            scores[found.numbers] += count_typed(concept, counts) * found.scores
            coverage[found.numbers] += found.covered
            all_words &= found.bits
            if not len(found.numbers):
                unknown += concept.words
        return coverage, all_words, unknown

    def _require(self, wanted: TextQuery) -> tuple[int, bool]:
        """The records with every phrase and nothing that is excluded; False beside them if nobody wrote a phrase: its
        words still count then, and nothing has all that was asked for."""
        required, is_sound = (1 << self.count) - 1, True
        for phrase in wanted.phrases:
            having = self._find_phrase(phrase)
            required &= having or required
            is_sound &= bool(having)
        for excluded in wanted.excluded:
            required &= ~(self._words.look_up(excluded[0]).bits if len(excluded) == 1 else self._find_phrase(excluded))
        return required, is_sound

    def _add_answers(
        self, concepts: Sequence[Concept], scores: Scores, best: float
    ) -> tuple[int, tuple[tuple[int, float], ...]]:
        """Add to the records that answer the needs a query is for, or that its words lead to, what that is worth; those
        without its words that answer well enough to be shown, and the heaviest of these needs."""
        if self._needs is None:
            return 0, ()
        answers = self._needs.find_answers(concepts)
        without_words = (scores[answers.numbers] == 0) & (answers.gains >= NEED_SHOWS)
        scores[answers.numbers] += NEEDS * best * answers.gains
        return sum(1 << number for number in answers.numbers[without_words].tolist()), answers.needs

    def _follow_first(self, scores: Scores, numbers: Numbers, named: Numbers, count: int) -> tuple[Numbers, Scores]:
        """Add to the first so many of some records how like they are to those with the name asked for, or else to the
        first three; these records, and how like each is."""
        if not count or not len(numbers):
            return NO_NUMBERS, NO_SCORES
        kept = numbers[_find_largest(scores[numbers], count)]
        first, weights = named, np.ones(len(named), dtype=np.float32)
        if not len(named):
            first = kept[_find_largest(scores[kept], FIRST)]
            weights = scores[first]
        alike = self._record_words.compare(first, weights, kept)
        scores[kept] += LIKE_FIRST * scores[kept].max() * alike
        return kept, alike

    def _choose_covered(self, coverage: Scores, share_of_best: float) -> int:
        """The records whose words weigh enough beside those of the record with most of the query."""
        best = coverage.max(initial=0.0)
        if not best:
            return 0
        return make_bits(np.flatnonzero(coverage >= share_of_best * best), self.count)

    def explain_names(self, wanted: TextQuery, number: int) -> int:
        """How many names that a query says are a record's."""
        concepts = self.reader.read_concepts(wanted)
        return sum(number in called for _share, called in self._find_called(wanted, concepts))

    def explain_leads(self, wanted: TextQuery) -> dict[int, float]:
        """How well records answer a query by what each of its words leads to (kb/index/leads.py), by number."""
        if self._needs is None:
            return {}
        numbers, led = self._needs.follow_words(self.reader.read_concepts(wanted))
        return dict(zip(numbers.tolist(), led.tolist(), strict=True))

    def compare_needs(self, text: str) -> list[float]:
        """How much of a text's words each need says, in their order; empty where the index knows none."""
        near: list[float] = [] if self._needs is None else self._needs.words.compare_text(text).tolist()
        return near

    def forget(self) -> None:
        """Drop what is kept of words and expressions, for measuring their first use."""
        self._words.forget()
        self._concepts.forget()
        if self._needs is not None:
            self._needs.words.forget()

    def _find_phrase(self, stems: tuple[str, ...]) -> int:
        """The records in which words stand next to each other, in one field, in this order."""
        return make_bits(self._arrays.find_phrase(stems), self.count)

    def _find_named(self, name: str) -> dict[float, int]:
        """The records that have exactly this folded name, by what that is worth (weights.EXACT_NAMES)."""
        if not name or not self._names.may_have(name):
            return {}
        searcher = self._searcher
        return {
            weight: sum(1 << number for number in searcher.docs_for_query(Term(kind, name)))
            for kind, weight in EXACT_NAMES.items()
        }

    def _find_called(
        self, wanted: TextQuery, concepts: Iterable[Concept]
    ) -> Iterator[tuple[float | Scores, NDArray[np.integer]]]:
        """The records that have all words of a query in their names, and for each name that it says among other words
        those of that name; each with the shares of the best score that this is worth."""
        stems = list_stems(concepts, lambda stem: self._arrays.find_word(stem) is not None)
        numbers, shares = self._titles.find_called(stems)
        yield IN_NAMES * shares, numbers
        for stem in self._proper.list_proper(wanted.words):
            yield SAID_NAME, self._titles.find_called((stem,))[0]
        for name in self._names.list_held(list_parts(wanted.exact)):
            found = self._find_named(name)
            yield SAID_NAME, list_members(found.get(EXACT_NAMES["title"], 0) | found.get(EXACT_NAMES["alias"], 0))

    def list_commonest(self, count: int) -> list[str]:
        """The words that most records have, as written, for measuring the dearest searches."""
        order = np.argsort(-self._arrays.frequencies.astype(np.int64), kind="stable")[:count]
        return [form.decode() for form in self._arrays.forms[order].tolist()]

    def find_spots(self, wanted: TextQuery, hits: Hits, numbers: Sequence[int]) -> list[list[Spot]]:
        """Where words of a query stand in the text of each of these records; in a record with none of them, where the
        other expressions stand that were looked for."""
        own = self._arrays.number_words(wanted.words)
        expressions = (other for concept in hits.concepts for other in concept.others)
        stems = dict.fromkeys(
            word for other in expressions for word in other if len(other) == 1 or not self._is_everywhere(word)
        )
        others = [word for word in self._arrays.number_words(stems) if word not in own]
        found = self._spots.find([*own, *others], numbers)
        if not others:
            return found
        return [[spot for spot in spots if spot[2] in own] or spots for spots in found]

    def _is_everywhere(self, stem: str) -> bool:
        """Whether so many records have a word that it says nothing without the rest of an expression."""
        return len(self._words.look_up(stem).numbers) > self.count // EVERYWHERE


def _find_largest(figures: Scores, count: int) -> Numbers:
    """The places of the so many largest figures, ascending; of all where there are no more."""
    if len(figures) <= count:
        return np.arange(len(figures))
    return np.sort(np.argpartition(-figures, count - 1)[:count])


def _weigh_coverage(scores: Scores, coverage: Scores, chosen: Numbers) -> float:
    """Multiply the scores of chosen records by how much of the query each has, and return the best of all records.

    The scores of others become 0: nobody asks for these. Of them only such are worked out whose score is above the best
    of the chosen, which less than all of the query makes lower still.
    """
    most = coverage.max(initial=0.0) or 1.0

    def weigh(numbers: Numbers) -> Scores:
        share = coverage[numbers] / most
        for _ in range(COVERAGE_ROOTS):  # roots take a tenth of the time of a power
            np.sqrt(share, out=share)
        return scores[numbers] * share

    kept = weigh(chosen)
    best = float(kept.max(initial=0.0))
    best = float(weigh(np.flatnonzero(scores > best)).max(initial=best))
    scores[:] = 0
    scores[chosen] = kept
    return best


def open_index(folder: Path) -> TextIndex:
    """Open an index folder; raises NoGeneration when it is missing or cannot be read.

    Opening an index unpickles what is in it: only folders that `write_index` made are ever opened.
    """
    try:
        return TextIndex(folder)
    except Exception as error:  # Whoosh raises many kinds for a damaged folder
        raise NoGeneration(f"The index {folder.name} cannot be read ({error}). Run: kb build") from error
