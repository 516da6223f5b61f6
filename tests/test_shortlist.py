"""The shortlist: kept by every link of the site and by nothing else, shown side by side, taken out as files."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from bid_editor import BidEditor
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from format_readers import read_calendar, read_table
from page_checks import PageReader, read_text

from kb.generations import Generation
from kb.queries.shortlist import MAX_SHORTLIST, list_records, parse_shortlist
from kb.records.funding import FundingStream
from kb.views.shortlist_links import add_values

AWARDS = "national-lottery-awards-for-all-england"
ARTS = "teacher-development-fund"
FORUM = "schools-forum"
POLICE = "case:portsmouth-mayfield-police-in-school"
CHOSEN = (AWARDS, POLICE)
NEVER_CARRIED = ("/static/", "/api/")
PAGES_FOLLOWED = 30


def write_query(*values: str, **others: str) -> str:
    return "?" + urlencode([*others.items(), *(("shortlist", value) for value in values)])


def read_values(address: str) -> list[str]:
    return [value for name, value in parse_qsl(urlsplit(address).query) if name == "shortlist"]


def list_kept_links(page: BeautifulSoup) -> list[str]:
    """The links that have to keep the shortlist: of pages of this site, and not those that change it."""
    links = [link["href"] for link in page.select("a[href^='/']") if "data-shortlist" not in link.attrs]
    return [link for link in links if not link.startswith(NEVER_CARRIED) and "format=" not in link]


def find_toggle(page: BeautifulSoup, title: str) -> Tag:
    (found,) = (link for link in page.select("a[data-shortlist]") if read_text(link).endswith(f": {title}"))
    return found


def find_row(page: BeautifulSoup, title: str) -> Tag:
    (row,) = (row for row in page.select("tbody tr") if row.th.a and read_text(row.th.a) == title)
    return row


def follow_site(get_page: PageReader) -> Iterator[tuple[str, BeautifulSoup]]:
    """Pages of each kind, reached from the home page by links alone."""
    waiting, seen = deque(["/" + write_query(*CHOSEN), "/match" + write_query(*CHOSEN, urn="100000")]), set()
    while waiting and len(seen) < PAGES_FOLLOWED:
        address = waiting.popleft()
        path = urlsplit(address).path
        shape = (path.rpartition("/")[0] or path, *sorted({name for name, _ in parse_qsl(urlsplit(address).query)}))
        if shape in seen or path == "/bids":  # which the guard against forged forms gives a cookie
            continue
        seen.add(shape)
        page = get_page(address)
        yield address, page
        waiting.extend(link.partition("#")[0] for link in list_kept_links(page))


def test_every_link_of_a_page_of_each_kind_keeps_the_shortlist(get_page: PageReader) -> None:
    lost, paths = [], set()
    for address, page in follow_site(get_page):
        links = list_kept_links(page)
        assert len(links) > 10
        lost += [f"{address} leads to {link}" for link in links if read_values(link) != list(CHOSEN)]
        paths.add(urlsplit(address).path.split("/")[1])
    assert lost == []
    assert {"", "search", "funding", "case-studies", "framework", "match", "shortlist", "schools", "glossary"} <= paths


def test_every_form_that_asks_for_a_page_keeps_the_shortlist(get_page: PageReader) -> None:
    for address in ("/", "/search", "/match", "/schools", "/self-assessment", "/match/plan/teacher-development-fund"):
        forms = get_page(address + write_query(*CHOSEN)).select("form[method='get']")
        assert forms, address
        for form in forms:
            assert [field["value"] for field in form.select("[name='shortlist']")] == list(CHOSEN), address


def test_a_page_that_is_not_there_keeps_the_shortlist(get_page: PageReader) -> None:
    for address, status in (("/funding/no-such-stream", 404), ("/search?colour=red", 400)):
        page = get_page(f"{address}{'&' if '?' in address else '?'}{write_query(*CHOSEN)[1:]}", status)
        assert all(read_values(link) == list(CHOSEN) for link in list_kept_links(page))


def test_files_feeds_and_the_api_are_not_asked_with_a_shortlist(get_page: PageReader) -> None:
    page = get_page("/funding" + write_query(*CHOSEN))
    files = [link["href"] for link in page.select("[href*='format='], [href^='/api/'], [href^='/static/']")]
    assert len(files) > 6
    assert [link for link in files if read_values(link)] == []


def test_the_api_refuses_a_shortlist(client: FlaskClient) -> None:
    for path in ("/api/v1/search", "/api/v1/match", "/api/v1/schools", "/api/v1/suggest"):
        answer = client.get(path + write_query(AWARDS))
        assert answer.status_code == 400, path
        assert [error["parameter"] for error in answer.json["errors"]] == ["shortlist"], path


def test_a_list_as_a_file_is_the_same_with_a_shortlist(client: FlaskClient) -> None:
    plain = client.get("/funding?q=school&format=csv")
    assert client.get(f"/funding?q=school&format=csv&shortlist={AWARDS}").data == plain.data


def test_links_are_carried_by_their_kind() -> None:
    page = (
        '<a href="/">a</a><a href="/search?q=a&amp;page=2#results">b</a><a href="#top">c</a><a href="//a.test">d</a>'
        '<a href="https://other.test/">e</a><a href="/bids/edit-abc">f</a><a href="/x" data-shortlist>g</a>'
        '<form action="/bids" method="post"></form><form class="a" action="/search#b" method="get"></form>'
    )
    assert add_values(page, ["a", "case:b"]) == (
        '<a href="/?shortlist=a&amp;shortlist=case%3Ab">a</a>'
        '<a href="/search?q=a&amp;page=2&amp;shortlist=a&amp;shortlist=case%3Ab#results">b</a><a href="#top">c</a>'
        '<a href="//a.test">d</a><a href="https://other.test/">e</a><a href="/bids/edit-abc">f</a>'
        '<a href="/x" data-shortlist>g</a><form action="/bids" method="post"></form>'
        '<form class="a" action="/search#b" method="get"><input type="hidden" name="shortlist" value="a">'
        '<input type="hidden" name="shortlist" value="case:b"></form>'
    )


@pytest.mark.parametrize("value", ['"><script>alert(1)</script>', "no-such-record", "case:", "é\x00", "a" * 3000, "%"])
def test_a_value_that_no_record_has_goes_no_further_and_breaks_nothing(get_page: PageReader, value: str) -> None:
    page = get_page("/framework" + write_query(value, AWARDS))
    assert all(read_values(link) == [AWARDS] for link in list_kept_links(page))
    said = read_text(get_page("/shortlist" + write_query(value, AWARDS)).select_one(".govuk-inset-text"))
    assert said.startswith("Nothing here is called")


def test_a_value_that_is_nearly_a_record_is_met_with_the_record(get_page: PageReader) -> None:
    page = get_page("/shortlist" + write_query("teacher-developement-fund", "portsmouth-mayfield-police-in-school"))
    said = read_text(page.main)
    assert f"Did you mean {ARTS}?" in said
    assert f"Did you mean {POLICE}?" in said
    assert "Nothing is on it yet." in said


def test_many_unknown_values_are_counted(get_page: PageReader) -> None:
    page = get_page("/shortlist" + write_query(*(f"gone-{number}" for number in range(9))))
    assert "4 more were not found." in read_text(page.main)


def test_a_shortlist_keeps_its_order_and_has_each_record_once(generation: Generation) -> None:
    shortlist = parse_shortlist([POLICE, FORUM, f" {AWARDS} ", FORUM, "", POLICE], generation)
    assert shortlist.values == (POLICE, FORUM, AWARDS)
    assert [record.id for record in list_records(shortlist, generation)] == [
        POLICE.removeprefix("case:"),
        FORUM,
        AWARDS,
    ]


def test_a_full_shortlist_takes_no_more_and_says_so(get_page: PageReader, generation: Generation) -> None:
    ids = generation.catalogue.list_ids("funding")[: MAX_SHORTLIST + 2]
    assert "2 records at its end are left out." in read_text(get_page("/shortlist" + write_query(*ids)).main)
    full = get_page(f"/funding/{ids[-1]}" + write_query(*ids))
    assert "Your shortlist is full: it holds 20" in read_text(full.main)
    assert all(read_values(link) == ids[:MAX_SHORTLIST] for link in list_kept_links(full))


def test_a_record_is_added_and_removed_where_the_reader_is(get_page: PageReader) -> None:
    title = "National Lottery Awards for All England"
    page = get_page("/search?q=awards+for+all&status=rolling")
    added = find_toggle(page, title)["href"]
    assert read_values(added) == [AWARDS]
    assert added.startswith("/search?q=awards+for+all&status=rolling&shortlist=")
    there = get_page(added)
    place = there.select_one(f"#{urlsplit(added).fragment}")
    assert title in read_text(place)
    assert "On your shortlist: remove" in read_text(place)
    removed = find_toggle(there, title)["href"]
    assert removed.partition("#")[0] == "/search?q=awards+for+all&status=rolling"


@pytest.mark.parametrize(("path", "value"), [(f"/funding/{FORUM}", FORUM), (f"/case-studies/{POLICE[5:]}", POLICE)])
def test_a_record_goes_on_the_shortlist_from_its_own_page(get_page: PageReader, path: str, value: str) -> None:
    (add,) = get_page(path + write_query(AWARDS)).select("a[data-shortlist]")
    assert read_values(add["href"]) == [AWARDS, value]
    (remove,) = get_page(add["href"]).select("a[data-shortlist]")
    assert (read_text(remove).partition(":")[0], read_values(remove["href"])) == ("remove", [AWARDS])


def test_guides_are_not_for_a_shortlist(get_page: PageReader) -> None:
    page = get_page("/search?type=guide")
    assert page.select(".app-result")
    assert not page.select("a[data-shortlist]")


def test_the_bar_says_how_many_there_are_and_leads_to_them(get_page: PageReader) -> None:
    (bar,) = get_page("/glossary" + write_query(*CHOSEN)).select(".app-shortlist-bar a")
    assert read_text(bar) == "Shortlist: 2 – View"
    assert bar["href"] == f"/shortlist{write_query(*CHOSEN)}"
    assert not get_page("/glossary").select(".app-shortlist-bar")


def test_the_match_takes_its_partners_along_to_the_shortlist(get_page: PageReader) -> None:
    match = get_page("/match" + write_query(AWARDS, ARTS, urn="100000", partner="charity", q="school"))
    (bar,) = match.select(".app-shortlist-bar a")
    assert parse_qsl(urlsplit(bar["href"]).query)[:2] == [("urn", "100000"), ("partner", "charity")]
    page = get_page(bar["href"])
    assert "For these partners: Check some points (" in read_text(
        find_row(page, "National Lottery Awards for All England")
    )
    assert "For these partners: Not eligible. " in read_text(find_row(page, "Teacher Development Fund"))
    for link in page.select(".app-chosen a[rel='nofollow']"):
        assert "urn=100000" in link["href"]


def test_a_verdict_on_the_shortlist_leads_to_its_reasons(get_page: PageReader) -> None:
    page = get_page("/shortlist" + write_query(AWARDS, urn="100000"))
    address = find_row(page, "National Lottery Awards for All England").select_one("td a[href^='/match?']")["href"]
    assert get_page(address).select_one(f"#{urlsplit(address).fragment}")


def test_without_partners_there_is_no_verdict(get_page: PageReader) -> None:
    assert "For these partners" not in read_text(get_page("/shortlist" + write_query(AWARDS)).main)


def test_each_stream_says_what_governors_ask(get_page: PageReader) -> None:
    row = find_row(get_page("/shortlist" + write_query(ARTS)), "Teacher Development Fund")
    said = {cell["data-name"]: read_text(cell) for cell in row.select("td")}
    assert said["Who can apply"] == "Single school, Academy trust, Group of schools, Charity or voluntary organisation"
    assert said["How much"].startswith("Up to £165,000 Match funding: Not stated for the current round.")
    assert said["When"].startswith("Expected about November 2026, as in 2025; no date is stated")
    assert said["Work to apply"].startswith("Heavy. Two stages")
    assert said["What happens after"].startswith("The fund looks for change")
    assert "Last known 2025: ask the funder" in read_text(row.th)
    assert row.th.select_one("a[rel~='noopener']")["href"].startswith("https://")


def test_a_way_to_keep_going_and_a_case_have_tables_of_their_own(get_page: PageReader) -> None:
    page = get_page("/shortlist" + write_query(FORUM, POLICE))
    assert [read_text(found) for found in page.select("caption")] == ["Ways to keep a scheme going", "Case studies"]
    row = find_row(page, "Police team built into the daily life of a secondary school")
    said = {cell["data-name"]: read_text(cell) for cell in row.select("td")}
    assert said["Where"] == "Portsmouth"
    assert "−42%" in said["What came of it"]
    assert said["Did it last?"] == "Not stated"


def test_the_brief_says_of_what_day_it_is_and_what_it_rests_on(get_page: PageReader) -> None:
    said = read_text(get_page("/shortlist" + write_query(AWARDS)).select_one(".app-paper"))
    assert said.startswith("Printed on 21 November 2026 from the knowledge base of 21 November 2026.")
    assert said.endswith("Not a government website. Check with the funder before you act.")


def test_an_empty_shortlist_says_how_to_fill_it(get_page: PageReader) -> None:
    said = read_text(get_page("/shortlist").main)
    assert "Nothing is on it yet." in said
    assert "Add to shortlist" in said


def test_the_shortlist_as_a_table(client: FlaskClient) -> None:
    answer = client.get("/shortlist" + write_query(POLICE, ARTS, format="csv"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="shortlist.csv"'
    rows = read_table(answer.data)
    assert [row["Kind"] for row in rows] == ["Case study", "Grant or programme"]
    assert rows[1]["Address"] == f"http://localhost/funding/{ARTS}"


def test_the_closing_dates_of_the_shortlist_as_a_calendar(
    make_app: Callable[..., Flask], streams: list[FundingStream]
) -> None:
    coming = next(s for s in streams for w in s.windows or () if w.closes and w.closes.precision == "day")
    closes = next(w.closes for w in coming.windows if w.closes and w.closes.precision == "day")
    now = datetime(closes.first.year, 1, 1, tzinfo=UTC)
    answer = make_app(now).test_client().get("/shortlist" + write_query(coming.id, format="ics"))
    assert answer.mimetype == "text/calendar"
    assert any(summary.startswith(f"Closes: {coming.title}") for summary, *_ in read_calendar(answer.data))


@pytest.mark.parametrize(
    "query", ["format=ics&shortlist=gone", "format=pdf", "colour=red", "urn=x", "q=a", "show=check"]
)
def test_what_a_shortlist_cannot_use_is_refused(get_page: PageReader, query: str) -> None:
    assert "The address has a part that cannot be used" in read_text(get_page(f"/shortlist?{query}", 400).main)


def test_campaign_parameters_are_no_matter(client: FlaskClient) -> None:
    assert client.get(f"/shortlist?utm_source=x&gclid=y&shortlist={AWARDS}").status_code == 200


def test_a_shortlist_needs_no_cookie(client: FlaskClient) -> None:
    for path in ("/", "/search", "/shortlist", f"/funding/{AWARDS}", "/match"):
        assert "Set-Cookie" not in client.get(path + write_query(*CHOSEN)).headers, path


def test_search_engines_leave_out_what_was_chosen(client: FlaskClient) -> None:
    assert client.get("/funding" + write_query(AWARDS)).headers["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in client.get("/funding").headers
    toggles = BeautifulSoup(client.get("/funding").text, "html.parser").select("a[data-shortlist]")
    assert {toggle["rel"][0] for toggle in toggles} == {"nofollow"}


def test_a_shortlist_starts_a_joint_bid(app: Flask, get_page: PageReader) -> None:
    page = get_page("/shortlist" + write_query(*CHOSEN, urn="100000", **{"roll.100000": "61"}))
    (start,) = (link for link in page.select("a") if read_text(link) == "Start a joint bid from this shortlist")
    editor = BidEditor(app).start(query=start["href"].removeprefix("/bids"))
    assert "National Lottery Awards for All England" in read_text(editor.open("streams").main)
    assert "The Aldgate School" in read_text(editor.open("partners").main)
    assert editor.open("evidence").select(f"a[href='/case-studies/{POLICE.removeprefix('case:')}']")


def test_a_school_that_was_typed_in_starts_no_joint_bid_but_the_others_do(
    get_page: PageReader, client: FlaskClient
) -> None:
    page = get_page("/shortlist" + write_query(AWARDS, profile="1", lead="profile:1", partner="charity"))
    (start,) = (link for link in page.select("a") if read_text(link) == "Start a joint bid from this shortlist")
    assert start["href"] == f"/bids?partner=charity&shortlist={AWARDS}"
    assert client.get(start["href"]).status_code == 200


def test_a_bid_neither_reads_a_shortlist_nor_carries_it(app: Flask) -> None:
    editor = BidEditor(app).start()
    page = editor.get(editor.edit + write_query(*CHOSEN))
    assert not page.select(".app-shortlist-bar, [href*='shortlist='], [name='shortlist']")


def test_a_shortlist_is_no_matter_where_nothing_is_built(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    client = make_app(data=tmp_path).test_client()
    assert client.get("/search" + write_query(*CHOSEN)).status_code == 503
    assert client.get("/accessibility" + write_query(*CHOSEN)).status_code == 200


def test_odd_parameters_stay_whole_in_the_links_that_add(get_page: PageReader) -> None:
    text = 'a&b="c" <d>#e%'
    page = get_page(f"/search?q={quote(text)}&type=funding" + write_query(FORUM).replace("?", "&"))
    for link in page.select("a[data-shortlist]"):
        assert dict(parse_qsl(urlsplit(link["href"]).query))["q"] == text
