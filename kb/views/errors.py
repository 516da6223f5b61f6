"""The one place that turns errors into pages and, under /api/, into problem+json."""

from __future__ import annotations

from flask import Flask, Response, make_response, request
from werkzeug.exceptions import HTTPException

from kb.errors import NoGeneration, RecordNotFound
from kb.exports.answers import ProblemAnswer
from kb.queries.request import BadSearchRequest, RequestProblem
from kb.records.model import MAX_ID
from kb.views.site import render_page

MAX_PROBLEMS = 20  # shown of one request; the rest are counted
TITLES = {
    400: "The address has a part that cannot be used",
    404: "Page not found",
    405: "This page cannot be used in that way",
    413: "That is too large",
    414: "The address is too long",
    500: "Sorry, there is a problem with this site",
    503: "Sorry, the site is being set up",
}
DETAILS = {
    404: "Nothing is at this address. If you typed it, check it; if you followed a link, the record may have moved.",
    405: "Pages of this site are read, not sent to. Go to the page and start from there.",
    413: "Shorten what you sent and try again.",
    414: "Shorten your search and try again.",
    500: "Try again in a moment. Nothing you did is lost, because reading stores nothing.",
    503: "Nothing has been built yet. Whoever runs the site should run: kb build",
}


def answer_problem(status: int, detail: str, problems: list[RequestProblem] | None = None, title: str = "") -> Response:
    """A page or, under /api/, problem+json (RFC 9457), with a sentence that says what to do next."""
    title = title or TITLES.get(status, "That did not work")
    more = len(problems or ()) - MAX_PROBLEMS
    if more > 0:
        detail = f"{detail} {more} more cannot be used either."
    problems = (problems or [])[:MAX_PROBLEMS]
    if request.path.startswith("/api/"):
        errors = [{"parameter": problem.parameter, "message": problem.message} for problem in problems]
        answer = ProblemAnswer(title=title, status=status, detail=detail, errors=errors)
        response = make_response(answer.model_dump_json(), status)
        response.content_type = "application/problem+json"
        return response
    page = render_page("error.html", title, status=status, detail=detail, problems=problems)
    return make_response(page, status)


def answer_http_error(error: HTTPException) -> Response:
    """Any error that Flask or Werkzeug raises. Redirects pass through unchanged."""
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]
    unknown = "The request could not be understood. Start again from the home page."
    response = answer_problem(status, DETAILS.get(status, unknown))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def answer_bad_search(error: BadSearchRequest) -> Response:
    """Parameters that are not known."""
    return answer_problem(400, "Mend the parts below, or start a new search.", error.problems)


def answer_missing_record(error: RecordNotFound) -> Response:
    """A record that is not there."""
    shown = RecordNotFound(error.kind, error.record_id[:MAX_ID])
    return answer_problem(404, f"{shown} It may have been renamed: search for it by its title.")


def answer_no_generation(_error: NoGeneration) -> Response:
    """Nothing has been built, or it cannot be read."""
    return answer_problem(503, DETAILS[503])


def answer_unexpected(_error: Exception) -> Response:
    """A fault of ours: logged by Flask, told without details; in plain text if even the error page fails."""
    try:
        return answer_problem(500, DETAILS[500])
    except Exception:
        return Response(f"{TITLES[500]}. {DETAILS[500]}", 500, mimetype="text/plain")


def register(app: Flask) -> None:
    """Handle every kind of error."""
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(BadSearchRequest, answer_bad_search)
    app.register_error_handler(RecordNotFound, answer_missing_record)
    app.register_error_handler(NoGeneration, answer_no_generation)
    app.register_error_handler(500, answer_unexpected)
