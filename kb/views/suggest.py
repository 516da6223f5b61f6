"""What the search boxes offer while one types, as JSON."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState

from kb.exports.suggest_answers import answer_suggestions
from kb.queries.suggest import find_suggestions
from kb.views.parameters import read_parameters
from kb.views.site import hash_file, live_generation

bp = Blueprint("suggest", __name__)


@bp.get("/api/v1/suggest")
def answer_suggest_request() -> Response:
    """Records, needs, terms and places whose names begin with the words typed so far."""
    text = read_parameters(("q",)).get("q", "")
    answer = answer_suggestions(find_suggestions(live_generation(), text))
    return Response(answer.model_dump_json(), mimetype="application/json")


def add_helpers(state: BlueprintSetupState) -> None:
    """Give templates the versions of the files that search boxes load."""
    state.app.jinja_env.globals.update(
        combobox_script_version=hash_file("combobox.js"),
        combobox_style_version=hash_file("combobox.css"),
        search_script_version=hash_file("search.js"),
    )


bp.record_once(add_helpers)
