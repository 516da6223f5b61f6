"""/funding/<id>/schools: one stream against every school of an authority."""

from __future__ import annotations

from flask import Blueprint, Response

from kb.exports.tables import write_csv
from kb.queries.authority import AuthorityResults, find_rules, judge_schools, make_single_applicants
from kb.queries.request import BadSearchRequest, RequestProblem
from kb.views.match import GROUP_TITLES, school_register
from kb.views.match_links import link_verdict
from kb.views.parameters import read_choices
from kb.views.site import live_generation, make_url, render_page, today

bp = Blueprint("stream_schools", __name__)
HEADER = ("URN", "School", "Town", "Phase", "Type", "Verdict", "Stands against it", "Cannot tell")


@bp.get("/funding/<stream_id>/schools")
def show_stream_schools(stream_id: str) -> str | Response:
    """A form to choose the council; then every school of it with its verdict, as a page or as CSV."""
    rules = find_rules(live_generation(), stream_id)
    council, wants_csv = _read_parameters()
    results = None
    if council:
        schools = school_register().list_schools_of(council)
        results = judge_schools(rules, make_single_applicants(schools, today()))
    if wants_csv and results is not None:
        return _answer_csv(stream_id, council, results)
    return render_page(
        "stream_schools.html",
        f"{rules.stream.title}: schools of a council",
        stream=rules.stream,
        council=council,
        results=results,
        group_titles=GROUP_TITLES,
        link_verdict=link_verdict,
        csv_url=make_url(f"/funding/{stream_id}/schools", [("council", council), ("format", "csv")]),
    )


def _read_parameters() -> tuple[str, bool]:
    """The council's value ("" if none is chosen) and whether CSV is wanted."""
    councils = live_generation().catalogue.vocabulary.values("local_authorities")
    given = read_choices({"council": councils, "format": ("csv",)})
    if given["format"] and not given["council"]:
        raise BadSearchRequest(
            [RequestProblem("council", "choose a council for the table, such as council=portsmouth")]
        )
    return given["council"], given["format"] == "csv"


def _answer_csv(stream_id: str, council: str, results: AuthorityResults) -> Response:
    rows = (
        (
            found.school.urn,
            found.school.name,
            found.school.town,
            found.school.phase,
            found.school.type,
            GROUP_TITLES[found.verdict.group],
            " ".join(found.blocks),
            " ".join(found.unknown),
        )
        for found in results.schools
    )
    response = Response(write_csv(HEADER, rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{stream_id}-{council}.csv"'
    return response
