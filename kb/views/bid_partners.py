"""Partners of a joint bid: add a school from the register."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from kb.errors import RecordNotFound
from kb.register import NoRegister, Register
from kb.views.bid_site import Bid, add_entry, go_to, open_to_edit, render_bid, section_url
from kb.views.parameters import read_parameters
from kb.workspaces.choosing import choose_school
from kb.workspaces.entries import Partner
from kb.workspaces.sections import find_section

bp = Blueprint("bid_partners", __name__)
MAX_QUERY = 200
SHOWN = 20


@bp.get("/bids/<token>/partners/add")
def show_search(token: str) -> str:
    """Find a school to add."""
    bid = open_to_edit(token)
    return render_search(bid, read_parameters(("q",)).get("q", "")[:MAX_QUERY])


def render_search(bid: Bid, text: str, wrong: str = "") -> str:
    """The search with what it found; `wrong` says why nothing could be added."""
    found, problem = None, ""
    try:
        found = open_register().search_schools(text, SHOWN) if text else None
    except NoRegister as error:
        problem = str(error)
    return render_bid(
        "bid_add_school.html",
        "Add a partner",
        bid,
        find_section(Partner.kind),
        text=text,
        found=found,
        problem=problem,
        wrong=wrong,
        there={item.value.urn for item in bid.workspace.partners},
    )


def open_register() -> Register:
    """The register of schools."""
    register: Register = current_app.config["REGISTER"]
    return register


@bp.post("/bids/<token>/partners/add")
def add_school(token: str) -> Response | tuple[str, int]:
    """Add the school of a URN."""
    bid = open_to_edit(token)
    given = request.form.get("urn", "").strip()
    if not (given.isascii() and given.isdigit() and len(given) < 8):
        return render_search(bid, given[:MAX_QUERY]), 400
    try:
        school = open_register().get_school(int(given))
    except (RecordNotFound, NoRegister):
        return render_search(bid, given, f"The register has no school with the number {given}."), 404
    there = next((item for item in bid.workspace.partners if item.value.urn == school.urn), None)
    if there is not None:
        return go_to(section_url(bid, "partner", there.id), f"{school.name} is a partner already.")
    (entry_id,) = add_entry(bid, [choose_school(school)])
    return go_to(section_url(bid, "partner", entry_id), f"Added: {school.name}.")
