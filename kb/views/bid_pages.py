"""The pages of a joint bid to read: overview, the parts, the checks, the history."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response

from kb.errors import RecordNotFound
from kb.queries.request import BadSearchRequest, RequestProblem
from kb.views.bid_guard import bid_store
from kb.views.bid_plan import list_plan_values, list_rota_values
from kb.views.bid_site import (
    Bid,
    EntryNotFound,
    go_to,
    open_bid,
    open_to_edit,
    read_now,
    read_revision,
    render_bid,
)
from kb.views.bid_streams import list_stream_values
from kb.views.parameters import read_parameters
from kb.views.site import live_generation
from kb.workspaces.changes import describe_change, summarise_change
from kb.workspaces.sections import SECTIONS
from kb.workspaces.store import Change, EditConflict
from kb.workspaces.words import gather_names, list_entry_facts, name_entry

bp = Blueprint("bid_pages", __name__)
NAMES = ",".join(section.name for section in SECTIONS)
KINDS_OF = {section.name: section.kinds for section in SECTIONS}
VERSIONS_SHOWN = 25
NOTES = {"started": "Started", "imported": "Imported from a file"}


@bp.get("/bids/<token>")
def show_overview(token: str) -> str:
    """The whole at a glance."""
    read_parameters(())
    bid = open_bid(token)
    return render_bid("bid_overview.html", bid.title, bid, counts={name: list_counts(bid, name) for name in KINDS_OF})


def list_counts(bid: Bid, section: str) -> list[tuple[int, str]]:
    """How many entries of each kind a section has, with what one is called."""
    kinds = [model for model in KINDS_OF[section] if not model.single]
    return [(len(bid.workspace.list_items(model)), model.noun) for model in kinds]


@bp.get(f"/bids/<token>/<any({NAMES}):name>")
def show_section(token: str, name: str) -> str:
    """One part of the bid."""
    read_parameters(())
    bid = open_bid(token)
    section = next(each for each in SECTIONS if each.name == name)
    values: dict[str, Any] = {}
    if name == "streams":
        values = list_stream_values(bid)
    elif name == "plan":
        values = list_plan_values(bid)
    elif name == "rota":
        values = list_rota_values(bid)
    items = {model.kind: bid.workspace.list_items(model) for model in section.kinds}
    return render_bid(
        "bid_section.html",
        section.title,
        bid,
        section,
        items=items,
        list_facts=lambda item: list_entry_facts(item.value, bid.names),
        **values,
    )


@bp.get("/bids/<token>/health")
def show_health(token: str) -> str:
    """Every check: what is wrong, what cannot be told, what is still to do, and what is fine."""
    read_parameters(())
    bid = open_bid(token)
    return render_bid("bid_health.html", "Health checks", bid)


@bp.get("/bids/<token>/history")
def show_history(token: str) -> str:
    """What changed and when; who did it is not known."""
    given = read_parameters(("before",)).get("before", "")
    if given and not (given.isascii() and given.isdigit() and len(given) < 10):
        raise BadSearchRequest([RequestProblem("before", f'"{given[:60]}" is not a version. Write a whole number')])
    bid = open_bid(token)
    changes = bid_store().list_changes(bid.id, int(given) if given else None, VERSIONS_SHOWN)
    versions: dict[int, list[Change]] = {}
    for change in changes:
        versions.setdefault(change.version, []).append(change)
    oldest = min(versions, default=1)
    return render_bid(
        "bid_history.html",
        "History",
        bid,
        versions=[(version, found[0], list_lines(bid, found)) for version, found in versions.items()],
        notes=NOTES,
        older=f"{bid.url('history')}?before={oldest}" if oldest > 1 else "",
    )


def list_lines(bid: Bid, changes: list[Change]) -> list[tuple[str, list[Any]]]:
    """Each change of a version in one line, with its fields before and after."""
    if changes[0].version == 1:
        return []
    return [
        (
            summarise_change(change.kind, change.before, change.after, bid.names),
            describe_change(change.kind, change.before, change.after, bid.names),
        )
        for change in changes
    ]


@bp.get("/bids/<token>/history/<int:version>")
def show_version(token: str, version: int) -> str:
    """The bid as it was at a version."""
    read_parameters(())
    return render_version(open_bid(token), version)


def render_version(bid: Bid, version: int, changed: bool = False) -> str:
    """A version with the button that puts it back; `changed`: somebody saved something meanwhile."""
    if version > 2**31:
        raise EntryNotFound
    try:
        old = bid_store().read_version(bid.id, version)
    except RecordNotFound:
        raise EntryNotFound from None
    names = gather_names(old, live_generation().catalogue.vocabulary, bid.names.titles)
    parts = [
        (
            section,
            [
                (name_entry(item.value, names), list_entry_facts(item.value, names))
                for model in section.kinds
                for item in old.list_items(model)
            ],
        )
        for section in SECTIONS
    ]
    return render_bid(
        "bid_version.html", f"Version {version}", bid, version=version, parts=parts, changed=changed, old=old
    )


@bp.post("/bids/<token>/history/<int:version>")
def put_back(token: str, version: int) -> Response:
    """Make the bid what it was at a version, as a new version."""
    bid = open_to_edit(token)
    try:
        bid_store().put_back(bid.id, version, read_revision("version"), read_now())
    except EditConflict:
        return make_response(render_version(bid, version, changed=True), 409)
    except RecordNotFound:
        raise EntryNotFound from None
    return go_to(bid.url("history"), f"Version {version} is back. What was there until now is in the history.")
