"""What a record said when its stream was chosen, beside what it says now."""

from __future__ import annotations

from typing import Any

import pytest
from made_up_bids import make_record, stream
from made_up_cases import VOCABULARY
from project_content import read_corpus

from kb.workspaces.changed import FACTS, GONE, NOT_STATED, RecordChange, describe_stream, list_record_changes

WHOLE: dict[str, Any] = {
    "status": "open",
    "status_note": "The second round",
    "applicants": ["single-school", "voluntary-organisation"],
    "geography": {"regions": ["london"], "note": "Near a shop"},
    "lead": {"may_be": ["voluntary-organisation"], "note": "Registered for a year"},
    "partners": {"min": 2, "must_include": ["school"], "note": "In writing"},
    "amount": {"min": 300, "max": 5000, "per": "school", "note": "Most get £3,000"},
    "money": "capital",
    "match_funding": {"percent": 10, "note": "In money"},
    "duration": {"min_months": 12, "max_months": 24},
    "windows": [{"opens": "2026-09", "closes": "2027-01-29", "spend_by": "2028-03", "recurs": "yearly"}],
    "effort": {"level": "light", "basis": "A form of two pages"},
    "eligibility": [{"kind": "judgement", "scope": "every", "says": "Only new work.", "source": "page"}],
    "lead_duties": ["Holds the money"],
    "monitoring": "A report each year",
    "sustainability": {"after": "ends", "note": "No second award"},
    "combine": {"not_with": [{"id": "other", "why": "One or the other"}]},
    "checked": {"on": "2026-11-02", "evidence": "The page"},
}


def change(before: dict[str, Any], now: dict[str, Any]) -> list[RecordChange]:
    """What is told when a record that stated one thing states another."""
    chosen = stream(facts=describe_stream(make_record(**before), VOCABULARY))
    return list_record_changes(chosen, make_record(**now), VOCABULARY)


def test_every_fact_of_a_record_is_told_in_words() -> None:
    assert describe_stream(make_record(**WHOLE), VOCABULARY) == {
        "status": "Open. The second round",
        "who": "single school, charity or voluntary organisation",
        "schools": "phases: all; types: all",
        "lead": "Charity or voluntary organisation. Registered for a year",
        "partners": "at least 2 beside the lead; among them a school; In writing",
        "where": "London; Near a shop",
        "amount": "£300 to £5,000 for each school. Most get £3,000",
        "money": "Capital",
        "match": "10% of the cost. In money",
        "how-long": "12 to 24 months",
        "dates": "opens September 2026; closes 29 January 2027; spend by March 2028; comes back: every year",
        "effort": "Light. A form of two pages",
        "conditions": "Only new work.",
        "duties": "Holds the money",
        "monitoring": "A report each year",
        "after": "Ends. No second award",
        "not-with": "other: One or the other",
        "checked": "2 November 2026",
    }


def test_a_fact_that_is_not_stated_says_so() -> None:
    bare = dict.fromkeys(
        ("status", "applicants", "phases", "establishment_types", "geography", "match_funding"), None
    )  # fmt: skip
    assert set(describe_stream(make_record(**bare), VOCABULARY).values()) == {NOT_STATED}


@pytest.mark.parametrize(
    ("fact", "field", "value"),
    [
        ("status", "status", "closed"),
        ("who", "applicants", ["single-school"]),
        ("schools", "phases", ["primary"]),
        ("lead", "lead", None),
        ("partners", "partners", {"min": 3}),
        ("where", "geography", {"nations": ["england"]}),
        ("amount", "amount", {"max": 4000}),
        ("money", "money", "both"),
        ("match", "match_funding", {"percent": 0}),
        ("how-long", "duration", {"max_months": 12}),
        ("dates", "windows", [{"closes": "2027-02-05"}]),
        ("effort", "effort", {"level": "heavy", "basis": "Two stages"}),
        ("conditions", "eligibility", None),
        ("duties", "lead_duties", ["Holds the money", "Reports"]),
        ("monitoring", "monitoring", "A report each term"),
        ("after", "sustainability", {"after": "tapers"}),
        ("not-with", "combine", None),
        ("checked", "checked", {"on": "2026-11-20", "evidence": "The page"}),
    ],
)
def test_a_fact_that_changed_is_told_with_both_versions(fact, field, value) -> None:
    (found,) = change(WHOLE, WHOLE | {field: value})
    assert found.fact == fact
    assert found.label == FACTS[fact]
    assert found.before != found.now


def test_a_record_that_did_not_change_tells_nothing() -> None:
    assert change(WHOLE, WHOLE) == []
    assert change(WHOLE, WHOLE | {"summary": "Said in other words.", "audience": "Small schools"}) == []


def test_a_fact_that_was_not_kept_when_the_stream_was_chosen_is_not_told_as_changed() -> None:
    live = make_record(**WHOLE)
    assert list_record_changes(stream(), live, VOCABULARY) == []
    assert list_record_changes(stream(facts={"money": "Capital", "old-fact": "Gone"}), live, VOCABULARY) == []


def test_a_record_that_is_gone_is_one_change() -> None:
    (found,) = list_record_changes(stream(), None, VOCABULARY)
    assert (found.label, found.now) == ("Record", GONE)


def test_the_facts_of_every_record_of_the_content_can_be_kept_and_come_back_unchanged() -> None:
    corpus = read_corpus()
    for record in corpus.funding:
        facts = describe_stream(record, corpus.vocabulary)
        assert list(facts) == list(FACTS)
        chosen = type(stream()).model_validate_json(stream(record.id, facts=facts).model_dump_json())
        assert list_record_changes(chosen, record, corpus.vocabulary) == []
        assert sum(map(len, facts.values())) < 20_000
