"""The links that add a record to the shortlist keep odd titles and addresses text; what is too much is said so."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient

from kb.generations import Generation
from kb.queries.shortlist import MAX_SHORTLIST, Shortlist, explain_unknown
from kb.views.shortlist_links import add_values, draw_toggle

AWARDS = "national-lottery-awards-for-all-england"
POLICE = "case:portsmouth-mayfield-police-in-school"
ODD = "\"'><x-odd>&amp; more</x-odd>"


def draw(app: Flask, query: dict[str, str], title: str = ODD, value: str = AWARDS) -> Tag:
    """The link that a page of these parameters has for a record."""
    with app.test_request_context(f"/search?{urlencode(query)}"):
        app.preprocess_request()
        written = str(draw_toggle(value, title, "place"))
    assert re.findall("&(?!amp;|lt;|gt;|#)", written) == []
    drawn = BeautifulSoup(written, "html.parser")
    (link,) = drawn.select("a")
    assert drawn.select("x-odd") == []
    assert set(link.attrs) == {"class", "href", "data-shortlist", "rel"}
    return link


@pytest.mark.parametrize(("chosen", "words"), [("", "Add to shortlist"), (AWARDS, "remove")])
def test_an_odd_title_and_an_odd_search_stay_text_and_lead_back(app: Flask, chosen: str, words: str) -> None:
    link = draw(app, {"q": ODD, "sort": "title"} | ({"shortlist": chosen} if chosen else {}))
    assert link.get_text() == f"{words}: {ODD}"
    asked = urlsplit(str(link["href"]))
    assert (asked.path, asked.fragment) == ("/search", "place")
    assert parse_qs(asked.query) == {"q": [ODD], "sort": ["title"]} | ({} if chosen else {"shortlist": [AWARDS]})


def test_a_case_study_is_named_whole_in_the_address(app: Flask) -> None:
    link = draw(app, {}, value=POLICE)
    assert parse_qs(urlsplit(str(link["href"])).query) == {"shortlist": [POLICE]}


def test_values_are_carried_as_text_whatever_they_are() -> None:
    page = add_values('<a class="x" href="/search?q=a">A</a><form action="/search" method="get"></form>', [ODD, "b&c"])
    found = BeautifulSoup(page, "html.parser")
    assert found.select("x-odd") == []
    assert [field["value"] for field in found.select("input[name=shortlist]")] == [ODD, "b&c"]
    assert parse_qs(urlsplit(str(found.a["href"])).query) == {"q": ["a"], "shortlist": [ODD, "b&c"]}


def test_of_many_long_values_that_no_record_has_few_are_looked_up_and_little_is_said(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = []

    def look_up(value: str, *_: object, **__: object) -> str:
        looked_up.append(value)
        return "There is nothing near."

    monkeypatch.setattr("kb.queries.shortlist.suggest_nearest", look_up)
    said = explain_unknown(Shortlist(unknown=tuple(f"{number}{'z' * 5000}" for number in range(9))), generation)
    assert len(said) == 6
    assert said[-1] == "4 more were not found."
    assert max(map(len, said)) < 200
    assert [len(value) for value in looked_up] == [100] * 5


def test_a_file_of_more_records_than_a_list_holds_is_refused_and_not_cut_short(
    client: FlaskClient, generation: Generation
) -> None:
    ids = generation.catalogue.list_ids("funding")[: MAX_SHORTLIST + 1]
    query = urlencode([("shortlist", record_id) for record_id in ids])
    assert client.get(f"/shortlist?{query}&format=csv").status_code == 400
    fewer = query.rpartition("&")[0]
    assert client.get(f"/shortlist?{fewer}&format=csv").status_code == 200
