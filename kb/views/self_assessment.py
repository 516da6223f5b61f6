"""/self-assessment: questions by key feature, ratings in the URL alone, a result that leads to what helps."""

from __future__ import annotations

from flask import Blueprint, request

from kb.queries.self_assessment import AUDIENCES, RATINGS, assess, list_question_ids
from kb.views.parameters import read_choices
from kb.views.site import live_generation, make_url, render_page

bp = Blueprint("self_assessment", __name__)


@bp.get("/self-assessment")
def show_self_assessment() -> str:
    """The questions with the ratings given so far and, once there is one, the result by feature."""
    generation = live_generation()
    ids = list_question_ids(generation)
    scale = [str(rating) for rating in RATINGS]
    given = read_choices({"for": AUDIENCES, **dict.fromkeys(ids, scale)})
    audience = given.pop("for") or "council"
    ratings = {question: int(value) for question, value in given.items() if value}
    others = [(question, str(rating)) for question, rating in ratings.items()]
    return render_page(
        "self_assessment.html",
        "How well do we work together?",
        audience=audience,
        audiences=[
            (value, name, make_url(request.path, [("for", value), *others])) for value, name in AUDIENCES.items()
        ],
        results=assess(generation, audience, ratings),
        ratings=RATINGS,
        answered=len(ratings),
        count=len(ids),
    )
