"""The API: search and records as JSON, and its own description."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kb.exports.answers import answer_record, answer_search
from kb.queries.search import run_search
from kb.views.lists import read_request
from kb.views.openapi import describe_api
from kb.views.site import live_generation, today

bp = Blueprint("api", __name__, url_prefix="/api/v1")


@bp.get("/search")
def answer_search_request() -> Response:
    """Search, as design section 4 promises it."""
    results = run_search(live_generation(), read_request(), today())
    return Response(answer_search(results).model_dump_json(), mimetype="application/json")


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
