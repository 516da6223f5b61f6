"""Pages of joint bids where something is missing, too much, or not to be had: what they say, and what stays."""

from __future__ import annotations

from bid_editor import BidEditor, find_link, import_file
from flask import Flask
from page_checks import read_text


def test_without_a_file_the_form_asks_for_one(app: Flask) -> None:
    page = import_file(BidEditor(app), b"", 400)
    assert "Choose a file that a joint bid was written to." in read_text(page.main)


def test_what_every_bid_has_is_not_asked_to_be_removed(app: Flask) -> None:
    editor = BidEditor(app).start()
    link = find_link(editor.open("need"), "Change What is needed, and why")
    editor.get(link)
    editor.get(f"{link}/remove", 404)


def test_my_payers_stay_with_my_version_of_a_budget_line(app: Flask) -> None:
    ann = BidEditor(app).start()
    ben = BidEditor(app).join(ann)
    line = {"what": "Worker", "year": "2027", "money": "revenue", "cost": "900"}
    ann.add("budget", "line", **line)
    link = find_link(ann.open("budget"), "Change Worker, 2027-28")
    hers, his = ann.get(link), ben.get(link)
    ann.follow(ann.submit(hers, "Save", **{"payer-1": "other", "pounds-1": "100"}))
    both = ben.check(ben.submit(his, "Save", **{"payer-1": "other", "pounds-1": "777"}), 409)
    saved = ben.follow(ben.submit(both, "Save what I chose", pick__payments="mine"))
    assert "£777" in read_text(saved.main)
    assert "£100" not in read_text(saved.main)


def test_a_case_study_that_is_not_there_is_not_added(app: Flask) -> None:
    editor = BidEditor(app).start()
    page = editor.open("evidence/new?kind=evidence&case=portsmouth-mayfield-police-in-school")
    assert editor.submit(page, "Save", case="no-such-case", why="It worked").status_code == 404
    assert "It worked" not in read_text(editor.open("evidence").main)
    assert "It worked" in read_text(editor.follow(editor.submit(page, "Save", why="It worked")).main)
