"""Joint bids in a real browser, without scripts: from home to a Word pack, a partner who reads, two who collide."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from bid_editor import BidEditor
from docx import Document
from flask import Flask
from playwright.sync_api import Download, Page, Response, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
MOST_PAGES = 15
AWARDS = "National Lottery Awards for All England"
SPACES = "London Marathon Foundation Active Spaces Fund"
RUN_AXE = """async () => {
  const rules = { "target-size": { enabled: true } };
  const found = await axe.run({ resultTypes: ["violations", "incomplete"], rules });
  const rulesBroken = [...found.violations, ...found.incomplete];
  return rulesBroken.flatMap(rule => rule.nodes.map(node => `${rule.id} at ${node.target}`));
}"""


def count_pages(page: Page) -> list[str]:
    """The addresses of the pages that are loaded from now on: every navigation answered with HTML, the page of an
    error too. A redirect shows none, and neither does a download."""
    seen: list[str] = []

    def note(answer: Response) -> None:
        is_html = answer.headers.get("content-type", "").startswith("text/html")
        if answer.request.is_navigation_request() and is_html and not 300 <= answer.status < 400:
            seen.append(answer.url)

    page.on("response", note)
    return seen


def read_word(download: Download) -> str:
    """Everything that a downloaded Word file says, tables included."""
    return " ".join(text for text in Document(download.path()).element.body.itertext())


@pytest.mark.parametrize("width", [375, 1280])
def test_from_home_by_school_match_and_shortlist_to_a_word_pack_without_scripts(
    new_page: Callable[..., Page], width: int
) -> None:
    page = new_page(width, scripts=False)
    seen = count_pages(page)
    page.goto("/")
    page.get_by_role("link", name="What can my school get?").click()
    page.get_by_label("Your school").fill("aldgate school")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="What can it get? (The Aldgate School, URN 100000)").click()
    page.get_by_label("What do you need it for?").fill("london marathon active spaces")
    page.locator("form", has=page.get_by_label("What do you need it for?")).get_by_role("button").click()
    page.get_by_role("link", name=re.compile(f"^Add to shortlist.*: {SPACES}$")).click()
    page.get_by_role("link", name="Shortlist: 1").click()
    page.get_by_role("button", name="Start a joint bid from this shortlist").click()
    begins_with = page.get_by_role("main").get_by_role("listitem")
    expect(begins_with.filter(has_text="The Aldgate School")).to_be_visible()
    expect(begins_with.filter(has_text=SPACES)).to_be_visible()
    page.get_by_label("Name of the scheme").fill("Youth wardens")
    page.get_by_role("button", name="Start the bid").click()
    page.get_by_role("button", name="I have kept the links").click()
    with page.expect_download() as pack:
        page.get_by_role("link", name="as a Word file").first.click()
    assert pack.value.suggested_filename == "youth-wardens-bid-pack.docx"
    said = read_word(pack.value)
    assert SPACES in said
    assert "The Aldgate School" in said
    assert len(set(seen)) > 8, "pages went by without being counted"
    assert len(seen) <= MOST_PAGES, seen


def test_a_stream_is_found_and_chosen_in_the_bid_without_scripts(open_page: OpenPage, app: Flask) -> None:
    page = open_page(BidEditor(app).start().edit, 375, scripts=False)
    page.get_by_role("navigation", name="Parts of this bid").get_by_role("link", name="Funding streams").click()
    page.get_by_role("button", name="Choose a stream").click()
    page.get_by_label("What is it for?").fill("awards for all")
    page.locator("form", has=page.get_by_label("What is it for?")).get_by_role("button", name="Search").click()
    page.get_by_role("button", name=f"Choose {AWARDS}").click()
    expect(page.get_by_role("heading", name=AWARDS)).to_be_visible()


def test_a_partner_with_the_link_for_reading_sees_all_and_changes_nothing(
    open_page: OpenPage, bid_places: dict[str, str]
) -> None:
    page = open_page(bid_places["read"], 375, scripts=False)
    for name in ("Budget", "Funding streams", "Partners", "Rota", "When the money ends"):
        page.get_by_role("navigation", name="Parts of this bid").get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
        assert page.locator("main form, main button, main [role='button']").count() == 0
    answer = page.goto(f"{bid_places['read']}/budget/new?kind=line")
    assert answer is not None
    assert answer.status == 403
    assert page.context.cookies() == []


def open_risk(page: Page, bid: str, name: str) -> None:
    """The form of a risk."""
    page.goto(f"{bid}/risks")
    page.get_by_role("link", name=f"Change {name}").click()


def test_two_editors_collide_and_nothing_is_lost(new_page: Callable[..., Page], app: Flask) -> None:
    bid = BidEditor(app).start()
    bid.add("risks", "risk", risk="It rains", response="Wait")
    ann, ben = new_page(1280, scripts=False), new_page(375, scripts=False)
    for page in (ann, ben):
        open_risk(page, bid.edit, "It rains")
    ann.get_by_label("What you do about it").fill("Bring tents")
    ann.get_by_role("button", name="Save").click()
    ben.get_by_label("What you do about it").fill("Go inside")
    ben.get_by_label("Who watches it").fill("The lead school")
    ben.get_by_role("button", name="Save").click()
    expect(ben.get_by_role("heading", level=1)).to_have_text("Somebody else changed this too")
    expect(ben.get_by_text("Bring tents")).to_be_visible()
    expect(ben.get_by_text("Go inside")).to_be_visible()
    ben.get_by_role("button", name="Edit what I chose again").click()
    ben.get_by_label("What you do about it").fill("Bring tents, or go inside")
    ben.get_by_role("button", name="Save").click()
    ann.reload()
    ann.goto(f"{bid.edit}/risks")
    expect(ann.get_by_text("Bring tents, or go inside")).to_be_visible()
    expect(ann.get_by_text("The lead school")).to_be_visible()


def test_a_bid_is_worked_on_by_keyboard_alone(new_page: Callable[..., Page], app: Flask) -> None:
    bid = BidEditor(app).start()
    page = new_page(1280)
    page.goto(f"{bid.edit}/risks/new?kind=risk")
    page.get_by_label("What may go wrong").focus()
    page.keyboard.type("It rains")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("Bring tents")
    page.get_by_label("Who watches it").press("Enter")
    expect(page.get_by_role("heading", name="It rains")).to_be_visible()
    expect(page.get_by_text("Saved", exact=False).or_(page.get_by_text("Added: risk."))).to_be_visible()


def check_page(page: Page) -> None:
    """No fault by the rules of axe-core, and nothing wider than the window, at two widths."""
    page.evaluate(Axe().axe_script)
    for width in (375, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(RUN_AXE) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_finds_nothing_on_pages_that_only_a_form_leads_to(new_page: Callable[..., Page]) -> None:
    page, other = new_page(), new_page()
    page.goto("/bids")
    page.get_by_role("button", name="Start the bid").click()
    check_page(page)  # the error summary
    page.get_by_label("Name of the scheme").fill("Wardens")
    page.get_by_role("button", name="Start the bid").click()
    check_page(page)  # the links
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("This bid has been started already")
    check_page(page)
    page.get_by_role("button", name="Start another bid").click()
    page.get_by_role("button", name="I have kept the links").click()
    bid = page.url
    page.goto(f"{bid}/risks/new?kind=risk")
    page.get_by_role("button", name="Save").click()
    check_page(page)  # a form with something to mend
    page.get_by_label("What may go wrong").fill("It rains")
    page.get_by_role("button", name="Save").click()
    for each in (page, other):
        open_risk(each, bid, "It rains")
    other.get_by_label("What you do about it").fill("Bring tents")
    other.get_by_role("button", name="Save").click()
    page.get_by_label("What you do about it").fill("Go inside")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save").click()
    check_page(page)  # what was typed, to be sent again
    page.get_by_role("button", name="Send it again").click()
    check_page(page)  # both versions
    page.goto(f"{bid}/delete")
    page.get_by_label("Yes, delete this bid for everybody").check()
    page.get_by_role("button", name="Delete it").click()
    check_page(page)
