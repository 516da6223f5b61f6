"""The views room: requests in, pages and JSON out. The only room, with the app, that knows HTTP."""

from __future__ import annotations

from flask import Flask

from kb.views import (
    api,
    errors,
    framework,
    health,
    lists,
    match,
    pages,
    plan,
    records,
    schools,
    security,
    site,
    stream_schools,
)


def register_views(app: Flask) -> None:
    """Give the app its pages, API, error pages, template helpers and headers."""
    site.register(app)
    security.register(app)
    errors.register(app)
    for room in (pages, lists, records, framework, match, plan, schools, stream_schools, api, health):
        app.register_blueprint(room.bp)
