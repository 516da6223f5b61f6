"""A form that is behind stays behind, whatever is sent with it; a reader is led nowhere that only editors may go."""

from __future__ import annotations

from collections import deque
from urllib.parse import urldefrag

import pytest
from bid_editor import BidEditor, find_link, import_file
from flask import Flask
from page_checks import read_page, read_text

from kb.config import PROJECT

EXAMPLE = PROJECT / "docs" / "examples" / "portsmouth-wardens.json"
FILES = (".csv", ".docx", ".ics", ".json")


@pytest.fixture
def two(app: Flask) -> tuple[BidEditor, BidEditor]:
    """Two editors of a bid with one risk."""
    ann = BidEditor(app).start()
    ann.add("risks", "risk", risk="Nobody comes", response="Ask the pupils first")
    return ann, BidEditor(app).join(ann)


def test_a_form_that_was_sent_back_for_a_mistake_does_not_write_over_what_was_saved_meanwhile(
    two: tuple[BidEditor, BidEditor],
) -> None:
    ann, ben = two
    link = find_link(ann.open("risks"), "Change Nobody comes")
    mine, his = ann.get(link), ben.get(link)
    ann.follow(ann.submit(mine, "Save", response="Ann's words"))
    corrected = ben.check(ben.submit(his, "Save", risk="", response="Ben's words"), 400)
    both = ben.check(ben.submit(corrected, "Save", risk="Nobody comes"), 409)
    assert "Ann's words" in read_text(both.main)
    assert "Ann's words" in read_text(ann.open("risks").main)


@pytest.mark.parametrize("revision", ["", "x", "²", "-1", "1", "0x2", "9" * 30])
def test_a_save_and_a_removal_that_name_no_revision_are_stale(two: tuple[BidEditor, BidEditor], revision: str) -> None:
    ann, _ = two
    ann.change(ann.open("risks"), "Nobody comes", response="The last words")
    link = find_link(ann.open("risks"), "Change Nobody comes")
    saved = ann.submit(ann.get(link), "Save", revision=revision, response="Written over")
    removed = ann.submit(ann.get(f"{link}/remove"), "Remove it", revision=revision)
    assert (saved.status_code, removed.status_code) == (409, 409)
    assert "The last words" in read_text(ann.open("risks").main)


def test_a_save_of_an_entry_that_nobody_has_changed_needs_its_revision_all_the_same(app: Flask) -> None:
    editor = BidEditor(app).start()
    link = find_link(editor.open("need"), "Change What is needed, and why")
    assert editor.submit(editor.get(link), "Save", revision="", words="Written over").status_code == 409
    assert "Written over" not in read_text(editor.open("need").main)


@pytest.mark.parametrize("query", ["before=²", "before=x", "before=-1", "before=" + "9" * 30])
def test_a_part_of_the_history_that_cannot_be_is_refused(two: tuple[BidEditor, BidEditor], query: str) -> None:
    two[0].open(f"history?{query}", 400)


@pytest.mark.parametrize("version", ["0", "4000", "9" * 12, "9" * 40])
def test_a_version_that_never_was_is_not_found(two: tuple[BidEditor, BidEditor], version: str) -> None:
    two[0].open(f"history/{version}", 404)


@pytest.mark.parametrize("is_empty", [True, False])
def test_no_link_of_a_page_for_reading_leads_to_what_only_editors_may_do(app: Flask, is_empty: bool) -> None:
    editor = BidEditor(app)
    if is_empty:
        editor.start()
    else:
        import_file(editor, EXAMPLE.read_bytes())
        editor.add("outcomes", "outcome", outcome="Safer evenings")
    waiting, seen, refused = deque([editor.read]), set(), []
    while waiting:
        address = waiting.popleft()
        if address in seen or address.endswith(FILES):
            continue
        seen.add(address)
        answer = editor.client.get(address)
        if answer.status_code != 200:
            refused.append(address)
            continue
        page = read_page(answer)
        assert page.select("form[method=post]") == [], address
        links = [urldefrag(str(link["href"])).url for link in page.select("a[href]")]
        waiting += [link for link in links if link.startswith("/bids/")]
    assert refused == []
    assert len(seen) > 15


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ('A "bid"; filename=evil.exe', "a-bid-filename-evil-exe"),
        ("../../etc/passwd", "etc-passwd"),
        ("«»", "joint-bid"),
    ],
)
def test_files_are_named_in_plain_letters_whatever_the_scheme_is_called(app: Flask, title: str, stem: str) -> None:
    editor = BidEditor(app).start(title)
    named = editor.client.get(f"{editor.read}/plan.csv").headers["Content-Disposition"]
    assert named == f'attachment; filename="{stem}-plan.csv"'
