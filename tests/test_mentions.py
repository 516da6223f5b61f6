"""What a search says of a filter is offered as that filter: with its count, and only where it narrows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.build import check_content
from kb.generations import Generation
from kb.index.words import WORD, fold_text, stem_word
from kb.queries.mentioned import make_mention_lookup
from kb.queries.mentions import MOST, MentionedFilter, find_mentioned_filters
from kb.queries.request import SearchRequest
from kb.queries.search import make_lookup, run_search

TODAY = date(2026, 11, 21)
Ask = Callable[..., list[MentionedFilter]]


@pytest.fixture(scope="module")
def ask(generation: Generation) -> Ask:
    """The filters that a text names, with others chosen."""

    def find(text: str, **selected: str) -> list[MentionedFilter]:
        request = SearchRequest(text, {name: (value,) for name, value in selected.items()})
        return find_mentioned_filters(generation, run_search(generation, request, TODAY))

    return find


def values(found: list[MentionedFilter]) -> list[str]:
    return [f"{each.facet}={each.value}" for each in found]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("minibus for a special school", ["phase=special"]),
        ("counsellors in PRUs", ["phase=alternative-provision"]),
        ("sixth formers who mentor primary pupils", ["phase=post-16", "phase=primary"]),
        ("can a cluster get money for attendance", ["applicant=school-cluster"]),
        ("play equipment, can the PTA apply", ["applicant=pta"]),
        ("breakfast club, who has done this", ["type=case-study"]),
        ("youth club when the grant runs out", ["kind=mechanism"]),
        ("wardens still running", ["sustained=yes"]),
        ("capital grant for a sports hall", ["money=capital"]),
        ("truancy in Tower Hamlets", ["region=london"]),
        ("knife crime in leeds", ["region=yorkshire-and-the-humber"]),
        ("youth work in the north east", ["region=north-east"]),
        ("libraries in Bristol", ["region=south-west"]),
    ],
)
def test_what_a_search_says_is_offered_as_a_filter(ask: Ask, text: str, named: list[str]) -> None:
    assert values(ask(text)) == named


@pytest.mark.parametrize(
    "text", ["breakfast club", "special needs", "primary care", "gym mats", "for example libraries"]
)
def test_words_that_only_resemble_an_expression_say_nothing(ask: Ask, text: str) -> None:
    assert ask(text) == []


@pytest.mark.parametrize(
    "text", ["reading scheme", "Reading volunteers", "Libraries. Reading for fun", "HELP WITH READING"]
)
def test_a_place_that_is_a_word_too_is_not_taken_for_a_place(ask: Ask, text: str) -> None:
    assert values(ask(text)) == []


@pytest.mark.parametrize("text", ["youth work in Reading", "youth work, reading council"])
def test_a_place_that_is_a_word_too_is_known_by_its_capital_or_its_council(ask: Ask, text: str) -> None:
    assert values(ask(text)) == ["region=south-east"]


def test_of_two_expressions_that_overlap_the_longer_one_counts(ask: Ask) -> None:
    assert values(ask("youth work in south east London")) == ["region=london"]
    assert values(ask("attendance, other local authorities")) == ["type=case-study"]
    assert values(ask("attendance in North East Lincolnshire")) == ["region=yorkshire-and-the-humber"]


def test_what_a_search_leaves_out_is_not_offered(ask: Ask) -> None:
    assert values(ask("minibus -special school")) == []
    assert values(ask('minibus -"special school"')) == []


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("youth work in a special school in Leeds as a cluster", {}),
        ("who has done this", {}),
        ("primary school attendance, any examples from Kent", {"service_area": "health-and-wellbeing"}),
        ("keep it going in secondary schools", {"type": "funding"}),
    ],
)
def test_the_count_is_that_of_the_narrowed_search_and_its_results_are_among_all(
    generation: Generation, ask: Ask, text: str, selected: dict[str, str]
) -> None:
    chosen = {name: (value,) for name, value in selected.items()}

    def search(**more: tuple[str, ...]) -> tuple[int, set[str]]:
        found = run_search(generation, SearchRequest(text, {**chosen, **more}, per_page=1000), TODAY)
        return found.total, {item.card.url for item in found.results}

    total, everything = search()
    offered = ask(text, **selected)
    assert offered
    for each in offered:
        count, narrowed = search(**{each.facet: (each.value,)})
        assert count == each.count
        assert 0 < count < total
        assert narrowed < everything


def test_a_filter_in_use_is_not_offered(ask: Ask) -> None:
    assert values(ask("minibus for a special school", phase="special")) == []
    assert values(ask("minibus for a special school", phase="primary")) == []


def test_a_filter_that_leaves_everything_or_nothing_is_not_offered(ask: Ask) -> None:
    assert "type=case-study" in values(ask("case studies of attendance"))
    assert "type=case-study" not in values(ask("case studies of attendance", sustained="yes"))  # all of them are
    assert "kind=mechanism" in values(ask("attendance when the grant ends"))
    assert "kind=mechanism" not in values(ask("attendance when the grant ends", status="closed"))  # none of them is


def test_there_are_at_most_three_in_the_order_of_the_text(ask: Ask) -> None:
    found = ask("as a cluster in Kent, who has done youth work in secondary schools when the grant ends")
    assert values(found) == ["applicant=school-cluster", "region=south-east", "type=case-study"]
    assert len(found) == MOST


@pytest.mark.parametrize("text", ["", "???", "zzzzqqqq special", "-"])
def test_a_text_that_names_nothing_or_finds_nothing_offers_nothing(ask: Ask, text: str) -> None:
    assert ask(text) == []


def test_every_expression_means_one_value_that_some_records_have(generation: Generation) -> None:
    sets = generation.derive(make_lookup).sets
    meant: dict[tuple[str, ...], str] = {}
    for mention in generation.catalogue.list_mentions():
        assert sets[mention.facet][mention.value], mention.value
        for text in mention.typed:
            stems = tuple(stem_word(word) for word in WORD.findall(fold_text(text)))
            assert meant.setdefault(stems, mention.value) == mention.value, text


def test_every_council_leads_to_its_region(generation: Generation) -> None:
    places = generation.derive(make_mention_lookup).places
    for entry in generation.catalogue.vocabulary.entries("local_authorities"):
        words = tuple(WORD.findall(fold_text(entry.label)))
        assert (words, ("region", entry.region, entry.value)) in places[words[0]]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("facet: phase", "facet: fase", 'facet: "fase" is not a filter. Did you mean phase?'),
        ("value: special", "value: speciall", 'value: "speciall" is not a value of phase. Did you mean special?'),
        ("value: capital", "value: both", 'value: "both" is not a value of money. Write one of: capital, revenue'),
        ("typed: [middle school,", "typed: ['???',", 'typed: "???" has no word. Write what readers type'),
        ("  because: names of the middle tier\n", "", "because: this field is required"),
    ],
)
def test_check_names_what_is_wrong_in_the_file(small_content: Path, old: str, new: str, says: str) -> None:
    path = small_content / "mentions.yml"
    path.write_text(path.read_text().replace(old, new, 1))
    (problem,) = check_content(small_content)[1]
    assert str(problem).startswith("mentions.yml:")
    assert problem.line > 0
    assert says in str(problem)


def read_line(client: FlaskClient, address: str) -> list[tuple[str, str, int]]:
    """(address, text, count) of each filter that a page offers above its results."""
    page = client.get(address).get_data(as_text=True)
    line = page.split('id="mentioned"')[1].split("</p>")[0] if 'id="mentioned"' in page else ""
    found = re.findall(r'href="([^"]+)">([^<]+)</a> \((\d+)', line)
    return [(unescape(url), label, int(count)) for url, label, count in found]


def test_the_page_offers_them_in_a_line_whose_links_give_what_they_say(client: FlaskClient) -> None:
    offered = read_line(client, "/search?q=minibus+for+a+special+school+in+Leeds&service_area=transport")
    offered += read_line(client, "/search?q=minibus+for+a+special+school+in+Leeds&sort=title&page=2")
    assert {label for _, label, _ in offered} == {"special schools", "Yorkshire and the Humber"}
    for url, _, count in offered:
        assert "page=" not in url
        page = client.get(url).get_data(as_text=True)
        assert f"{count} result" in page.split('id="count">')[1].split("</h2>")[0]


def test_a_list_of_one_type_keeps_its_address_and_offers_no_other_type(client: FlaskClient) -> None:
    assert read_line(client, "/case-studies?q=examples+of+attendance") == []
    ((url, label, _),) = read_line(client, "/funding?q=examples+of+attendance+in+primary+schools")
    assert label == "primary schools"
    assert url == "/funding?q=examples+of+attendance+in+primary+schools&phase=primary"


def test_a_page_without_any_has_no_line(client: FlaskClient) -> None:
    assert "Show only" not in client.get("/search").get_data(as_text=True)
    assert "Show only" not in client.get("/search?q=breakfast+club").get_data(as_text=True)
