"""What a search box offers while one types: which names, in what order, where each leads; no text is an error."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_checks import PageReader

from kb.build import build_generation
from kb.generations import Generation
from kb.queries.request import parse_request
from kb.queries.search import run_search
from kb.queries.suggest import MAX_TYPED, MOST, find_suggestions
from kb.records.funding import FundingStream

SMALL_CONTENT = Path(__file__).parent / "data" / "small_content"
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
Ask = Callable[[str], list[dict[str, str]]]


@pytest.fixture(scope="module")
def ask(content: Path, make_app: Callable[..., Flask], tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Asks a site of a few made-up records for suggestions."""
    folder = tmp_path_factory.mktemp("suggest")
    shutil.copytree(content, folder / "content", ignore=shutil.ignore_patterns("*.md", "needs"))
    small = Path(shutil.copytree(SMALL_CONTENT, folder / "content", dirs_exist_ok=True))
    change(small / "funding/old-fund.md", "title: Old fund", "title: Evenings & old fund\nacronym: EF")
    change(small / "funding/lettings.md", "title: Lettings", "title: EF lettings")
    change(small / "glossary.yml", "name: Top slice", "name: Top slice\n  acronym: TS")
    build_generation(small, folder / "data", NOW)
    client = make_app(data=folder / "data").test_client()
    return lambda text: client.get("/api/v1/suggest", query_string={"q": text}).json["suggestions"]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def list_labels(suggestions: list[dict[str, str]]) -> list[str]:
    return [suggestion["label"] for suggestion in suggestions]


def test_an_answer_has_the_promised_fields_and_no_others(client: FlaskClient) -> None:
    response = client.get("/api/v1/suggest?q=+leeds+")
    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert list(response.json) == ["query", "suggestions"]
    assert response.json["query"] == "leeds"
    assert {tuple(found) for found in response.json["suggestions"]} == {("kind", "label", "note", "url")}


@pytest.mark.parametrize("typed", ["youth fund", "fund youth", "fu you", "YOUTH", "yóuth", "youth, fund!"])
def test_every_word_typed_begins_a_word_of_the_name_in_any_order(ask: Ask, typed: str) -> None:
    assert "Youth fund" in list_labels(ask(typed))


@pytest.mark.parametrize("typed", ["outh", "youth money", "fundyouth", "funds", "youth hall"])
def test_a_name_without_one_of_the_words_is_not_offered(ask: Ask, typed: str) -> None:
    assert "Youth fund" not in list_labels(ask(typed))


def test_and_may_be_typed_for_its_sign(ask: Ask) -> None:
    assert list_labels(ask("evenings and old")) == list_labels(ask("evenings & old")) == ["Evenings & old fund"]


def test_a_whole_acronym_comes_before_the_start_of_a_title(ask: Ask) -> None:
    assert list_labels(ask("ef")) == ["Evenings & old fund", "EF lettings"]


def test_an_acronym_and_a_word_of_the_title_may_be_typed_together(ask: Ask) -> None:
    assert list_labels(ask("ef old")) == ["Evenings & old fund"]


def test_the_start_of_a_name_comes_before_a_word_within_one_even_of_what_is_current(ask: Ask) -> None:
    assert list_labels(ask("e fund"))[:2] == ["Youth fund", "Evenings & old fund"]
    assert list_labels(ask("evening"))[:2] == ["Evenings & old fund", "Youth fund"]


def test_current_funding_comes_before_historic_funding(ask: Ask) -> None:
    assert list_labels(ask("fund")) == ["Youth fund", "Evenings & old fund", "Hall fund"]


def test_funding_is_told_by_its_status_with_its_date_and_by_its_funder(ask: Ask) -> None:
    first, second, _ = ask("fund")
    assert first == {
        "kind": "funding",
        "label": "Youth fund",
        "note": "Open as of 27 March 2026, Youth Trust",
        "url": "/funding/youth-fund",
    }
    assert second["note"] == "Historic, Youth Trust"


def test_a_name_that_the_label_does_not_show_is_told(ask: Ask) -> None:
    assert ask("evening f")[0]["note"] == "Also called evening fund. Open as of 27 March 2026, Youth Trust"
    assert ask("top")[0]["label"] == ask("ts")[0]["label"] == "Top slice (TS)"
    assert ask("ts")[0]["note"] == "Money taken off before a budget is shared out."


def test_a_case_study_is_told_by_its_place(ask: Ask) -> None:
    assert ask("wardens")[0] == {
        "kind": "case-study",
        "label": "Wardens at the school gate",
        "note": "Portsmouth, South East",
        "url": "/case-studies/wardens",
    }


def test_records_come_first_then_needs_then_the_guide_then_places(ask: Ask) -> None:
    assert [(found["kind"], found["label"]) for found in ask("le")] == [
        ("funding", "EF lettings"),
        ("need", "Let neighbours use a school hall"),
        ("guide", "school leadership"),
        ("guide", "strategic leadership"),
        ("place", "Leeds"),
    ]
    assert [found["url"] for found in ask("war")] == ["/case-studies/wardens", "/glossary#warden"]


def test_a_council_that_records_name_leads_to_a_search_for_it(ask: Ask) -> None:
    assert ask("ports") == [
        {
            "kind": "place",
            "label": "Portsmouth",
            "note": "Case studies and funding in Portsmouth",
            "url": "/search?q=Portsmouth",
        }
    ]


def test_a_council_that_no_record_names_leads_to_its_region(ask: Ask) -> None:
    assert ask("leeds")[0]["note"] == "Case studies and funding in its region, Yorkshire and the Humber"
    assert ask("leeds")[0]["url"] == "/search?region=yorkshire-and-the-humber"


def test_a_region_leads_to_its_filter(ask: Ask) -> None:
    region = ask("yorkshire")[0]
    assert (region["kind"], region["url"]) == ("place", "/search?region=yorkshire-and-the-humber")


def test_a_word_of_many_titles_leaves_seats_for_needs_a_term_and_a_place(client: FlaskClient) -> None:
    kinds = [found["kind"] for found in client.get("/api/v1/suggest?q=s").json["suggestions"]]
    assert kinds == ["funding"] * 3 + ["need"] * 2 + ["guide"] + ["place"] * 2
    kinds = [found["kind"] for found in client.get("/api/v1/suggest?q=school").json["suggestions"]]
    assert len(kinds) == MOST
    assert kinds[-3:] == ["need", "need", "guide"]
    assert set(kinds[:-3]) == {"funding", "case-study"}


def test_every_stream_is_offered_for_its_title_and_for_its_acronym(
    generation: Generation, streams: list[FundingStream]
) -> None:
    for stream in streams:
        for name in filter(None, (stream.title, stream.acronym)):
            urls = [found.url for found in find_suggestions(generation, name).found]
            assert f"/funding/{stream.id}" in urls, name


def test_every_term_is_offered_for_its_name(generation: Generation) -> None:
    for term in generation.catalogue.list_terms():
        urls = [found.url for found in find_suggestions(generation, term.name).found]
        assert f"/glossary#{term.id}" in urls, term.name


def test_every_council_and_region_is_offered_and_leads_to_results(generation: Generation) -> None:
    vocabulary = generation.catalogue.vocabulary
    addresses = set()
    for entry in (*vocabulary.entries("local_authorities"), *vocabulary.entries("regions")):
        places = [found for found in find_suggestions(generation, entry.label).found if found.kind == "place"]
        assert entry.label in [found.label for found in places]
        addresses |= {found.url for found in places}
    assert len(addresses) > 50
    for address in addresses:
        assert urlsplit(address).path == "/search"
        wanted = parse_request(parse_qsl(urlsplit(address).query), vocabulary)
        results = run_search(generation, wanted, TODAY)
        assert results.total, address
        assert not results.has_only_some_words, address


def test_a_council_of_a_long_official_name_is_searched_for_by_its_everyday_name(client: FlaskClient) -> None:
    bristol = client.get("/api/v1/suggest?q=bristol").json["suggestions"][-1]
    assert bristol["label"] == "Bristol, City of"
    assert (bristol["note"], bristol["url"]) == ("Case studies and funding in Bristol", "/search?q=Bristol")


@pytest.mark.parametrize("typed", ["school", "pupil", "fund", "south", "a", "police in"])
def test_what_is_offered_is_short_and_there(client: FlaskClient, typed: str) -> None:
    suggestions = client.get("/api/v1/suggest", query_string={"q": typed}).json["suggestions"]
    assert 0 < len(suggestions) <= MOST
    assert len({(found["kind"], found["label"]) for found in suggestions}) == len(suggestions)
    for found in suggestions:
        assert found["label"]
        assert found["note"]
        assert client.get(found["url"]).status_code == 200


@pytest.mark.parametrize("query", ["", "q=", "q=+", "q=%3F%21", "q=%00", "utm_source=letter"])
def test_nothing_typed_offers_nothing(client: FlaskClient, query: str) -> None:
    response = client.get(f"/api/v1/suggest?{query}")
    assert response.status_code == 200
    assert response.json["suggestions"] == []


@pytest.mark.parametrize(
    "typed",
    [
        *("a" * 5000, "a " * 3000, "e\u0301" * 300, "\ufdfa" * 300, "🚓", "İı ẞ", "\u202e", "\0school"),
        *("%s'\"<b>", "学校", "-", "*"),
    ],
)
def test_no_text_is_an_error(client: FlaskClient, typed: str) -> None:
    response = client.get("/api/v1/suggest", query_string={"q": typed})
    assert response.status_code == 200
    assert len(response.json["query"]) <= MAX_TYPED


def test_bytes_that_are_no_text_are_no_error(client: FlaskClient) -> None:
    assert client.get("/api/v1/suggest?q=%ff%ed%a0%80school").status_code == 200


def test_what_stands_behind_the_limit_is_left_out(client: FlaskClient) -> None:
    long = "pupil premium" + " " * MAX_TYPED + "zzz"
    answer = client.get("/api/v1/suggest", query_string={"q": long}).json
    assert answer["query"] == "pupil premium"
    assert answer["suggestions"][0]["url"] == "/funding/pupil-premium"


@pytest.mark.parametrize(("query", "parameter"), [("q=a&colour=red", "colour"), ("q=a&q=b", "q"), ("limit=3", "limit")])
def test_a_parameter_that_is_not_known_is_refused(client: FlaskClient, query: str, parameter: str) -> None:
    response = client.get(f"/api/v1/suggest?{query}")
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    assert [error["parameter"] for error in json.loads(response.text)["errors"]] == [parameter]


def test_the_description_of_the_api_has_the_suggestions(client: FlaskClient) -> None:
    description = client.get("/api/v1/openapi.json").json
    answer = description["components"]["schemas"]["SuggestionAnswer"]
    assert answer["properties"]["kind"]["enum"] == ["funding", "case-study", "need", "guide", "place"]
    assert [parameter["name"] for parameter in description["paths"]["/api/v1/suggest"]["get"]["parameters"]] == ["q"]


@pytest.mark.parametrize(
    ("address", "status", "has_box"),
    [
        ("/", 200, True),
        ("/search", 200, True),
        ("/funding", 200, True),
        ("/case-studies", 200, True),
        ("/nowhere", 404, True),
        ("/about", 200, False),
        ("/glossary", 200, False),
        ("/funding/pupil-premium", 200, False),
        ("/schools", 200, False),
    ],
)
def test_only_pages_with_a_search_box_load_its_script(
    get_page: PageReader, address: str, status: int, has_box: bool
) -> None:
    page = get_page(address, status)
    scripts = [urlsplit(script["src"]).path for script in page.select("head script[src]")]
    assert ("/static/search.js" in scripts) == has_box
    assert len(page.select("input[data-suggest]")) == has_box
    if has_box:
        assert scripts.index("/static/combobox.js") < scripts.index("/static/search.js")
        assert page.select_one("form input[data-suggest]")["type"] == "search"
