"""The keyboard alone: one whole journey, and a mark that can be seen on everything that takes the focus."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# What is wrong with the focus as a reader sees it: null when it is in the window, uncovered and marked.
FIND_FAULT = """() => {
  const part = document.activeElement;
  if (part === document.body) return null;
  const name = part.outerHTML.slice(0, 120);
  const box = part.getClientRects()[0];
  if (!box || box.width < 2 || box.height < 2) return `${name} has no size`;
  const inside = box.left >= -1 && box.right <= innerWidth + 1 && box.top >= -1 && box.bottom <= innerHeight + 1;
  if (!inside) return `${name} is outside the window: ${box.top} to ${box.bottom} of ${innerHeight}`;
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  if (!part.contains(top)) return `${name} is covered by ${top.outerHTML.slice(0, 120)}`;
  const drawn = () => {
    const styles = [getComputedStyle(part)];
    if (part.type === "checkbox") styles.push(getComputedStyle(part.labels[0], "::before"));
    return styles.map(style => {
      const outline = style.outlineStyle !== "none" && !/^rgba[(].*, 0[)]$/.test(style.outlineColor);
      return [outline ? style.outline : "none", style.boxShadow];
    });
  };
  const focused = drawn();
  part.blur();
  const plain = drawn();
  part.focus({ preventScroll: true });
  const marked = focused.some((style, i) => style.some((mark, k) => mark !== "none" && mark !== plain[i][k]));
  return marked ? null : `${name} shows no mark`;
}"""


def press_tab_to(page: Page, wanted: str, limit: int = 150) -> None:
    """Press Tab until the focus is on what a selector names; at each stop the focus must be seen."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        assert page.evaluate(FIND_FAULT) is None
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    pytest.fail(f"{limit} presses of Tab did not reach {wanted}")


def test_from_home_to_a_result_with_the_keyboard_alone(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    press_tab_to(page, "input[name=q]")
    page.keyboard.type("police in school")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=police\+in\+school"))
    press_tab_to(page, "input[name=service_area][value=community-safety]")
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox", name="Community safety")).to_be_checked()
    press_tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"q=police\+in\+school&service_area=community-safety"))
    press_tab_to(page, ".app-result a")
    title = page.locator(".app-result a").first.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_filters_on_a_narrow_screen_open_with_the_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page("/funding", 375)
    press_tab_to(page, "[aria-controls=filter-groups]")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.matches('#filter-groups *')"), "folded filters took the focus"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    press_tab_to(page, "#filter-groups summary")
    press_tab_to(page, "#filter-groups input")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.checked")


@pytest.mark.parametrize("path", ["/", "/funding/condition-improvement-fund", "/search?colour=green"])
def test_the_skip_link_is_first_seen_and_leads_past_the_menu(open_page: Callable[..., Page], path: str) -> None:
    page = open_page(path, 375)
    press_tab_to(page, ".govuk-skip-link", limit=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('main *, footer *')")
    expect(page).to_have_url(re.compile(r"#main-content$"))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search?q=police&phase=primary",
        "/funding/condition-improvement-fund",
        "/case-studies/portsmouth-community-wardens",
    ],
)
def test_the_focus_is_seen_at_every_stop_to_the_end_of_a_page(open_page: Callable[..., Page], path: str) -> None:
    page = open_page(path, 375)
    press_tab_to(page, "footer li:last-child a")
