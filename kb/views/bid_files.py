"""What leaves a joint bid: pack and summary as pages and Word files, tables, a calendar, the whole as a file."""

from __future__ import annotations

import re

from flask import Blueprint, Response, request

from kb.exports.pack import make_pack
from kb.exports.pack_blocks import Pack
from kb.exports.pack_facts import PackFacts, gather_facts
from kb.exports.pack_summary import make_partner_summary
from kb.exports.pack_tables import write_budget_table, write_plan_calendar, write_plan_table
from kb.exports.pack_word import write_word
from kb.views.bid_site import Bid, open_bid, read_now, render_bid
from kb.views.parameters import read_parameters
from kb.views.site import SERVICE_NAME, live_generation
from kb.workspaces.transfer import write_transfer

bp = Blueprint("bid_files", __name__)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCUMENTS = {"pack": make_pack, "summary": make_partner_summary}


def read_facts(token: str) -> tuple[Bid, PackFacts]:
    """What the files of a workspace are made of. The site's own address is in them, the workspace's link is not."""
    read_parameters(())
    bid = open_bid(token)
    documents = live_generation().catalogue.list_documents()
    site = request.url_root.rstrip("/")
    return bid, gather_facts(bid.workspace, bid.live, bid.health.checks, documents, site, read_now())


def send_file(bid: Bid, content: bytes, name: str, mimetype: str) -> Response:
    """A file to keep, named after the scheme."""
    stem = re.sub(r"[^a-z0-9]+", "-", bid.title.lower()).strip("-")[:40].strip("-") or "joint-bid"
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{stem}-{name}"'
    return response


@bp.get("/bids/<token>/<any(pack,summary):name>")
def show_document(token: str, name: str) -> str:
    """The pack, or the summary for heads, as a page that prints well."""
    bid, facts = read_facts(token)
    pack: Pack = DOCUMENTS[name](facts)
    return render_bid("bid_pack.html", pack.title, bid, pack=pack, word_url=bid.url(f"{name}.docx"))


@bp.get("/bids/<token>/<any(pack,summary):name>.docx")
def send_word(token: str, name: str) -> Response:
    """The same as a Word file."""
    bid, facts = read_facts(token)
    names = {"pack": "bid-pack.docx", "summary": "summary-for-heads.docx"}
    return send_file(bid, write_word(DOCUMENTS[name](facts), facts.now), names[name], WORD)


@bp.get("/bids/<token>/budget.csv")
def send_budget(token: str) -> Response:
    """The budget as a table."""
    bid, facts = read_facts(token)
    return send_file(bid, write_budget_table(facts), "budget.csv", "text/csv")


@bp.get("/bids/<token>/plan.csv")
def send_plan(token: str) -> Response:
    """The plan as a table."""
    bid, facts = read_facts(token)
    return send_file(bid, write_plan_table(facts), "plan.csv", "text/csv")


@bp.get("/bids/<token>/plan.ics")
def send_calendar(token: str) -> Response:
    """The plan as a calendar."""
    bid, facts = read_facts(token)
    return send_file(bid, write_plan_calendar(facts), "plan.ics", "text/calendar")


@bp.get("/bids/<token>/export.json")
def send_everything(token: str) -> Response:
    """All entries as a file that another installation can import."""
    read_parameters(())
    bid = open_bid(token)
    written = write_transfer(bid.workspace, SERVICE_NAME, live_generation().id, read_now())
    return send_file(bid, written.encode(), "bid.json", "application/json")
