"""The page of a funding stream and of a case study."""

from __future__ import annotations

from flask import Blueprint

from kb.queries.needs import list_needs_answered
from kb.queries.related import find_case_funding, find_similar, find_stream_links
from kb.views.site import live_generation, render_page

bp = Blueprint("records", __name__)


@bp.get("/funding/<stream_id>")
def show_funding_stream(stream_id: str) -> str:
    """One funding stream with its facts, cases, exit routes, neighbours and sources."""
    generation = live_generation()
    stream = generation.catalogue.get_funding_stream(stream_id)
    return render_page(
        "funding.html",
        stream.title,
        stream=stream,
        links=find_stream_links(generation, stream),
        similar=find_similar(generation, stream),
        needs=list_needs_answered(generation, f"/funding/{stream.id}", stream),
        documents={document.id: document for document in generation.catalogue.list_documents()},
    )


@bp.get("/case-studies/<case_id>")
def show_case_study(case_id: str) -> str:
    """One case study with its results, partners, funding and sources."""
    generation = live_generation()
    case = generation.catalogue.get_case_study(case_id)
    return render_page(
        "case_study.html",
        case.title,
        case=case,
        funding=find_case_funding(generation, case),
        similar=find_similar(generation, case),
        needs=list_needs_answered(generation, f"/case-studies/{case.id}", case),
        documents={document.id: document for document in generation.catalogue.list_documents()},
    )
