"""/healthz: can the site answer, from which generation, and how old is it."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, current_app

from kb.errors import NoGeneration
from kb.exports.answers import HealthAnswer
from kb.views.site import live_generation

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def show_health() -> tuple[Response, int]:
    """200 with the live generation's id, age in seconds and counts; 503 without a generation."""
    try:
        meta = live_generation().catalogue.read_meta()
    except NoGeneration as error:
        answer, status = HealthAnswer(status="no generation", detail=str(error)), 503
    else:
        age = current_app.config["CLOCK"]() - datetime.fromisoformat(meta["built"])
        seconds = max(0, int(age.total_seconds()))
        answer = HealthAnswer(status="ok", generation=meta["id"], age_seconds=seconds, counts=meta["counts"])
        status = 200
    return Response(answer.model_dump_json(), mimetype="application/json"), status
