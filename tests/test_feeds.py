"""Atom feeds of searches, as a feed reader takes them in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from format_readers import ATOM, ODD, get, list_feed_links, make_stream_card, read_feed, tell
from icalendar import Calendar

from kb.exports.feeds import MAX_ENTRIES, FeedHead, describe_search, write_feed
from kb.queries.request import SearchRequest
from kb.records.funding import FundingStream
from kb.records.vocabulary import Vocabulary

TODAY = date(2026, 11, 21)
BUILT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
HEAD = FeedHead("Everything", "The site", "search", "http://x.test/search?format=atom", "http://x.test/", "", BUILT)


def test_a_feed_has_the_records_checked_last_and_newest_first(
    client: FlaskClient, streams: list[FundingStream]
) -> None:
    dates = {s.id: s.checked.on.first for s in streams if s.checked and s.checked.on}
    assert len(dates) > MAX_ENTRIES
    entries = read_feed(get(client, "/funding", "sort=title&page=2", "atom")).findall(f"{ATOM}entry")
    found = [tell(entry, "id").rpartition("/")[2] for entry in entries]
    assert [dates[name] for name in found] == sorted(dates.values(), reverse=True)[:MAX_ENTRIES]
    assert [datetime.fromisoformat(tell(entry, "updated")).date() for entry in entries] == [dates[n] for n in found]


def test_an_entry_without_a_date_is_as_new_as_the_build_and_comes_after_the_others() -> None:
    cards = [make_stream_card(id="b"), make_stream_card(id="a"), make_stream_card(id="c", checked="2024")]
    feed = read_feed(write_feed(cards, HEAD, TODAY))
    found = [(tell(entry, "id")[-1], tell(entry, "updated")[:10]) for entry in feed.iter(f"{ATOM}entry")]
    assert found == [("c", "2024-01-01"), ("b", "2026-11-20"), ("a", "2026-11-20")]
    assert tell(feed, "updated") == "2026-11-20T00:00:00+00:00"


def test_a_feed_without_entries_is_as_old_as_the_build() -> None:
    assert tell(read_feed(write_feed([], HEAD, TODAY)), "updated") == "2026-11-20T00:00:00+00:00"


def test_the_same_search_is_the_same_feed_however_it_is_asked_for(client: FlaskClient) -> None:
    asked = ["type=funding&q=sport&phase=primary", "phase=primary&q=sport&type=funding&sort=title&page=3&per_page=5"]
    first, again = (client.get(f"/search?{query}&format=atom") for query in asked)
    elsewhere = client.get(f"/funding?{asked[0]}&format=atom", base_url="https://elsewhere.test")
    assert first.data == again.data
    feeds = [read_feed(response.data) for response in (first, elsewhere)]
    ids = [[tell(part, "id") for part in (feed, *feed.iter(f"{ATOM}entry"))] for feed in feeds]
    assert ids[0] == ids[1]
    assert list_feed_links(feeds[1])["self"] == "https://elsewhere.test/funding?q=sport&phase=primary&format=atom"
    other = read_feed(get(client, "/search", "type=funding&q=sport", "atom"))
    assert tell(other, "id") != ids[0][0]


def test_the_links_of_a_feed_lead_to_itself_to_its_page_and_to_its_records(client: FlaskClient) -> None:
    written = get(client, "/search", "q=caf%C3%A9+%26+%22sport%22&phase=primary&sort=title", "atom")
    feed = read_feed(written)
    assert client.get(list_feed_links(feed)["self"]).data == written
    page = urlsplit(list_feed_links(feed)["alternate"])
    assert (page.path, parse_qsl(page.query)) == ("/search", [("q", 'café & "sport"'), ("phase", "primary")])
    entries = feed.findall(f"{ATOM}entry")
    assert entries
    for entry in entries:
        assert client.get(list_feed_links(entry)["alternate"]).status_code == 200


@pytest.mark.parametrize(
    ("text", "selected", "says"),
    [
        ("", {}, "Everything"),
        (" sport\n\x00clubs ", {}, "“sport clubs”"),
        ("", {"type": ("funding",)}, "Funding"),
        (
            "sport",
            {"type": ("funding", "guide"), "phase": ("primary", "not-stated"), "sustained": ("yes",)},
            "Funding or Guide and glossary; “sport”; school phase: Primary or Not stated; did it last? Yes",
        ),
        ("a" * 100, {}, f"“{'a' * 79}…”"),
    ],
)
def test_a_search_is_put_in_words(
    vocabulary: Vocabulary, text: str, selected: dict[str, tuple[str, ...]], says: str
) -> None:
    assert describe_search(SearchRequest(text, selected), vocabulary) == says


def test_a_feed_and_a_calendar_are_titled_with_the_search_in_words(client: FlaskClient) -> None:
    feed = read_feed(get(client, "/funding", "q=sport", "atom"))
    assert tell(feed, "title") == "Funding; “sport” - Find school funding and partnerships"
    assert tell(feed, f"author/{ATOM}name") == "Find school funding and partnerships"
    calendar = Calendar.from_ical(get(client, "/funding", "q=sport", "ics"))
    assert str(calendar["X-WR-CALNAME"]) == "Closing dates: Funding\\; “sport”"  # as the standard escapes it


def test_odd_signs_of_a_record_or_a_title_leave_a_feed_whole_and_hold_no_markup() -> None:
    card = make_stream_card(title=f"a{ODD}", summary=ODD, status_label=ODD, headline=ODD, service_areas=(f"a{ODD}",))
    head = FeedHead(f"{ODD}\ud800", ODD, "search", HEAD.feed, HEAD.page, HEAD.site, BUILT)
    feed = read_feed(write_feed([card], head, TODAY))
    assert tell(feed, "title") == "=1+1 ]]><b>&amp;"
    (entry,) = feed.iter(f"{ATOM}entry")
    assert "<p>=1+1 ]]&gt;&lt;b&gt;&amp;amp;</p>" in tell(entry, "summary")


@pytest.mark.parametrize(
    ("status", "review_by", "says"),
    [
        ("open", None, "Status: Open (as of 2025)"),
        ("open", "2026", "Status: Open (as of 2025)"),
        ("open", "2026-10", "Status: Open (last known 2025: ask the funder)"),
        ("historic", "2026-10", "Status: Open (kept for its lessons)"),
    ],
)
def test_an_entry_never_claims_to_be_more_current_than_its_newest_source(
    status: str, review_by: str | None, says: str
) -> None:
    card = make_stream_card(
        status=status, status_label="Open", checked="2025", review_by=review_by, closes=("2027-01",)
    )
    (entry,) = read_feed(write_feed([card], HEAD, TODAY)).iter(f"{ATOM}entry")
    assert tell(entry, "summary") == f"<p>For halls.</p><p>Grant. {says}. Closes: January 2027</p>"
