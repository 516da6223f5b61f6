"""Put the site together: `create_app(settings)`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from flask_compress import Compress
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from whitenoise import WhiteNoise

from kb.config import PROJECT, Settings
from kb.generations import Generations
from kb.views import register_views
from kb.views.security import add_static_headers

MAX_BODY = 64 * 1024  # bytes; nothing a reader does sends more


def read_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def create_app(settings: Settings, clock: Callable[[], datetime] = read_clock) -> Flask:
    """The site over the generations in `settings.data`. `clock` gives the time, which tests and previews may set."""
    app = Flask("kb", static_folder=None, template_folder=None)
    app.config.update(
        GENERATIONS=Generations(settings.data),
        CLOCK=clock,
        MAX_CONTENT_LENGTH=MAX_BODY,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
    )
    app.url_map.strict_slashes = False
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
    """Serve `static/` in front of the pages; files in a folder named by version may be kept for a year."""
    files = WhiteNoise(
        app.wsgi_app,
        root=PROJECT / "static",
        prefix="static/",
        max_age=300,
        immutable_file_test=lambda path, _url: "/built/" in path.replace("\\", "/"),
        add_headers_function=add_static_headers,
    )
    app.wsgi_app = files  # type: ignore[method-assign]
