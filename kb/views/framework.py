"""The six key features of good practice."""

from __future__ import annotations

from flask import Blueprint

from kb.queries.request import SearchRequest
from kb.queries.search import run_search
from kb.views.site import live_generation, render_page, today

bp = Blueprint("framework", __name__)


@bp.get("/framework")
def show_framework() -> str:
    """The key features, each with its page."""
    pages = live_generation().catalogue.list_framework_pages()
    return render_page("framework.html", "Good practice in working together", pages=pages)


@bp.get("/framework/<feature>")
def show_feature(feature: str) -> str:
    """What good looks like in one feature, the cases that show it, and the questions to ask."""
    generation = live_generation()
    page = generation.catalogue.get_framework_page(feature)
    selected = {"type": ("case-study",), "key_feature": (feature,)}
    cases = run_search(generation, SearchRequest(selected=selected, sort="title", per_page=100), today())
    return render_page(
        "feature.html",
        page.title,
        page=page,
        cases=[item.card for item in cases.results],
        questions=generation.catalogue.list_questions(feature),
        documents={document.id: document for document in generation.catalogue.list_documents()},
    )
