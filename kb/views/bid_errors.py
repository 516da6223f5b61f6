"""What goes wrong with joint bids, as pages. Whatever was typed stays on the page."""

from __future__ import annotations

from flask import Flask, Response, current_app, make_response, request
from flask_wtf.csrf import CSRFError

from kb.errors import KbError, NoGeneration
from kb.views.bid_guard import ReadOnlyLink, is_bid_path
from kb.views.bid_site import EntryNotFound, open_to_edit
from kb.views.errors import DETAILS, TITLES, answer_no_generation, answer_problem
from kb.views.site import render_page
from kb.workspaces.store import StoreUnavailable, TooMuch, WorkspaceNotFound, WrongKind

NOT_FOUND = "There is no bid at this link"
STARTS = ("bids.start_bid", "bids.import_bid")  # how often is limited
UNAVAILABLE = "Joint bids cannot be used now"
LOST = (
    "A lost link cannot be recovered, because we do not know who you are: ask a partner who has it, and look for it in "
    "your bookmarks and messages."
)


def answer_again(status: int, title: str, detail: str) -> Response:
    """A page with what was typed, to be sent again or copied. A chosen file has to be chosen again."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    page = render_page(
        "bid_again.html",
        title,
        status=status,
        detail=detail,
        typed=typed,
        has_file=bool(request.files),
        may_send=request.method == "POST" and bool(current_app.secret_key),
    )
    return make_response(page, status)


def answer_stale_form(_error: CSRFError) -> Response:
    """A form that did not come with its token: from a page too long open, or not from this site."""
    token = (request.view_args or {}).get("token")
    if token:
        try:
            open_to_edit(token)
        except KbError as error:
            return answer_kb_error(error)
    return answer_again(
        400,
        "Please send this again",
        "The page had been open too long, or the browser kept no cookie, so we cannot be sure that this came from you. "
        "Nothing has been saved yet.",
    )


def answer_kb_error(error: KbError) -> Response:
    """Any of the errors below."""
    if isinstance(error, WorkspaceNotFound):
        return answer_problem(404, f"{error} {LOST}", title=NOT_FOUND)
    if isinstance(error, ReadOnlyLink):
        return answer_problem(403, str(error), title="This link is for reading only")
    if isinstance(error, EntryNotFound):
        return answer_problem(404, str(error), title="This is not in the bid any more")
    if isinstance(error, StoreUnavailable):
        return answer_again(503, UNAVAILABLE, f"{error} The other pages of this site work.")
    if isinstance(error, TooMuch):
        return answer_again(429 if request.endpoint in STARTS else 409, "That is too much", str(error))
    return answer_again(409, "That cannot be done", str(error))


def answer_unbuilt(error: NoGeneration) -> Response:
    """Nothing has been built. What was typed into a bid stays, to be sent again once there is something."""
    if request.method == "POST" and is_bid_path(request.path):
        return answer_again(503, TITLES[503], f"{DETAILS[503]}. Nothing was saved: send it again then.")
    return answer_no_generation(error)


def register(app: Flask) -> None:
    """Answer the errors of joint bids. Call it after those of the site are registered, one of which it takes over."""
    app.register_error_handler(NoGeneration, answer_unbuilt)
    app.register_error_handler(CSRFError, answer_stale_form)
    for kind in (WorkspaceNotFound, ReadOnlyLink, EntryNotFound, StoreUnavailable, TooMuch, WrongKind):
        app.register_error_handler(kind, answer_kb_error)
