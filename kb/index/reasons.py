"""Why a query finds a record: what of it the record has, and what else was looked for, in words for a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.index.postings import PostingArrays
from kb.index.query import TextQuery
from kb.index.reading import QueryReader
from kb.index.scores import Matches, WordScores
from kb.index.thesaurus import Concept, Thesaurus
from kb.index.weights import OTHER_WORDS


@dataclass(frozen=True)
class Reason:
    """Why a record matches a part of a query: the typed words, the expression that the record has (the same words, or
    others of the thesaurus), and what that adds to its score. `matched` is empty where the record has none of it."""

    typed: str
    matched: str
    score: float


class Reasons:
    """Explains the queries of one index. Safe between threads."""

    def __init__(self, reader: QueryReader, arrays: PostingArrays, words: WordScores, thesaurus: Thesaurus) -> None:
        self._reader, self._arrays, self._words, self._thesaurus = reader, arrays, words, thesaurus

    def explain(self, wanted: TextQuery, number: int) -> list[Reason]:
        """Why a record was found: each part of the query with what it matches there and adds before coverage."""
        counts, typed, reasons = dict(zip(wanted.words, wanted.counts, strict=True)), dict(wanted.typed), []
        for concept in self._reader.read_concepts(wanted):
            own = sum(self._score_of(self._words.look_up(word), number) for word in concept.words)
            as_typed = self._say_typed(concept, typed)
            found = [(own, as_typed)]
            for other in concept.others:
                score = OTHER_WORDS * self._score_of(self._words.look_up_all(other), number)
                found.append((score, self._write(other)))
            score, matched = max(found)
            score *= count_typed(concept, counts)
            reasons.append(Reason(as_typed, matched if score else "", round(score, 2)))
        return reasons

    def show_widened(self, wanted: TextQuery, concepts: Iterable[Concept]) -> dict[str, list[str]]:
        """By part of the query as typed, the other expressions that count for it, as the thesaurus writes them; what
        was guessed from a slip, by its commonest forms."""
        typed = dict(wanted.typed)
        return {
            self._say_typed(concept, typed): [self._write(other) for other in concept.others]
            for concept in concepts
            if concept.others
        }

    def _say_typed(self, concept: Concept, typed: Mapping[str, str]) -> str:
        """A part of a query as it was typed, with its small words where it is known by them."""
        return self._thesaurus.written.get(concept.key) or " ".join(typed[word] for word in concept.words)

    def _write(self, stems: Sequence[str]) -> str:
        """An expression as the thesaurus writes it, or by the commonest forms of its words."""
        found = self._thesaurus.written.get(tuple(stems))
        return found or " ".join(self._arrays.choose_form(word) for word in stems)

    @staticmethod
    def _score_of(matches: Matches, number: int) -> float:
        at = int(np.searchsorted(matches.numbers, number))
        return float(matches.scores[at]) if at < len(matches.numbers) and matches.numbers[at] == number else 0.0


def count_typed(concept: Concept, counts: Mapping[str, int]) -> int:
    """How often a concept was typed: as often as the word of it that was typed most."""
    return max(counts[word] for word in concept.words)
