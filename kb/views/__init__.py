"""The views room: requests in, pages and JSON out. The only room, with the app, that knows HTTP."""

from __future__ import annotations

from flask import Flask

from kb.views import (
    api,
    bid_entries,
    bid_errors,
    bid_evidence,
    bid_files,
    bid_guard,
    bid_pages,
    bid_partners,
    bid_plan,
    bid_settings,
    bid_streams,
    bids,
    editors,
    errors,
    framework,
    health,
    lists,
    match,
    needs,
    overview,
    pages,
    plan,
    records,
    schools,
    security,
    self_assessment,
    shortlist,
    shortlist_links,
    site,
    stream_schools,
    suggest,
)


def register_views(app: Flask) -> None:
    """Give the app its pages, API, error pages, template helpers and headers."""
    site.register(app)
    security.register(app)
    errors.register(app)
    bid_guard.register(app)
    bid_errors.register(app)
    shortlist_links.register(app)
    rooms = (pages, lists, records, needs, framework, overview, self_assessment, editors, match, plan, schools)
    for room in (*rooms, stream_schools, shortlist, suggest, api, health):
        app.register_blueprint(room.bp)
    bid_rooms = (bid_pages, bid_entries, bid_streams, bid_partners, bid_evidence, bid_plan, bid_files, bid_settings)
    for bid_room in (bids, *bid_rooms):
        app.register_blueprint(bid_room.bp)
