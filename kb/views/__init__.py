"""The views room: requests in, pages and JSON out. The only room, with the app, that knows HTTP."""

from __future__ import annotations

from flask import Flask

from kb.views import (
    api,
    editors,
    errors,
    framework,
    health,
    lists,
    match,
    overview,
    pages,
    plan,
    records,
    schools,
    security,
    self_assessment,
    site,
    stream_schools,
    suggest,
)


def register_views(app: Flask) -> None:
    """Give the app its pages, API, error pages, template helpers and headers."""
    site.register(app)
    security.register(app)
    errors.register(app)
    rooms = (pages, lists, records, framework, overview, self_assessment, editors, match, plan, schools)
    for room in (*rooms, stream_schools, suggest, api, health):
        app.register_blueprint(room.bp)
