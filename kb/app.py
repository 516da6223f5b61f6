"""Put the site together: `create_app(settings)`."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterable, MutableMapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from flask import Flask, abort
from flask.templating import Environment
from flask_compress import Compress
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from whitenoise import WhiteNoise

from kb.config import PROJECT, Settings
from kb.generations import Generations
from kb.register import Register
from kb.views import register_views
from kb.views.security import add_static_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_BODY = 64 * 1024  # bytes; nothing a reader does sends more


class Templates(Environment):
    """Templates whose globals are one plain mapping, since ours never change once a page was made: Jinja's layered one
    is searched through for each import of each page, which costs more than a search."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template."""
        return {**self.globals, **(d or {})}


class Site(Flask):
    """Flask with these templates."""

    jinja_environment = Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """A function as it is: none of ours is asynchronous, and Flask would look at a dozen for each page."""
        return func


def read_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def create_app(settings: Settings, clock: Callable[[], datetime] = read_clock) -> Flask:
    """The site over the generations in `settings.data`. `clock` gives the time, which tests and previews may set."""
    app = Site("kb", static_folder=None, template_folder=None)
    app.config.update(
        SETTINGS=settings,
        GENERATIONS=Generations(settings.data),
        REGISTER=Register(settings.data),
        CLOCK=clock,
        MAX_CONTENT_LENGTH=MAX_BODY,
        # Zstandard takes a third of brotli's time, for pages 2 in a hundred larger. Brotli at level 2 with a small
        # window takes a third of what it does at level 4 with one of 4 MB, for pages 7 in a hundred larger.
        COMPRESS_ALGORITHM=["zstd", "br", "gzip"],
        COMPRESS_ZSTD_LEVEL=2,
        COMPRESS_BR_LEVEL=2,
        COMPRESS_BR_WINDOW=16,
        COMPRESS_LEVEL=4,
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,  # no page has a tag or a date to ask by
    )
    app.url_map.strict_slashes = False
    app.jinja_options = {"cache_size": -1}  # all templates stay in memory: no page has to ask which to forget
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.loader = ChoiceLoader(
        [
            FileSystemLoader(PROJECT / "templates"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    Compress(app)
    register_views(app)
    serve_static_files(app)
    return app


def serve_static_files(app: Flask) -> None:
    """Serve `static/` in front of the pages; files in a folder named by version may be kept for a year.

    Files are read whole or not at all; whatever else is asked of them, the app answers with a page.
    """
    pages = app.wsgi_app
    files = WhiteNoise(
        pages,
        root=PROJECT / "static",
        prefix="static/",
        max_age=300,
        immutable_file_test=lambda path, _url: "/built/" in path.replace("\\", "/"),
        add_headers_function=add_static_headers,
        allow_all_origins=False,
    )

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ.pop("HTTP_RANGE", None)
        environ["QUERY_STRING"] = encode_raw_bytes(environ.get("QUERY_STRING", ""))
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return pages(environ, start_response)
        answer: Iterable[bytes] = files(environ, start_response)
        return answer

    app.add_url_rule("/static/<path:name>", "static", refuse_unknown_file)
    app.wsgi_app = serve  # type: ignore[method-assign]


def encode_raw_bytes(query: str) -> str:
    """A query string with bytes that a client sent as they are in percent signs: raw ones need not be UTF-8, and then
    Werkzeug fails to read them."""
    return query if query.isascii() else re.sub(r"[^\x00-\x7f]", lambda found: f"%{ord(found[0]):02X}", query)


def refuse_unknown_file(name: str) -> NoReturn:
    """A static file that is not there."""
    abort(404, name)


def set_memory_aside() -> None:
    """Take what the process holds by now (modules, models, templates) out of garbage collection, whose full passes over
    it made a request in a few hundred wait 80 ms. Called before a server forks, it keeps that memory shared as well."""
    gc.collect()
    gc.freeze()
