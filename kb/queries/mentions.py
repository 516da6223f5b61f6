"""What a search says of a filter's values ("special school", "as a cluster", "Leeds"), offered as filters above its
results: a reader decides whether it is meant.

The expressions stand in content/mentions.yml; councils and regions are known by their labels. All is read from the text
and the counts that the results hold already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from kb.generations import Generation
from kb.index.words import WORD, fold_text, stem_word
from kb.queries.search import SearchResults
from kb.records.facets import FACETS, list_facet_values
from kb.records.vocabulary import Vocabulary

MOST = 3
MOST_WORDS = 50  # of the text that are looked at, small words included
EXCLUDED = re.compile(r'(?<!\S)-(?:"[^"]*"|[^\s"]+)')  # -word and -"these words" say what a search is not for
BREAK = " \0 "  # stands where something was taken out, so that its neighbours do not become one expression
COUNCIL = re.compile("^City of |, (?:City|County) of$")
# Places that are words too: meant with a capital where no sentence starts, or with a word for a council after them.
ORDINARY = {"bath", "bury", "derby", "reading", "slough", "stoke"}
COUNCIL_WORDS = {"council", "borough"}

Words = tuple[str, ...]
Value = tuple[str, str]  # a filter and a value of it


@dataclass(frozen=True)
class MentionedFilter:
    """A filter that the text of a search names: its value, what it is called, and how many results it would leave."""

    facet: str
    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Word:
    """A word of a text: folded, its stem, and whether it was typed with a capital inside the text."""

    folded: str
    stem: str
    is_name: bool


@dataclass(frozen=True)
class MentionLookup:
    """What each expression means, by its first word: expressions by stems, places word for word. `labels` says what a
    value is called."""

    expressions: Mapping[str, list[tuple[Words, Value]]]
    places: Mapping[str, list[tuple[Words, Value]]]
    labels: Mapping[Value, str]


def find_mentioned_filters(generation: Generation, results: SearchResults) -> list[MentionedFilter]:
    """Up to MOST filters that the text names, in its order: of filters of which nothing is chosen yet, and that leave
    some of the results but not all."""
    return list(islice(_list_useful(generation, results), MOST))


def make_mention_lookup(generation: Generation) -> MentionLookup:
    """Prepare the expressions and the names of places of a generation."""
    vocabulary = generation.catalogue.vocabulary
    labels = {(facet.name, value): label for facet in FACETS for value, label in list_facet_values(facet, vocabulary)}
    expressions: dict[Words, Value] = {}
    places = {_fold_all(name): ("region", region) for name, region in _list_places(vocabulary)}
    for mention in generation.catalogue.list_mentions():
        value = (mention.facet, mention.value)
        if mention.shown:
            labels[value] = mention.shown
        for text in mention.typed:
            words = _fold_all(text)
            if mention.facet == "region":
                places.setdefault(words, value)
            else:
                expressions.setdefault(tuple(map(stem_word, words)), value)
    return MentionLookup(_key_by_first(expressions), _key_by_first(places), labels)


def _list_useful(generation: Generation, results: SearchResults) -> Iterator[MentionedFilter]:
    if not (results.request.text and results.total):
        return
    lookup = generation.derive(make_mention_lookup)
    for facet, value in dict.fromkeys(_list_mentions(lookup, results.request.text)):
        if not results.request.selected.get(facet):
            count = _count(results, facet, value)
            if 0 < count < results.total:
                yield MentionedFilter(facet, value, lookup.labels[facet, value], count)


def _count(results: SearchResults, facet: str, value: str) -> int:
    """How many results a value of a filter would leave, of which nothing is chosen yet."""
    counts = next(each for each in results.facets if each.name == facet)
    return next((each.count for each in counts.values if each.value == value), 0)


def _list_places(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """(name, region) of every region and council; "Bristol, City of" is Bristol too."""
    for entry in vocabulary.entries("regions"):
        yield entry.label, entry.value
    for entry in vocabulary.entries("local_authorities"):
        if entry.region:
            yield COUNCIL.sub("", entry.label), entry.region
            yield entry.label, entry.region


def _fold_all(text: str) -> Words:
    return tuple(WORD.findall(fold_text(text)))


def _key_by_first(meanings: Mapping[Words, Value]) -> dict[str, list[tuple[Words, Value]]]:
    by_first: dict[str, list[tuple[Words, Value]]] = {}
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


def _list_mentions(lookup: MentionLookup, text: str) -> Iterator[Value]:
    """The values that a text names, each word used once and the longest expression first."""
    words = _read_words(text)
    at = 0
    while at < len(words):
        found = [*_match_place(lookup, words, at), *_match_expression(lookup, words, at)]
        length, value = max(found, default=(1, None))
        if value:
            yield value
        at += length


def _match_expression(lookup: MentionLookup, words: list[Word], at: int) -> Iterator[tuple[int, Value]]:
    for stems, value in lookup.expressions.get(words[at].stem, ()):
        if tuple(word.stem for word in words[at : at + len(stems)]) == stems:
            yield len(stems), value


def _match_place(lookup: MentionLookup, words: list[Word], at: int) -> Iterator[tuple[int, Value]]:
    for names, value in lookup.places.get(words[at].folded, ()):
        if tuple(word.folded for word in words[at : at + len(names)]) == names and _is_place(words, at, len(names)):
            yield len(names), value


def _is_place(words: list[Word], at: int, length: int) -> bool:
    if length > 1 or words[at].folded not in ORDINARY or words[at].is_name:
        return True
    return at + 1 < len(words) and words[at + 1].folded in COUNCIL_WORDS
