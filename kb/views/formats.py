"""A search as a file, a feed or JSON instead of a page: the same address with `format`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from flask import Response, request

from kb.exports.answers import answer_search
from kb.exports.calendar import make_closing_entries, write_calendar
from kb.exports.feeds import FeedHead, describe_search, write_feed
from kb.exports.tables import write_result_table
from kb.queries.request import DEFAULT_PER_PAGE, SearchRequest
from kb.queries.search import list_found_cards, run_search
from kb.views.site import SERVICE_NAME, live_generation, make_url, today

FILE_NAMES = {"/search": "search-results", "/funding": "funding", "/case-studies": "case-studies"}
WHOLE: Mapping[str, object] = {"page": 1, "per_page": DEFAULT_PER_PAGE}  # parameters of a search that has no pages
# What an address need not say: JSON alone has pages, and a feed and a calendar have an order of their own.
LEFT_OUT: Mapping[str, Mapping[str, object]] = {
    "": {**WHOLE, "sort": "relevance"},  # the page, its first
    "csv": WHOLE,
    "json": {},
    "atom": {**WHOLE, "sort": "relevance"},
    "ics": {**WHOLE, "sort": "relevance"},
}


def make_format_url(path: str, wanted: SearchRequest, wanted_format: str) -> str:
    """The one address of a list's search in a format. A list of one type does not repeat its type."""
    pairs = wanted.list_pairs(**LEFT_OUT[wanted_format], format=wanted_format)
    return make_url(path, pairs if path == "/search" else [pair for pair in pairs if pair[0] != "type"])


def answer_format(wanted: SearchRequest, path: str) -> Response:
    """The search in the format it asks for; `path` is the page that shows the same search."""
    if wanted.format == "json":
        return answer_json(wanted)
    if wanted.format == "atom":
        return _answer_feed(wanted, path)
    generation, site = live_generation(), request.url_root.rstrip("/")
    cards = list_found_cards(generation, wanted, today())
    if wanted.format == "csv":
        table = write_result_table(cards, site, generation.catalogue.vocabulary, today())
        return _answer_file(table, "text/csv", f"{FILE_NAMES[path]}.csv")
    name = f"Closing dates: {describe_search(wanted, generation.catalogue.vocabulary)}"
    # Stamped with the build, so that the file changes only when what is in it may have.
    written = write_calendar(make_closing_entries(cards, site, today()), name, _read_build_time())
    return _answer_file(written, "text/calendar", f"{FILE_NAMES[path]}-dates.ics")


def answer_json(wanted: SearchRequest) -> Response:
    """A page of the search as JSON, as design section 4 promises it."""
    results = run_search(live_generation(), wanted, today())
    return Response(answer_search(results).model_dump_json(), mimetype="application/json")


def _answer_feed(wanted: SearchRequest, path: str) -> Response:
    generation, site = live_generation(), request.url_root.rstrip("/")
    head = FeedHead(
        title=f"{describe_search(wanted, generation.catalogue.vocabulary)} - {SERVICE_NAME}",
        author=SERVICE_NAME,
        search=make_url("search", wanted.list_pairs(**LEFT_OUT["atom"], format="")),
        feed=f"{site}{make_format_url(path, wanted, 'atom')}",
        page=f"{site}{make_format_url(path, wanted, '')}",
        site=site,
        built=_read_build_time(),
    )
    cards = list_found_cards(generation, replace(wanted, sort="relevance"), today())
    return Response(write_feed(cards, head, today()), mimetype="application/atom+xml")


def _read_build_time() -> datetime:
    return datetime.fromisoformat(live_generation().catalogue.read_meta()["built"])


def _answer_file(written: bytes, mimetype: str, name: str) -> Response:
    response = Response(written, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
