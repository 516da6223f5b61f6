"""Search and browse, held against a plain count over every record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project_content import read_corpus

from kb.catalogue import BROWSE_ORDER
from kb.generations import Generation
from kb.index import parse_query
from kb.index.scores import list_members
from kb.queries.request import SORTS, SearchRequest
from kb.queries.search import FacetCounts, SearchResults, run_search
from kb.records.card import Card, make_card
from kb.records.facets import FACETS, NOT_STATED, Facet, assign_facets, list_facet_values

TODAY = date(2026, 11, 21)
TEXTS = ["", "sport", "police in school", "NRF", "-school", '"lead school"', "the", "zzqqzz", "communty", "fund -sport"]
Selection = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Entry:
    """What the plain count knows of one record."""

    no: int
    card: Card
    facets: dict[str, tuple[str, ...]]

    def is_in(self, selected: Selection, but: str = "") -> bool:
        """True if it has one of the values of every facet selected, leaving one facet aside."""
        return all(
            set(values) & set(self.facets.get(name, ())) for name, values in selected.items() if values and name != but
        )

    @property
    def browse_key(self) -> tuple[int, str, int]:
        group = self.card.type if self.card.type != "funding" else self.card.status or "mechanism"
        return BROWSE_ORDER.index(group), self.card.title.casefold(), self.no


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    """Every record by number, straight from the content files."""
    corpus = read_corpus()
    records = [*corpus.funding, *corpus.case_studies, *corpus.framework, *corpus.glossary]
    return [
        Entry(no, make_card(record, corpus.vocabulary), assign_facets(record, corpus.vocabulary))
        for no, record in enumerate(records)
    ]


def search(generation: Generation, text: str = "", sort: str = "relevance", **selected: str) -> SearchResults:
    """A search for up to 100 records; facets as words with spaces between values."""
    chosen = {name: tuple(values.split()) for name, values in selected.items()}
    return run_search(generation, SearchRequest(text, chosen, sort, per_page=100), TODAY)


def facet_of(results: SearchResults, name: str) -> FacetCounts:
    return next(facet for facet in results.facets if facet.name == name)


def count_of(results: SearchResults, facet: str, value: str) -> int:
    return next(found.count for found in facet_of(results, facet).values if found.value == value)


def sort_plainly(entries: list[Entry], request: SearchRequest, scores: Mapping[int, float]) -> list[Entry]:
    """The entries in the order a request asks for."""
    browsed = sorted(entries, key=lambda entry: entry.browse_key)
    if request.sort == "title":
        return sorted(entries, key=lambda entry: (entry.card.title.casefold(), entry.no))
    if request.sort == "checked":
        dated = [entry for entry in browsed if entry.card.checked]
        undated = [entry for entry in browsed if not entry.card.checked]
        return sorted(dated, key=lambda entry: str(entry.card.checked), reverse=True) + undated
    if request.sort == "closing":
        coming = {entry.no: [d.last for d in entry.card.closes if d.last >= TODAY] for entry in browsed}
        return sorted(browsed, key=lambda entry: min(coming[entry.no], default=date.max))
    if parse_query(request.text).words:
        return sorted(entries, key=lambda entry: (-scores[entry.no], entry.no))
    return browsed


def check_against_plain_count(generation: Generation, entries: list[Entry], request: SearchRequest) -> None:
    hits = generation.index.find(parse_query(request.text))
    matching = [entries[no] for no in list_members(hits.some_words)]
    results = run_search(generation, request, TODAY)
    found = [entry for entry in matching if entry.is_in(request.selected)]
    ordered = sort_plainly(found, request, {entry.no: hits.scores[entry.no] for entry in found})
    start = (request.page - 1) * request.per_page
    assert results.total == len(found)
    assert results.pages == max(1, (len(found) + request.per_page - 1) // request.per_page)
    assert [item.card for item in results.results] == [e.card for e in ordered[start : start + request.per_page]]
    for facet in results.facets:
        base = [entry for entry in matching if entry.is_in(request.selected, but=facet.name)]
        selected = request.selected.get(facet.name, ())
        for value in facet.values:
            assert value.count == sum(value.value in entry.facets.get(facet.name, ()) for entry in base)
            assert value.selected == (value.value in selected)
        hidden = [e for e in base if NOT_STATED in e.facets.get(facet.name, ()) and not e.is_in(request.selected)]
        assert facet.more_not_stated == (len(hidden) if selected else 0)


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_any_selection_gives_what_a_plain_count_gives(
    generation: Generation, entries: list[Entry], data: st.DataObject
) -> None:
    selected = {}
    for facet in data.draw(st.lists(st.sampled_from(FACETS), max_size=3, unique=True)):
        values = [value for value, _ in list_facet_values(facet, generation.catalogue.vocabulary)]
        selected[facet.name] = tuple(data.draw(st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)))
    request = SearchRequest(
        data.draw(st.sampled_from(TEXTS)),
        selected,
        data.draw(st.sampled_from(list(SORTS))),
        data.draw(st.integers(1, 4)),
        data.draw(st.sampled_from([1, 7, 20, 100])),
    )
    check_against_plain_count(generation, entries, request)


@pytest.mark.parametrize("facet", FACETS, ids=[facet.name for facet in FACETS])
def test_each_value_of_a_filter_gives_as_many_records_as_it_says(
    generation: Generation, entries: list[Entry], facet: Facet
) -> None:
    name = facet.name
    for value in facet_of(search(generation), name).values:
        request = SearchRequest(selected={name: (value.value,)}, per_page=100)
        check_against_plain_count(generation, entries, request)
        assert run_search(generation, request, TODAY).total == value.count


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("text", TEXTS)
def test_each_order_is_that_of_a_plain_sort(generation: Generation, entries: list[Entry], text: str, sort: str) -> None:
    check_against_plain_count(generation, entries, SearchRequest(text, sort=sort, per_page=100))


def test_two_values_of_a_filter_give_records_with_either(generation: Generation) -> None:
    both = search(generation, service_area="housing libraries")
    one, other = search(generation, service_area="housing"), search(generation, service_area="libraries")
    assert {item.card.url for item in both.results} == {item.card.url for item in (*one.results, *other.results)}
    assert both.total > max(one.total, other.total)


def test_values_of_two_filters_give_records_with_both(generation: Generation) -> None:
    both = search(generation, type="case-study", service_area="community-safety")
    assert both.total
    assert all(item.card.type == "case-study" for item in both.results)
    assert all("community-safety" in item.card.service_areas for item in both.results)


def test_counts_of_a_filter_set_its_own_ticks_aside(generation: Generation) -> None:
    free, ticked = search(generation, type="funding"), search(generation, type="funding", money="capital")
    assert count_of(ticked, "money", "revenue") == count_of(free, "money", "revenue")
    assert count_of(ticked, "kind", "programme") < count_of(free, "kind", "programme")
    assert [value.value for value in facet_of(ticked, "money").selected] == ["capital"]


def test_a_filter_that_a_type_has_no_field_for_leaves_that_type_out(generation: Generation) -> None:
    assert count_of(search(generation, status="historic"), "type", "case-study") == 0
    assert count_of(search(generation, status=NOT_STATED), "type", "case-study") == 0
    assert count_of(search(generation, sustained="yes"), "type", "funding") == 0


def test_records_that_state_nothing_are_told_and_one_more_tick_adds_them(generation: Generation) -> None:
    stated = search(generation, phase="primary")
    more = facet_of(stated, "phase").more_not_stated
    assert more > 0
    assert search(generation, phase=f"primary {NOT_STATED}").total == stated.total + more
    assert facet_of(search(generation, phase=f"primary {NOT_STATED}"), "phase").more_not_stated == 0
    assert facet_of(search(generation), "phase").more_not_stated == 0


def test_pages_together_hold_every_result_once(generation: Generation) -> None:
    whole = search(generation, "school")
    pages = [
        run_search(generation, SearchRequest("school", page=page, per_page=30), TODAY)
        for page in range(1, -(-whole.total // 30) + 1)
    ]
    urls = [item.card.url for page in pages for item in page.results]
    assert urls[:100] == [item.card.url for item in whole.results]
    assert len(set(urls)) == len(urls) == whole.total
    assert {page.pages for page in pages} == {len(pages)}


def test_a_page_beyond_the_end_is_empty_and_keeps_the_count(generation: Generation) -> None:
    results = run_search(generation, SearchRequest("sport", page=10_000), TODAY)
    assert results.results == ()
    assert results.total == search(generation, "sport").total > 0


def test_nothing_found_is_one_empty_page(generation: Generation) -> None:
    results = search(generation, "zzqqzz")
    assert (results.total, results.pages, results.results, results.did_you_mean) == (0, 1, (), None)
    assert not results.has_only_some_words


def test_browsing_puts_what_can_be_acted_on_before_cases_history_and_guide(generation: Generation) -> None:
    request = SearchRequest(per_page=100)
    pages = range(1, -(-generation.index.count // 100) + 1)
    shown = [
        item.card for number in pages for item in run_search(generation, replace(request, page=number), TODAY).results
    ]
    assert len(shown) == generation.index.count
    groups = [card.status or ("mechanism" if card.type == "funding" else card.type) for card in shown]
    order = ["open", "rolling", "recurring", "case-study", "mechanism", "historic", "framework"]
    firsts = [groups.index(group) for group in order if group in groups]
    assert len(firsts) > 4
    assert firsts == sorted(firsts)


@pytest.mark.parametrize("text", ["the", "-zzqqzz"])
def test_without_words_to_rank_by_the_order_is_that_of_browsing(generation: Generation, text: str) -> None:
    assert [item.card for item in search(generation, text).results] == [r.card for r in search(generation).results]


def test_a_search_without_words_says_so(generation: Generation) -> None:
    assert search(generation, "the").words_ignored
    assert not search(generation, "sport").words_ignored
    assert not search(generation).words_ignored


def test_a_search_with_too_many_words_says_so(generation: Generation) -> None:
    assert search(generation, " ".join(f"word{n}" for n in range(40))).text_cut
    assert not search(generation, "sport").text_cut


def test_results_with_only_some_of_the_words_say_so(generation: Generation) -> None:
    some = search(generation, "wardens zzqqzz")
    assert some.has_only_some_words
    assert some.matching_all == 0
    assert not any(item.has_all_words for item in some.results)
    every = search(generation, "sports premium")
    assert not every.has_only_some_words
    assert 0 < every.matching_all < every.total
    assert sum(item.has_all_words for item in every.results) == every.matching_all


def test_a_slip_is_answered_with_what_was_probably_meant(generation: Generation) -> None:
    assert search(generation, "communty wardens").did_you_mean == "community wardens"
    assert search(generation, "community wardens").did_you_mean is None


def test_results_show_where_the_words_stand(generation: Generation) -> None:
    results = search(generation, "wardens").results
    assert "<mark>" in results[0].excerpt
    assert all(item.score > 0 for item in results)
    assert all((item.excerpt, item.score) == ("", 0.0) for item in search(generation).results)


def test_where_nothing_matches_each_filter_says_what_would_match_without_it(generation: Generation) -> None:
    def count(**selected: str) -> int:
        return search(generation, "swimming", **selected).total

    chosen = {"service_area": "libraries", "status": "closed"}
    results = search(generation, "swimming", **chosen)
    assert results.total == 0
    assert results.loosened["service_area"] == count(status="closed")
    assert results.loosened["status"] == count(service_area="libraries")
    assert results.loosened["q"] == search(generation, "", **chosen).total
    assert max(results.loosened.values()) > 0


def test_a_record_without_the_readers_own_words_shows_the_words_it_was_found_by(generation: Generation) -> None:
    items = search(generation, "bunking off").results
    assert any(re.search("<mark>(attendance|absence)</mark>", item.excerpt, re.IGNORECASE) for item in items)
