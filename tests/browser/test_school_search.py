"""Schools offered while one types: by keyboard and mouse, as a screen reader is told, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from comboboxes import check_closed_combobox, type_into
from playwright.sync_api import Locator, Page, Request, Route, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page("/schools")


def find_box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Find your school")


def find_options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Schools").get_by_role("option")


def type_school(page: Page, text: str) -> Locator:
    """Type into the box and wait for schools; gives the options."""
    return type_into(page, find_box(page), find_options(page), text)


def test_the_box_is_a_combobox_and_closed_at_first(page: Page) -> None:
    check_closed_combobox(page, find_box(page))


def test_schools_are_offered_with_what_tells_them_apart(page: Page) -> None:
    options = type_school(page, "st marys cath")
    expect(options).to_have_count(3)
    expect(options.filter(has_text="Newcastle Under Lyme, Staffordshire, Primary, 140803")).to_have_count(1)
    expect(find_box(page)).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_have_text("3 schools found")


def test_arrows_walk_the_schools_and_come_back_to_the_box(page: Page) -> None:
    options = type_school(page, "st marys cath")
    box = find_box(page)
    for number in range(3):
        page.keyboard.press("ArrowDown")
        expect(options.nth(number)).to_have_attribute("aria-selected", "true")
        expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)
        expect(box).to_have_attribute("aria-activedescendant", str(options.nth(number).get_attribute("id")))
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(0)
    assert box.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowUp")
    expect(options.nth(2)).to_have_attribute("aria-selected", "true")
    expect(box).to_be_focused()


def test_enter_goes_to_the_school_that_is_marked(page: Page) -> None:
    type_school(page, "aldgate")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/schools/100000$"))


def test_enter_without_a_mark_sends_the_form(page: Page) -> None:
    type_school(page, "aldgate")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/schools\?q=aldgate$"))


def test_escape_closes_the_list_and_keeps_the_words(page: Page) -> None:
    type_school(page, "aldgate")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    box = find_box(page)
    expect(box).to_have_value("aldgate")
    expect(box).to_have_attribute("aria-expanded", "false")
    assert box.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowDown")
    expect(find_options(page).first).to_have_attribute("aria-selected", "true")


def test_leaving_the_box_closes_the_list(page: Page) -> None:
    type_school(page, "aldgate")
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_a_click_goes_to_the_school(page: Page) -> None:
    type_school(page, "aldgate").first.click()
    expect(page).to_have_url(re.compile(r"/schools/100000$"))


def test_words_that_no_school_has_are_told_and_offer_nothing(page: Page) -> None:
    find_box(page).fill("zzzzzz")
    expect(page.get_by_role("status")).to_have_text("No school found")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(find_box(page)).to_have_attribute("aria-expanded", "false")


def test_more_schools_than_are_listed_are_counted(page: Page) -> None:
    expect(type_school(page, "school")).to_have_count(8)
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^\d+ schools found, the first 8 are listed$"))


def test_a_word_typed_quickly_is_one_question_and_one_letter_is_none(page: Page) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/api/v1/schools" in request.url:
            asked.append(request.url)

    page.on("request", note)
    type_school(page, "aldgate")
    assert len(asked) == 1
    find_box(page).fill("a")
    expect(page.get_by_role("listbox")).to_be_hidden()
    assert len(asked) == 1


def test_when_schools_cannot_be_asked_for_the_form_still_works(page: Page) -> None:
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.abort()

    page.route("**/api/v1/schools*", refuse)
    with page.expect_event("requestfailed"):
        find_box(page).fill("aldgate")
    assert refused
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/schools\?q=aldgate$"))


def test_a_box_may_be_filled_with_the_number_instead(open_page: OpenPage) -> None:
    page = open_page("/schools", scripts=True)
    page.evaluate("document.getElementById('school').dataset.schoolSearch = 'fill'")
    type_school(page, "aldgate")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(find_box(page)).to_have_value("100000")
    expect(page.get_by_role("status")).to_have_text("The Aldgate School chosen")


def test_a_name_cannot_bring_markup_into_the_page(page: Page) -> None:
    school = {"urn": 1, "name": "<img src=x>", "town": "<b>", "la_name": None, "phase": None, "successor": None}
    page.route("**/api/v1/schools*", lambda route: route.fulfill(json={"total": 1, "schools": [school]}))
    expect(type_school(page, "any").first).to_have_text("<img src=x> <b>, 1")
    expect(page.locator(".app-combobox__list img, .app-combobox__list b")).to_have_count(0)


def test_without_scripts_the_form_finds_schools(open_page: OpenPage) -> None:
    page = open_page("/schools", scripts=False)
    page.get_by_role("textbox", name="Find your school").fill("aldgate")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="The Aldgate School", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [375, 1280])
def test_axe_finds_nothing_while_the_list_is_open(open_page: OpenPage, width: int) -> None:
    page = open_page("/schools", width)
    type_school(page, "st marys cath")
    page.keyboard.press("ArrowDown")
    page.evaluate(Axe().axe_script)
    # What lies under the open list cannot be judged, nor can it be read: it is taken away, and all is over one part.
    page.evaluate(
        """for (const part of document.querySelectorAll('main form ~ *')) part.hidden = true;
           document.querySelector('.app-search').style.minHeight = '2000px';"""
    )
    found = page.evaluate("() => axe.run({ resultTypes: ['violations', 'incomplete'] })")
    faults = [
        f"{rule['id']}: {node['target']}: {[check['message'] for check in node['any']]}"
        for kind in ("violations", "incomplete")
        for rule in found[kind]
        for node in rule["nodes"]
    ]
    assert faults == []
    right = page.locator(".app-combobox__list").evaluate("list => list.getBoundingClientRect().right")
    assert right <= width
