"""The shortlist in a real browser: filled without scripts, kept by what scripts do, printed as a brief of one page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from comboboxes import type_into
from playwright.sync_api import Page, expect

from kb.records.funding import FundingStream

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
AWARDS = "national-lottery-awards-for-all-england"


def count_paper(pdf: bytes) -> int:
    """The pages of a PDF file."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def say_lengths(stream: FundingStream) -> int:
    """About how much a brief has to say of a stream."""
    effort, match, after = stream.effort, stream.match_funding, stream.sustainability
    texts = [stream.summary, effort and effort.basis, match and match.note, after and after.note, after and after.risk]
    return sum(len(text) for text in texts if text)


@pytest.mark.parametrize("width", [375, 1280])
def test_from_home_to_a_bid_by_a_shortlist_without_scripts(open_page: OpenPage, width: int) -> None:
    page = open_page("/", width, scripts=False)
    page.get_by_label("What do you need?").fill("awards for all")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=re.compile("^Add to shortlist.*: National Lottery Awards for All England$")).click()
    expect(page.locator("li:target")).to_contain_text("On your shortlist")
    page.get_by_role("link", name="Case studies", exact=True).click()
    page.get_by_label("Search", exact=True).fill("police team daily life")
    page.get_by_role("button", name="Search").first.click()
    page.get_by_role("link", name="Police team built into the daily life of a secondary school", exact=True).click()
    page.get_by_role("link", name="Add to shortlist").click()
    page.get_by_role("link", name="Shortlist: 2").click()
    expect(page.get_by_role("row")).to_have_count(4)
    page.get_by_role("button", name="Start a joint bid from this shortlist").click()
    start = page.get_by_role("main")
    expect(start.get_by_text("National Lottery Awards for All England")).to_be_visible()
    expect(start.get_by_text("Police team built into the daily life of a secondary school")).to_be_visible()
    page.get_by_label("Name of the scheme").fill("Wardens")
    page.get_by_role("button", name="Start the bid").click()
    expect(page.get_by_role("heading", name="Keep these two links")).to_be_visible()


def test_what_scripts_offer_keeps_the_shortlist(open_page: OpenPage) -> None:
    page = open_page(f"/?shortlist={AWARDS}&shortlist=schools-forum")
    type_into(page, page.get_by_role("combobox"), page.get_by_role("option"), "condition impr").first.click()
    page.wait_for_url("**/funding/condition-improvement-fund*")
    expect(page.get_by_role("link", name="Shortlist: 2")).to_be_visible()


def test_a_school_that_scripts_offer_keeps_the_shortlist(open_page: OpenPage) -> None:
    page = open_page(f"/match?shortlist={AWARDS}")
    type_into(page, page.get_by_label("Your school"), page.get_by_role("option"), "aldgate").first.click()
    page.wait_for_url("**urn=100000*")
    expect(page.get_by_role("link", name="Shortlist: 1")).to_be_visible()


@pytest.mark.parametrize("partners", ["", "&urn=100000&partner=charity"])
def test_five_streams_with_most_to_say_print_on_one_page(
    open_page: OpenPage, streams: list[FundingStream], partners: str
) -> None:
    longest = sorted((stream for stream in streams if not stream.is_mechanism), key=say_lengths)[-5:]
    query = "&".join(f"shortlist={stream.id}" for stream in longest)
    page = open_page(f"/shortlist?{query}{partners}")
    assert count_paper(page.pdf(prefer_css_page_size=True)) == 1


def test_the_brief_on_paper_has_its_dates_and_nothing_to_press(open_page: OpenPage) -> None:
    page = open_page(f"/shortlist?shortlist={AWARDS}&urn=100000")
    stamp = page.get_by_text("Check with the funder before you act", exact=False).first
    pressed = page.locator(".app-noprint")
    expect(stamp).to_be_hidden()
    page.emulate_media(media="print")
    expect(stamp).to_be_visible()
    assert pressed.count() > 4
    for part in pressed.all():
        expect(part).to_be_hidden()


def test_neither_the_bar_nor_what_adds_to_it_is_printed(open_page: OpenPage) -> None:
    page = open_page(f"/funding/schools-forum?shortlist={AWARDS}")
    for part in (page.get_by_role("link", name="Shortlist: 1"), page.get_by_role("link", name="Add to shortlist")):
        expect(part).to_be_visible()
        handle = part.element_handle()
        page.emulate_media(media="print")
        assert not handle.is_visible()
        page.emulate_media(media="screen")


def test_a_shortlist_stands_as_blocks_where_it_is_narrow(open_page: OpenPage) -> None:
    page = open_page(f"/shortlist?shortlist={AWARDS}", 375)
    assert page.locator("tbody td").first.evaluate("cell => getComputedStyle(cell).display") == "flex"
    wide = open_page(f"/shortlist?shortlist={AWARDS}", 1280)
    assert wide.locator("tbody td").first.evaluate("cell => getComputedStyle(cell).display") == "table-cell"
