"""Two people with the edit link at work on one bid: nothing of either is lost, whatever the other does."""

from __future__ import annotations

import pytest
from bid_editor import BidEditor, find_form, find_link
from flask import Flask
from page_checks import read_text

Two = tuple[BidEditor, BidEditor]


@pytest.fixture
def two(app: Flask) -> Two:
    """Two editors of a bid with one risk."""
    ann = BidEditor(app).start()
    ann.add("risks", "risk", risk="Nobody comes", response="Ask the pupils first", holder="The lead")
    return ann, BidEditor(app).join(ann)


def open_both(two: Two) -> tuple[object, object]:
    """The form of the risk, opened by both."""
    ann, ben = two
    link = find_link(ann.open("risks"), "Change Nobody comes")
    return ann.get(link), ben.get(link)


def test_what_the_first_saves_is_there(two: Two) -> None:
    ann, ben = two
    mine, _ = open_both(two)
    page = ann.follow(ann.submit(mine, "Save", response="Ask them twice"))
    assert "Ask them twice" in read_text(page.main)
    assert "Saved: risk." in read_text(page.main)
    assert "Ask them twice" in read_text(ben.open("risks").main)


def collide(two: Two, **mine: str) -> object:
    """Ann saves first; Ben, who opened the form at the same time, gets both versions."""
    ann, ben = two
    hers, his = open_both(two)
    ann.follow(ann.submit(hers, "Save", response="Ann's words", holder="Ann's school"))
    return ben.check(ben.submit(his, "Save", **mine), 409)


def test_the_second_sees_both_versions_of_each_field_that_differs(two: Two) -> None:
    page = collide(two, response="Ben's words", likelihood="high")
    fields = {read_text(field.legend): read_text(field) for field in page.select("fieldset")}
    assert "Ann's words" in fields["What you do about it"]
    assert "Ben's words" in fields["What you do about it"]
    assert "High" in fields["How likely"]
    assert "What may go wrong" not in fields
    assert "Ann's words" in read_text(two[0].open("risks").main)


def test_a_field_that_only_the_other_changed_is_theirs_unless_the_reader_says_otherwise(two: Two) -> None:
    _, ben = two
    page = collide(two, likelihood="high")
    chosen = {tag["name"]: tag["value"] for tag in page.select("input[checked]")}
    assert chosen == {"pick.response": "theirs", "pick.holder": "theirs", "pick.likelihood": "mine"}
    text = read_text(ben.follow(ben.submit(page, "Save what I chose")).main)
    assert "Ann's words" in text
    assert "Ann's school" in text
    assert "High" in text


def test_the_second_may_take_some_of_each(two: Two) -> None:
    _, ben = two
    page = collide(two, response="Ben's words", holder="Ben's school")
    answer = ben.submit(page, "Save what I chose", pick__response="mine", pick__holder="theirs")
    text = read_text(ben.follow(answer).main)
    assert "Ben's words" in text
    assert "Ann's school" in text
    assert "Ann's words" not in text


def test_the_second_may_go_on_editing_with_the_other_version_beside(two: Two) -> None:
    _, ben = two
    page = collide(two, response="Ben's words")
    form = ben.check(ben.submit(page, "Edit what I chose again"))
    assert form.select_one("#response").get_text().strip() == "Ben's words"
    assert "Ann's words" in read_text(form.select_one(".govuk-inset-text"))
    text = read_text(ben.follow(ben.submit(form, "Save", response="Both our words")).main)
    assert "Both our words" in text


def test_a_third_save_while_the_second_chooses_is_not_overwritten_either(two: Two) -> None:
    ann, ben = two
    page = collide(two, response="Ben's words")
    ann.follow(ann.change(ann.open("risks"), "Nobody comes", response="Ann's last words"))
    again = ben.check(ben.submit(page, "Save what I chose", pick__response="mine"), 409)
    assert "Ann's last words" in read_text(again.main)
    assert "Ben's words" in read_text(again.main)


def test_what_was_removed_meanwhile_can_be_added_again_with_everything_typed(two: Two) -> None:
    ann, ben = two
    _, his = open_both(two)
    removal = ann.get(find_link(ann.open("risks"), "Remove Nobody comes"))
    ann.follow(ann.submit(removal, "Remove it"))
    page = ben.check(ben.submit(his, "Save", response="Ben's words"), 409)
    assert "Somebody removed this risk" in read_text(page.main)
    assert "Ben's words" in read_text(page.main)
    text = read_text(ben.follow(ben.submit(page, "Add it again")).main)
    assert "Nobody comes" in text
    assert "Ben's words" in text


def test_nobody_removes_what_they_have_not_seen(two: Two) -> None:
    ann, ben = two
    removal = ben.get(find_link(ben.open("risks"), "Remove Nobody comes"))
    ann.follow(ann.change(ann.open("risks"), "Nobody comes", response="Ann's words"))
    again = ben.check(ben.submit(removal, "Remove it"), 409)
    assert "Ann's words" in read_text(again.main)
    assert "has not been removed" in read_text(again.main)
    gone = ben.follow(ben.submit(again, "Remove it"))
    assert "Nobody comes" not in read_text(gone.main)


def test_removing_twice_is_no_mishap(two: Two) -> None:
    ann, ben = two
    link = find_link(ann.open("risks"), "Remove Nobody comes")
    hers, his = ann.get(link), ben.get(link)
    ann.follow(ann.submit(hers, "Remove it"))
    assert "removed already" in read_text(ben.follow(ben.submit(his, "Remove it")).main)


def test_different_entries_never_collide(two: Two) -> None:
    ann, ben = two
    _, his = open_both(two)
    ann.add("risks", "risk", risk="It rains")
    text = read_text(ben.follow(ben.submit(his, "Save", response="Ben's words")).main)
    assert "It rains" in text
    assert "Ben's words" in text


def test_payers_of_a_budget_line_are_taken_from_one_version_as_a_whole(two: Two) -> None:
    ann, ben = two
    ann.add("partners", "partner", name="Hill Trust", body="charity")
    payer = find_payer(ann, "Hill Trust")
    ann.add("budget", "line", what="Worker", year="2027", money="revenue", cost="900")
    link = find_link(ann.open("budget"), "Change Worker, 2027-28")
    hers, his = ann.get(link), ben.get(link)
    ann.follow(ann.submit(hers, "Save", **{"payer-1": "other", "pounds-1": "100", "payer-2": payer, "pounds-2": "800"}))
    page = ben.check(ben.submit(his, "Save", **{"payer-1": payer, "pounds-1": "900"}), 409)
    text = read_text(find_form(page, "Save what I chose"))
    assert "Hill Trust £900" in text
    assert "Others £100; Hill Trust £800" in text
    row = read_text(ben.follow(ben.submit(page, "Save what I chose", pick__payments="theirs")).find("table"))
    assert "Others £100 Hill Trust £800" in row


def find_payer(editor: BidEditor, name: str) -> str:
    """The value of a payer in the form of a budget line."""
    options = editor.open("budget/new?kind=line").select("#payer-1 option")
    return next(str(option["value"]) for option in options if read_text(option) == name)


def test_the_history_says_what_changed_and_puts_it_back(two: Two) -> None:
    ann, ben = two
    ben.follow(ben.change(ben.open("risks"), "Nobody comes", response="Ben's words"))
    text = read_text(ann.open("history").main)
    assert "Risk changed: Nobody comes. What you do about it: Ask the pupils first to Ben's words" in text
    old = ann.open("history/2")
    assert "Ask the pupils first" in read_text(old.main)
    back = ann.follow(ann.submit(old, "Put version 2 back"))
    assert "Version 2 is back" in read_text(back.main)
    assert "Ask the pupils first" in read_text(ann.open("risks").main)
    assert "Ben's words" in read_text(ann.open("history/3").main)


def test_a_version_is_not_put_back_over_what_somebody_saved_just_now(two: Two) -> None:
    ann, ben = two
    old = ann.open("history/1")
    ben.add("risks", "risk", risk="It rains")
    page = ann.check(ann.submit(old, "Put version 1 back"), 409)
    assert "nothing has been put back" in read_text(page.main)
    assert "It rains" in read_text(ann.open("risks").main)
