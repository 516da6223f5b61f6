"""Every template by the rules of axe-core, at two widths, with and without scripts; and no page wider than its window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

# No rule is left out, and the size of targets (WCAG 2.2), which axe-core does not check by itself, is added.
OPTIONS = {"resultTypes": ["violations", "incomplete"], "rules": {"target-size": {"enabled": True}}}


def list_faults(page: Page) -> Iterator[str]:
    """Everything that axe-core finds wrong, and everything it cannot settle: that too is for us to make plain."""
    found = Axe().run(page, options=OPTIONS).response
    assert found["testEngine"]["name"] == "axe-core"
    for kind in ("violations", "incomplete"):
        for rule in found[kind]:
            for node in rule["nodes"]:
                why = "; ".join(check["message"] for check in [*node["any"], *node["all"], *node["none"]])
                yield f"{kind}: {rule['id']} at {node['target']}: {why}"


@pytest.mark.parametrize("width", [375, 1280])
def test_axe_finds_nothing_with_scripts(open_page: Callable[..., Page], address: str, width: int) -> None:
    assert list(list_faults(open_page(address, width))) == []


@pytest.mark.parametrize("width", [375, 1280])
def test_axe_finds_nothing_without_our_scripts(new_page: Callable[..., Page], address: str, width: int) -> None:
    # axe-core is itself a script, so the window runs scripts: ours is kept out, and the page's own mark taken off.
    page = new_page(width)
    page.route("**/site.js*", lambda route: route.abort())
    page.goto(address)
    page.evaluate("document.body.classList.remove('js-enabled')")
    assert list(list_faults(page)) == []


# 320 is what a window of 1280 holds at 400% zoom.
@pytest.mark.parametrize("width", [320, 375, 700, 1280])
def test_nothing_is_wider_than_the_window(open_page: Callable[..., Page], address: str, width: int) -> None:
    page = open_page(address, width)
    # Folded filters count: a reader may open them.
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    wide = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter(part => part.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
            .map(part => part.outerHTML.slice(0, 120))"""
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 700, 1280])
def test_facts_of_a_result_have_room_for_their_words(open_page: Callable[..., Page], width: int) -> None:
    page = open_page("/search?q=police+in+school", width)
    values = page.locator(".app-fact__value")
    assert values.count() > 10
    assert min(values.evaluate_all("all => all.map(value => value.parentElement.clientWidth)")) > 250
