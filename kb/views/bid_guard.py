"""What keeps joint bids private: who may write, forms that only our pages may send, headers, and logs without links."""

from __future__ import annotations

import hmac
import logging
import re
import traceback
from typing import Any

from flask import Flask, Request, Response, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf import CSRFProtect

from kb.config import Settings
from kb.errors import KbError
from kb.workspaces.errors import StoreUnavailable
from kb.workspaces.store import WorkspaceStore
from kb.workspaces.tokens import read_secret

MAX_IMPORT = 2 * 1024 * 1024  # bytes; a workspace may hold 1 MB, and a file says more about it
LINK = re.compile(r"\b(edit|read)-[A-Za-z0-9_-]{8,}")
PRIVATE_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


class ReadOnlyLink(KbError):
    """Somebody tried to change a bid with its read link."""

    def __init__(self) -> None:
        super().__init__(
            "With this link you can read the bid and take its files, but not change it. Nothing was changed. Ask the "
            "lead for the edit link if you are to work on it."
        )


def hide_links(text: str) -> str:
    """A text with every link of a workspace made unusable."""
    return LINK.sub(r"\1-(hidden)", text)


def is_bid_path(path: str) -> bool:
    """True for the pages of joint bids."""
    return path == "/bids" or path.startswith("/bids/")


class BidSessions(SecureCookieSessionInterface):
    """Sessions for the pages of joint bids alone, where forms need one. Other pages neither read nor set a cookie.

    The key is read at the first need, so that the rest of the site does without it.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of a request; None, which holds nothing, on other pages and where there is no key."""
        if not is_bid_path(request.path):
            return None
        if not app.secret_key:
            try:
                app.secret_key = hmac.digest(read_secret(app.config["SETTINGS"]), b"cookies", "sha256")
            except StoreUnavailable:
                return None
        return super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 (as Flask calls it)
        """Over https the cookie stays there."""
        return request.is_secure


def bid_store() -> WorkspaceStore:
    """The store of workspaces."""
    store: WorkspaceStore = current_app.config["WORKSPACES"]
    return store


def need_key() -> None:
    """Raises StoreUnavailable, which says why, where there is no key to make forms with."""
    if not current_app.secret_key:
        read_secret(current_app.config["SETTINGS"])


def need_key_for_forms() -> None:
    """Without a key no form can be checked: say so, before its token is looked at."""
    if request.method == "POST" and is_bid_path(request.path):
        need_key()


def add_private_headers(response: Response) -> Response:
    """A page behind a link says nothing of its address to others, and nobody keeps a copy of it."""
    if request.path.startswith("/bids/") or (request.path == "/bids" and request.method == "POST"):
        for name, value in PRIVATE_HEADERS.items():
            response.headers[name] = value
    return response


class _HideLinks(logging.Filter):
    """Takes links out of what a logger says."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = hide_links(record.getMessage()), None
        return True


def register(app: Flask) -> None:
    """Guard the app. Call it after the site's own headers are registered, which leave alone what is set here."""
    settings: Settings = app.config["SETTINGS"]
    app.config.update(
        WORKSPACES=WorkspaceStore(settings.data, lambda: read_secret(settings)),
        SESSION_COOKIE_NAME="bids",
        SESSION_COOKIE_PATH="/bids",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        # Pages behind a link send no referrer, so a check of it would refuse every form over https. What remains is
        # enough: the token of the form, a cookie of this site alone, and an address that an outsider does not know.
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: people leave a form open over lunch
        BODY_LIMITS={"bids.import_bid": MAX_IMPORT},
    )
    app.session_interface = BidSessions()
    app.before_request(need_key_for_forms)
    CSRFProtect(app)
    app.after_request(add_private_headers)

    def log_exception(exc_info: Any) -> None:
        told = "".join(traceback.format_exception(*exc_info))
        app.logger.error("%s", hide_links(f"Exception on {request.path} [{request.method}]\n{told}"))

    app.log_exception = log_exception  # type: ignore[method-assign]
    # The server itself may name an address when a request breaks off or cannot be read.
    hide = _HideLinks()
    for name in ("gunicorn.error", "werkzeug"):
        logger = logging.getLogger(name)
        if not any(isinstance(found, _HideLinks) for found in logger.filters):
            logger.addFilter(hide)
