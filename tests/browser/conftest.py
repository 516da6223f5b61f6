"""What the browser tests share: the real site on a free port, Chromium, and the pages that show every template."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bid_editor import BidEditor, find_link, import_file
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from visits import Visitor
from werkzeug.serving import WSGIRequestHandler, make_server

from kb.config import PROJECT

# The first is the same browser without a desktop around it, and opens a window in a quarter of the time.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_CHROMIUM = "NO CHROMIUM: install chromium, chromium-browser or google-chrome to run the browser tests"
expect.set_options(
    timeout=30_000
)  # as long as for all else that a browser is waited for: another process may be at work
# At least one address for each template, and for each of its states that looks different. {edit} and {read} stand for
# the links of a joint bid, {entry} for one of its entries: see bid_places.
PAGES = {
    "home": "/",
    "search": "/search?q=police+in+school&per_page=6",
    "search-empty": "/search?q=zzzyyyxxx&phase=primary&service_area=libraries",
    "search-far-page": "/search?page=9&per_page=6",
    "list-filtered": "/funding?service_area=school-improvement&applicant=single-school&status=recurring&route=formula",
    "list-of-cases": "/case-studies?sustained=yes&phase=primary",
    "funding-current": "/funding/condition-improvement-fund",
    "funding-historic": "/funding/building-schools-for-the-future",
    "funding-past-review": "/funding/teacher-development-fund",
    "funding-mechanism": "/funding/schools-forum",
    "case-with-results": "/case-studies/portsmouth-mayfield-police-in-school",
    "funding-schools": "/funding/teacher-development-fund/schools?council=hackney",
    "match-start": "/match",
    "match-school": "/match?urn=100000&q=playground&service_area=regeneration-and-renewal",
    "match-described": "/match?profile=1&phase.profile=special&partner=charity&service_area=libraries",
    "plan": "/match/plan/teacher-development-fund?closes=2027-03-12",
    "schools": "/schools?q=primary+school",
    "school": "/schools/100000",
    "needs": "/needs",
    "need": "/needs/who-leads-signs-holds-money",
    "coverage": "/coverage",
    "map": "/map",
    "timeline": "/timeline?service_area=early-years-and-family-support",
    "self-assessment": "/self-assessment?for=school&awareness-1=2&awareness-2=1&school-1=4",
    "editors": "/editors",
    "framework": "/framework",
    "feature": "/framework/resource-management",
    "glossary": "/glossary",
    "sources": "/sources",
    "about": "/about",
    "accessibility": "/accessibility",
    "privacy": "/privacy",
    "bids": "/bids?urn=100000&partner=charity&shortlist=national-lottery-awards-for-all-england",
    "bid-overview": "{edit}",
    "bid-partners": "{edit}/partners",
    "bid-streams": "{edit}/streams",
    "bid-budget": "{edit}/budget",
    "bid-plan": "{edit}/plan",
    "bid-rota": "{edit}/rota",
    "bid-to-read": "{read}/after",
    "bid-form": "{edit}/budget/new?kind=line",
    "bid-choose-stream": "{edit}/streams/add?q=awards",
    "bid-add-school": "{edit}/partners/add?q=school",
    "bid-add-case": "{edit}/evidence/add?q=wardens",
    "bid-remove": "{edit}/entry/{entry}/remove",
    "bid-health": "{edit}/health",
    "bid-history": "{edit}/history",
    "bid-version": "{edit}/history/1",
    "bid-pack": "{read}/pack",
    "bid-share": "{edit}/links",
    "bid-delete": "{edit}/delete",
    "shortlist": "/shortlist?urn=100000&shortlist=teacher-development-fund&shortlist=schools-forum&shortlist=gone"
    "&shortlist=case:portsmouth-mayfield-police-in-school",
    "not-found": "/funding/no-such-stream",
    "bad-request": "/search?colour=green",
}


# Templates that only a form leads to: test_bid_journeys.py looks at them.
AFTER_A_FORM = {"bid_links.html", "bid_started.html", "bid_conflict.html", "bid_again.html", "bid_deleted.html"}


class QuietHandler(WSGIRequestHandler):
    """Answers requests without a word."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def bid_places(app: Flask) -> dict[str, str]:
    """The links of a joint bid made from the worked example, and one of its entries."""
    editor = BidEditor(app)
    import_file(editor, (PROJECT / "docs" / "examples" / "portsmouth-wardens.json").read_bytes())
    page = editor.add("risks", "risk", risk="Nobody comes")
    return {"edit": editor.edit, "read": editor.read, "entry": find_link(page, "Change Nobody comes").split("/")[-1]}


@pytest.fixture(params=PAGES.values(), ids=PAGES.keys())
def address(request: pytest.FixtureRequest) -> str:
    """Each page in turn: a test that asks for it runs on every template."""
    pattern = str(request.param)
    return pattern.format(**request.getfixturevalue("bid_places")) if "{" in pattern else pattern


@pytest.fixture
def addresses(bid_places: dict[str, str]) -> list[str]:
    """All these pages."""
    return [pattern.format(**bid_places) for pattern in PAGES.values()]


@pytest.fixture
def after_a_form() -> set[str]:
    """The templates that only a form leads to."""
    return AFTER_A_FORM


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Without it tests are skipped, and where CI is set they fail."""
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None and os.environ.get("CI"):
        pytest.fail(NO_CHROMIUM)
    if path is None:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def site(app: Flask) -> Iterator[str]:
    """The whole site, static files included, on a free port of this machine; its address."""

    def answer_whole(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Read an answer to its end and close it: this server forgets to where the browser has gone."""
        parts = app.wsgi_app(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            getattr(parts, "close", list)()

    server = make_server("127.0.0.1", 0, answer_whole, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def visit(browser: Browser, site: str) -> Iterator[Visitor]:
    """Visits an address of the site, once for all the tests that ask about it."""
    visitor = Visitor(browser, site)
    yield visitor
    visitor.close()


@pytest.fixture
def new_page(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Gives an empty page in a fresh window, for addresses of the site: `new_page(375, scripts=False)`."""
    contexts: list[BrowserContext] = []

    def make(width: int = 1280, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=site, viewport={"width": width, "height": 800}, java_script_enabled=scripts, locale="en-GB"
        )
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(new_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens an address of the site: `open_page("/funding", 375, scripts=False)`."""

    def open_it(address: str, width: int = 1280, scripts: bool = True) -> Page:
        page = new_page(width, scripts)
        page.goto(address)
        return page

    return open_it
