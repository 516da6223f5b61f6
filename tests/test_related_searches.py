"""Searches offered beside a search: always with results, never noise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient

from kb.generations import Generation
from kb.queries.related_searches import MOST, RelatedSearch, find_related_searches
from kb.queries.request import SearchRequest, parse_request
from kb.queries.search import run_search

TODAY = date(2026, 11, 21)
TYPES = {"/funding": ("funding",), "/case-studies": ("case-study",)}
TEXTS = (
    "breakfast club", "truancy", "bunking off", "EHCP", "section 106", "knife crime", "swimming pool", "debt", "music",
    "PRU", "library", "commissioning", "police in school", "free school meals", "governors", "volunteers",
)  # fmt: skip
Ask = Callable[..., list[RelatedSearch]]


@pytest.fixture(scope="module")
def ask(generation: Generation) -> Ask:
    """Related searches of a text, on a list, with filters chosen."""

    def find(
        text: str, path: str = "/search", sort: str = "relevance", page: int = 1, **selected: str
    ) -> list[RelatedSearch]:
        chosen = {name: (value,) for name, value in selected.items()}
        if path in TYPES:
            chosen["type"] = TYPES[path]
        request = SearchRequest(text, chosen, sort=sort, page=page)
        return find_related_searches(generation, run_search(generation, request, TODAY), path)

    return find


def labels(found: list[RelatedSearch]) -> list[str]:
    return [search.label for search in found]


@pytest.mark.parametrize("path", ["/search", "/funding", "/case-studies"])
def test_every_offer_has_as_many_results_as_it_says(generation: Generation, ask: Ask, path: str) -> None:
    offered = [search for text in TEXTS for search in ask(text, path)]
    assert len(offered) > 10
    for search in offered:
        wanted = parse_request(search.pairs, generation.catalogue.vocabulary)
        if search.path in TYPES:
            wanted = SearchRequest(wanted.text, {**wanted.selected, "type": TYPES[search.path]})
        assert run_search(generation, wanted, TODAY).total == search.count > 1, search


def test_there_are_never_more_than_five_nor_the_same_one_twice(ask: Ask) -> None:
    for text in TEXTS:
        found = ask(text)
        assert len(found) <= MOST
        assert len({(search.path, search.pairs) for search in found}) == len(set(labels(found))) == len(found)


def test_a_service_area_that_the_best_results_share_is_offered(ask: Ask) -> None:
    found = next(
        each for each in ask("breakfast club") if each.label == "Breakfast club: Early years and family support"
    )
    assert found.pairs == (("q", "breakfast club"), ("service_area", "early-years-and-family-support"))


def test_a_filter_that_is_chosen_is_not_offered_again_and_stays_chosen(ask: Ask) -> None:
    found = ask("breakfast club", service_area="health-and-wellbeing")
    assert not any("Early years" in label for label in labels(found))
    narrowed = [each for each in found if each.path == "/search" and ("q", "breakfast club") in each.pairs]
    assert narrowed
    assert all(("service_area", "health-and-wellbeing") in each.pairs for each in narrowed)


def test_another_order_or_a_later_page_says_nothing_of_what_the_best_share(ask: Ask) -> None:
    shared = "Breakfast club: Early years and family support"
    assert shared not in labels(ask("breakfast club", sort="title"))
    assert shared in labels(ask("breakfast club"))
    later = {label for text in TEXTS for label in labels(ask(text, page=2)) if ": " in label}
    assert all(label.endswith("olling") or label.endswith(": Open") for label in later)


def test_a_filter_named_as_the_search_is_not_offered(ask: Ask) -> None:
    assert "Libraries: Libraries" not in labels(ask("libraries"))
    assert not any(label.endswith(": Libraries") for label in labels(ask("library")))


def test_the_neighbour_of_a_term_in_the_glossary_is_offered(ask: Ask) -> None:
    assert "Special educational needs and disabilities" in labels(ask("EHCP"))
    assert "Family hub" in labels(ask("children's centre"))


def test_a_term_meant_by_an_everyday_word_is_offered_by_its_name(ask: Ask) -> None:
    found = {each.label: each for each in ask("bunking off")}
    assert found["Persistent absence"].pairs == (("q", '"Persistent absence"'),)


def test_a_part_of_the_text_leads_to_no_term_of_another_sense(ask: Ask) -> None:
    assert "Pooled budget" not in labels(ask("swimming pool"))
    assert "Top slice" not in labels(ask("swimming pool"))


def test_a_word_that_only_begins_as_a_term_does_leads_nowhere(ask: Ask) -> None:
    assert not {"Governing body", "Due diligence"} & set(labels(ask("government cash")))


def test_a_sentence_leads_to_no_terms_and_is_not_repeated(ask: Ask) -> None:
    found = ask("our roof leaks and the boiler won't see another winter in this old school")
    assert "Your search: School buildings" in labels(found)
    assert all(label.startswith("Your search: ") for label in labels(found))


def test_a_list_of_one_type_offers_the_other_type(ask: Ask) -> None:
    found = next(each for each in ask("truancy", "/funding") if each.path == "/case-studies")
    assert (found.label, found.pairs) == ("Truancy: Case studies", (("q", "truancy"),))
    assert not [each for each in ask("truancy", "/funding", status="open") if each.path == "/case-studies"]


def test_what_can_be_applied_for_is_offered_unless_a_status_is_chosen(ask: Ask) -> None:
    found = next(each for each in ask("minibus") if each.label == "Minibus: Open or rolling")
    assert found.pairs == (("q", "minibus"), ("status", "open"), ("status", "rolling"))
    assert not any(
        "status" in dict(each.pairs) for each in ask("minibus", status="recurring") if "olling" in each.label
    )


@pytest.mark.parametrize("text", ["", "the", "???", "zzzzqqqq"])
def test_without_words_or_results_there_is_nothing(ask: Ask, text: str) -> None:
    assert ask(text) == []


def test_a_handful_of_results_is_not_taken_for_a_pattern(ask: Ask) -> None:
    assert not any(": " in label for label in labels(ask("EAZ")))


def test_the_page_shows_them_under_a_heading_with_links_that_work(client: FlaskClient) -> None:
    page = client.get("/search?q=breakfast+club").get_data(as_text=True)
    part = page.split('id="related-searches"')[1].split("</nav>")[0]
    links = [piece.split('"')[0].replace("&amp;", "&") for piece in part.split('href="')[1:]]
    assert links
    for link in links:
        assert client.get(link).status_code == 200
        assert urlencode(parse_qsl(urlsplit(link).query)) == urlsplit(link).query


def test_a_page_without_any_has_no_heading(client: FlaskClient) -> None:
    assert "Related searches" not in client.get("/search").get_data(as_text=True)
    assert "Related searches" not in client.get("/funding?service_area=libraries").get_data(as_text=True)
