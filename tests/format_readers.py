"""Reads what a search answers beside a page, as the programs that take it would; fails on what is not whole."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from flask.testing import FlaskClient
from icalendar import Calendar

from kb.records.card import Card

ATOM = "{http://www.w3.org/2005/Atom}"
# What may stand in a feed and in an entry (RFC 4287, 4.1), of which those in the second sets must, and once.
IN_FEED = {"title", "link", "id", "updated", "author", "entry"}, {"title", "id", "updated", "author"}
IN_ENTRY = {"title", "link", "id", "updated", "summary", "category"}, {"title", "id", "updated", "summary"}
ODD = "=1+1\x00\x1b\r\n\x85\u2028\uffff]]><b>&amp;"


def read_table(written: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by their header; fails on a row that is longer or shorter."""
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def read_feed(written: bytes) -> ElementTree.Element:
    """The feed, whole: what the standard wants is there, once, and nothing that it does not know."""
    feed = ElementTree.fromstring(written)
    assert feed.tag == f"{ATOM}feed"
    for element, (allowed, needed) in [(feed, IN_FEED), *((entry, IN_ENTRY) for entry in feed.iter(f"{ATOM}entry"))]:
        names = [child.tag.removeprefix(ATOM) for child in element]
        assert set(names) <= allowed
        assert all(names.count(name) == 1 for name in needed)
        assert datetime.fromisoformat(tell(element, "updated")).tzinfo is not None
        assert urlsplit(tell(element, "id")).scheme
        assert "alternate" in list_feed_links(element)
    ids = [tell(entry, "id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    return feed


def tell(element: ElementTree.Element, name: str) -> str:
    """The text of a part of a feed or an entry."""
    return element.findtext(f"{ATOM}{name}", "")


def list_feed_links(element: ElementTree.Element) -> dict[str, str]:
    return {link.attrib["rel"]: link.attrib["href"] for link in element.findall(f"{ATOM}link")}


def read_calendar(written: bytes) -> list[tuple[str, date, str]]:
    """Summary, first day and address of each entry; fails on a calendar that lacks what the standard wants."""
    calendar = Calendar.from_ical(written)
    calendar.validate()
    events = calendar.walk("VEVENT")
    assert ("METHOD" in calendar) == bool(events)
    assert all(type(event["DTSTART"].dt) is date and event["STATUS"] == "CONFIRMED" for event in events)
    return [(str(event["SUMMARY"]), event["DTSTART"].dt, str(event["URL"])) for event in events]


def get(client: FlaskClient, path: str, query: str, wanted_format: str) -> bytes:
    """What a list answers in a format."""
    response = client.get(f"{path}?{query}&format={wanted_format}")
    assert response.status_code == 200
    return response.data


def make_stream_card(**fields: Any) -> Card:
    """The card of an open stream that states little but these fields."""
    stated = {"type": "funding", "id": "hall-fund", "title": "Hall fund", "summary": "For halls.", "status": "open"}
    return Card.model_validate(stated | {"url": "/funding/hall-fund", "kind_label": "Grant"} | fields)
