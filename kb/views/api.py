"""The API: search and records for scripts, and its own description."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kb.exports.answers import answer_record
from kb.views.formats import answer_format, answer_json
from kb.views.lists import read_request
from kb.views.openapi import describe_api
from kb.views.site import live_generation

bp = Blueprint("api", __name__, url_prefix="/api/v1")


@bp.get("/search")
def answer_search_request() -> Response:
    """Search, as design section 4 promises it; in another format, what the page for search answers in it."""
    wanted = read_request()
    return answer_format(wanted, "/search") if wanted.format else answer_json(wanted)


@bp.get("/funding/<stream_id>")
def answer_funding_stream(stream_id: str) -> Response:
    """One funding record."""
    return jsonify(answer_record(live_generation().catalogue.get_funding_stream(stream_id)))


@bp.get("/case-studies/<case_id>")
def answer_case_study(case_id: str) -> Response:
    """One case study."""
    return jsonify(answer_record(live_generation().catalogue.get_case_study(case_id)))


@bp.get("/openapi.json")
def answer_description() -> Response:
    """The description of the API, made from the models and the closed lists."""
    return jsonify(describe_api(live_generation().catalogue.vocabulary))
