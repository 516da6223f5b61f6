"""What every page of a joint bid has at hand: the workspace behind the link, what is known of it, its checks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cached_property

from flask import Response, current_app, flash, g, redirect, request

from kb.errors import KbError
from kb.generations import Generation
from kb.register import Register
from kb.views.bid_guard import ReadOnlyLink, bid_store, need_key
from kb.views.site import live_generation, render_page, today
from kb.workspaces.budget import Budget, add_up
from kb.workspaces.entries import KINDS, Entry, Lead, Need, Partner
from kb.workspaces.health import LEVELS, HealthCheck, HealthReport, examine
from kb.workspaces.live import LiveFacts, read_live
from kb.workspaces.sections import SECTIONS, Section, find_section
from kb.workspaces.store import OpenWorkspace
from kb.workspaces.words import Names, gather_names
from kb.workspaces.workspace import Item, Workspace

WARN_FOR = timedelta(days=60)  # before a workspace expires


def read_titles(generation: Generation) -> dict[str, str]:
    """The titles of all streams, mechanisms and case studies, by id."""
    catalogue = generation.catalogue
    return dict([*catalogue.list_titles("funding"), *catalogue.list_titles("case-study")])


class EntryNotFound(KbError):
    """An entry that a bid does not have, or no longer."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody may have removed it, or put back an earlier version. The history of the bid says what changed, "
            "and puts it back."
        )


class Bid:
    """A workspace opened by a link. What is worked out from it is worked out once a request."""

    def __init__(self, token: str, opened: OpenWorkspace) -> None:
        self.token = token
        self.opened = opened

    @property
    def id(self) -> int:
        """Its id in the store."""
        return self.opened.id

    @property
    def may_edit(self) -> bool:
        """True for the edit link."""
        return self.opened.may_edit

    @property
    def workspace(self) -> Workspace:
        """What it holds."""
        return self.opened.workspace

    @property
    def title(self) -> str:
        """The name of the scheme."""
        return self.workspace.title

    def url(self, *parts: str) -> str:
        """The path of one of its pages."""
        return "/".join(("/bids", self.token, *parts))

    def entry_url(self, entry_id: str) -> str:
        """The path of the form of one entry."""
        return self.url("entry", entry_id)

    @cached_property
    def live(self) -> LiveFacts:
        """What the knowledge base and the register say of it today."""
        register: Register = current_app.config["REGISTER"]
        return read_live(self.workspace, live_generation(), register, today())

    @cached_property
    def names(self) -> Names:
        """What its entries and the records they refer to are called."""
        generation = live_generation()
        return gather_names(self.workspace, generation.catalogue.vocabulary, generation.derive(read_titles))

    @cached_property
    def budget(self) -> Budget:
        """Its budget added up."""
        return add_up(self.workspace)

    @cached_property
    def health(self) -> HealthReport:
        """What is wrong with it, cannot be told or is still to do, the worst first; and what is fine."""
        return examine(self.workspace, self.live, today())

    @property
    def expires_on(self) -> date:
        """The day on which it is deleted unless somebody uses it."""
        return self.opened.expires.date()

    @property
    def expires_soon(self) -> bool:
        """True in the last weeks before that."""
        return self.opened.expires - read_now() < WARN_FOR


# Where a check is mended that names no entry, or whose entry has a better place: path below the bid.
MEND_AT = {
    "no-partner": "partners/add",
    "no-stream": "streams/add",
    "no-outcome": "outcomes/new?kind=outcome",
    "no-figure": "need/new?kind=figure",
    "no-budget": "budget/new?kind=line",
    "no-evidence": "evidence/add",
    "point-missing": "agreement/new?kind=point",
    "no-task": "streams",
}
MEND_SINGLE: dict[str, type[Entry]] = {"no-need": Need, "no-lead": Lead, "lead-unable": Lead}
IN_FORM = ("amount-range", "closing-passed", "no-closing-date")  # of the checks on streams


def find_mend_url(bid: Bid, check: HealthCheck) -> str:
    """The page on which a check can be mended: the form of its entry, or for readers where the entry stands."""
    entry = bid.workspace.find_item(check.entry_id) if check.entry_id else None
    if bid.may_edit and check.rule in MEND_SINGLE:
        return bid.entry_url(bid.workspace.get_single(MEND_SINGLE[check.rule]).id)
    if bid.may_edit and check.rule in MEND_AT:
        return bid.url(MEND_AT[check.rule])
    if entry is None:
        return bid.url(check.section)
    if bid.may_edit and (check.section != "streams" or check.rule in IN_FORM):
        return bid.entry_url(entry.id)
    return section_url(bid, entry.value.kind, entry.id)


def read_now() -> datetime:
    """The time of this request."""
    now: datetime = current_app.config["CLOCK"]()
    return now


def open_bid(token: str) -> Bid:
    """The workspace of a link, opened once a request; raises WorkspaceNotFound."""
    if "bid" not in g:
        g.bid = Bid(token, bid_store().open(token, read_now()))
    bid: Bid = g.bid
    return bid


def open_to_edit(token: str) -> Bid:
    """The workspace of an edit link; a read link is refused with 403."""
    bid = open_bid(token)
    if not bid.may_edit:
        raise ReadOnlyLink
    need_key()
    return bid


def find_entry(bid: Bid, entry_id: str) -> Item[Entry]:
    """The entry with an id; raises EntryNotFound."""
    item = bid.workspace.find_item(entry_id)
    if item is None:
        raise EntryNotFound
    return item


def render_bid(template: str, title: str, bid: Bid, section: Section | None = None, **values: object) -> str:
    """A page of a workspace, with its menu and its checks."""
    if bid.may_edit:
        need_key()
    return render_page(
        template,
        title,
        bid=bid,
        section=section,
        sections=SECTIONS,
        kinds=KINDS,
        levels=LEVELS,
        mend_url=find_mend_url,
        names=bid.names,
        **values,
    )


def go_to(address: str, says: str = "") -> Response:
    """Send the browser on after a form was taken, with a sentence for the next page."""
    if says:
        flash(says)
    return redirect(address, 303)  # type: ignore[return-value]


def section_url(bid: Bid, item_kind: str, entry_id: str = "") -> str:
    """Where an entry of a kind is shown."""
    return bid.url(find_section(item_kind).name) + (f"#entry-{entry_id}" if entry_id else "")


def read_revision(name: str = "revision") -> int:
    """The revision that a form started from; 0, which is always stale, if it is not a number."""
    given = request.form.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def add_entry(bid: Bid, entries: list[Entry], note: str = "") -> list[str]:
    """Save new entries; returns their ids. A partner is in the bid from today."""
    dated = [entry.model_copy(update={"joined": today()}) if isinstance(entry, Partner) else entry for entry in entries]
    return bid_store().add_entries(bid.id, dated, read_now(), note)


def say_stamp(at: datetime) -> str:
    """A time for readers: "22 November 2026, 14:05"."""
    return f"{at.day} {at:%B %Y}, {at:%H:%M}"
