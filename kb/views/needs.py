"""What people need, by theme, and the records that answer each need."""

from __future__ import annotations

from flask import Blueprint

from kb.queries.needs import get_need, list_answers, make_need_lookup
from kb.queries.search import ResultItem
from kb.views.results import Drawn
from kb.views.site import live_generation, make_url, render_page, today

bp = Blueprint("needs", __name__)
HEADINGS = {"best": "Answers this best", "useful": "Clearly useful", "also": "Of some use"}


@bp.get("/needs")
def show_needs() -> str:
    """Every need, by theme; special cases stand on the pages of their wider needs."""
    by_theme = live_generation().derive(make_need_lookup).by_theme
    return render_page("needs.html", "What do you need?", by_theme=by_theme)


@bp.get("/needs/<need_id>")
def show_need(need_id: str) -> str:
    """The records that answer one need, best first."""
    generation = live_generation()
    theme, need = get_need(generation, need_id)
    lookup = generation.derive(make_need_lookup)
    answers = list_answers(generation, need)
    draw_list, day, total = generation.derive(Drawn).draw_list, today(), 0
    groups = []
    for name, cards in answers.items():
        if cards:
            groups.append((HEADINGS[name], draw_list([ResultItem(card, "", 0.0, True) for card in cards], day, total)))
            total += len(cards)
    return render_page(
        "need.html",
        need.need,
        need=need,
        theme=theme,
        wider=lookup.by_id[need.wider][1] if need.wider else None,
        special_cases=lookup.by_wider.get(need.id, ()),
        groups=groups,
        total=total,
        search_url=make_url("/search", [("q", need.need)]),
    )
