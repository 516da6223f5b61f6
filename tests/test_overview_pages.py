"""The pages that show the knowledge base at a glance: coverage, map, timeline, self-assessment, editors."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from page_checks import PageReader, read_text

from kb.generations import Generation
from kb.queries.coverage import SHADES, THIN, CoverageCell
from kb.queries.self_assessment import list_question_ids
from kb.queries.timeline import make_timeline
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream
from kb.records.vocabulary import Vocabulary


def count_results(client: FlaskClient, address: str) -> int:
    """How many results the API has for the address of a list."""
    query = urlsplit(address).query
    extra = "&type=case-study" if urlsplit(address).path == "/case-studies" else ""
    total: int = client.get(f"/api/v1/search?{query}{extra}").get_json()["total"]
    return total


def read_number(tag: Tag) -> int:
    """The number a text begins with."""
    found = re.match(r"\d+", read_text(tag))
    assert found, tag
    return int(found[0])


@pytest.mark.parametrize("record_type", ["", "case-study", "funding"])
def test_every_number_of_the_coverage_page_is_what_its_link_finds(
    get_page: PageReader, client: FlaskClient, record_type: str
) -> None:
    page = get_page(f"/coverage?type={record_type}" if record_type else "/coverage")
    links = page.select(".app-heat a")
    assert len(links) > 50
    for link in links[:: max(1, len(links) // 40)]:
        assert read_number(link) == count_results(client, str(link["href"])), link["href"]


def test_each_number_of_the_coverage_page_says_its_row_and_column_to_a_screen_reader(get_page: PageReader) -> None:
    for link in get_page("/coverage").select("td.app-heat__cell a.app-heat__link"):
        assert re.fullmatch(r"\d+ .+, .+", read_text(link))


def test_what_is_thin_is_listed_in_words_as_well(get_page: PageReader) -> None:
    page = get_page("/coverage")
    cells = page.select('td.app-heat__cell:not([data-name="Not stated"]):not([data-name="Records"])')
    thin = sorted(number for number in map(read_number, cells) if number <= THIN)
    listed = [read_text(item).rpartition(": ")[2] for item in page.select("main ul.app-columns li")]
    assert thin
    assert sorted(0 if text == "none" else int(text.split()[0]) for text in listed) == thin


@pytest.mark.parametrize(
    ("count", "shade"), [(0, 0), (1, 1), (2, 1), (3, 2), (5, 2), (6, 3), (11, 4), (20, 4), (21, 5), (400, 5)]
)
def test_a_shade_is_a_step_of_the_count(count: int, shade: int) -> None:
    assert CoverageCell("value", "Label", count).shade == shade
    assert shade <= len(SHADES)


def test_the_map_shows_every_case_study_and_its_regions_count_what_their_links_find(
    get_page: PageReader, client: FlaskClient, cases: list[CaseStudy]
) -> None:
    page = get_page("/map")
    shown = {str(link["href"]) for link in page.select(".app-places a")}
    assert shown == {f"/case-studies/{case.id}" for case in cases}
    for section in page.select("main section"):
        link = section.select_one('a[href^="/case-studies?"]')
        assert link is not None
        assert read_number(link) == count_results(client, str(link["href"]))


def test_every_region_of_england_has_its_tile_on_the_map(get_page: PageReader, vocabulary: Vocabulary) -> None:
    tiles = [re.sub(r"^\d+ ", "", read_text(tile)) for tile in get_page("/map").select(".app-tiles__tile")]
    others = {"scotland", "wales", "northern-ireland"}
    assert sorted(tiles) == sorted(e.label for e in vocabulary.entries("regions") if e.value not in others)


def test_the_timeline_shows_every_programme_once(get_page: PageReader, streams: list[FundingStream]) -> None:
    page = get_page("/timeline")
    shown = [str(link["href"]) for link in page.select("main th a, main ul.app-columns a")]
    assert sorted(shown) == sorted(f"/funding/{stream.id}" for stream in streams if not stream.is_mechanism)


def test_a_stream_and_what_replaced_it_stand_in_one_table(get_page: PageReader, streams: list[FundingStream]) -> None:
    page = get_page("/timeline")
    programmes = {stream.id for stream in streams if not stream.is_mechanism}
    pairs = [(old, stream.id) for stream in streams for old in stream.replaces or () if {old, stream.id} <= programmes]
    assert pairs
    for old, new in pairs:
        link = page.select_one(f'th a[href="/funding/{old}"]')
        assert link is not None
        table = link.find_parent("table")
        assert isinstance(table, Tag)
        assert table.select_one(f'th a[href="/funding/{new}"]') is not None, (old, new)


def test_the_timeline_of_a_service_area_leaves_out_what_is_not_tied_to_it(
    generation: Generation, streams: list[FundingStream]
) -> None:
    found = make_timeline(generation, date(2026, 11, 21), "libraries")
    alone = {row.id for row in (*found.others, *found.undated)}
    areas = {stream.id: stream.service_areas for stream in streams}
    assert alone
    assert all({"libraries", "all"} & set(areas[stream_id]) for stream_id in alone)


def test_bars_of_the_timeline_stay_on_its_axis(generation: Generation) -> None:
    found = make_timeline(generation, date(2026, 11, 21))
    rows = [row for family in found.families for row in family] + list(found.others)
    for row in rows:
        if row.at is not None and row.width is not None:
            assert 0 <= row.at <= 100, row.id
            assert row.at + row.width <= 101, row.id
    assert all(row.last is None or row.ended for row in rows)


def test_the_self_assessment_asks_every_question_and_keeps_the_answers_in_the_address_alone(
    get_page: PageReader, generation: Generation, client: FlaskClient
) -> None:
    page = get_page("/self-assessment?awareness-1=2&awareness-2=1")
    ids = list_question_ids(generation)
    assert {str(field["name"]) for field in page.select('input[type="radio"]')} == set(ids)
    checked = {(str(field["name"]), str(field["value"])) for field in page.select("input[checked]")}
    assert checked == {("awareness-1", "2"), ("awareness-2", "1")}
    assert "Set-Cookie" not in client.get("/self-assessment?awareness-1=2").headers


def test_a_weak_feature_leads_to_cases_and_streams_and_a_strong_one_does_not(get_page: PageReader) -> None:
    page = get_page("/self-assessment?resource-1=1&resource-2=2&school-1=4")
    assert page.select_one("#help-resource-management") is not None
    assert page.select_one("#help-school-leadership") is None
    section = page.select_one(".app-help:has(#help-resource-management)")
    assert section is not None
    assert section.select('a[href^="/case-studies/"]')
    rows = {read_text(row.select_one("th")): read_text(row) for row in page.select(".app-assessment tbody tr")}
    assert "1.5 of 4" in rows["Resource management"]
    assert "weak" in rows["Resource management"]
    assert "Not answered" in rows["Performance management"]


def test_a_school_is_asked_in_words_of_its_own_and_told_that_they_are_ours(get_page: PageReader) -> None:
    council, school = (read_legends(get_page(f"/self-assessment?for={who}")) for who in ("council", "school"))
    assert len(council) == len(school)
    assert not set(council) & set(school)
    assert "Our adaptation" in read_text(get_page("/self-assessment?for=school").select_one("main"))


def read_legends(page: BeautifulSoup) -> list[str]:
    """The questions of a page."""
    return [read_text(legend) for legend in page.select("legend")]


@pytest.mark.parametrize(
    "address",
    ["/self-assessment?awareness-1=5", "/self-assessment?for=parent", "/coverage?type=guide", "/map?region=x",
     "/timeline?service_area=x", "/editors?x=1", "/self-assessment?awareness-1=1&awareness-1=2"],
)  # fmt: skip
def test_a_parameter_that_cannot_be_used_is_said_to_be_wrong(get_page: PageReader, address: str) -> None:
    page = get_page(address, 400)
    name = re.findall(r"[?&]([^=]+)=", address)[0]
    assert name in read_text(page.select_one("main"))


def test_campaign_parameters_are_ignored(client: FlaskClient) -> None:
    for path in ("/coverage", "/map", "/timeline", "/editors", "/self-assessment"):
        assert client.get(f"{path}?{'&'.join(['utm_source=x', 'fbclid=y'])}").status_code == 200


def test_editors_see_what_is_past_review_and_why(get_page: PageReader, streams: list[FundingStream]) -> None:
    page = get_page("/editors")
    overdue = {s.id for s in streams if s.review_by and s.review_by.last < date(2026, 11, 21)}
    section = page.select_one('section[aria-labelledby="past-review"]')
    assert section is not None
    assert {str(a["href"]).removeprefix("/funding/") for a in section.select("th a")} == overdue
    assert all("review by" in read_text(cell) for cell in section.select("tbody td"))


def test_editors_see_every_stream_that_is_not_confirmed(get_page: PageReader, streams: list[FundingStream]) -> None:
    section = get_page("/editors").select_one('section[aria-labelledby="not-confirmed"]')
    assert section is not None
    shown = {str(a["href"]).removeprefix("/funding/") for a in section.select("th a")}
    assert shown == {stream.id for stream in streams if stream.status == "not-confirmed"}


def test_the_address_of_a_self_assessment_keeps_its_answers_when_the_audience_changes(get_page: PageReader) -> None:
    page = get_page("/self-assessment?for=council&awareness-1=2")
    link = page.select_one('.app-tabs a[href*="for=school"]')
    assert link is not None
    assert parse_qs(urlsplit(str(link["href"])).query) == {"for": ["school"], "awareness-1": ["2"]}
