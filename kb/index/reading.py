"""Read a query with one generation's words: what it asks for besides, and what slips of the keyboard probably mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from kb.index.english import English, make_american
from kb.index.postings import PostingArrays
from kb.index.query import TextQuery
from kb.index.spelling import MAX_LENGTH, correct_word, count_slips, draw_shape, find_like, replace_word
from kb.index.thesaurus import Concept, Thesaurus
from kb.index.words import STOP_WORDS, stem_word

MAX_CORRECTED = 4096  # misspelt words whose correction is kept: a look through all words takes milliseconds
SHORTEST_PART = 3  # letters of each of two words written as one, as in "homeschool"


class QueryReader:
    """The words and the thesaurus of one index, by which queries are read. Safe between threads."""

    def __init__(self, arrays: PostingArrays, thesaurus: Thesaurus, english: English) -> None:
        self._arrays, self._thesaurus, self._english = arrays, thesaurus, english
        self._correct = lru_cache(MAX_CORRECTED)(lambda typed: correct_word(typed, self._list_like(typed)))

    def read_concepts(self, wanted: TextQuery) -> list[Concept]:
        """What a query asks for, each part with its other expressions; a word that no record has also as what was
        probably meant."""
        typed, concepts = dict(wanted.typed), []
        for concept in self._thesaurus.split_concepts(wanted.words, wanted.sequence):
            if len(concept.words) == 1 and not self._arrays.has_form(concept.words[0]):
                guessed = self._guess(typed[concept.words[0]])
                concept = replace(concept, others=(*concept.others, *guessed))
            concepts.append(concept)
        return concepts

    def _guess(self, typed: str) -> Iterator[tuple[str, ...]]:
        """What a word that no record has may stand for: two words written as one, or the nearest word."""
        parted = [tuple(stem_word(part) for part in parts if part not in STOP_WORDS) for parts in self._part(typed)]
        yield from parted
        near = self._correct(typed)
        if near is not None and not parted:
            yield (stem_word(near),)

    def _part(self, typed: str) -> Iterator[tuple[str, str]]:
        """The ways to read a word as two of the records' words, of which one may be a small one. An English word is
        parted only where a record has its parts side by side: a baseball is no base and no ball."""
        if len(typed) > MAX_LENGTH:
            return  # no slip of a reader, and each way to part it costs two looks
        is_english = self._english.has(typed)
        for at in range(SHORTEST_PART, len(typed) - SHORTEST_PART + 1):
            parts = (typed[:at], typed[at:])
            stems = tuple(stem_word(part) for part in parts if part not in STOP_WORDS)
            if not stems or not all(map(self._arrays.has_form, stems)):
                continue
            if not is_english or (len(stems) == 2 and len(self._arrays.find_phrase(stems))):
                yield parts

    def say_plainly(self, wanted: TextQuery) -> str:
        """The query's words, each in its commonest form and spelt right, so that a plural or a slip changes nothing."""
        forms = []
        for stem, typed in wanted.typed:
            if self._arrays.has_form(stem):
                forms.append(self._arrays.choose_form(stem))
            else:
                forms.append(next(map(" ".join, self._part(typed)), None) or self._correct(typed) or typed)
        return " ".join(forms)

    def suggest_spelling(self, wanted: TextQuery) -> str | None:
        """The query with words no record has put right from the records' own words; None if nothing is near."""
        corrected = wanted.text
        for stem, typed in wanted.typed:
            if self._arrays.has_form(stem):
                continue
            near = self._correct(typed)
            if near is None:
                continue
            corrected = replace_word(corrected, typed, near)
        return corrected if corrected != wanted.text else None

    def _list_like(self, typed: str) -> dict[str, int]:
        """The words of the records that may have been meant by one they do not have, and how many records have each. An
        English word is no slip, and means itself in another spelling alone."""
        arrays = self._arrays
        near = find_like(draw_shape(typed), arrays.letters, arrays.sizes, count_slips(typed))
        like = {arrays.forms[at].decode(): int(arrays.frequencies[at]) for at in near.tolist()}
        if not self._english.has(typed):
            return like
        american = make_american(typed)
        return {word: count for word, count in like.items() if make_american(word) == american}
