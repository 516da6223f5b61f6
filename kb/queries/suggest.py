"""What a search box offers while one types: records, needs, terms and places whose names begin with the words typed."""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest
from urllib.parse import urlencode

from kb.catalogue import BROWSE_ORDER
from kb.generations import Generation
from kb.index import parse_query
from kb.index.words import WORD, fold_text
from kb.queries.search import make_lookup
from kb.records.card import Card, make_card
from kb.records.vocabulary import Entry

MAX_TYPED = 200  # letters used of what was typed; no name is longer
MOST = 8
RECORDS, NEEDS, GUIDE, PLACES = GROUPS = range(4)
# Seats that records leave to the others, so that a word of many titles still offers a need, its term and its place.
KEPT_SEATS = {NEEDS: 2, GUIDE: 1, PLACES: 2}
MOST_IN_NOTE = 100  # letters: three lines on a narrow screen
AFTER_LETTERS = "\x7f"  # sorts behind every letter and digit of a folded word
WHOLE, TITLE_START, OTHER_START, WITHIN = range(4)  # how a name meets the words, best first
OFFICIAL_ENDING = re.compile(r", (?:City|County) of$")


@dataclass(frozen=True)
class Suggestion:
    """One thing to go to. `kind` is funding, case-study, need, guide or place; `note` is a short second line."""

    kind: str
    label: str
    note: str
    url: str


@dataclass(frozen=True)
class Suggestions:
    """Suggestions, best first, for the part of the text that was used."""

    query: str
    found: tuple[Suggestion, ...]


@dataclass(frozen=True)
class Target:
    """What a name leads to: its suggestion, its group (one of GROUPS) and its place in the group."""

    suggestion: Suggestion
    group: int
    rank: tuple[int, str]


@dataclass(frozen=True)
class Named:
    """A target with all that it is called; `acronym` is "" if it has none."""

    target: Target
    title: str
    acronym: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Name:
    """One name of a target. `text` is the whole of it folded; `also` is how it is written if the label does not show
    it."""

    target: int
    text: str
    is_title: bool
    also: str = ""

    def rate(self, typed: str) -> int:
        """How well the name is met by folded words that all begin words of it: WHOLE is best."""
        if self.text == typed:
            return WHOLE
        if self.text.startswith(typed):
            return TITLE_START if self.is_title else OTHER_START
        return WITHIN


@dataclass(frozen=True)
class SuggestLookup:
    """Every name of a generation, with a sorted list of (folded word, number of the name)."""

    words: tuple[tuple[str, int], ...]
    names: tuple[Name, ...]
    targets: tuple[Target, ...]

    def list_names(self, start: str) -> tuple[tuple[str, int], ...]:
        """The (word, number of the name) of all words that begin with `start`, which is folded."""
        first = bisect_left(self.words, (start,))
        return self.words[first : bisect_left(self.words, (start + AFTER_LETTERS,), first)]


def find_suggestions(generation: Generation, text: str) -> Suggestions:
    """At most MOST suggestions for what was typed so far, of which MAX_TYPED letters are used. No text is an error.

    Every word typed begins a word of the name. Records come first, then needs, then terms, then places; in each, whole
    names and names that start as typed come before others, and what is current before what is past.
    """
    typed = text[:MAX_TYPED].strip()
    words = fold_words(typed)
    lookup = generation.derive(make_suggest_lookup)
    best = _match_targets(lookup, words)
    found = _share_seats({group: _rank_group(lookup, best, group) for group in GROUPS})
    return Suggestions(typed, tuple(_describe(lookup, number, best[number][1]) for number in found))


def fold_words(text: str) -> list[str]:
    """The words of a text as they are compared: lower case, no accents or apostrophes, & as and."""
    return WORD.findall(fold_text(text).replace("&", " and "))


def make_suggest_lookup(generation: Generation) -> SuggestLookup:
    """Read the names of a generation into memory."""
    targets: list[Target] = []
    names: list[Name] = []
    words: set[tuple[str, int]] = set()
    places = (*_list_regions(generation), *_list_councils(generation))
    for named in (*_list_records(generation), *_list_needs(generation), *places):
        label = " ".join(fold_words(named.target.suggestion.label))
        # The title is found by words of its acronym too: "cif condition" is how some name a fund.
        words |= {(word, len(names)) for word in fold_words(f"{named.title} {named.acronym}")}
        names.append(Name(len(targets), " ".join(fold_words(named.title)), is_title=True))
        others: dict[str, str] = {}
        for other in (named.acronym, *named.aliases):
            others.setdefault(" ".join(fold_words(other)), other)
        for folded, written in others.items():
            is_shown = f" {folded} " in f" {label} "
            words |= {(word, len(names)) for word in folded.split()}
            names.append(Name(len(targets), folded, is_title=False, also="" if is_shown else written))
        targets.append(named.target)
    return SuggestLookup(tuple(sorted(words)), tuple(names), tuple(targets))


def _match_targets(lookup: SuggestLookup, words: list[str]) -> dict[int, tuple[int, Name]]:
    """For each target with a name that every word begins a word of: how well it is met, and by which name."""
    if not words:
        return {}
    parts = sorted((lookup.list_names(word) for word in dict.fromkeys(words)), key=len)
    numbers = {number for _, number in parts[0]}
    for part in parts[1:]:
        numbers &= {number for _, number in part}
    typed = " ".join(words)
    best: dict[int, tuple[int, Name]] = {}
    for number in sorted(numbers):  # a target's title has a lower number than its other names, and wins where equal
        name = lookup.names[number]
        how = name.rate(typed)
        if name.target not in best or how < best[name.target][0]:
            best[name.target] = (how, name)
    return best


def _rank_group(lookup: SuggestLookup, best: dict[int, tuple[int, Name]], group: int) -> list[int]:
    """The best targets of one group."""
    numbers = (number for number in best if lookup.targets[number].group == group)
    return nsmallest(MOST, numbers, key=lambda number: (best[number][0], lookup.targets[number].rank))


def _share_seats(ranked: dict[int, list[int]]) -> list[int]:
    """The targets that are offered, by group: each later group keeps a few seats and may fill what is left over."""
    found: list[int] = []
    for group, numbers in ranked.items():
        kept = sum(min(seats, len(ranked[later])) for later, seats in KEPT_SEATS.items() if later > group)
        found += numbers[: MOST - kept - len(found)]
    return found


def _describe(lookup: SuggestLookup, number: int, name: Name) -> Suggestion:
    """The suggestion of a target; a name that the label does not show is told, or nobody knows why it is there."""
    plain = lookup.targets[number].suggestion
    note = f"Also called {name.also}. {plain.note}" if name.also else plain.note
    return Suggestion(plain.kind, plain.label, note, plain.url)


def _list_records(generation: Generation) -> Iterator[Named]:
    """Every record and every term."""
    catalogue = generation.catalogue
    for stream in catalogue.list_funding_streams():
        yield _name_record(make_card(stream, catalogue.vocabulary), stream.title, stream.acronym, stream.aliases)
    for case in catalogue.list_case_studies():
        yield _name_record(make_card(case, catalogue.vocabulary), case.title, None, case.aliases)
    for page in catalogue.list_framework_pages():
        yield _name_record(make_card(page, catalogue.vocabulary), page.title)
    for term in catalogue.list_terms():
        yield _name_record(make_card(term, catalogue.vocabulary), term.name, term.acronym, term.aliases)


def _list_needs(generation: Generation) -> Iterator[Named]:
    """Every need, which leads to its page."""
    for needs in generation.catalogue.list_needs().values():
        for need in needs:
            suggestion = Suggestion(
                "need", need.need, f"{len(need.answers)} records that answer this", f"/needs/{need.id}"
            )
            yield Named(Target(suggestion, NEEDS, (0, need.need.casefold())), need.need)


def _name_record(card: Card, title: str, acronym: str | None = None, aliases: tuple[str, ...] | None = None) -> Named:
    kind = card.type if card.type in ("funding", "case-study") else "guide"
    state = card.type if card.type in BROWSE_ORDER else card.status or "mechanism"
    suggestion = Suggestion(kind, card.title, _write_note(card), card.url)
    rank = (BROWSE_ORDER.index(state), title.casefold())
    return Named(Target(suggestion, GUIDE if kind == "guide" else RECORDS, rank), title, acronym or "", aliases or ())


def _write_note(card: Card) -> str:
    """What tells a record from others, in a few words; a status with the day it is known of."""
    if card.type == "funding":
        state = card.status_label or card.kind_label
        if card.checked and card.status != "historic":
            state = f"{state} as of {card.checked.words}"
        note = f"{state}, {card.funder}"
    elif card.type == "case-study":
        place = card.place or ""
        note = place if not card.region or card.region in place else f"{place}, {card.region}"
    else:
        note = card.kind_label if card.type == "framework" else card.summary
    return textwrap.shorten(note, MOST_IN_NOTE, placeholder=" ...")


def _list_regions(generation: Generation) -> Iterator[Named]:
    """The regions that records count under."""
    counted = generation.derive(make_lookup).sets.get("region", {})
    for entry in generation.catalogue.vocabulary.entries("regions"):
        if counted.get(entry.value):
            note = "Case studies and funding in this region"
            yield _make_place(entry, note, f"/search?region={entry.value}", 0)


def _list_councils(generation: Generation) -> Iterator[Named]:
    """Every council; one that no record names leads to its region, because a search for it would find nothing."""
    vocabulary = generation.catalogue.vocabulary
    for entry in vocabulary.entries("local_authorities"):
        name = OFFICIAL_ENDING.sub("", entry.label)
        if generation.index.find(parse_query(name)).all_words:
            yield _make_place(entry, f"Case studies and funding in {name}", f"/search?{urlencode({'q': name})}", 1)
        elif entry.region:
            note = f"Case studies and funding in its region, {vocabulary.label('regions', entry.region)}"
            yield _make_place(entry, note, f"/search?region={entry.region}", 1)


def _make_place(entry: Entry, note: str, url: str, rank: int) -> Named:
    suggestion = Suggestion("place", entry.label, note, url)
    return Named(Target(suggestion, PLACES, (rank, entry.label.casefold())), entry.label)
