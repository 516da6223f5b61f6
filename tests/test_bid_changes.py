"""Entries in words: values as readers see them, what entries are called, and what a change changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project_content import read_corpus

from kb.workspaces.changes import FieldChange, describe_change, summarise_change
from kb.workspaces.entries import (
    KINDS,
    About,
    AgreementPoint,
    CostLine,
    Ending,
    Entry,
    Evidence,
    Lead,
    Need,
    Partner,
    Payment,
    Stream,
    Task,
    Turn,
)
from kb.workspaces.words import NOT_SAID, Names, gather_names, list_entry_facts, name_entry, say_value
from kb.workspaces.workspace import Item, Workspace

NAMES = Names(
    read_corpus().vocabulary,
    {"hillhill": "Hill School", "stream00": "Youth Fund"},
    {"youth-fund": "Youth Fund", "top-slice": "Top slice", "wardens": "Wardens of Portsmouth"},
)
POUNDS = {"what": "Youth worker", "year": 2027, "money": "revenue", "cost": 20_000}


@pytest.mark.parametrize(
    ("model", "field", "value", "words"),
    [
        (CostLine, "cost", 24_000, "£24,000"),
        (CostLine, "cost", 0, "£0"),
        (CostLine, "year", 2099, "2099-00"),
        (CostLine, "money", "in-kind", "In kind"),
        (CostLine, "is_post", False, "No"),
        (CostLine, "payments", (), NOT_SAID),
        (Task, "due", date(2027, 1, 4), "4 January 2027"),
        (Task, "due", None, NOT_SAID),
        (Task, "stream", "stream00", "Youth Fund"),
        (Task, "stream", "gonegone", "A stream since taken out"),
        (Task, "who", "", NOT_SAID),
        (Partner, "charity", None, NOT_SAID),
        (Partner, "charity", False, "No"),
        (Partner, "body", "council-service", NAMES.vocabulary.label("bodies", "council-service")),
        (Partner, "urn", 100001, "100001"),
        (Lead, "partner", "hillhill", "Hill School"),
        (Lead, "partner", "gonegone", "A partner since taken out"),
        (Stream, "stream", "youth-fund", "Youth Fund"),
        (Stream, "stream", "not-there", "not-there"),
        (Stream, "answers", {"youth-fund:age": True}, "youth-fund:age: Yes"),
        (Evidence, "case", "wardens", "Wardens of Portsmouth"),
        (Ending, "route", "top-slice", "Top slice"),
        (Ending, "route", "", NOT_SAID),
        (Turn, "duty", "return", "Make a return"),
        (Turn, "load", 3, "3"),
    ],
)
def test_a_value_is_said_as_readers_see_it(model: type[Entry], field: str, value: Any, words: str) -> None:
    assert say_value(model, field, value, NAMES) == words


def test_payments_name_who_pays_and_how_much() -> None:
    paid = [("stream:stream00", 20_000), ("partner:hillhill", 4_000), ("partner:gonegone", 1), ("other", 2)]
    payments = tuple(Payment(by=by, pounds=pounds) for by, pounds in paid)
    words = "Youth Fund £20,000; Hill School £4,000; A partner since taken out £1; Others £2"
    assert say_value(CostLine, "payments", payments, NAMES) == words


def test_the_facts_of_an_entry_are_those_that_are_said_in_the_order_of_its_form() -> None:
    partner = Partner(name="Hill School", body="school", urn=100001, charity=False, gives="Rooms")
    assert list_entry_facts(partner, NAMES) == [
        ("Name of the organisation", "Hill School"), ("What kind of body it is", "School"), ("URN", "100001"),
        ("Is it a registered charity?", "No"), ("What it gives", "Rooms"),
    ]  # fmt: skip
    assert ("It cannot lead bids or make returns", "Yes") in list_entry_facts(
        partner.model_copy(update={"cannot_lead": True}), NAMES
    )


def test_what_the_site_keeps_for_itself_is_no_fact() -> None:
    chosen = Stream(stream="youth-fund", answers={"a": True}, facts={"status": "Open"}, generation="g")
    assert [label for label, _ in list_entry_facts(chosen, NAMES)] == ["The stream", "How far it has come"]


def test_entries_are_called_by_what_they_are_and_some_by_what_they_belong_to() -> None:
    entries = {
        "lead0000": Lead(partner="hillhill"), "hillhill": Partner(name="Hill School", body="school"),
        "ending00": Ending(stream="stream00"), "stream00": Stream(stream="youth-fund"), "need0000": Need(),
        "point000": AgreementPoint(point="roles"), "line0000": CostLine(**POUNDS), "about000": About(title="Wardens"),
    }  # fmt: skip
    workspace = Workspace(1, tuple(Item(entry_id, 1, entry) for entry_id, entry in entries.items()))
    assert gather_names(workspace, NAMES.vocabulary, NAMES.titles).entries == {
        "lead0000": "Hill School", "hillhill": "Hill School", "ending00": "After Youth Fund",
        "stream00": "Youth Fund", "need0000": "The need", "point000": "Roles", "line0000": "Youth worker (2027-28)",
        "about000": "Wardens",
    }  # fmt: skip


def test_a_change_lists_the_fields_that_differ_before_and_after() -> None:
    after = {**POUNDS, "cost": 24_000, "is_post": True, "payments": [{"by": "other", "pounds": 5}]}
    assert describe_change("line", POUNDS, after, NAMES) == [
        FieldChange("Cost in that year", "£20,000", "£24,000"),
        FieldChange("This pays for a post or staff hours", "No", "Yes"),
        FieldChange("Who pays", NOT_SAID, "Others £5"),
    ]


def test_an_entry_added_or_removed_lists_what_it_says() -> None:
    data = {"risk": "Nobody applies"}
    added = describe_change("risk", None, data, NAMES)
    assert FieldChange("What may go wrong", "", "Nobody applies") in added
    assert FieldChange("How likely", "", "Medium") in added
    removed = describe_change("risk", data, None, NAMES)
    assert removed == [FieldChange(change.label, change.after, "") for change in added]


def test_of_a_group_of_values_only_those_that_changed_are_listed() -> None:
    before = {"stream": "youth-fund", "facts": {"status": "Open", "where": "England"}, "answers": {"youth-fund": True}}
    after = {"stream": "youth-fund", "facts": {"status": "Closed", "where": "England"}, "answers": {}}
    assert describe_change("stream", before, after, NAMES) == [
        FieldChange("Answers, Youth Fund", "Yes", NOT_SAID),
        FieldChange("Its record when chosen, status", "Open", "Closed"),
    ]


@pytest.mark.parametrize(
    ("kind", "before", "after", "line"),
    [
        ("line", POUNDS, {**POUNDS, "cost": 24_000},
         "Budget line changed: Youth worker (2027-28). Cost in that year: £20,000 to £24,000"),
        ("line", None, POUNDS, "Budget line added: Youth worker (2027-28)"),
        ("line", POUNDS, None, "Budget line removed: Youth worker (2027-28)"),
        ("lead", {}, {"partner": "hillhill"}, "Lead changed. Who leads the bid: Hill School"),
        ("lead", {"partner": "hillhill"}, {}, "Lead changed. Who leads the bid: taken out, was Hill School"),
        ("task", {"what": "Ask"}, {"what": "Ask", "done": True}, "Task changed: Ask. It is done: Yes"),
        ("need", {"words": "x" * 61}, {"words": "y"}, "Need changed. What is needed, and why: changed"),
        ("need", {"words": "a\nb"}, {"words": "a"}, "Need changed. What is needed, and why: changed"),
        ("figure", {"says": "A", "value": "1", "source": "S"}, {"says": "B", "value": "2", "source": "S"},
         "Figure changed: B. What the figure is: A to B; The figure: 1 to 2"),
        ("task", {"what": "Ask"}, {"what": "Ask"}, "Task changed: Ask"),
    ],
)  # fmt: skip
def test_a_change_is_told_in_one_line(kind: str, before: Any, after: Any, line: str) -> None:
    assert summarise_change(kind, before, after, NAMES) == line


def test_the_one_line_names_three_fields_and_counts_the_rest() -> None:
    before = {"risk": "A"}
    after = {"risk": "B", "likelihood": "low", "impact": "low", "response": "Wait", "holder": "Head"}
    assert summarise_change("risk", before, after, NAMES) == (
        "Risk changed: B. What may go wrong: A to B; How likely: Medium to Low; "
        "How much harm: Medium to Low; and 2 more"
    )


@pytest.mark.parametrize("kind", ["task", "kind-of-old"])
def test_what_was_stored_in_a_form_no_longer_known_is_told_without_its_values(kind: str) -> None:
    assert describe_change(kind, {"old": 1}, {"old": 2}, NAMES) == []
    assert describe_change(kind, None, {"old": 2}, NAMES) == []
    noun = "Task" if kind == "task" else "Entry"
    assert [summarise_change(kind, *states, NAMES) for states in (({}, {"old": 1}), (None, {}), ({}, None))] == [
        f"{noun} changed", f"{noun} added", f"{noun} removed",
    ]  # fmt: skip


WORDS = st.text(max_size=5).filter(str.strip) | st.sampled_from(["school", "roles", "bid", "low", "youth-fund"])
VALUES = (
    WORDS | st.integers(0, 5000) | st.booleans() | st.none() | st.dates().map(str)
    | st.just("hillhill") | st.lists(st.just({"by": "other", "pounds": 3}), max_size=2)
)  # fmt: skip
FIELDS = sorted({name for model in KINDS.values() for name in model.model_fields})
STORED = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(KINDS)), STORED, STORED)
def test_any_two_stored_states_can_be_told_apart_in_words(kind: str, before: dict[str, Any], more) -> None:
    known = {name: value for name, value in {**SOUND[kind], **before}.items() if name in KINDS[kind].model_fields}
    after = {name: value for name, value in {**known, **more}.items() if name in KINDS[kind].model_fields}
    for old, new in ((known, after), (None, after), (known, None)):
        assert "\n" not in summarise_change(kind, old, new, NAMES)
        assert all(change.label for change in describe_change(kind, old, new, NAMES))
    assert describe_change(kind, known, known, NAMES) == []


SOUND: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS} | {
    "about": {"title": "Wardens"},
    "figure": {"says": "A", "value": "1", "source": "S"},
    "outcome": {"outcome": "O"},
    "partner": {"name": "Hill", "body": "school"},
    "stream": {"stream": "youth-fund"},
    "line": POUNDS,
    "evidence": {"case": "wardens"},
    "task": {"what": "Ask"},
    "point": {"point": "roles"},
    "ending": {"stream": "stream00"},
    "risk": {"risk": "R"},
    "turn": {"what": "Bid", "due": "2027-01-04"},
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_entry_has_a_name_and_facts(kind: str) -> None:
    entry = KINDS[kind].model_validate(SOUND[kind])
    assert name_entry(entry, NAMES)
    assert summarise_change(kind, None, SOUND[kind], NAMES).startswith(f"{entry.noun.capitalize()} added")
    assert kind in ("need", "lead") or list_entry_facts(entry, NAMES)
