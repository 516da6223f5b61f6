"""Other searches worth trying after a search: terms that its words lead to, and filters that its best results share.

Whatever is offered has results, and more than one. What would be noise is left out: nothing is better than something
silly. All but the terms is read from the results and their counts, so that it costs next to nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from kb.generations import Generation
from kb.index import parse_query
from kb.index.words import STOP_WORDS, WORD, fold_text, stem_word
from kb.queries.request import SearchRequest
from kb.queries.search import FacetCounts, SearchResults, make_lookup
from kb.records.card import Card
from kb.records.guide import Term

MOST = 5
MOST_TERMS = 2  # so that a word with many neighbours in the glossary leaves room for filters
MOST_OF_FACET = {"service_area": 2, "key_feature": 1}
BEST = 10  # results that are looked at for what they share: what a reader sees first
FEWEST_BEST = 5  # below this, what results share is chance
SHARED_BY = 0.5  # of the best results: fewer do not share it
TIMES_USUAL = 2.0  # the share of the best results, beside that of all records: "School improvement" is everywhere
NARROWS_TO = 0.7  # of all results: a filter that keeps nearly everything is no help
FEWEST_LEFT = 2  # results: one alone is already in the list
LONG_QUERY = 4  # words: in a sentence, what happens to name a term is seldom what it is about
MOST_SHOWN = 40  # letters of the reader's own words in a link; a sentence is not repeated in each of them
TO_APPLY_FOR = ("open", "rolling")
OTHER_LIST = {
    "/funding": ("case-study", "/case-studies", "Case studies"),
    "/case-studies": ("funding", "/funding", "Funding"),
}
KEPT_ACROSS = {"service_area", "key_feature", "phase", "region", "type"}  # facets that both lists have

Stems = tuple[str, ...]


@dataclass(frozen=True)
class RelatedSearch:
    """A search to try: its label, the list it is made on, its URL parameters, and how many results it has."""

    label: str
    path: str
    pairs: tuple[tuple[str, str], ...]
    count: int


@dataclass(frozen=True)
class TermSearch:
    """The search for a term: the name that readers know, what is searched for, and the records it finds."""

    name: str
    text: str
    found: int


@dataclass(frozen=True)
class TermLookup:
    """The terms, the stems of each of their names, and which terms lead to which. `searches` fills as terms are met:
    to search for all of them takes half a second, which no page should wait for."""

    terms: Mapping[str, Term]
    by_name: Mapping[Stems, str]
    near: Mapping[str, tuple[str, ...]]
    searches: dict[str, TermSearch] = field(default_factory=dict)

    def search(self, generation: Generation, term_id: str) -> TermSearch:
        """The search for a term, made at its first use."""
        if term_id not in self.searches:
            self.searches[term_id] = _search_term(generation, self.terms[term_id])
        return self.searches[term_id]


def find_related_searches(generation: Generation, results: SearchResults, path: str) -> list[RelatedSearch]:
    """Up to MOST searches beside one that was made on the list at `path`; none for a search without words."""
    request = results.request
    if not request.text or results.words_ignored or not results.total:
        return []
    found = (
        *_list_terms(generation, results, path),
        *_list_filters(generation, results, path),
        *_list_other_type(results, path),
        *_list_open(results, path),
    )
    return list({(each.path, each.pairs): each for each in found}.values())[:MOST]


def make_term_lookup(generation: Generation) -> TermLookup:
    """Read the glossary's names and links."""
    terms = generation.catalogue.list_terms()
    by_name: dict[Stems, str] = {}
    near: dict[str, dict[str, None]] = {term.id: {} for term in terms}
    for term in terms:
        for name in (term.name, term.acronym, *(term.aliases or ())):
            by_name.setdefault(_make_key(_list_words(name or "")), term.id)
        for folder, _, other in (address.partition("/") for address in term.see or ()):
            if folder == "glossary" and other in near:
                near[term.id][other] = None
                near[other].setdefault(term.id)
    by_name.pop((), None)
    by_id = {term.id: term for term in terms}
    return TermLookup(by_id, by_name, {term: tuple(others) for term, others in near.items()})


def _search_term(generation: Generation, term: Term) -> TermSearch:
    """The search that finds most of a term's records: its name, word for word, or its acronym."""
    searches = []
    for name in (term.name, term.acronym):
        if name:
            text = f'"{name}"' if len(WORD.findall(fold_text(name))) > 1 else name
            searches.append(TermSearch(term.name, text, generation.index.find(parse_query(text)).some_words))
    return max(searches, key=lambda search: search.found.bit_count())


def _list_words(text: str) -> list[str]:
    return [word for word in WORD.findall(fold_text(text)) if word not in STOP_WORDS]


def _stem_all(text: str) -> Stems:
    return tuple(stem_word(word) for word in _list_words(text))


def _make_key(words: list[str]) -> Stems:
    """What a name is known by: stems; for a single word the word itself, for "government" is no "governance"."""
    return tuple(map(stem_word, words)) if len(words) > 1 else tuple(word.removesuffix("s") for word in words)


def _list_terms(generation: Generation, results: SearchResults, path: str) -> Iterator[RelatedSearch]:
    """Searches for terms that the text means by another word, and for the neighbours of terms that it names."""
    lookup = generation.derive(make_term_lookup)
    words = _list_words(results.request.text)
    if len(words) > LONG_QUERY:
        return
    named = list(_find_names(lookup, words))
    neighbours = (near for term in named for near in lookup.near[term])
    wanted = dict.fromkeys([*_find_meant(lookup, words, results.widened), *neighbours])
    types = generation.derive(make_lookup).sets.get("type", {})
    within = -1 if path == "/search" else types.get(results.request.selected["type"][0], 0)
    searches = (lookup.search(generation, term) for term in wanted if term not in named)
    related = (
        RelatedSearch(search.name, path, (("q", search.text),), (search.found & within).bit_count())
        for search in searches
    )
    same = (results.total, results.matching_all)  # as many are the same records under another word
    yield from islice((each for each in related if each.count >= FEWEST_LEFT and each.count not in same), MOST_TERMS)


def _find_meant(lookup: TermLookup, words: list[str], widened: Mapping[str, list[str]]) -> Iterator[str]:
    """The terms among the thesaurus's other expressions for the whole text; for a part of it they may be of another
    sense, as the pool of a budget is for a swimming pool."""
    for typed, others in widened.items():
        if _list_words(typed) == words:
            keys = (_make_key(_list_words(other)) for other in others)
            yield from (lookup.by_name[key] for key in keys if key in lookup.by_name)


def _find_names(lookup: TermLookup, words: list[str]) -> Iterator[str]:
    """The terms that words name, each word used once and the longest name first."""
    at = 0
    while at < len(words):
        for length in range(len(words) - at, 0, -1):
            key = _make_key(words[at : at + length])
            if key in lookup.by_name:
                yield lookup.by_name[key]
                at += length
                break
        else:
            at += 1


def _list_filters(generation: Generation, results: SearchResults, path: str) -> Iterator[RelatedSearch]:
    """The search narrowed by what its best results share, for facets of which nothing is chosen yet."""
    request = results.request
    best = [item.card for item in results.results[:BEST]]
    if len(best) < FEWEST_BEST or request.page != 1 or request.sort != "relevance":
        return
    facets = {facet.name: facet for facet in results.facets}
    words = set(_stem_all(request.text))
    for name, most in MOST_OF_FACET.items():
        if not facets[name].selected:
            for value, label, count in islice(_find_shared(generation, facets[name], best, results.total), most):
                if not words.issuperset(_stem_all(label)):
                    yield _narrow(request, path, label, {name: (value,)}, count)


def _find_shared(
    generation: Generation, facet: FacetCounts, best: list[Card], total: int
) -> Iterator[tuple[str, str, int]]:
    """(value, label, results) of the values that the best results share, most shared first."""
    sets = generation.derive(make_lookup).sets.get(facet.name, {})
    times = Counter(value for card in best for value in set(_values_of(card, facet.name)))
    having = {value: count / len(best) for value, count in times.items() if count >= SHARED_BY * len(best)}
    shared = []
    for value in facet.values if having else ():
        if value.value in having and _is_narrower(value.count, total):
            usual = sets.get(value.value, 0).bit_count() / generation.index.count
            if having[value.value] >= TIMES_USUAL * usual:
                shared.append((-having[value.value], value.count, value))
    yield from ((value.value, value.label, value.count) for _, _, value in sorted(shared, key=lambda each: each[:2]))


def _values_of(card: Card, facet: str) -> Iterable[str]:
    return card.service_areas if facet == "service_area" else card.key_features


def _is_narrower(count: int, total: int) -> bool:
    return FEWEST_LEFT <= count <= NARROWS_TO * total


def _narrow(
    request: SearchRequest, path: str, label: str, chosen: Mapping[str, tuple[str, ...]], count: int
) -> RelatedSearch:
    """The same search with more filters chosen, from its first page."""
    pairs = replace(request, selected={**request.selected, **chosen}, page=1).list_pairs()
    kept = tuple(pair for pair in pairs if path == "/search" or pair[0] != "type")
    return RelatedSearch(f"{_show_text(request.text)}: {label}", path, kept, count)


def _show_text(text: str) -> str:
    return text[:1].upper() + text[1:] if len(text) <= MOST_SHOWN else "Your search"


def _list_other_type(results: SearchResults, path: str) -> Iterator[RelatedSearch]:
    """On a list of one type, the same search on the other one, with the filters that both have."""
    request = results.request
    if path not in OTHER_LIST or not KEPT_ACROSS.issuperset(request.selected):
        return
    kind, other_path, label = OTHER_LIST[path]
    types = next(facet for facet in results.facets if facet.name == "type")
    count = next(value.count for value in types.values if value.value == kind)
    if count >= FEWEST_LEFT:
        yield _narrow(replace(request, sort="relevance"), other_path, label, {"type": (kind,)}, count)


def _list_open(results: SearchResults, path: str) -> Iterator[RelatedSearch]:
    """The search narrowed to what can be applied for now, unless a status is chosen."""
    status = next(facet for facet in results.facets if facet.name == "status")
    values = [value for value in status.values if value.value in TO_APPLY_FOR and value.count]
    count = sum(value.count for value in values)
    if values and not status.selected and _is_narrower(count, results.total):
        label = " or ".join(value.label for value in values).capitalize()
        yield _narrow(results.request, path, label, {"status": tuple(value.value for value in values)}, count)
