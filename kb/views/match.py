"""The match: what one applicant or a set of partners can go for, and why."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from kb.eligibility.facts import ApplicantSet
from kb.exports.calendar import make_year_entries, write_calendar
from kb.exports.match_answers import answer_match
from kb.queries.applicants import make_applicants
from kb.queries.match import FIRST_SHOWN, MatchResults, match_streams
from kb.queries.match_request import MatchRequest, parse_match_request
from kb.queries.request import BadSearchRequest, RequestProblem
from kb.queries.year import YearDates, collect_year, make_year_picture
from kb.register import Register
from kb.views.match_links import MatchLinks, match_url
from kb.views.site import label, live_generation, make_url, render_page, today

bp = Blueprint("match", __name__)
GROUP_TITLES = {
    "eligible": "Looks eligible",
    "check": "Check some points",
    "reaches-you": "Reaches you another way",
    "not-enough-recorded": "Not enough recorded",
    "not-eligible": "Not eligible",
}
GROUP_MEANINGS = {
    "eligible": "Every condition on record is met.",
    "check": "Nothing on record stands against these. Answer the points; your answers stay in the address alone.",
    "reaches-you": "You do not apply for these yourself. Each says how it comes and whom to ask.",
    "not-enough-recorded": "Our sources state no conditions. Ask the funder.",
    "not-eligible": "A condition on record stands against it. Each says which, and what would open it.",
}


@bp.get("/match")
def show_match() -> str | Response:
    """The form while nobody is named; then every programme with its verdict, or their dates as a calendar file."""
    vocabulary = live_generation().catalogue.vocabulary
    wanted = parse_match_request(request.args.items(multi=True), vocabulary, also=("format",), on_page=True)
    as_calendar = read_format(wanted)
    if wanted.is_empty:
        return render_page("match_start.html", "What can we get?", wanted=wanted)
    results = run_match(wanted)
    year = collect_match_year(results)
    if as_calendar:
        return answer_calendar(year)
    members = results.applicants.members
    title = "What can we get?" if len(members) > 1 else f"What {members[0].name} can get"
    links = MatchLinks(wanted, results, read_applicants)
    return render_page(
        "match.html",
        title,
        wanted=wanted,
        results=results,
        names={member.id: member.name for member in members},
        group_titles=GROUP_TITLES,
        group_meanings=GROUP_MEANINGS,
        links=links,
        url=match_url,
        chips=links.list_chips(lambda area: label("service_areas", area)),
        first_shown=FIRST_SHOWN,
        bodies=[entry for entry in vocabulary.entries("bodies") if entry.value != "school"],
        titles={found.stream.id: found.stream.title for found in results.all_streams},
        year=year,
        picture=make_year_picture(year.rows, today()),
        calendar_url=make_url("/match", [*links.list_pairs_without("show"), ("format", "ics")]),
    )


def read_format(wanted: MatchRequest) -> bool:
    """True if the dates are wanted as a calendar file; raises BadSearchRequest for another format."""
    given = request.args.get("format", "").strip()
    if given not in ("", "ics"):
        raise BadSearchRequest([RequestProblem("format", f'"{given[:60]}" is not a format here. Write ics')])
    if given and wanted.is_empty:
        raise BadSearchRequest([RequestProblem("format", "name a school or a partner first, such as urn=100000")])
    return bool(given)


def collect_match_year(results: MatchResults) -> YearDates:
    """The dates of what the set could go for: what looks eligible, and what has points to check."""
    found = (*results.groups["eligible"], *results.groups["check"])
    return collect_year(
        ((item.stream.title, f"/funding/{item.stream.id}", item.stream.windows) for item in found), today()
    )


def answer_calendar(year: YearDates) -> Response:
    """The dates as a calendar file. It names no school: who downloads it may pass it on."""
    entries = make_year_entries(year, request.url_root.rstrip("/"))
    written = write_calendar(entries, "School funding dates", current_app.config["CLOCK"]())
    response = Response(written, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="funding-dates.ics"'
    return response


@bp.get("/api/v1/match")
def answer_match_request() -> Response:
    """The match as JSON."""
    wanted = parse_match_request(request.args.items(multi=True), live_generation().catalogue.vocabulary)
    if wanted.is_empty:
        problem = RequestProblem("urn", "name at least one school (urn=100000), a profile (profile=1) or a partner")
        raise BadSearchRequest([problem])
    answer = answer_match(run_match(wanted))
    return Response(answer.model_dump_json(), mimetype="application/json")


def run_match(wanted: MatchRequest) -> MatchResults:
    """The verdicts for a request; raises RecordNotFound for an unknown school."""
    applicants = read_applicants(wanted)
    return match_streams(live_generation(), applicants, today(), wanted)


def read_applicants(wanted: MatchRequest) -> ApplicantSet:
    """The set of applicants a request names, with the register's facts."""
    return make_applicants(wanted, school_register(), live_generation().catalogue.vocabulary, today())


def school_register() -> Register:
    """The register of schools; reading from it raises when none has been seeded or imported."""
    register: Register = current_app.config["REGISTER"]
    return register
