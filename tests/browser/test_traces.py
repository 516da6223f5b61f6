"""Reading leaves nothing behind and calls nobody else: what the privacy page promises."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page

pytestmark = pytest.mark.browser

LIST_WHAT_IS_KEPT = """async () => [
  ...document.cookie.split(";").filter(Boolean).map(name => `cookie ${name}`),
  ...Object.keys(localStorage).map(name => `local storage ${name}`),
  ...Object.keys(sessionStorage).map(name => `session storage ${name}`),
  ...(await indexedDB.databases()).map(found => `database ${found.name}`),
  ...(await caches.keys()).map(name => `cache ${name}`),
  ...(await navigator.serviceWorker.getRegistrations()).map(found => `service worker ${found.scope}`),
]"""
COLLECT_REPORTS = """window.reports = [];
document.addEventListener("securitypolicyviolation", report => window.reports.push(report.violatedDirective));"""


def test_a_page_keeps_nothing_in_the_browser_and_asks_no_other_host(
    new_page: Callable[..., Page], site: str, address: str
) -> None:
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    assert f"{site}{address}" in asked
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(site).netloc}
    assert page.context.cookies() == []
    assert page.evaluate(LIST_WHAT_IS_KEPT) == []


def test_a_page_breaks_none_of_its_own_rules_and_writes_no_error(
    new_page: Callable[..., Page], site: str, address: str
) -> None:
    page = new_page(375)
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # Chromium itself notes the status of an error page.
        if not (message.text.startswith("Failed to load resource") and message.location["url"] == f"{site}{address}"):
            said.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script(COLLECT_REPORTS)
    page.goto(address)
    assert page.evaluate("window.reports") == []
    assert said == []
