"""From home to a verdict, and from a set of partners to the change that opens most: with scripts and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
AWARDS = "#stream-national-lottery-awards-for-all-england"


def answer_yes(page: Page, stream: str) -> None:
    """Answer every question of a stream with yes."""
    item = page.locator(stream)
    while item.get_by_role("button", name="Yes").count():
        left = item.get_by_role("button", name="Yes").count()
        item.get_by_role("button", name="Yes").first.click()
        expect(item.get_by_role("button", name="Yes")).to_have_count(left - 1)


def show_all(page: Page, group: str) -> None:
    """Follow the link that shows a group whole."""
    more = page.locator("section", has=page.locator(group)).locator(".app-more")
    more.get_by_role("link", name="Show all").click()
    page.wait_for_load_state()
    expect(more).to_contain_text("Show only the first 10")


@pytest.mark.parametrize("width", [375, 1280])
def test_a_head_gets_from_home_to_looks_eligible_without_scripts(open_page: OpenPage, width: int) -> None:
    page = open_page("/", width, scripts=False)
    page.get_by_role("link", name="What can my school get?").click()
    page.get_by_label("Your school").fill("aldgate school")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="What can it get? (The Aldgate School, URN 100000)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What The Aldgate School can get")
    page.get_by_text("Choose service areas").click()
    page.get_by_label("Regeneration and renewal").check()
    page.get_by_role("button", name="Narrow").click()
    show_all(page, "#group-check")
    answer_yes(page, AWARDS)
    expect(page.locator("section", has=page.locator("#group-eligible")).locator(AWARDS)).to_be_visible()


def test_with_scripts_the_school_is_chosen_while_typing(open_page: OpenPage) -> None:
    page = open_page("/match", 375)
    page.get_by_role("combobox", name="Your school").press_sequentially("aldgate school")
    page.get_by_role("listbox", name="Schools").get_by_role("option").first.click()
    page.wait_for_url("**/match?urn=100000")
    expect(page.locator("li.app-verdict").first).to_be_visible()


def test_a_lead_school_gets_to_the_single_change_that_opens_most(open_page: OpenPage) -> None:
    page = open_page("/match?urn=100000", 1280, scripts=False)
    for kind in ("College", "Council service"):
        page.get_by_text("Add a partner").first.click()
        page.get_by_label("Another body").select_option(label=kind)
        page.locator("form", has=page.get_by_label("Another body")).get_by_role("button", name="Add").click()
    for urn in ("100239", "118750"):
        page.get_by_text("Add a partner").first.click()
        page.get_by_label("Another school").fill(urn)
        page.locator("form", has=page.get_by_label("Another school")).get_by_role("button", name="Add").click()
    expect(page.locator("li.app-member")).to_have_count(5)
    best = page.locator("section.app-best li").first
    expect(best).to_contain_text("opens")
    best.get_by_text("Which streams").click()
    address = best.get_by_role("listitem").get_by_role("link").last.get_attribute("href") or ""
    best.get_by_role("link", name="Try it").click()
    expect(page.locator("li.app-member")).to_have_count(6)
    show_all(page, "#group-check")
    opened = page.locator(f"#{address.partition('#')[2]}")
    expect(page.locator("section", has=page.locator("#group-eligible, #group-check")).locator(opened)).to_be_visible()


@pytest.mark.parametrize("width", [375, 1280])
def test_links_bring_a_verdict_that_was_not_shown_into_view(open_page: OpenPage, width: int) -> None:
    page = open_page("/match?urn=100000&service_area=regeneration-and-renewal", width, scripts=False)
    expect(page.locator("section", has=page.locator("#group-check")).locator("li.app-verdict")).to_have_count(10)
    show_all(page, "#group-check")
    expect(
        page.locator("section", has=page.locator("#group-check")).locator("li.app-verdict").nth(10)
    ).to_be_in_viewport()
    page.get_by_text("Which streams").first.click()
    last = page.locator("section.app-best details[open]").get_by_role("link").last
    name = last.inner_text()
    last.click()
    expect(page.get_by_role("heading", level=3, name=name, exact=True)).to_be_in_viewport()


def test_a_head_says_what_for_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/match?urn=100000", 375)
    page.locator("form.app-need summary").press("Enter")
    page.get_by_label("Housing").press("Space")
    page.get_by_role("button", name="Narrow").press("Enter")
    page.wait_for_url("**service_area=housing*")
    expect(page.get_by_role("list", name="Only what fits")).to_contain_text("Housing")
    page.get_by_role("link", name="Remove Housing").press("Enter")
    expect(page.get_by_role("list", name="Only what fits")).to_have_count(0)


def test_a_verdict_opens_to_its_reasons_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/match?urn=100000&show=reaches-you")
    why = page.locator("#stream-pupil-premium summary")
    why.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#stream-pupil-premium table")).to_be_visible()
