"""Search and the two lists: one view over one kind of request."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from kb.generations import Generation
from kb.queries.mentions import find_mentioned_filters
from kb.queries.needs import find_needs_of_search
from kb.queries.related_searches import find_related_searches
from kb.queries.request import FORMATS, PARAMETERS, BadSearchRequest, RequestProblem, SearchRequest, parse_request
from kb.queries.search import SearchResults, run_search
from kb.views.filters import draw_filters
from kb.views.formats import answer_format, make_format_url
from kb.views.pagination import list_page_links
from kb.views.results import Drawn
from kb.views.site import live_generation, make_url, render_page, today

bp = Blueprint("lists", __name__)
# The filters of each list in the order readers need them; the first three stand open.
FACETS_OF_ALL = (
    "type", "service_area", "phase", "status", "applicant", "region",
    "key_feature", "route", "money", "kind", "sustained",
)  # fmt: skip
FACETS_OF_CASES = ("service_area", "phase", "key_feature", "region", "sustained")
FACETS_OF_FUNDING = ("service_area", "applicant", "status", "phase", "region", "route", "money", "kind", "key_feature")


@bp.get("/search")
def show_search() -> str | Response:
    """Everything, filtered."""
    return _show_list("/search", "Search", None)


@bp.get("/funding")
def show_funding_list() -> str | Response:
    """Funding alone."""
    return _show_list("/funding", "Funding", "funding")


@bp.get("/case-studies")
def show_case_list() -> str | Response:
    """Case studies alone."""
    return _show_list("/case-studies", "Case studies", "case-study")


def read_request(only_type: str | None = None) -> SearchRequest:
    """The search that this request's parameters ask for; on a list of one type, `type` may say that type alone."""
    wanted = parse_request(request.args.items(multi=True), live_generation().catalogue.vocabulary, PARAMETERS)
    if only_type is None:
        return wanted
    if wanted.selected.get("type", (only_type,)) != (only_type,):
        problem = RequestProblem("type", f"this list holds {only_type} records alone. Use /search for other types")
        raise BadSearchRequest([problem])
    selected = {**wanted.selected, "type": (only_type,)}
    return replace(wanted, selected=selected)


def _show_list(path: str, heading: str, only_type: str | None) -> str | Response:
    wanted = read_request(only_type)
    if wanted.format:
        return answer_format(wanted, path)
    generation, day = live_generation(), today()
    results = run_search(generation, wanted, day)
    shown = {None: FACETS_OF_ALL, "funding": FACETS_OF_FUNDING, "case-study": FACETS_OF_CASES}[only_type]
    by_name = {facet.name: facet for facet in results.facets}
    facets = [by_name[name] for name in shown if any(value.count or value.selected for value in by_name[name].values)]
    title = f"{heading}: {wanted.text[:80]}" if wanted.text else heading
    return render_page(
        "list.html",
        title,
        path=path,
        results=results,
        mentioned=_list_mentioned(generation, path, results),
        needs=find_needs_of_search(generation, results),
        related_searches=find_related_searches(live_generation(), results, path),
        wanted=wanted,
        filters=draw_filters(generation, facets),
        drawn=generation.derive(Drawn).draw_list(results.results, day),
        chips=_list_chips(path, results, only_type),
        pages=list_page_links(path, results),
        hidden=_list_hidden(path, results),
        format_urls={name: make_format_url(path, wanted, name) for name in FORMATS},
        only_type=only_type,
        without_text_url=make_url(path, _pairs(wanted, path, text="")),
    )


def _pairs(wanted: SearchRequest, path: str, **changes: object) -> list[tuple[str, str]]:
    """URL parameters of a changed request; a list of one type does not repeat its type."""
    pairs = wanted.list_pairs(page=1, **changes)
    return pairs if path == "/search" else [pair for pair in pairs if pair[0] != "type"]


def _list_chips(path: str, results: SearchResults, only_type: str | None) -> list[dict[str, str | int]]:
    """The chosen filters, each with the address without it and, where nothing matches, what would match then."""
    wanted = results.request
    return [
        {
            "facet": facet.label,
            "without": results.loosened.get(facet.name, 0) if len(facet.selected) == 1 else 0,
            "value": value.label,
            "url": make_url(path, _pairs(wanted, path, selected=wanted.without(facet.name, value.value))),
        }
        for facet in results.facets
        if not (only_type and facet.name == "type")
        for value in facet.selected
    ]


def _list_mentioned(generation: Generation, path: str, results: SearchResults) -> list[dict[str, str | int]]:
    """The filters that the text names, each with the address of the same search narrowed by it."""
    wanted = results.request
    return [
        {
            "label": each.label,
            "count": each.count,
            "url": make_url(path, _pairs(wanted, path, selected=wanted.adding(each.facet, each.value))),
        }
        for each in find_mentioned_filters(generation, results)
    ]


def _list_hidden(path: str, results: SearchResults) -> list[dict[str, str | int]]:
    """For each chosen filter, how many records it hides for want of a value, and the address that shows them."""
    wanted = results.request
    return [
        {
            "label": facet.label.lower(),
            "count": facet.more_not_stated,
            "url": make_url(path, _pairs(wanted, path, selected=wanted.adding(facet.name, "not-stated"))),
        }
        for facet in results.facets
        if facet.more_not_stated
    ]
