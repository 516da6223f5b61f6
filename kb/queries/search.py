"""Search and browse: text, facets with drill-sideways counts, sorting and paging over one generation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from kb.catalogue import SortKeys
from kb.generations import Generation
from kb.index import Hits, TextQuery, list_members, parse_query
from kb.index.excerpt import cut_excerpt
from kb.queries.mentioned import Mentioned, list_mentioned
from kb.queries.request import SearchRequest
from kb.records.card import Card
from kb.records.facets import FACETS, NOT_STATED, REACH, list_facet_values

LONGEST_TOLD = 6  # words of a search whose unknown words are told: in a sentence they are seldom what it is about
SHORTEST_UNKNOWN = 3  # letters of these: "id" is what is left of "I'd"


@dataclass(slots=True)
class FacetValue:
    """One value of a filter: how many records ticking it would give, its own filter's other ticks set aside.

    A search makes a hundred of them; frozen ones would cost three times as much.
    """

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True)
class FacetCounts:
    """One filter with its values and those of them that are ticked; `more_not_stated` says how many records these hide
    for want of a value."""

    name: str
    label: str
    values: tuple[FacetValue, ...]
    selected: tuple[FacetValue, ...] = ()
    more_not_stated: int = 0


@dataclass(frozen=True)
class ResultItem:
    """One record found: its card, the excerpt as safe HTML with <mark>, its score, whether it has every word, and
    whether the excerpt shows a matched word that the summary on the card does not."""

    card: Card
    excerpt: str
    score: float
    has_all_words: bool
    shows_more: bool = False


@dataclass(frozen=True)
class SearchResults:
    """A page of results. `matching_all` counts the records with every word; `words_ignored`: the text held none to
    search by; `text_cut`: words beyond the limit were left out; `loosened`: where nothing matches, how many records
    would without each chosen filter, by its name, and without the text ("q"); `unknown`: words of a short text that
    no record has; `widened`: what else was looked for, by part of the text; `needs`: the places of the needs that the
    text is for, with their weights; `mentioned`: what the text names of the filters' values."""

    request: SearchRequest
    total: int
    pages: int
    results: tuple[ResultItem, ...]
    facets: tuple[FacetCounts, ...]
    did_you_mean: str | None
    matching_all: int
    words_ignored: bool
    text_cut: bool
    loosened: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    widened: Mapping[str, list[str]] = field(default_factory=dict)
    needs: tuple[tuple[int, float], ...] = ()
    mentioned: tuple[Mentioned, ...] = ()

    @property
    def has_only_some_words(self) -> bool:
        """True when no record has every word, and what is shown has some of them."""
        return bool(self.total and self.request.text and not self.matching_all and not self.words_ignored)

    @property
    def unknown_line(self) -> str:
        """Which words no record has; empty where none is told."""
        quoted = [f"“{word}”" for word in self.unknown]
        said = " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
        return f"No record says {said}." if said else ""


@dataclass(frozen=True)
class Lookup:
    """What filters and sorting need of a generation: bit sets by facet and value, sort keys, and of each facet every
    value in order and beside them their labels. `words` has the bit sets of all these values again, one a row, 64
    records a figure, and `rows` says which rows are a facet's: so all are counted at once. `limited` are the streams
    for some places alone."""

    sets: Mapping[str, Mapping[str, int]]
    keys: SortKeys
    values: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    rows: Mapping[str, slice]
    words: NDArray[np.uint64]
    limited: int

    def count(self, members: int, rows: slice) -> list[int]:
        """How many of a set of records each row has."""
        size = self.words.shape[1]
        wanted = np.frombuffer(members.to_bytes(8 * size, "little"), dtype="<u8")
        counts: list[int] = np.bitwise_count(self.words[rows] & wanted).sum(axis=1, dtype=np.int64).tolist()
        return counts


def make_lookup(generation: Generation) -> Lookup:
    """Read a generation's facets and sort keys into memory."""
    catalogue = generation.catalogue
    sets = catalogue.read_facet_sets()
    values: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    size, rows = -(-generation.index.count // 64) or 1, {}
    packed: list[bytes] = []
    for facet in FACETS:
        of_facet, labels = zip(*list_facet_values(facet, catalogue.vocabulary), strict=True)
        values[facet.name] = of_facet, labels
        rows[facet.name] = slice(len(packed), len(packed) + len(of_facet))
        own = sets.get(facet.name, {})
        packed += [own.get(value, 0).to_bytes(8 * size, "little") for value in of_facet]
    words = np.frombuffer(b"".join(packed), dtype="<u8").reshape(len(packed), size)
    limited = _unite(sets.get(REACH, {}), sets.get(REACH, {}))
    return Lookup(sets, catalogue.read_sort_keys(), values, rows, words, limited)


def run_search(generation: Generation, request: SearchRequest, today: date) -> SearchResults:
    """Answer a request.

    Facets combine with AND across and OR within; every count says what one more tick would give.
    """
    lookup = generation.derive(make_lookup)
    wanted, mentioned = parse_query(request.text), tuple(list_mentioned(generation, request.text))
    hits = generation.index.find(wanted, find_elsewhere(lookup, mentioned))
    chosen, found = _narrow(lookup, hits, request)
    total = found.bit_count()
    pages = max(1, -(-total // request.per_page))
    start = (request.page - 1) * request.per_page
    end = start + request.per_page
    numbers = _sort(lookup, hits, found, request.sort, bool(wanted.words), today, end)[start:end]
    return SearchResults(
        request=request,
        total=total,
        pages=pages,
        results=_describe_results(generation, hits, wanted, numbers),
        facets=_count_facets(lookup, hits.some_words, chosen, request),
        did_you_mean=generation.index.reader.suggest_spelling(wanted) if request.text else None,
        matching_all=(found & hits.all_words).bit_count() if request.text else 0,
        words_ignored=bool(request.text) and wanted.is_empty,
        text_cut=wanted.cut,
        unknown=_list_unknown(wanted, hits),
        widened=generation.index.reasons.show_widened(wanted, hits.concepts),
        needs=hits.needs,
        mentioned=mentioned,
        loosened={} if total else _count_loosened(hits, chosen, generation.index.count),
    )


def _list_unknown(wanted: TextQuery, hits: Hits) -> tuple[str, ...]:
    if not hits.unknown or len(wanted.words) > LONGEST_TOLD:
        return ()
    found = (typed for stem, typed in wanted.typed if stem in hits.unknown)
    return tuple(word for word in found if len(word) >= SHORTEST_UNKNOWN and not word.isdigit())


def _count_loosened(hits: Hits, chosen: Mapping[str, int], count: int) -> dict[str, int]:
    """How many records match without one of the filters, and how many all the filters leave without the text."""
    everything = (1 << count) - 1
    counts = {}
    for left_out in (*chosen, "q"):
        members = everything if left_out == "q" else hits.some_words
        for name, each in chosen.items():
            if name != left_out:
                members &= each
        counts[left_out] = members.bit_count()
    return counts


def list_found_cards(generation: Generation, request: SearchRequest, today: date) -> list[Card]:
    """Every record that a request finds, in the order it asks for: the whole search, whatever page it is for."""
    lookup = generation.derive(make_lookup)
    wanted = parse_query(request.text)
    hits = generation.index.find(wanted, find_elsewhere(lookup, list_mentioned(generation, request.text)))
    _, found = _narrow(lookup, hits, request)
    return generation.catalogue.list_cards(_sort(lookup, hits, found, request.sort, bool(wanted.words), today))


def find_elsewhere(lookup: Lookup, mentioned: Iterable[Mentioned]) -> int:
    """The streams that are limited to other places than those a text names; none where it names no place."""
    places = {each.place for each in mentioned if each.place}
    return lookup.limited & ~_unite(lookup.sets.get(REACH, {}), places) if places else 0


def _narrow(lookup: Lookup, hits: Hits, request: SearchRequest) -> tuple[dict[str, int], int]:
    """The members of what is ticked of each facet, and what was found: it has enough words and is in all of these."""
    chosen = {facet: _unite(lookup.sets.get(facet, {}), values) for facet, values in request.selected.items()}
    found = hits.some_words
    for members in chosen.values():
        found &= members
    return chosen, found


def _unite(sets: Mapping[str, int], values: Iterable[str]) -> int:
    united = 0
    for value in values:
        united |= sets.get(value, 0)
    return united


def _sort(
    lookup: Lookup, hits: Hits, found: int, sort: str, has_words: bool, today: date, limit: int | None = None
) -> list[int]:
    """Numbers of the found records in the order asked for, all or the first so many."""
    if sort == "relevance" and has_words:
        return hits.rank(found, limit)
    keys, numbers = lookup.keys, list_members(found)
    if sort == "title":
        order = np.argsort(keys.title[numbers])
    elif sort == "checked":
        order = np.lexsort((keys.browse[numbers], -keys.checked[numbers]))
    elif sort == "closing":
        order = np.lexsort((keys.browse[numbers], _find_next_closings(keys, today)[numbers]))
    else:
        order = np.argsort(keys.browse[numbers])
    ranked: list[int] = numbers[order[:limit]].tolist()
    return ranked


def _find_next_closings(keys: SortKeys, today: date) -> NDArray[np.int32]:
    """By record, the day of the next stated closing date on or after today; the last of all days where none is
    stated."""
    days = np.full(len(keys.title), date.max.toordinal(), dtype=np.int32)
    coming = np.flatnonzero(keys.closing_day >= today.toordinal())
    np.minimum.at(days, keys.closing_record[coming], keys.closing_day[coming])
    return days


def _count_facets(
    lookup: Lookup, matching: int, chosen: Mapping[str, int], request: SearchRequest
) -> tuple[FacetCounts, ...]:
    found = matching
    for members in chosen.values():
        found &= members
    all_counts = lookup.count(found, slice(None))
    facets = []
    for facet in FACETS:
        name, rows, hidden = facet.name, lookup.rows[facet.name], 0
        counts, selected = all_counts[rows], request.selected.get(facet.name, ())
        if selected:  # its own ticks are set aside
            base = matching
            for other, members in chosen.items():
                if other != name:
                    base &= members
            counts = lookup.count(base, rows)
            hidden = (base & lookup.sets.get(name, {}).get(NOT_STATED, 0) & ~chosen[name]).bit_count()
        of_facet, labels = lookup.values[name]
        values = tuple(map(FacetValue, of_facet, labels, counts, map(selected.__contains__, of_facet)))
        ticked = tuple(value for value in values if value.selected) if selected else ()
        facets.append(FacetCounts(name, facet.label, values, ticked, hidden))
    return tuple(facets)


def _describe_results(
    generation: Generation, hits: Hits, wanted: TextQuery, numbers: list[int]
) -> tuple[ResultItem, ...]:
    if not wanted.words:
        return tuple(ResultItem(card, "", 0.0, True) for card in generation.catalogue.list_cards(numbers))
    described = generation.catalogue.list_cards_with_texts(numbers)
    spots = generation.index.find_spots(wanted, hits, numbers)
    items = []
    for no, (card, text), found in zip(numbers, described, spots, strict=True):
        body = len(card.summary) + 1  # where it begins: IndexDocument.text
        excerpt, shows_more = cut_excerpt(text, found, body), bool(found) and found[-1][0] >= body
        score, has_all_words = round(float(hits.scores[no]), 2), bool(hits.all_words >> no & 1)
        items.append(ResultItem(card, excerpt, score, has_all_words, shows_more))
    return tuple(items)
