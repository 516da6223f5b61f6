"""Evidence of a joint bid: find a case study to add."""

from __future__ import annotations

from flask import Blueprint

from kb.queries.request import SearchRequest
from kb.queries.search import run_search
from kb.views.bid_site import open_to_edit, render_bid
from kb.views.parameters import read_parameters
from kb.views.site import live_generation, today
from kb.workspaces.entries import Evidence
from kb.workspaces.sections import find_section

bp = Blueprint("bid_evidence", __name__)
MAX_QUERY = 300
SHOWN = 20


@bp.get("/bids/<token>/evidence/add")
def show_search(token: str) -> str:
    """Case studies, those first that fit the words; without any, those that fit the name of the scheme."""
    bid = open_to_edit(token)
    text = read_parameters(("q",)).get("q", "")[:MAX_QUERY]
    wanted = SearchRequest(text or bid.title, {"type": ("case-study",)}, per_page=SHOWN)
    results = run_search(live_generation(), wanted, today())
    return render_bid(
        "bid_add_case.html",
        "Add a case study",
        bid,
        find_section(Evidence.kind),
        text=text,
        results=results,
        there={item.value.case for item in bid.workspace.list_items(Evidence)},
    )
