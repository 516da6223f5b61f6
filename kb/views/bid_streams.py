"""Funding streams of a joint bid: choose one, answer the questions of its rules, start the plan from it."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from kb.eligibility.findings import Ask
from kb.errors import RecordNotFound
from kb.index import parse_query
from kb.queries.calendar_days import BankHolidays
from kb.queries.match import MatchedStream, match_streams
from kb.queries.match_request import MatchRequest
from kb.queries.search import make_lookup
from kb.records.funding import FundingStream
from kb.records.model import MAX_ID
from kb.views.bid_guard import bid_store
from kb.views.bid_site import (
    Bid,
    EntryNotFound,
    add_entry,
    find_entry,
    go_to,
    open_to_edit,
    read_now,
    read_revision,
    render_bid,
    section_url,
)
from kb.views.match import GROUP_MEANINGS, GROUP_TITLES
from kb.views.parameters import read_parameters
from kb.views.site import live_generation, today
from kb.workspaces.changed import list_record_changes
from kb.workspaces.choosing import choose_stream
from kb.workspaces.entries import Stream
from kb.workspaces.live import LiveStream
from kb.workspaces.plan_start import PlanBasis, StartedPlan, find_missing_tasks, is_joint, start_tasks
from kb.workspaces.sections import find_section
from kb.workspaces.store import EditConflict
from kb.workspaces.workspace import Item

bp = Blueprint("bid_streams", __name__)
MAX_QUERY = 200
OFFERED = ("eligible", "check", "reaches-you")  # what a bid may rest on; the rest stands in a fold
FIRST_OFFERED = 12  # of a group


def list_stream_values(bid: Bid) -> dict[str, Any]:
    """What the page of the chosen streams shows beside their entries."""
    vocabulary = live_generation().catalogue.vocabulary
    changes = {
        stream.item.id: list_record_changes(stream.item.value, stream.record, vocabulary) for stream in bid.live.streams
    }
    missing = {
        stream.item.id: len(find_missing_tasks(bid.workspace, stream.item, plan_stream(bid, stream)))
        for stream in bid.live.streams
        if stream.is_open and stream.no_bid is None
    }
    members = bid.live.applicants.members if bid.live.applicants else ()
    return {
        "changes": changes,
        "missing_tasks": missing,
        "group_titles": GROUP_TITLES,
        "ask_url": partial(find_ask_url, bid),
        "member_names": {member.id: member.name for member in members},
    }


def find_ask_url(bid: Bid, ask: Ask) -> str:
    """Where a question of what a partner is can be answered: the input of that name in the partner's form."""
    name, _, member = ask.parameter.partition(".")
    entry_id = bid.live.partner_of.get(f"urn:{member}") or bid.live.partner_of.get(member)
    return f"{bid.entry_url(entry_id)}#{name}" if entry_id else bid.url("partners")


def plan_stream(bid: Bid, stream: LiveStream) -> StartedPlan:
    """The tasks that a chosen stream's backwards plan gives, or why there are none."""
    catalogue = live_generation().catalogue
    basis = PlanBasis(catalogue.list_plan_steps(), catalogue.list_school_holidays(), BankHolidays())
    lead = bid.workspace.lead.value.name if bid.workspace.lead else ""
    return start_tasks(stream.item, stream.record, basis, is_joint(bid.workspace, stream.record), lead, today())


def find_stream(bid: Bid, entry_id: str) -> LiveStream:
    """A chosen stream as it stands today; raises EntryNotFound."""
    stream = bid.live.find_stream(entry_id)
    if stream is None:
        raise EntryNotFound
    return stream


@bp.get("/bids/<token>/streams/add")
def show_offer(token: str) -> str:
    """Every programme with its verdict for this set, what fits first; or those that a search finds."""
    bid = open_to_edit(token)
    text = read_text()
    return render_offer(bid, text)


def read_text() -> str:
    """What to look for, "" for everything."""
    return read_parameters(("q", "show")).get("q", "")[:MAX_QUERY]


def render_offer(bid: Bid, text: str, wrong: str = "", typed: str = "") -> str:
    """The page to choose from; `wrong` says why a typed id cannot be used."""
    chosen = {item.value.stream for item in bid.workspace.streams}
    return render_bid(
        "bid_choose_stream.html",
        "Choose a funding stream",
        bid,
        find_section(Stream.kind),
        text=text,
        groups=list_offer(bid, text),
        first=None if text or request.args.get("show") else FIRST_OFFERED,
        offered=OFFERED,
        group_titles=GROUP_TITLES,
        group_meanings=GROUP_MEANINGS,
        chosen=chosen,
        wrong=wrong,
        typed=typed,
    )


def list_offer(bid: Bid, text: str) -> dict[str, list[MatchedStream] | list[FundingStream]]:
    """The programmes that can still be applied for, by group; without partners all of them in one group, ""."""
    generation = live_generation()
    if bid.live.applicants is None:
        wanted = find_wanted(text)
        streams = generation.catalogue.list_funding_streams()
        current = [each for each in streams if not each.is_mechanism and each.status not in ("closed", "historic")]
        return {"": [each for each in current if wanted is None or each.id in wanted]}
    results = match_streams(generation, bid.live.applicants, today(), MatchRequest(text=text))
    return {group: list(found) for group, found in results.groups.items() if found}


def find_wanted(text: str) -> set[str] | None:
    """The ids of the streams that a search finds; None for no search."""
    if not text:
        return None
    generation = live_generation()
    funding = generation.derive(make_lookup).sets.get("type", {}).get("funding", 0)
    hits = generation.index.find(parse_query(text))
    return {card.id for card in generation.catalogue.list_cards(hits.rank(funding))}


@bp.post("/bids/<token>/streams/add")
def choose(token: str) -> Response | tuple[str, int]:
    """Add a stream by its id, with what its record says now."""
    bid = open_to_edit(token)
    given = request.form.get("stream", "").strip().removesuffix("/").rsplit("/", 1)[-1][: MAX_ID + 1]
    try:
        record = live_generation().catalogue.get_funding_stream(given)
    except RecordNotFound:
        return render_offer(bid, "", f"There is no stream “{given[:60]}”. Search for it by its title.", given), 404
    if record.is_mechanism:
        wrong = f"{record.title} is a way to keep something going: choose it under When the money ends."
        return render_offer(bid, "", wrong, given), 400
    there = next((item for item in bid.workspace.streams if item.value.stream == record.id), None)
    if there is not None:
        return go_to(section_url(bid, "stream", there.id), f"{record.title} is in the bid already.")
    (entry_id,) = add_entry(bid, [choose_stream(record, live_generation())])
    return go_to(section_url(bid, "stream", entry_id), f"Added: {record.title}.")


@bp.post("/bids/<token>/streams/<entry_id>/answer")
def answer(token: str, entry_id: str) -> Response:
    """Keep the partners' answer to a question of a stream's rules, or take it back."""
    bid = open_to_edit(token)
    item = find_stream(bid, entry_id).item
    rule, _, said = request.form.get("answer", "").partition(":")
    if said not in ("yes", "no", "open") or len(rule) > 80:
        return go_to(section_url(bid, "stream", entry_id))
    answers = {key: value for key, value in item.value.answers.items() if key != rule}
    if said != "open":
        answers[rule] = said == "yes"
    return save_stream(bid, item, item.value.model_copy(update={"answers": answers}), "Answer saved.")


@bp.post("/bids/<token>/streams/<entry_id>/seen")
def take_record(token: str, entry_id: str) -> Response:
    """The partners have seen what changed in a stream's record: keep what it says now."""
    bid = open_to_edit(token)
    stream = find_stream(bid, entry_id)
    if stream.record is None:
        return go_to(section_url(bid, "stream", entry_id))
    now = choose_stream(stream.record, live_generation())
    seen = stream.item.value.model_copy(update={"facts": now.facts, "generation": now.generation})
    return save_stream(bid, stream.item, seen, "The record is kept as it is now.")


def save_stream(bid: Bid, item: Item[Stream], value: Stream, says: str) -> Response:
    """Save a stream from a button; whoever was faster is not overwritten."""
    where = section_url(bid, "stream", item.id)
    try:
        bid_store().save_entry(bid.id, item.id, value, read_revision(), read_now())
    except EditConflict:
        return go_to(where, "Somebody else changed this stream meanwhile. Nothing was saved: look at it and try again.")
    return go_to(where, says)


@bp.post("/bids/<token>/streams/<entry_id>/plan")
def start_plan(token: str, entry_id: str) -> Response:
    """Add the tasks of a stream's backwards plan that the bid does not have yet."""
    bid = open_to_edit(token)
    find_entry(bid, entry_id)
    stream = find_stream(bid, entry_id)
    started = plan_stream(bid, stream)
    missing = find_missing_tasks(bid.workspace, stream.item, started)
    if not started.tasks:
        return go_to(section_url(bid, "stream", entry_id), started.says)
    if not missing:
        return go_to(bid.url("plan"), f"The plan has every step of {stream.title} already.")
    add_entry(bid, list(missing), "plan started")
    count = f"{len(missing)} task{'' if len(missing) == 1 else 's'}"
    return go_to(bid.url("plan"), f"Added {count} for {stream.title}. {started.says}")
