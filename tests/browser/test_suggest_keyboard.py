"""Records, terms and places offered while one types: by keyboard, as a screen reader is told, and narrow."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from comboboxes import check_closed_combobox, type_into
from playwright.sync_api import Locator, Page, Request, Route, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
API = "**/api/v1/suggest*"


def find_box(page: Page) -> Locator:
    return page.get_by_role("combobox").and_(page.locator("[name=q]"))


def find_options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def type_words(page: Page, text: str) -> Locator:
    """Put the focus on the box by its label, type, and wait for suggestions; gives them."""
    return type_into(page, find_box(page), find_options(page), text)


def answer_with(route: Route, *labels: str) -> None:
    """Answer a question for suggestions with made-up ones."""
    found = [{"kind": "guide", "label": label, "note": "A note", "url": "/glossary"} for label in labels]
    route.fulfill(json={"query": "any", "suggestions": found})


@pytest.mark.parametrize(
    ("path", "label"), [("/", r"What do you need\?.*"), ("/search", "Search"), ("/funding", "Search")]
)
def test_the_box_is_a_combobox_with_its_label_and_closed_at_first(open_page: OpenPage, path: str, label: str) -> None:
    page = open_page(path)
    box = page.get_by_role("combobox", name=re.compile(f"^{label}$"))
    check_closed_combobox(page, box)


def test_from_home_to_a_record_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("/", 375)
    for _ in range(15):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name === 'q'"):
            break
    page.keyboard.type("improve cond")
    expect(page.get_by_role("status")).to_have_text("2 suggestions")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/funding/condition-improvement-fund$"))


def test_suggestions_say_what_they_are_and_are_counted_aloud(open_page: OpenPage) -> None:
    page = open_page("/")
    options = type_words(page, "cif")
    expect(options).to_have_count(2)
    expect(options.first).to_contain_text("Condition Improvement Fund Funding: Also called CIF. Every year")
    expect(options.nth(1)).to_contain_text("Condition Improvement Fund (CIF) Guide: ")
    expect(find_box(page)).to_have_attribute("aria-expanded", "true")
    said = page.get_by_role("status")
    expect(said).to_have_text("2 suggestions")
    page.keyboard.type("zzzz")
    expect(said).to_have_text("No suggestions")
    expect(page.get_by_role("listbox")).to_be_hidden()
    find_box(page).fill("bristol")
    expect(said).to_have_text("1 suggestion")


def test_arrows_walk_the_suggestions_and_come_back_to_the_box(open_page: OpenPage) -> None:
    page = open_page("/search")
    options = type_words(page, "cif")
    box = find_box(page)
    for number in range(2):
        page.keyboard.press("ArrowDown")
        expect(options.nth(number)).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", str(options.nth(number).get_attribute("id")))
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(0)
    assert box.get_attribute("aria-activedescendant") is None
    expect(box).to_be_focused()


def test_a_place_leads_to_a_search_for_it(open_page: OpenPage) -> None:
    page = open_page("/funding", 375)
    type_words(page, "portsm").filter(has_text="Case studies and funding in Portsmouth").click()
    expect(page).to_have_url(re.compile(r"/search\?q=Portsmouth$"))
    expect(page.locator(".app-result").first).to_be_visible()


def test_enter_without_a_choice_is_an_ordinary_search_with_the_filters(open_page: OpenPage) -> None:
    page = open_page("/funding?service_area=housing")
    type_words(page, "pupil")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/funding\?q=pupil&service_area=housing&"))


def test_escape_closes_the_list_and_keeps_the_words_for_a_search(open_page: OpenPage) -> None:
    page = open_page("/")
    type_words(page, "pupil")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(find_box(page)).to_have_value("pupil")
    expect(find_box(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=pupil$"))


def test_leaving_the_box_closes_the_list(open_page: OpenPage) -> None:
    page = open_page("/")
    type_words(page, "pupil")
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.get_by_role("button", name="Search")).to_be_focused()


def test_a_word_typed_quickly_is_one_question_and_one_letter_is_none(open_page: OpenPage) -> None:
    page = open_page("/")
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/api/v1/suggest" in request.url:
            asked.append(request.url)

    page.on("request", note)
    type_words(page, "pupil")
    assert [url.partition("?")[2] for url in asked] == ["q=pupil"]
    find_box(page).fill("p")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_hidden()
    assert len(asked) == 1


def test_an_answer_that_comes_too_late_is_dropped_and_typing_goes_on(open_page: OpenPage) -> None:
    page = open_page("/")
    # An answer that cannot be called back any more: only what the page does with it can help.
    page.evaluate("AbortController.prototype.abort = () => {}")
    held: list[Route] = []
    page.route(API, lambda route: held.append(route) if not held else answer_with(route, "In time"))
    find_box(page).focus()
    with page.expect_request(API):
        page.keyboard.type("pupil")
    expect(find_box(page)).to_have_value("pupil")
    page.keyboard.type(" premium")
    options = find_options(page)
    expect(options).to_contain_text(["In time"])
    with page.expect_response(API) as late:
        answer_with(held[0], "Too late", "Much too late")
    late.value.finished()
    page.evaluate("() => new Promise(done => setTimeout(done))")  # what waits for the answer has had its turn
    expect(options).to_have_count(1)
    expect(options).to_contain_text(["In time"])


def test_when_nothing_can_be_asked_the_search_still_works(open_page: OpenPage) -> None:
    page = open_page("/")
    page.route(API, lambda route: route.abort())
    with page.expect_event("requestfailed"):
        find_box(page).fill("pupil")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=pupil$"))


def test_a_label_cannot_bring_markup_into_the_page(open_page: OpenPage) -> None:
    page = open_page("/")
    page.route(API, lambda route: answer_with(route, "<img src=x>"))
    expect(type_words(page, "any").first).to_have_text("<img src=x> Guide: A note")
    expect(page.locator(".app-combobox__list img")).to_have_count(0)


def test_without_scripts_the_box_is_an_ordinary_search(open_page: OpenPage) -> None:
    page = open_page("/", scripts=False)
    page.get_by_role("searchbox").fill("pupil premium")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"/search\?q=pupil\+premium$"))


@pytest.mark.parametrize("path", ["/", "/search"])
@pytest.mark.parametrize("width", [375, 1280])
def test_axe_finds_nothing_while_the_list_is_open(open_page: OpenPage, path: str, width: int) -> None:
    page = open_page(path, width)
    type_words(page, "school")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(".app-combobox__list").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.evaluate(Axe().axe_script)
    # What lies under the open list cannot be judged, nor can it be read: it is taken away, and all is over one part.
    page.evaluate(
        """const under = '.app-hero ~ *, .app-filters__apply, .app-filters__toggle, .app-filters__groups, .app-results';
           for (const part of document.querySelectorAll(under)) part.remove();
           document.querySelector('.app-hero, .app-list').style.minHeight = '2000px';"""
    )
    found = page.evaluate("() => axe.run({ resultTypes: ['violations', 'incomplete'] })")
    faults = [
        f"{rule['id']}: {node['target']}: {[check['message'] for check in node['any']]}"
        for kind in ("violations", "incomplete")
        for rule in found[kind]
        for node in rule["nodes"]
    ]
    assert faults == []
