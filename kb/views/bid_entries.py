"""Add, change and remove one entry of a joint bid; where two people changed it, both versions and a choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, make_response, request

from kb.errors import RecordNotFound
from kb.views.bid_guard import bid_store
from kb.views.bid_options import Options, list_choices
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
from kb.views.parameters import read_parameters
from kb.views.site import live_generation
from kb.workspaces.conflict import compare_versions, list_referring, merge_forms
from kb.workspaces.entries import KINDS, SCHOOL_FIELDS, Entry, Evidence, Partner
from kb.workspaces.forms import NOT_TYPED, FormField, FormProblem, list_fields, parse_form, write_blank, write_form
from kb.workspaces.sections import SECTIONS, find_section
from kb.workspaces.store import EditConflict
from kb.workspaces.words import get_widget, list_entry_facts, name_entry
from kb.workspaces.workspace import Item

bp = Blueprint("bid_entries", __name__)
NAMES = ",".join(section.name for section in SECTIONS)
PREFILLED = ("stream", "case", "body")  # inputs that a link to a new form may fill in
PICK = "pick."  # before the name of a field whose version was chosen


@bp.get(f"/bids/<token>/<any({NAMES}):section>/new")
def show_new(token: str, section: str) -> str:
    """An empty form for a new entry."""
    bid = open_to_edit(token)
    given = read_parameters(("kind", *PREFILLED))
    model = find_model(section, given.get("kind", ""))
    form = write_blank(model) | {name: given[name] for name in PREFILLED if name in given}
    return render_form(bid, model, form, new=True)


@bp.post(f"/bids/<token>/<any({NAMES}):section>/new")
def add(token: str, section: str) -> Response:
    """Save a new entry."""
    bid = open_to_edit(token)
    model = find_model(section, request.form.get("kind", ""))
    parsed = parse_form(model, request.form, live_generation().catalogue.vocabulary, list_choices(bid), keep_new(model))
    if parsed.entry is None:
        return make_response(render_form(bid, model, request.form, parsed.problems, new=True), 400)
    (entry_id,) = add_entry(bid, [parsed.entry])
    return go_to(section_url(bid, model.kind, entry_id), f"Added: {model.noun}.")


@bp.get("/bids/<token>/entry/<entry_id>")
def show_form(token: str, entry_id: str) -> str:
    """The form of an entry as it is."""
    bid = open_to_edit(token)
    item = find_entry(bid, entry_id)
    return render_form(bid, type(item.value), write_form(item.value), item=item)


@bp.post("/bids/<token>/entry/<entry_id>")
def save(token: str, entry_id: str) -> Response:
    """Save an entry; if somebody changed it meanwhile, show both versions."""
    bid = open_to_edit(token)
    item = bid.workspace.find_item(entry_id)
    model = type(item.value) if item else KINDS.get(request.form.get("kind", ""))
    if model is None:
        raise EntryNotFound
    form: Mapping[str, str] = request.form
    if item and any(name.startswith(PICK) for name in form):
        picked = {name.removeprefix(PICK): value for name, value in form.items() if name.startswith(PICK)}
        form = merge_forms(model, form, write_form(item.value), picked)
    if request.form.get("step") == "edit" and item:
        return make_response(render_form(bid, model, form, item=item, beside=request.form.get("beside", "")))
    kept = keep_hidden(item.value) if item else keep_new(model)
    parsed = parse_form(model, form, live_generation().catalogue.vocabulary, list_choices(bid), kept)
    if parsed.entry is None:
        return make_response(render_form(bid, model, form, parsed.problems, item=item), 400)
    if item is None and request.form.get("step") == "add":
        (entry_id,) = add_entry(bid, [parsed.entry])
        return go_to(section_url(bid, model.kind, entry_id), f"Added again: {model.noun}.")
    try:
        bid_store().save_entry(bid.id, entry_id, parsed.entry, read_revision(), read_now())
    except EditConflict as conflict:
        return answer_conflict(bid, entry_id, parsed.entry, form, conflict)
    return go_to(section_url(bid, model.kind, entry_id), f"Saved: {model.noun}.")


def answer_conflict(bid: Bid, entry_id: str, mine: Entry, form: Mapping[str, str], conflict: EditConflict) -> Response:
    """Both versions beside each other. Nothing is saved yet, and nothing is lost: mine is in the page."""
    base = find_base(bid, entry_id)
    theirs = conflict.theirs.value if conflict.theirs else None
    page = render_bid(
        "bid_conflict.html",
        "Somebody else changed this too",
        bid,
        find_section(mine.kind),
        entry_id=entry_id,
        mine=mine,
        theirs=conflict.theirs,
        facts=list_entry_facts(mine, bid.names),
        rows=compare_versions(mine, theirs, base, bid.names) if theirs else [],
        typed=list_typed(type(mine), form),
        called=name_entry(mine, bid.names),
    )
    return make_response(page, 409)


def find_base(bid: Bid, entry_id: str) -> Entry | None:
    """The entry as it was when the form was opened; None if nobody can tell."""
    try:
        item = bid_store().read_version(bid.id, read_revision()).find_item(entry_id)
    except RecordNotFound:
        return None
    return item.value if item else None


def list_typed(model: type[Entry], form: Mapping[str, str]) -> list[tuple[str, str]]:
    """The inputs of an entry's form as they were typed, to be sent along."""
    names = {field.name for field in list_fields(model)}
    return [(name, value) for name, value in form.items() if name in names or name.startswith(("payer-", "pounds-"))]


@bp.get("/bids/<token>/entry/<entry_id>/remove")
def show_removal(token: str, entry_id: str) -> str:
    """What is to be removed, and what refers to it."""
    bid = open_to_edit(token)
    return render_removal(bid, find_entry(bid, entry_id))


def render_removal(bid: Bid, item: Item[Entry], changed: bool = False) -> str:
    """The page that asks; `changed`: somebody changed it since it was asked first."""
    if item.value.single:
        abort(404)
    return render_bid(
        "bid_remove.html",
        f"Remove this {item.value.noun}?",
        bid,
        find_section(item.value.kind),
        item=item,
        facts=list_entry_facts(item.value, bid.names),
        referring=[(each, name_entry(each.value, bid.names)) for each in list_referring(bid.workspace, item.id)],
        changed=changed,
    )


@bp.post("/bids/<token>/entry/<entry_id>/remove")
def remove(token: str, entry_id: str) -> Response:
    """Remove an entry; the history keeps it."""
    bid = open_to_edit(token)
    item = bid.workspace.find_item(entry_id)
    if item is None:
        return go_to(bid.url(), "That was removed already.")
    try:
        bid_store().remove_entry(bid.id, entry_id, read_revision(), read_now())
    except EditConflict as conflict:
        now = conflict.theirs or item
        return make_response(render_removal(bid, now, changed=True), 409)
    says = f"Removed: {item.value.noun}. The history keeps it."
    return go_to(section_url(bid, item.value.kind), says)


def find_model(section: str, kind: str) -> type[Entry]:
    """The kind of entry to add to a section; answers 404 for one that it does not hold or that nobody adds."""
    held = next(each for each in SECTIONS if each.name == section).kinds
    model = next((model for model in held if model.kind == kind and not model.single), None)
    if model is None or kind == "stream":  # streams are chosen from a list, see bid_streams.py
        abort(404)
    return model


def keep_hidden(entry: Entry) -> dict[str, Any]:
    """The values of an entry that no form shows."""
    model = type(entry)
    return {name: getattr(entry, name) for name in model.model_fields if get_widget(model, name) in NOT_TYPED}


def keep_new(model: type[Entry]) -> dict[str, Any]:
    """What a new entry has beside what is typed: the case that was chosen for it; a body of a kind has no number."""
    if model is Evidence:
        case_id = request.form.get("case", "")
        live_generation().catalogue.get_case_study(case_id)
        return {"case": case_id}
    return {"urn": None} if model is Partner else {}


def is_out_of_place(field: FormField, item: Item[Entry] | None) -> bool:
    """True for an input that asks a body which is no school for the figures of one."""
    partner = item.value if item else None
    return isinstance(partner, Partner) and partner.body != "school" and field.name in SCHOOL_FIELDS


def render_form(
    bid: Bid,
    model: type[Entry],
    form: Mapping[str, str],
    problems: tuple[FormProblem, ...] = (),
    item: Item[Entry] | None = None,
    new: bool = False,
    beside: str = "",
) -> str:
    """A form with its values and what is wrong with them."""
    section = find_section(model.kind)
    heading = f"Add: {model.noun}" if new else f"Change: {model.noun}"
    # A form that was sent goes on from the revision it was opened at, not from the one that is there now.
    revision = read_revision() if request.method == "POST" else item.revision if item else 0
    return render_bid(
        "bid_form.html",
        heading,
        bid,
        section,
        model=model,
        fields=[field for field in list_fields(model) if not is_out_of_place(field, item)],
        form=form,
        problems=problems,
        wrong={problem.name: problem.says for problem in problems},
        item=item,
        new=new,
        revision=revision,
        options=Options(bid),
        beside=beside,
        action=bid.url(section.name, "new") if new else bid.entry_url(item.id if item else request.path.split("/")[-1]),
    )
