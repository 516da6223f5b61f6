"""On paper: what is there to be pressed goes, what is there to be read stays."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_printed_list_is_results_alone(open_page: Callable[..., Page]) -> None:
    page = open_page("/search?q=school&per_page=3&page=2")
    pressed = [
        page.get_by_role("navigation", name="Menu"),
        page.get_by_role("form", name="Search and filter"),
        page.get_by_role("navigation", name="Pages of results"),
        page.get_by_role("contentinfo"),
    ]
    for part in pressed:
        expect(part).to_be_visible()
    hidden = [part.element_handle() for part in pressed]
    page.emulate_media(media="print")
    assert [part.is_visible() for part in hidden if part] == [False, False, False, False]
    assert page.get_by_role("article").or_(page.locator(".app-result")).count() == 3
    for result in page.locator(".app-result").all():
        expect(result.get_by_role("heading")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/funding/condition-improvement-fund", "/case-studies/portsmouth-mayfield-police-in-school"]
)
def test_a_printed_record_keeps_all_that_it_says(open_page: Callable[..., Page], path: str) -> None:
    page = open_page(path)
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Breadcrumb")).not_to_be_visible()
    for part in page.locator("main :is(h1, h2, h3, p, dt, dd, li, th, td):not(.app-noprint)").all():
        expect(part).to_be_visible()


def test_a_printed_record_gives_the_addresses_of_its_sources_alone(open_page: Callable[..., Page]) -> None:
    page = open_page("/funding/condition-improvement-fund")
    page.emulate_media(media="print")
    source = page.locator(".app-sources a[href^=http]").first
    assert source.evaluate("link => getComputedStyle(link, '::after').content").startswith('" (http')
    for link in page.locator("main a[href^='/'], main .app-address").all():
        assert link.evaluate("link => getComputedStyle(link, '::after').content") == "none"


def test_tables_on_paper_are_tables(open_page: Callable[..., Page]) -> None:
    page = open_page("/case-studies/portsmouth-mayfield-police-in-school", 700)
    page.emulate_media(media="print")
    assert page.locator("td").first.evaluate("cell => getComputedStyle(cell).display") == "table-cell"


def test_a_funding_page_saved_as_pdf_has_text(open_page: Callable[..., Page]) -> None:
    pdf = open_page("/funding/condition-improvement-fund").pdf(format="A4")
    streams = re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    written = sum(len(re.findall(rb"T[jJ]\b", zlib.decompressobj().decompress(stream))) for stream in streams)
    assert written > 100, "the file writes almost no text"
