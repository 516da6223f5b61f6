"""The plan and the rota of a joint bid: tasks in order, dates that have moved, whose turn it is."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from kb.views.bid_guard import bid_store
from kb.views.bid_site import Bid, add_entry, go_to, open_to_edit, read_now
from kb.views.bid_streams import plan_stream
from kb.views.site import today
from kb.workspaces.entries import Task, Turn
from kb.workspaces.plan_start import MovedTask, list_moved_tasks
from kb.workspaces.rota import make_rota
from kb.workspaces.store import EditConflict
from kb.workspaces.turns import StreamDates, propose_turns

bp = Blueprint("bid_plan", __name__)


def list_plan_values(bid: Bid) -> dict[str, Any]:
    """The tasks by their dates, those without one last; and those whose dates no longer agree with the closing day."""
    tasks = bid.workspace.list_items(Task)
    return {
        "tasks": sorted(tasks, key=lambda item: (item.value.due or date.max, item.value.starts or date.max)),
        "moved": list_moved(bid),
    }


def list_moved(bid: Bid) -> list[MovedTask]:
    """The tasks of every stream whose usual dates are others now."""
    open_streams = [stream for stream in bid.live.streams if stream.is_open and stream.no_bid is None]
    return [
        moved
        for stream in open_streams
        for moved in list_moved_tasks(bid.workspace, stream.item, plan_stream(bid, stream))
    ]


@bp.post("/bids/<token>/plan/moved")
def move_tasks(token: str) -> Response:
    """Give the ticked tasks the dates that the plan counts now."""
    bid = open_to_edit(token)
    ticked = set(request.form.getlist("task"))
    saved = 0
    for moved in list_moved(bid):
        if moved.item.id in ticked:
            try:
                bid_store().save_entry(bid.id, moved.item.id, moved.proposed, moved.item.revision, read_now())
            except EditConflict:
                continue  # somebody is at work on it: it stays as they have it
            saved += 1
    return go_to(bid.url("plan"), f"{saved} of the tasks have new dates." if saved else "No dates were changed.")


def list_rota_values(bid: Bid) -> dict[str, Any]:
    """Whose turn it is, with the load of each partner; and turns that the streams give rise to."""
    return {"rota": make_rota(bid.workspace, today()), "proposed": list_proposed(bid)}


def list_proposed(bid: Bid) -> list[Turn]:
    """The turns that the rota lacks."""
    dates = [StreamDates(stream.item, stream.record, stream.closing.day) for stream in bid.live.live_streams]
    return propose_turns(bid.workspace, dates, today())


@bp.post("/bids/<token>/rota/proposed")
def add_turns(token: str) -> Response:
    """Add the proposed turns that were ticked, by what they are and when."""
    bid = open_to_edit(token)
    ticked = set(request.form.getlist("turn"))
    chosen = [turn for turn in list_proposed(bid) if f"{turn.due.isoformat()} {turn.what}" in ticked]
    if chosen:
        add_entry(bid, list(chosen))
    return go_to(bid.url("rota"), f"Added {len(chosen)} to the rota." if chosen else "Nothing was added.")
