"""What a text names of the filters' values ("special school", "as a cluster", "Leeds"), in its order.

The expressions stand in content/mentions.yml; councils and regions are known by their labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from kb.generations import Generation
from kb.index.words import WORD, fold_text, stem_word
from kb.records.facets import FACETS, list_facet_values
from kb.records.vocabulary import Vocabulary

MOST_WORDS = 50  # of the text that are looked at, small words included
EXCLUDED = re.compile(r'(?<!\S)-(?:"[^"]*"|[^\s"]+)')  # -word and -"these words" say what a search is not for
BREAK = " \0 "  # stands where something was taken out, so that its neighbours do not become one expression
COUNCIL = re.compile("^City of |, (?:City|County) of$")
# Places that are words too: meant with a capital where no sentence starts, or with a word for a council after them.
ORDINARY = {"bath", "bury", "derby", "reading", "slough", "stoke"}
COUNCIL_WORDS = {"council", "borough"}

Words = tuple[str, ...]


class Mentioned(NamedTuple):
    """A value of a filter that a text names; `place` is the council or region that it names, the region where it only
    says a town."""

    facet: str
    value: str
    place: str | None = None


@dataclass(frozen=True)
class Word:
    """A word of a text: folded, its stem, and whether it was typed with a capital inside the text."""

    folded: str
    stem: str
    is_name: bool


@dataclass(frozen=True)
class MentionLookup:
    """What each expression means, by its first word: expressions by stems, places word for word. `labels` says what a
    value of a filter is called."""

    expressions: Mapping[str, list[tuple[Words, Mentioned]]]
    places: Mapping[str, list[tuple[Words, Mentioned]]]
    labels: Mapping[tuple[str, str], str]


def make_mention_lookup(generation: Generation) -> MentionLookup:
    """Prepare the expressions and the names of places of a generation."""
    vocabulary = generation.catalogue.vocabulary
    labels = {(facet.name, value): label for facet in FACETS for value, label in list_facet_values(facet, vocabulary)}
    expressions: dict[Words, Mentioned] = {}
    places: dict[Words, Mentioned] = {}
    for name, place in _list_places(vocabulary):
        places.setdefault(_fold_all(name), place)
    for mention in generation.catalogue.list_mentions():
        if mention.shown:
            labels[mention.facet, mention.value] = mention.shown
        for text in mention.typed:
            words = _fold_all(text)
            if mention.facet == "region":
                places.setdefault(words, Mentioned("region", mention.value, mention.value))
            else:
                expressions.setdefault(tuple(map(stem_word, words)), Mentioned(mention.facet, mention.value))
    return MentionLookup(_key_by_first(expressions), _key_by_first(places), labels)


def list_mentioned(generation: Generation, text: str) -> list[Mentioned]:
    """The values that a text names, each word used once and the longest expression first."""
    return list(_read_mentioned(generation.derive(make_mention_lookup), text))


def _list_places(vocabulary: Vocabulary) -> Iterator[tuple[str, Mentioned]]:
    """Every region and council by name; "Bristol, City of" is Bristol too, and London the region before its City."""
    for entry in vocabulary.entries("regions"):
        yield entry.label, Mentioned("region", entry.value, entry.value)
    for entry in vocabulary.entries("local_authorities"):
        if entry.region:
            council = Mentioned("region", entry.region, entry.value)
            yield COUNCIL.sub("", entry.label), council
            yield entry.label, council


def _fold_all(text: str) -> Words:
    return tuple(WORD.findall(fold_text(text)))


def _key_by_first(meanings: Mapping[Words, Mentioned]) -> dict[str, list[tuple[Words, Mentioned]]]:
    by_first: dict[str, list[tuple[Words, Mentioned]]] = {}
    for words, value in meanings.items():
        by_first.setdefault(words[0], []).append((words, value))
    return by_first


def _read_words(text: str) -> list[Word]:
    """The words of a text in order, small ones included; an empty one stands where a part to leave out was."""
    words: list[Word] = []
    starts = True  # a sentence, where a capital says nothing
    for piece in EXCLUDED.sub(BREAK, text).split():
        letter = next((sign for sign in piece if sign.isalpha()), "")
        is_name = letter.isupper() and not piece.isupper() and not starts
        found = WORD.findall(fold_text(piece)) or [""]
        words += [Word(folded, stem_word(folded), is_name) for folded in found]
        starts = piece[-1] in ".!?:"
        if len(words) >= MOST_WORDS:
            break
    return words


def _read_mentioned(lookup: MentionLookup, text: str) -> Iterator[Mentioned]:
    words = _read_words(text)
    at = 0
    while at < len(words):
        found = [*_match_place(lookup, words, at), *_match_expression(lookup, words, at)]
        length, mentioned = max(found, key=itemgetter(0), default=(1, None))
        if mentioned:
            yield mentioned
        at += length


def _match_expression(lookup: MentionLookup, words: list[Word], at: int) -> Iterator[tuple[int, Mentioned]]:
    for stems, value in lookup.expressions.get(words[at].stem, ()):
        if tuple(word.stem for word in words[at : at + len(stems)]) == stems:
            yield len(stems), value


def _match_place(lookup: MentionLookup, words: list[Word], at: int) -> Iterator[tuple[int, Mentioned]]:
    for names, value in lookup.places.get(words[at].folded, ()):
        if tuple(word.folded for word in words[at : at + len(names)]) == names and _is_place(words, at, len(names)):
            yield len(names), value


def _is_place(words: list[Word], at: int, length: int) -> bool:
    if length > 1 or words[at].folded not in ORDINARY or words[at].is_name:
        return True
    return at + 1 < len(words) and words[at + 1].folded in COUNCIL_WORDS
