"""Home, glossary, sources, and the pages about the site."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint

from kb.queries.request import SearchRequest
from kb.queries.search import SearchResults, run_search
from kb.records.guide import Term
from kb.views.site import SERVICE_NAME, live_generation, render_page, today

bp = Blueprint("pages", __name__)
CURRENT = ("open", "rolling", "recurring", "opening-soon", "expected-again")


@bp.get("/")
def show_home() -> str:
    """Three doors, one search box, and what is in here."""
    everything = run_search(live_generation(), SearchRequest(per_page=1), today())
    meta = live_generation().catalogue.read_meta()
    statuses = _read_counts(everything, "status")
    return render_page(
        "home.html",
        SERVICE_NAME,
        types=_read_counts(everything, "type"),
        kinds=_read_counts(everything, "kind"),
        current=sum(statuses.get(status, 0) for status in CURRENT),
        current_statuses=CURRENT,
        historic=statuses.get("historic", 0) + statuses.get("closed", 0),
        terms=meta["counts"]["glossary"],
        service_areas=next(facet for facet in everything.facets if facet.name == "service_area").values,
    )


def _read_counts(results: SearchResults, facet_name: str) -> dict[str, int]:
    facet = next(facet for facet in results.facets if facet.name == facet_name)
    return {value.value: value.count for value in facet.values}


@bp.get("/glossary")
def show_glossary() -> str:
    """Every term, by letter."""
    catalogue = live_generation().catalogue
    terms = catalogue.list_terms()

    def letter(term: Term) -> str:
        return term.name[0].upper()

    letters = [(name, list(found)) for name, found in groupby(terms, key=letter)]
    titles = {
        f"{folder}/{record_id}": title
        for record_type, folder in (
            ("funding", "funding"),
            ("case-study", "case-studies"),
            ("framework", "framework"),
            ("glossary", "glossary"),
        )
        for record_id, title in catalogue.list_titles(record_type)
    }
    return render_page("glossary.html", "Glossary", letters=letters, titles=titles, count=len(terms))


@bp.get("/sources")
def show_sources() -> str:
    """The documents and publishers that records rest on, with how many rest on each."""
    catalogue = live_generation().catalogue
    return render_page(
        "sources.html",
        "Sources",
        documents=catalogue.list_documents(),
        publishers=catalogue.list_publishers(),
        counts=catalogue.count_records_by_source(),
        years=catalogue.read_source_years(),
    )


@bp.get("/about")
def show_about() -> str:
    """What the site is, how it is kept, licences and attribution."""
    return render_page("about.html", "About this site", meta=live_generation().catalogue.read_meta())


@bp.get("/accessibility")
def show_accessibility() -> str:
    """The accessibility statement."""
    return render_page("accessibility.html", "Accessibility statement")


@bp.get("/privacy")
def show_privacy() -> str:
    """What is and is not kept about readers."""
    return render_page("privacy.html", "Privacy")
