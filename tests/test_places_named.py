"""A search that names a place keeps funds for other places behind those that its reader could have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from flask.testing import FlaskClient
from format_readers import get, read_table

from kb.cli import main
from kb.generations import Generation
from kb.queries.request import SearchRequest
from kb.queries.search import ResultItem, find_elsewhere, make_lookup, run_search

TODAY = date(2026, 11, 22)
BEDFORD = "/funding/harpur-trust-accelerator-programme-and-grants"
LAMBETH = "/funding/walcot-foundation-school-grants"
YORKSHIRE = "/funding/west-yorkshire-mayors-safer-communities-fund"


def list_results(generation: Generation, text: str, **selected: str) -> list[ResultItem]:
    request = SearchRequest(text, {name: (value,) for name, value in selected.items()}, per_page=100)
    return list(run_search(generation, request, TODAY).results)


def list_addresses(generation: Generation, text: str) -> list[str]:
    return [item.card.url for item in list_results(generation, text)]


def list_elsewhere(generation: Generation, text: str) -> set[str]:
    """The records that are for other places than a text names."""
    results = run_search(generation, SearchRequest(text), TODAY)
    elsewhere = find_elsewhere(generation.derive(make_lookup), results.mentioned)
    numbers = [number for number in range(generation.index.count) if elsewhere >> number & 1]
    return {card.url for card in generation.catalogue.list_cards(numbers)}


@pytest.mark.parametrize(
    ("text", "here", "elsewhere"),
    [
        ("grants in Lambeth", LAMBETH, BEDFORD),
        ("grants in Southwark", "/funding/portal-trust-organisation-grants", LAMBETH),
        ("grants in London", LAMBETH, BEDFORD),
        ("grants in Brixton", LAMBETH, YORKSHIRE),
        ("grants in Leeds", YORKSHIRE, LAMBETH),
        ("grants in Bedford", BEDFORD, YORKSHIRE),
        ("grants in the east of England", BEDFORD, YORKSHIRE),
    ],
)
def test_a_fund_limited_to_places_is_elsewhere_for_all_others(
    generation: Generation, text: str, here: str, elsewhere: str
) -> None:
    found = list_elsewhere(generation, text)
    assert elsewhere in found
    assert here not in found


def test_a_fund_that_states_no_limit_is_nowhere_elsewhere(generation: Generation) -> None:
    found = list_elsewhere(generation, "grants in Leeds and Lambeth")
    assert BEDFORD in found
    assert not found & {"/funding/pupil-premium", "/funding/talbot-village-trust-grants", LAMBETH, YORKSHIRE}
    assert not [address for address in found if not address.startswith("/funding/")]


def test_a_search_without_a_place_leaves_every_fund_where_it_is(generation: Generation) -> None:
    assert list_elsewhere(generation, "grants for reading") == set()


def test_a_fund_for_other_places_comes_further_down(generation: Generation) -> None:
    text = "local trusts that give to a primary"
    assert BEDFORD in list_addresses(generation, f"{text} in Bedford")[:10]
    in_brixton = list_addresses(generation, f"{text} in Brixton")
    assert in_brixton[0] == LAMBETH
    assert BEDFORD not in in_brixton[:20]
    assert BEDFORD in in_brixton, "and is not hidden"


def test_a_fund_asked_for_by_its_name_comes_first_whatever_place_its_name_has(generation: Generation) -> None:
    assert list_addresses(generation, "West Yorkshire Mayor's Safer Communities Fund")[0] == YORKSHIRE
    assert list_addresses(generation, "West Northamptonshire inclusion funding")[0].endswith("inclusion-funding")


def test_a_list_to_take_away_has_the_order_of_the_page(client: FlaskClient, generation: Generation) -> None:
    text = "local trusts that give to a primary in Brixton"
    rows = read_table(get(client, "/search", urlencode({"q": text}), "csv"))
    assert [row["Title"] for row in rows][:100] == [item.card.title for item in list_results(generation, text)]


def test_why_a_fund_stands_so_low_can_be_asked(built_data: Path) -> None:
    arguments = ["search", "harpur trust grants in Lambeth", "--explain"]
    printed = CliRunner().invoke(main, arguments, env={"KB_DATA": str(built_data)}).output
    about = {address: printed.split(f"  {address}\n")[1].split("\n\n")[0] for address in (BEDFORD, LAMBETH)}
    assert "limited to other places than the search names, so for 0.3 of that" in about[BEDFORD]
    assert "other places" not in about[LAMBETH]
    assert "like the first records" in about[LAMBETH]
    assert "like the first records" not in about[BEDFORD]


def test_results_say_that_funds_for_other_places_come_further_down(get_page: Callable[..., BeautifulSoup]) -> None:
    assert "for other places alone come further down" in get_page("/search?q=grants+in+Lambeth").text
    assert "for other places" not in get_page("/search?q=grants+for+a+special+school").text
