"""Every template by the rules of axe-core, with and without scripts, and no page wider than its window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from visits import Visitor, list_axe_faults

pytestmark = pytest.mark.browser


def test_axe_finds_nothing_with_scripts(visit: Visitor, address: str) -> None:
    assert visit(address).axe == []


def test_axe_finds_nothing_without_our_scripts(visit: Visitor, address: str) -> None:
    assert visit(address).axe_without_scripts == []


def test_nothing_is_wider_than_the_window(visit: Visitor, address: str) -> None:
    assert visit(address).wide == []


@pytest.mark.parametrize(
    ("sound", "spoilt", "rule"),
    [
        ("<li>Six", '<li class="dim">Six', "color-contrast"),
        ('alt="Six"', "", "image-alt"),
        ("<a href='#six'>Six</a>", "<a href='#six'></a>", "link-name"),
        ('<label for="f6">Six</label>', "", "label"),
        ('id="help">', ">", "aria-valid-attr-value"),
    ],
)
def test_axe_sees_the_one_part_of_a_long_list_that_is_not_like_the_others(
    new_page: Callable[..., Page], sound: str, spoilt: str, rule: str
) -> None:
    numbers = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight")
    items = "".join(
        f"<li>{word}: <img src='data:,' alt=\"{word}\"><a href='#{word.lower()}'>{word}</a>"
        f'<label for="f{number}">{word}</label><input id="f{number}" type="text">'
        for number, word in enumerate(numbers, 1)
    )
    html = f"""<!DOCTYPE html><html lang="en"><head><title>Long</title><style>.dim {{ color: #ddd }}</style></head>
    <body><main><h1>Long</h1><p aria-describedby="help">A list</p><ul>{items}</ul>
    <ul><li>1</li><li>2</li><li>3</li><li>4</li><li id="help">5</li></ul></main></body></html>"""
    page = new_page()
    page.set_content(html)
    shown = page.locator("li").count()
    assert {fault.split(": ")[1].split(" ")[0] for fault in list_axe_faults(page)} == set()
    assert page.locator("li").count() < shown
    page.set_content(html.replace(sound, spoilt))
    assert html != html.replace(sound, spoilt)
    assert {fault.split(": ")[1].split(" ")[0] for fault in list_axe_faults(page)} == {rule}


def test_facts_of_a_result_have_room_for_their_words(open_page: Callable[..., Page]) -> None:
    page = open_page("/search?q=police+in+school")
    for width in (320, 700, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        rooms = page.locator(".app-fact").evaluate_all("all => all.map(fact => fact.clientWidth)")
        assert len(rooms) > 10
        assert min(rooms) >= 250, f"crowded at {width} px"
