"""What somebody types that looks like markup stays text: on every page of a bid, in its Word files and its calendar."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter, deque
from typing import Any
from urllib.parse import urldefrag

import pytest
from bid_editor import BidEditor, find_link, import_file, list_values
from bs4 import BeautifulSoup
from flask import Flask
from icalendar import Calendar
from lxml import etree
from page_checks import read_page, read_text

from kb.config import PROJECT
from kb.workspaces.entries import KINDS
from kb.workspaces.words import get_widget

EXAMPLE = PROJECT / "docs" / "examples" / "portsmouth-wardens.json"
# Out of an attribute or a form, into the page, into a template.
ODD = "\"'></textarea></title><x-odd>7;&amp;,</x-odd>{{ 7777*7777 }}"
FILES = ("csv", "docx", "ics", "json")


def read_example() -> dict[str, Any]:
    """The worked example with no more than two entries of a kind, but for those that others refer to."""
    found = json.loads(EXAMPLE.read_text())
    kinds: Counter[str] = Counter()
    kept = []
    for entry in found["entries"]:
        kinds[entry["kind"]] += 1
        if entry["kind"] in ("partner", "stream") or kinds[entry["kind"]] <= 2:
            kept.append(entry)
    return found | {"entries": kept}


def mark_every_text(found: dict[str, Any]) -> int:
    """Put the odd text into every field of a bid that people write; returns how many there are."""
    count = 0
    for entry in found["entries"]:
        model = KINDS[entry["kind"]]
        for name in entry["data"]:
            if get_widget(model, name) in ("line", "text"):
                entry["data"][name] = f"{name} {ODD}"
                count += 1
    return count


@pytest.fixture(scope="module")
def odd(app: Flask) -> BidEditor:
    """An editor of the worked example with the odd text in every field."""
    found = read_example()
    assert mark_every_text(found) > 60
    editor = BidEditor(app)
    import_file(editor, json.dumps(found).encode())
    return editor


def is_text(page: BeautifulSoup) -> bool:
    """True if nothing odd has become part of the page."""
    return not page.select("x-odd") and str(7777 * 7777) not in read_text(page) and "&lt;" not in page.get_text()


def follow_bid(editor: BidEditor) -> dict[str, BeautifulSoup]:
    """Every page of the bid that links lead to, by its address."""
    waiting, pages = deque([editor.edit]), dict[str, BeautifulSoup]()
    while waiting:
        address = waiting.popleft()
        if address in pages or address.rpartition(".")[2] in FILES:
            continue
        pages[address] = read_page(editor.client.get(address))
        for link in pages[address].select("a[href]"):
            target = urldefrag(str(link["href"])).url
            if target.startswith(editor.edit):
                waiting.append(target)
    return pages


def test_every_page_of_a_bid_shows_what_was_typed_as_text(odd: BidEditor) -> None:
    pages = follow_bid(odd)
    assert len(pages) > 60
    assert [address for address, page in pages.items() if not is_text(page)] == []
    showing = [address for address, page in pages.items() if "<x-odd>" in str(page.main.get_text())]
    assert len(showing) > 40


def test_a_form_with_problems_and_both_versions_of_a_conflict_show_it_as_text(odd: BidEditor) -> None:
    odd.add("risks", "risk", risk="Nobody comes")
    link = find_link(odd.open("risks"), "Change Nobody comes")
    first, second = odd.get(link), odd.get(link)
    assert odd.submit(first, "Save", response=ODD, holder=ODD).status_code == 303
    both = odd.submit(second, "Save", risk=f"Nobody comes {ODD}", response=f"Mine {ODD}")
    assert both.status_code == 409
    assert is_text(read_page(both))
    assert read_page(both).main.get_text().count("<x-odd>") >= 3
    missing = odd.submit(odd.open("risks/new?kind=risk"), "Save", risk="", response=ODD)
    assert missing.status_code == 400
    assert is_text(read_page(missing))
    assert is_text(odd.open("history"))


def test_what_is_sent_again_and_what_is_refused_of_a_file_shows_it_as_text(app: Flask, odd: BidEditor) -> None:
    again = odd.client.post(f"{odd.edit}/risks/new", data={"kind": "risk", "risk": ODD, f"x{ODD}": ODD})
    assert again.status_code == 400
    assert is_text(read_page(again))
    assert ("risk", ODD) in list_values(read_page(again).form, "")
    content = {"format": "joint-bid", "version": 1, ODD: 1, "entries": [{"id": "x", "kind": ODD, "data": {}}]}
    refused = import_file(BidEditor(app), json.dumps(content).encode(), 400)
    assert is_text(refused)
    assert "<x-odd>" in refused.main.get_text()
    named = odd.client.get(f"{odd.edit}/history?before={ODD[:20]}")
    assert is_text(read_page(named))


@pytest.mark.parametrize("name", ["pack", "summary"])
def test_the_word_files_hold_it_as_text(odd: BidEditor, name: str) -> None:
    answer = odd.client.get(f"{odd.edit}/{name}.docx")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        parts = {part: etree.fromstring(archive.read(part)) for part in archive.namelist() if part.endswith(".xml")}
    assert [part for part, tree in parts.items() if "x-odd" in {str(found.tag) for found in tree.iter()}] == []
    assert ODD in "".join(parts["word/document.xml"].itertext())


def test_the_calendar_holds_it_as_text_and_no_event_more(odd: BidEditor) -> None:
    events = list_events(odd)
    plain = BidEditor(odd.client.application)
    import_file(plain, json.dumps(read_example()).encode())
    assert len(events) == len(list_events(plain)) == 4
    assert [str(event["SUMMARY"]) for event in events if ODD not in str(event["SUMMARY"])] == []


def list_events(editor: BidEditor) -> list[Any]:
    """The entries of a bid's calendar, as a calendar program reads them."""
    return list(Calendar.from_ical(editor.client.get(f"{editor.edit}/plan.ics").data).walk("VEVENT"))
