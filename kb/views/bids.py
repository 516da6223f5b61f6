"""/bids: what a joint bid is here; start one from nothing, from a shortlist or a match, or from a file."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import SystemRandom

from flask import Blueprint, Response, make_response, request, session
from flask.blueprints import BlueprintSetupState

from kb.eligibility.facts import Member
from kb.queries.match_request import parse_match_request
from kb.queries.request import IGNORED, IGNORED_PREFIXES, BadSearchRequest, RequestProblem
from kb.queries.shortlist import (
    MAX_SHORTLIST,
    PARAMETER,
    Shortlist,
    explain_unknown,
    list_records,
    parse_shortlist,
)
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream
from kb.views.bid_guard import bid_store, need_key
from kb.views.bid_site import read_now, say_stamp
from kb.views.match import read_applicants
from kb.views.shortlist_links import NO_SHORTLIST, keep_shortlist
from kb.views.site import hash_file, live_generation, render_page
from kb.workspaces.choosing import choose_member, choose_records
from kb.workspaces.entries import About, Entry, Lead
from kb.workspaces.forms import FormProblem, parse_form
from kb.workspaces.limits import CREATIONS, KEPT_FOR
from kb.workspaces.store import Links
from kb.workspaces.transfer import make_ids, remap_entries
from kb.workspaces.transfer_read import TransferProblems, read_transfer
from kb.workspaces.words import write_year
from kb.workspaces.workspace import start_entries

bp = Blueprint("bids", __name__)
FROM_MATCH = ("urn", "partner", "lead")
ACCEPTED = (PARAMETER, *FROM_MATCH)
MARK = "once"  # the input of a form that starts a bid by which a repeat is told
MARK_SIZE = 16
Record = FundingStream | CaseStudy


@dataclass(frozen=True)
class Wanted:
    """What a new workspace begins with: records of a shortlist, and the members of a match with their lead.

    `mechanisms` are on the shortlist but not taken. `pairs` are the parameters that ask for all this.
    """

    shortlist: Shortlist = NO_SHORTLIST
    records: tuple[Record, ...] = ()
    mechanisms: tuple[FundingStream, ...] = ()
    members: tuple[Member, ...] = ()
    lead: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def is_whole(self) -> bool:
        """True when every record that was asked for is there."""
        return not (self.shortlist.unknown or self.shortlist.left_out)


@bp.get("/bids")
def show_start() -> str:
    """What a workspace is, and the forms that start one."""
    wanted = read_wanted(request.args.items(multi=True))
    return render_start(wanted)


def render_start(
    wanted: Wanted, title: str = "", problems: Iterable[FormProblem] = (), refused: Sequence[str] = ()
) -> str:
    """The page with its forms; `problems` are of the title, `refused` of a file."""
    need_key()
    return render_page(
        "bids.html",
        "Joint bids",
        wanted=wanted,
        not_found=explain_unknown(wanted.shortlist, live_generation()),
        most=MAX_SHORTLIST,
        mark=make_mark(),
        titled=title,
        problems=list(problems),
        refused=refused,
        kept_for=KEPT_FOR.days,
    )


@bp.post("/bids")
def start_bid() -> Response:
    """Start a workspace; its links are on the page that answers, and nowhere else."""
    wanted = read_wanted((name, value) for name, value in request.form.items(multi=True) if name in ACCEPTED)
    if was_started():
        return answer_started(wanted)
    vocabulary = live_generation().catalogue.vocabulary
    parsed = parse_form(About, request.form, vocabulary, {})
    if not isinstance(parsed.entry, About) or not wanted.is_whole:
        keep_shortlist(wanted.shortlist)
        return make_response(render_start(wanted, request.form.get("title", ""), parsed.problems), 400)
    return answer_links(create_bid(list_start_entries(parsed.entry, wanted)))


@bp.post("/bids/import")
def import_bid() -> Response:
    """Start a workspace from a file that another one was written to."""
    if was_started():
        return answer_started(Wanted())
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        return make_response(render_start(Wanted(), refused=["Choose a file that a joint bid was written to."]), 400)
    try:
        entries = read_transfer(content, live_generation().catalogue.vocabulary)
    except TransferProblems as error:
        return make_response(render_start(Wanted(), refused=list_refusals(error)), 400)
    ids = make_ids(len(entries), SystemRandom())
    return answer_links(create_bid(remap_entries(entries, ids), "imported"))


def list_refusals(error: TransferProblems) -> list[str]:
    """What is wrong with a file, a sentence each."""
    says = [str(problem) for problem in error.problems]
    return [*says, f"{error.more} more problems are not shown."] if error.more else says


def create_bid(entries: Sequence[tuple[str, Entry]], note: str = "started") -> Links:
    """Start a workspace for whoever asks, and note that this form has been used."""
    links = bid_store().create(entries, read_now(), request.remote_addr or "", note)
    if mark := read_mark():
        session[MARK] = [*session.get(MARK, ()), mark][-CREATIONS:]
    return links


def make_mark() -> str:
    """What tells one form from any other, so that sending it again starts no second bid."""
    return secrets.token_urlsafe(MARK_SIZE)[:MARK_SIZE]


def read_mark() -> str:
    """The mark of the form that was sent; "" for a form without one."""
    return request.form.get(MARK, "")[:MARK_SIZE]


def was_started() -> bool:
    """True for a form that has started a bid already: a page that was loaded again.

    The browser's own cookie remembers it, so nothing is stored of whose bid it is. Two at the same moment, as by a
    double click, both start one: only the page of the second is ever seen, and it has to show links.
    """
    return read_mark() in session.get(MARK, ())


def answer_started(wanted: Wanted) -> Response:
    """Nothing is started twice. The links cannot be shown again: only their hashes are kept."""
    page = render_page(
        "bid_started.html",
        "This bid has been started already",
        wanted=wanted,
        titled=request.form.get("title", ""),
        mark=make_mark(),
        may_repeat=request.endpoint == "bids.start_bid",
        kept_for=KEPT_FOR.days,
    )
    return make_response(page, 409)


def answer_links(links: Links, renewed: bool = False) -> Response:
    """The one page that shows both links."""
    root = request.url_root.rstrip("/")
    page = render_page(
        "bid_links.html",
        "Keep these two links",
        edit_path=f"/bids/{links.edit}",
        edit_url=f"{root}/bids/{links.edit}",
        read_url=f"{root}/bids/{links.read}",
        renewed=renewed,
        kept_for=KEPT_FOR.days,
    )
    return make_response(page, 200)


def read_wanted(pairs: Iterable[tuple[str, str]]) -> Wanted:
    """What the parameters of a page or a form ask to begin with; raises BadSearchRequest, RecordNotFound."""
    given = [(name, value.strip()) for name, value in pairs if value.strip()]
    known = (*ACCEPTED, *IGNORED)
    unknown = [name for name, _ in given if name not in known and not name.startswith(IGNORED_PREFIXES)]
    if unknown:
        problem = f"this parameter is not known. Accepted: {', '.join(ACCEPTED)}"
        raise BadSearchRequest([RequestProblem(name[:60], problem) for name in dict.fromkeys(unknown)])
    match = [(name, value) for name, value in given if name in FROM_MATCH]
    shortlist = parse_shortlist((value for name, value in given if name == PARAMETER), live_generation())
    asked = parse_match_request(match, live_generation().catalogue.vocabulary)
    members = () if asked.is_empty else read_applicants(asked).members
    found = list_records(shortlist, live_generation())
    mechanisms = tuple(record for record in found if isinstance(record, FundingStream) and record.is_mechanism)
    records = tuple(record for record in found if record not in mechanisms)
    pairs = (*((PARAMETER, value) for value in shortlist.values), *asked.list_pairs())
    return Wanted(shortlist, records, mechanisms, members, asked.lead, pairs)


def list_start_entries(about: About, wanted: Wanted) -> list[tuple[str, Entry]]:
    """The entries of a new workspace, with their ids."""
    generation = live_generation()
    points = generation.catalogue.vocabulary.values("agreement_points")
    entries = [entry for entry in start_entries(about.title, points) if not isinstance(entry, About | Lead)]
    partners: list[Entry] = [choose_member(member) for member in wanted.members]
    plain = [about, *entries, *partners, *choose_records(wanted.records, generation)]
    ids = make_ids(len(plain) + 1, SystemRandom())
    lead = ""
    if wanted.lead is not None:
        place = [member.id for member in wanted.members].index(wanted.lead)
        lead = ids[1 + len(entries) + place]
    return [*zip(ids, plain, strict=False), (ids[-1], Lead(partner=lead))]


def add_helpers(state: BlueprintSetupState) -> None:
    """Give templates of joint bids what they need."""
    state.app.jinja_env.globals.update(
        bid_style_version=hash_file("bids.css"), say_stamp=say_stamp, write_year=write_year
    )


bp.record_once(add_helpers)
