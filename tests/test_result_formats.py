"""One search as CSV, JSON, Atom feed and calendar, read back as the programs that take them would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from format_readers import ATOM, ODD, get, make_stream_card, read_calendar, read_feed, read_table
from hypothesis import given, settings
from hypothesis import strategies as st
from page_checks import PageReader, read_text

from kb.exports.calendar import make_closing_entries, make_year_entries, write_calendar
from kb.exports.feeds import MAX_ENTRIES
from kb.exports.tables import RESULT_HEADER, write_csv, write_result_table
from kb.generations import Generation
from kb.queries.request import FORMATS
from kb.queries.year import collect_year
from kb.records.card import make_card
from kb.records.dates import parse_stated_date
from kb.records.funding import FundingStream, Window
from kb.records.vocabulary import Vocabulary

TODAY = date(2026, 11, 21)
BUILT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
LISTS = ("/search", "/funding", "/case-studies")
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "atom": "application/atom+xml; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}
SEARCHES = ["", "q=sport", "q=sport&phase=primary&phase=secondary", "sort=title&per_page=5&page=2", "q=zzqqzz"]


@pytest.mark.parametrize("path", [*LISTS, "/api/v1/search"])
@pytest.mark.parametrize("query", SEARCHES)
def test_every_search_is_answered_whole_in_every_format(client: FlaskClient, path: str, query: str) -> None:
    total = client.get(f"{path}?{query}&format=json").json["total"]
    assert len(read_table(get(client, path, query, "csv"))) == total
    assert len(read_feed(get(client, path, query, "atom")).findall(f"{ATOM}entry")) == min(total, MAX_ENTRIES)
    assert len(read_calendar(get(client, path, query, "ics"))) <= total
    assert (total == 0) == ("zzqqzz" in query)


@pytest.mark.parametrize("wanted_format", FORMATS)
@pytest.mark.parametrize("path", [*LISTS, "/api/v1/search"])
def test_each_format_says_what_it_is_and_files_have_a_plain_name(
    client: FlaskClient, path: str, wanted_format: str
) -> None:
    name = {"/funding": "funding", "/case-studies": "case-studies"}.get(path, "search-results")
    saved_as = {"csv": f"{name}.csv", "ics": f"{name}-dates.ics"}.get(wanted_format)
    address = f"{path}?q=%00%0d%0aX:%20y%22&format={wanted_format}"
    for response in (client.get(address), client.head(address)):
        assert response.status_code == 200
        assert response.content_type == MEDIA_TYPES[wanted_format]
        assert response.headers.get("Content-Disposition") == (saved_as and f'attachment; filename="{saved_as}"')


@pytest.mark.parametrize("path", LISTS)
def test_an_unknown_format_is_answered_with_those_there_are(get_page: PageReader, path: str) -> None:
    page = get_page(f"{path}?format=xml", status=400)
    assert 'format: "xml" is not a format. Write one of: csv, json, atom, ics.' in read_text(page.main)
    page = get_page(f"{path}?format=csv&format=json", status=400)
    assert "format: this parameter may stand only once" in read_text(page.main)


def test_an_unknown_format_of_the_api_is_problem_json(client: FlaskClient) -> None:
    response = client.get("/api/v1/search?format=xml")
    assert (response.status_code, response.content_type) == (400, "application/problem+json")


def test_an_empty_format_is_a_page_and_json_of_the_api(get_page: PageReader, client: FlaskClient) -> None:
    assert get_page("/search?q=sport&format=").select(".app-result")
    assert client.get("/api/v1/search?q=sport&format=").data == client.get("/api/v1/search?q=sport").data


@pytest.mark.parametrize("query", SEARCHES)
def test_json_of_a_page_is_what_the_api_answers(client: FlaskClient, query: str) -> None:
    for path, only in (("/search", ""), ("/funding", "&type=funding"), ("/case-studies", "&type=case-study")):
        assert get(client, path, query, "json") == client.get(f"/api/v1/search?{query}{only}").data


@pytest.mark.parametrize("wanted_format", FORMATS)
def test_the_api_answers_in_each_format_what_the_search_page_does(client: FlaskClient, wanted_format: str) -> None:
    query = "q=sport&type=funding&sort=closing"
    assert get(client, "/api/v1/search", query, wanted_format) == get(client, "/search", query, wanted_format)


def test_the_description_of_the_api_names_each_format_and_its_media_type(client: FlaskClient) -> None:
    search = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/search"]["get"]
    (described,) = [parameter for parameter in search["parameters"] if parameter["name"] == "format"]
    assert described["schema"] == {"type": "string", "enum": list(FORMATS), "default": "json"}
    assert set(search["responses"]["200"]["content"]) == {name.split(";")[0] for name in MEDIA_TYPES.values()}


def test_a_table_has_the_records_in_the_order_of_the_page_with_whole_addresses(
    client: FlaskClient, get_page: PageReader
) -> None:
    rows = read_table(get(client, "/funding", "q=sport&sort=title", "csv"))
    shown = [link["href"] for link in get_page("/funding?q=sport&sort=title").select(".app-result__title a")]
    assert [row["Address"] for row in rows][: len(shown)] == [f"http://localhost{address}" for address in shown]
    assert len(rows) > len(shown) == 20


def test_a_table_says_of_a_stream_what_lists_say(vocabulary: Vocabulary) -> None:
    card = make_stream_card(
        status_label="Open",
        checked="2025-06",
        review_by="2026-06",
        funder="A trust",
        applicants=("Single school", "Charity"),
        amount="Up to £500",
        closes=("2026-01-30", "2027-01-29"),
        phase_labels=("All",),
        service_areas=("housing",),
    )
    (row,) = read_table(write_result_table([card], "https://x.test", vocabulary, TODAY))
    assert row == dict.fromkeys(RESULT_HEADER, "") | {
        "Kind": "Grant",
        "Title": "Hall fund",
        "Address": "https://x.test/funding/hall-fund",
        "Summary": "For halls.",
        "Status": "Open",
        "Date checked": "2025-06",
        "Past its review date": "Yes: ask the funder",
        "Who pays": "A trust",
        "Who can apply": "Single school; Charity",
        "How much": "Up to £500",
        "Next closing date": "2027-01-29",
        "School phases": "All",
        "Service areas": "Housing",
    }


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "Not stated"),
        ({"status": "rolling"}, "Any time"),
        ({"route": "formula"}, "Nobody applies"),
        ({"closes": ("autumn 2026",)}, "autumn 2026"),
        ({"closes": ("2026-11-20",)}, "No coming date stated"),
        ({"closes": ("2026-11-20",), "status": "closed"}, "Closed"),
        ({"status": None}, ""),
    ],
)
def test_a_table_gives_the_next_closing_date_or_says_why_there_is_none(
    vocabulary: Vocabulary, fields: dict[str, Any], says: str
) -> None:
    (row,) = read_table(write_result_table([make_stream_card(**fields)], "", vocabulary, TODAY))
    assert row["Next closing date"] == says


def test_a_table_says_of_a_case_what_is_not_stated_and_leaves_empty_what_no_case_has(client: FlaskClient) -> None:
    rows = {row["Title"]: row for row in read_table(get(client, "/case-studies", "", "csv"))}
    assert {row["Status"] + row["How much"] + row["Who pays"] for row in rows.values()} == {""}
    assert all(row[name] for row in rows.values() for name in RESULT_HEADER[11:])
    assert {row["Did it last?"] for row in rows.values()} >= {"Yes", "Partly", "Not stated"}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\x00=", "＝", "＋", "－", "＠"])
def test_text_that_a_spreadsheet_would_run_is_shown_as_text(sign: str) -> None:
    (row,) = read_table(write_csv(["a"], [[f"{sign}1+1"]]))
    assert row["a"].startswith("'")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text() | st.lists(st.sampled_from([*ODD, "\ud800", "=", ",", '"', ";", "\n"])).map("".join))
def test_no_text_adds_a_row_or_a_cell_to_a_table_or_a_sign_that_programs_cannot_show(text: str) -> None:
    (row,) = read_table(write_csv(["a", "b"], [[text, "end"]]))
    assert row["b"] == "end"
    assert not any(sign in row["a"] for sign in "\x00\x1b\r\n\x85\u2028\ud800\uffff")


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]))
    | st.lists(st.sampled_from("\0\x1b\uffff<&]\"'")).map("".join)
)
def test_no_query_breaks_a_format(client: FlaskClient, text: str) -> None:
    for wanted_format, read in (("csv", read_table), ("atom", read_feed), ("ics", read_calendar)):
        response = client.get("/search", query_string={"q": text, "per_page": "1", "format": wanted_format})
        assert response.status_code == 200
        read(response.data)


def test_a_calendar_has_every_stated_closing_date_to_come_soonest_first(
    make_app: Callable[..., Flask], streams: list[FundingStream]
) -> None:
    site = make_app(datetime(2024, 1, 1, 9, tzinfo=UTC)).test_client()
    stated = {
        (window.closes.last, window.closes.first, f"http://localhost/funding/{stream.id}")
        for stream in streams
        for window in stream.windows or ()
        if window.closes and window.closes.last >= date(2024, 1, 1)
    }
    found = read_calendar(get(site, "/funding", "per_page=1", "ics"))
    assert {(first, url) for _, first, url in found} == {(first, url) for _, first, url in stated}
    assert all(summary.startswith("Closes: ") for summary, _, _ in found)
    lasts = {(first, url): last for last, first, url in sorted(stated, reverse=True)}
    assert [lasts[first, url] for _, first, url in found] == sorted(lasts[first, url] for _, first, url in found)


def test_a_date_that_is_only_expected_is_no_entry_and_a_vague_one_says_so(vocabulary: Vocabulary) -> None:
    window = {"closes": "2025-12-05", "recurs": "yearly"}
    stated = {"kind": "programme", "title": "Fund", "summary": "x", "funder": {"name": "x", "kind": "other"}}
    stated |= {"service_areas": ["housing"], "sources": [{"id": "a", "title": "x", "supports": ["title"]}], "body": []}
    stream = FundingStream.model_validate(stated | {"id": "fund", "windows": [window]})
    assert make_closing_entries([make_card(stream, vocabulary)], "", TODAY) == []
    (entry,) = make_closing_entries([make_stream_card(closes=("2027-02",))], "", TODAY)
    assert entry.summary == "Closes: Hall fund (the source says February 2027)"
    assert (entry.first, entry.last) == (date(2027, 2, 1), date(2027, 2, 28))


def test_a_closing_date_has_one_uid_in_every_calendar_and_stands_once() -> None:
    card = make_stream_card(closes=("2027-01-29", "2027-01-29"))
    (entry,) = make_closing_entries([card], "http://x.test", TODAY)
    windows = [Window(closes=parse_stated_date("2027-01-29"))]
    year = collect_year([(card.title, card.url, windows)], TODAY)
    assert make_year_entries(year, "http://x.test") == [entry]


def test_a_calendar_changes_with_the_build_and_not_with_the_hour(make_app: Callable[..., Flask]) -> None:
    hours = (datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in (9, 15))
    first, later = (get(make_app(now).test_client(), "/funding", "", "ics") for now in hours)
    assert first == later


def test_a_calendar_without_entries_has_what_the_standard_wants() -> None:
    assert read_calendar(write_calendar([], "Dates", BUILT)) == []


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/search", ["CSV", "JSON", "feed", "calendar"]),
        ("/funding", ["CSV", "JSON", "feed", "calendar"]),
        ("/case-studies", ["CSV", "JSON", "feed"]),  # cases have no closing dates
    ],
)
@pytest.mark.parametrize("query", ["", "q=sport&phase=primary&sort=title&per_page=5&page=2", "q=zzqqzz"])
def test_a_list_links_to_itself_in_each_format(
    client: FlaskClient, get_page: PageReader, path: str, names: list[str], query: str
) -> None:
    page = get_page(f"{path}?{query}")
    line = page.find("p", string=None, class_="govuk-body-s app-noprint")
    assert read_text(line).startswith(f"This list as {', '.join(names)}. Bookmark this page to save the search;")
    addresses = [link["href"] for link in line.select("a")]
    for address, wanted_format in zip(addresses, FORMATS, strict=False):
        assert get(client, path, query, wanted_format) == client.get(address).data
    (feed,) = page.select("link[rel=alternate]")
    assert (feed["type"], feed["href"]) == ("application/atom+xml", addresses[2])


def test_addresses_of_formats_leave_out_what_a_format_does_not_have(get_page: PageReader) -> None:
    line = get_page("/funding?q=sport&sort=title&per_page=5&page=2").find("p", class_="govuk-body-s app-noprint")
    assert [link["href"] for link in line.select("a")] == [
        "/funding?q=sport&sort=title&format=csv",
        "/funding?q=sport&sort=title&per_page=5&page=2&format=json",
        "/funding?q=sport&format=atom",
        "/funding?q=sport&format=ics",
    ]


def test_a_table_of_everything_names_every_record(client: FlaskClient, generation: Generation) -> None:
    rows = read_table(get(client, "/search", "", "csv"))
    assert len({row["Address"] for row in rows}) == len(rows) == generation.index.count
