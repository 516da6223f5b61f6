"""Read a query with one generation's words: what it asks for besides, and what slips of the keyboard probably mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from kb.index.english import English, make_american
from kb.index.postings import PostingArrays
from kb.index.query import TextQuery
from kb.index.spelling import MAX_LENGTH, correct_word, count_slips, draw_shape, find_like, replace_word
from kb.index.thesaurus import Concept, Thesaurus
from kb.index.words import STOP_WORDS, stem_word

MAX_CORRECTED = 4096  # misspelt words whose correction is kept: a look through all words takes milliseconds
SHORTEST_START = 4  # letters of an abbreviation that is the start of a word
SHORTEST_PART = 3  # letters of each of two words written as one, as in "homeschool"


class QueryReader:
    """The words and the thesaurus of one index, by which queries are read. Safe between threads."""

    def __init__(self, arrays: PostingArrays, thesaurus: Thesaurus, english: English) -> None:
        self._arrays, self._thesaurus, self._english = arrays, thesaurus, english
        self._correct = lru_cache(MAX_CORRECTED)(lambda typed: correct_word(typed, self._list_like(typed)))
        self._part = lru_cache(MAX_CORRECTED)(lambda typed: list(self._list_parts(typed)))

    def read_concepts(self, wanted: TextQuery) -> list[Concept]:
        """What a query asks for, each part with its other expressions; a word that no record has also as what was
        probably meant, with the other expressions for that."""
        typed = dict(wanted.typed)
        meant = self._put_right(wanted.words, typed)
        slips = {right: stem for stem, right in meant.items()}
        words, sequence = (tuple(meant.get(stem, stem) for stem in stems) for stems in (wanted.words, wanted.sequence))
        concepts = []
        for concept in self._thesaurus.split_concepts(words, sequence):
            own = tuple(slips.get(stem, stem) for stem in concept.words)
            if own != concept.words:
                concept = Concept(own, (concept.words, *concept.others))
            elif len(own) == 1 and self._is_unknown(own[0]):
                parted = (tuple(map(stem_word, _leave_out_small(parts))) for parts in self._part(typed[own[0]]))
                concept = replace(concept, others=(*concept.others, *parted))
            concepts.append(concept)
        return concepts

    def _put_right(self, words: tuple[str, ...], typed: Mapping[str, str]) -> dict[str, str]:
        """What stems that no record has probably stand for, where that is one word which the query has no more."""
        meant: dict[str, str] = {}
        for stem in words:
            if not self._is_unknown(stem) or self._part(typed[stem]):
                continue
            near = self._mend(typed[stem])
            right = near and stem_word(near)
            if right and right not in words and right not in meant.values():
                meant[stem] = right
        return meant

    def _is_unknown(self, stem: str) -> bool:
        """True for a stem that neither a record nor the thesaurus has."""
        return not self._arrays.has_form(stem) and stem not in self._thesaurus.stems

    def _mend(self, typed: str) -> str | None:
        """The one word that a word which no record has probably stands for: the nearest, or one that it is the start
        of."""
        return self._correct(typed) or self._complete(typed)

    def _complete(self, typed: str) -> str | None:
        """The commonest word that begins as an abbreviation does: regen is regeneration. English words are none."""
        if not SHORTEST_START <= len(typed) <= MAX_LENGTH or self._english.has(typed):
            return None
        return self._arrays.find_longer(typed)

    def _list_parts(self, typed: str) -> Iterator[tuple[str, str]]:
        """The ways to read a word as two of the records' words, of which one may be a small one. An English word is
        parted only where a record has its parts side by side: a baseball is no base and no ball."""
        if len(typed) > MAX_LENGTH:
            return  # no slip of a reader, and each way to part it costs two looks
        is_english = self._english.has(typed)
        for at in range(SHORTEST_PART, len(typed) - SHORTEST_PART + 1):
            parts = (typed[:at], typed[at:])
            stems = tuple(map(stem_word, _leave_out_small(parts)))
            if not stems or not all(map(self._arrays.has_form, stems)):
                continue
            if not is_english or (len(stems) == 2 and len(self._arrays.find_phrase(stems))):
                yield parts

    def suggest_spelling(self, wanted: TextQuery) -> str | None:
        """The query with words no record has put right from the records' own words; None if nothing is near."""
        corrected = wanted.text
        for stem, typed in wanted.typed:
            near = self._correct(typed) if self._is_unknown(stem) else None
            if near is not None:
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


def _leave_out_small(words: Iterable[str]) -> list[str]:
    return [word for word in words if word not in STOP_WORDS]
