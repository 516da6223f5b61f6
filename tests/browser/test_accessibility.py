"""Every template by the rules of axe-core, with and without scripts, and no page wider than its window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

# No rule is left out; the size of targets (WCAG 2.2), which axe-core does not check by itself, is added.
# What axe-core cannot settle (incomplete) counts as well: it is for us to make it plain.
RUN_AXE = """async () => {
  const rules = { "target-size": { enabled: true } };
  const found = await axe.run({ resultTypes: ["violations", "incomplete"], rules });
  return ["violations", "incomplete"].flatMap(kind => found[kind].flatMap(rule => rule.nodes.map(node => {
    const why = [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ");
    return `${kind}: ${rule.id} at ${node.target}: ${why}`;
  })));
}"""


def list_faults(page: Page) -> Iterator[str]:
    """Everything that axe-core finds at two widths."""
    page.evaluate(Axe().axe_script)
    for width in (375, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        yield from (f"{width} px, {fault}" for fault in page.evaluate(RUN_AXE))


def test_axe_finds_nothing_with_scripts(open_page: Callable[..., Page], address: str) -> None:
    assert list(list_faults(open_page(address))) == []


# Only these look different where scripts run: the style sheet folds them. Whatever else our scripts do is in the body.
READ_BODY = """() => {
  if (document.querySelector(".app-filters")) return null;
  const body = document.body.cloneNode(true);
  body.querySelectorAll("script").forEach(script => script.remove());
  return body.innerHTML;
}"""


def test_axe_finds_nothing_without_our_scripts(
    new_page: Callable[..., Page], open_page: Callable[..., Page], address: str
) -> None:
    # axe-core is itself a script, so the window runs scripts: ours are kept out, and the page's own mark taken off.
    page = new_page()
    page.route("**/static/*.js*", lambda route: route.abort())
    page.goto(address)
    page.evaluate("document.body.classList.remove('js-enabled')")
    with_scripts = open_page(address).evaluate(READ_BODY)
    if with_scripts is None or page.evaluate(READ_BODY) != with_scripts:  # else the test above has seen this page
        assert list(list_faults(page)) == []


def test_nothing_is_wider_than_the_window(open_page: Callable[..., Page], address: str) -> None:
    page = open_page(address)
    # Folded filters count: a reader may open them.
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    for width in (320, 375, 700, 1280):  # 320 is what a window of 1280 holds at 400% zoom
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate(
            """() => [...document.querySelectorAll("body, body *")]
                .filter(part => part.getBoundingClientRect().right > innerWidth + 1)
                .map(part => part.outerHTML.slice(0, 120))"""
        )
        assert wide == [], f"too wide for {width} px"
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_facts_of_a_result_have_room_for_their_words(open_page: Callable[..., Page]) -> None:
    page = open_page("/search?q=police+in+school")
    for width in (320, 700, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        rooms = page.locator(".app-fact").evaluate_all("all => all.map(fact => fact.clientWidth)")
        assert len(rooms) > 10
        assert min(rooms) >= 250, f"crowded at {width} px"
