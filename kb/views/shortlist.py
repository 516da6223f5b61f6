"""/shortlist: what a reader has chosen, side by side; a brief for governors on paper; the start of a joint bid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request

from kb.eligibility.facts import ApplicantSet
from kb.eligibility.verdict import Verdict, judge_stream
from kb.exports.calendar import make_closing_entries, write_calendar
from kb.exports.pack_blocks import shorten
from kb.exports.tables import write_result_table
from kb.queries.match import make_rules
from kb.queries.match_request import CORRECTION, MatchRequest, parse_match_request
from kb.queries.request import IGNORED, IGNORED_PREFIXES, BadSearchRequest, RequestProblem
from kb.queries.shortlist import (
    CASE,
    MAX_SHORTLIST,
    PARAMETER,
    Shortlist,
    explain_unknown,
    list_records,
    parse_shortlist,
)
from kb.records.card import make_card
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream
from kb.records.vocabulary import suggest_nearest
from kb.views.match import GROUP_TITLES, read_applicants
from kb.views.match_links import match_url
from kb.views.shortlist_links import WHO
from kb.views.shortlist_words import describe_case, describe_chosen_stream
from kb.views.site import live_generation, make_url, render_page, today

bp = Blueprint("shortlist", __name__)
FORMATS = ("csv", "ics")
FOR_BIDS = ("urn", "partner", "lead")  # of a match, what a joint bid begins with
ACCEPTED = f"{PARAMETER} (repeats), format, {', '.join(WHO)}, roll.URN, fsm.URN, trust.URN, charity.URN"
MOST_WHY = 110  # signs


@dataclass(frozen=True)
class ChosenVerdict:
    """What a stream is to the partners of a match, why in few words, and where the match says it in full."""

    says: str
    why: str
    url: str


@bp.get("/shortlist")
def show_shortlist() -> str | Response:
    """The shortlist of this address as a page, a table or a calendar."""
    generation = live_generation()
    wanted = read_who()
    wanted_format = request.args.get("format", "").strip()
    shortlist = parse_shortlist(request.args.getlist(PARAMETER), generation)
    records = list_records(shortlist, generation)
    if wanted_format:
        return answer_format(wanted_format, shortlist, records)
    streams = [record for record in records if isinstance(record, FundingStream)]
    programmes = [stream for stream in streams if not stream.is_mechanism]
    applicants = None if wanted.is_empty else read_applicants(wanted)
    pairs = [(PARAMETER, value) for value in shortlist.values]
    return render_page(
        "shortlist.html",
        "Shortlist",
        shortlist=shortlist,
        most=MAX_SHORTLIST,
        not_found=explain_unknown(shortlist, generation),
        streams=[
            (stream, describe_chosen_stream(stream, generation.catalogue.vocabulary, today())) for stream in programmes
        ],
        mechanisms=[stream for stream in streams if stream.is_mechanism],
        cases=[
            (record, describe_case(record, generation.catalogue.vocabulary))
            for record in records
            if isinstance(record, CaseStudy)
        ],
        case_start=CASE,
        members=applicants.members if applicants else (),
        verdicts=find_verdicts(programmes, applicants, wanted) if applicants else {},
        match_url=match_url(wanted),
        bid_url=link_bid(wanted),
        built=read_build_time(),
        format_urls={name: make_url("/shortlist", [*pairs, ("format", name)]) for name in FORMATS},
    )


def read_who() -> MatchRequest:
    """Who asks, as on the match; raises BadSearchRequest for a parameter that this page does not know."""
    pairs = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in (PARAMETER, "format", *IGNORED) and not name.startswith(IGNORED_PREFIXES)
    ]
    unknown = dict.fromkeys(name for name, _ in pairs if name not in WHO and not CORRECTION.fullmatch(name))
    if unknown:
        says = f"this parameter is not known. Accepted: {ACCEPTED}"
        raise BadSearchRequest([RequestProblem(name[:60], says) for name in unknown])
    return parse_match_request(pairs, live_generation().catalogue.vocabulary)


def link_bid(wanted: MatchRequest) -> str:
    """Where a joint bid begins with the partners; a school that was typed in is in no register, so it stays behind."""
    pairs = [(name, value) for name, value in wanted.list_pairs() if name in FOR_BIDS and value != "profile:1"]
    return make_url("/bids", pairs)


def answer_format(wanted_format: str, shortlist: Shortlist, records: list[FundingStream | CaseStudy]) -> Response:
    """The records as a file. It cannot say what was not found, so that is refused."""
    generation, site = live_generation(), request.url_root.rstrip("/")
    problems = []
    if wanted_format not in FORMATS:
        hint = suggest_nearest(wanted_format, FORMATS)
        problems.append(RequestProblem("format", f'"{wanted_format[:60]}" is not a format. {hint}'))
    problems += [RequestProblem(PARAMETER, says) for says in explain_unknown(shortlist, generation)]
    if shortlist.left_out:
        problems.append(RequestProblem(PARAMETER, f"this is too many. Name at most {MAX_SHORTLIST}"))
    if problems:
        raise BadSearchRequest(problems)
    cards = [make_card(record, generation.catalogue.vocabulary) for record in records]
    if wanted_format == "csv":
        written = write_result_table(cards, site, generation.catalogue.vocabulary, today())
        return _answer_file(written, "text/csv", "shortlist.csv")
    entries = make_closing_entries(cards, site, today())
    return _answer_file(
        write_calendar(entries, "Closing dates: shortlist", read_build_time()), "text/calendar", "shortlist-dates.ics"
    )


def _answer_file(written: bytes, mimetype: str, name: str) -> Response:
    response = Response(written, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def read_build_time() -> datetime:
    """When the knowledge base was built."""
    return datetime.fromisoformat(live_generation().catalogue.read_meta()["built"])


def find_verdicts(
    programmes: list[FundingStream], applicants: ApplicantSet, wanted: MatchRequest
) -> dict[str, ChosenVerdict]:
    """What each programme is to the partners, by its id."""
    rules = {found.stream.id: found for found in live_generation().derive(make_rules)}
    verdicts = [judge_stream(rules[stream.id], applicants) for stream in programmes]
    return {
        found.rules.stream.id: ChosenVerdict(say_verdict(found), say_why(found), _link_verdict(found, wanted))
        for found in verdicts
    }


def say_verdict(verdict: Verdict) -> str:
    """A verdict in words, with how many points are open."""
    points = f" ({len(verdict.open_points)})" if verdict.group == "check" else ""
    return f"{GROUP_TITLES[verdict.group]}{points}"


def say_why(verdict: Verdict) -> str:
    """What a verdict rests on, as far as a line holds."""
    if verdict.group == "not-eligible":
        return shorten(" ".join(f"{each.says} {each.compared}" for each in verdict.blocks), MOST_WHY)
    return shorten(verdict.how_it_reaches_you or "", MOST_WHY)


def _link_verdict(verdict: Verdict, wanted: MatchRequest) -> str:
    if verdict.rules.is_past:
        return match_url(wanted, "group-past")
    return match_url(wanted.showing(verdict.group), f"stream-{verdict.rules.stream.id}")
