"""What the boxes that offer something while one types have in common."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def check_closed_combobox(page: Page, box: Locator) -> None:
    """The box says what it is, and its list is there but hidden."""
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_attribute("aria-autocomplete", "list")
    assert page.locator(f"#{box.get_attribute('aria-controls')}").get_attribute("role") == "listbox"
    expect(page.get_by_role("listbox")).to_be_hidden()


def type_into(page: Page, box: Locator, options: Locator, text: str) -> Locator:
    """Put the focus on the box, type, and wait for what is offered; gives the options."""
    box.focus()
    page.keyboard.type(text)
    expect(options.first).to_be_visible()
    return options
