"""Pages that show the whole knowledge base at a glance: coverage, map, timeline."""

from __future__ import annotations

from flask import Blueprint

from kb.queries.coverage import SHADES, count_coverage
from kb.queries.places import locate_cases
from kb.queries.timeline import make_timeline
from kb.views.parameters import read_choices
from kb.views.site import live_generation, render_page, today

bp = Blueprint("overview", __name__)
COVERED = {"": "Everything", "case-study": "Case studies", "funding": "Funding"}


@bp.get("/coverage")
def show_coverage() -> str:
    """Service areas by phase and by key feature, as tables with shades; each count leads to its search."""
    record_type = read_choices({"type": [value for value in COVERED if value]})["type"]
    generation = live_generation()
    tables = [count_coverage(generation, facet, record_type or None) for facet in ("phase", "key_feature")]
    bounds = list(zip(SHADES, [f"{bound - 1}" for bound in SHADES[1:]] + [""], strict=True))
    return render_page(
        "coverage.html",
        "What is covered, and where it is thin",
        tables=tables,
        record_type=record_type,
        covered=COVERED,
        bounds=bounds,
    )


@bp.get("/map")
def show_map() -> str:
    """Where the case studies are: a tile for each region, then its councils."""
    read_choices({})
    generation = live_generation()
    return render_page("map.html", "Where the case studies are", regions=generation.derive(locate_cases))


@bp.get("/timeline")
def show_timeline() -> str:
    """When each stream ran and what replaced it."""
    generation = live_generation()
    areas = generation.catalogue.vocabulary.values("service_areas")
    service_area = read_choices({"service_area": areas})["service_area"]
    timeline = make_timeline(generation, today(), service_area or None)
    return render_page(
        "timeline.html",
        "Funding streams over time",
        timeline=timeline,
        service_area=service_area,
        this_year=today().year,
    )
