"""/editors: what those who keep the records should look at next, with the reason."""

from __future__ import annotations

from flask import Blueprint

from kb.queries.concerns import find_editor_concerns
from kb.records.concerns import CONCERNS
from kb.views.parameters import read_choices
from kb.views.site import live_generation, render_page, today

bp = Blueprint("editors", __name__)


@bp.get("/editors")
def show_editors() -> str:
    """Records by concern."""
    read_choices({})
    concerns = find_editor_concerns(live_generation(), today())
    return render_page("editors.html", "For editors: what to look at next", concerns=concerns, names=CONCERNS)
