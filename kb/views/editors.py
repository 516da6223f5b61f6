"""/editors: what those who keep the records should look at next, with the reason."""

from __future__ import annotations

from flask import Blueprint

from kb.records.case_study import CaseStudy
from kb.records.concerns import CONCERNS, list_concerns
from kb.records.funding import FundingStream
from kb.views.parameters import read_choices
from kb.views.site import live_generation, render_page, today

bp = Blueprint("editors", __name__)


@bp.get("/editors")
def show_editors() -> str:
    """Records by concern."""
    read_choices({})
    catalogue = live_generation().catalogue
    kinds = {publisher.name: publisher.kind for publisher in catalogue.list_publishers()}
    records: list[FundingStream | CaseStudy] = [*catalogue.list_funding_streams(), *catalogue.list_case_studies()]
    concerns = list_concerns(records, kinds, today())
    return render_page("editors.html", "For editors: what to look at next", concerns=concerns, names=CONCERNS)
