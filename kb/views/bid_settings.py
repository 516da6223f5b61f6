"""What concerns a joint bid as a whole: keep it, give it new links, delete it."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from kb.views.bid_guard import bid_store
from kb.views.bid_site import go_to, open_to_edit, read_now, render_bid
from kb.views.bids import answer_links
from kb.views.parameters import read_parameters
from kb.views.site import render_page

bp = Blueprint("bid_settings", __name__)


@bp.post("/bids/<token>/keep")
def keep(token: str) -> Response:
    """Let it expire later."""
    bid = open_to_edit(token)
    bid_store().keep(bid.id, read_now())
    return go_to(bid.url(), "The bid is kept.")


@bp.get("/bids/<token>/links")
def show_links(token: str) -> str:
    """How the links work, and a button for new ones."""
    read_parameters(())
    bid = open_to_edit(token)
    address = f"{request.url_root.rstrip('/')}{bid.url()}"
    return render_bid("bid_share.html", "Share this bid", bid, address=address)


@bp.post("/bids/<token>/links")
def renew_links(token: str) -> Response:
    """New links; those it had stop working."""
    bid = open_to_edit(token)
    return answer_links(bid_store().renew_links(bid.id, read_now()), renewed=True)


@bp.get("/bids/<token>/delete")
def show_deletion(token: str) -> str:
    """What deleting means."""
    read_parameters(())
    return render_bid("bid_delete.html", "Delete this bid?", open_to_edit(token))


@bp.post("/bids/<token>/delete")
def delete(token: str) -> Response:
    """Delete it with its history, once it has been said that this is meant."""
    bid = open_to_edit(token)
    if request.form.get("sure") != "yes":
        page = render_bid("bid_delete.html", "Delete this bid?", bid, wrong="Tick the box if you mean to delete it")
        return make_response(page, 400)
    bid_store().delete(bid.id)
    return make_response(render_page("bid_deleted.html", "The bid has been deleted"))
