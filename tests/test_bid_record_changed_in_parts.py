"""Every part of what a record says of a fact counts when it is asked whether the record has changed."""

from __future__ import annotations

from typing import Any

import pytest
from made_up_bids import make_record, stream
from made_up_cases import VOCABULARY

from kb.workspaces.changed import describe_stream, list_record_changes

PARTNERS = {"min": 2, "note": "In writing"}
WINDOW = {"opens": "2026-09", "closes": "2027-01-29"}
PARTS: list[tuple[str, str, dict[str, Any], dict[str, Any], str]] = [
    ("partners", "partners", PARTNERS, {"schools_min": 3}, "at least 3 schools in all"),
    ("partners", "partners", PARTNERS, {"must_include": ["school"]}, "among them a school"),
    ("partners", "partners", PARTNERS, {"one_of": ["school", "charity"]}, "one of them a school or a charity"),
    ("partners", "partners", PARTNERS, {"note": "By word"}, "By word"),
    ("dates", "windows", WINDOW, {"decision_by": "2027-03"}, "decision by March 2027"),
    ("dates", "windows", WINDOW, {"spend_from": "2027-04"}, "spend from April 2027"),
    ("dates", "windows", WINDOW, {"spend_by": "2028-03"}, "spend by March 2028"),
    ("dates", "windows", WINDOW, {"recurs": "yearly"}, "comes back: every year"),
    ("dates", "windows", WINDOW, {"note": "At noon"}, "At noon"),
    ("after", "sustainability", {"after": "ends"}, {"risk": "high"}, "high"),
    ("after", "sustainability", {"after": "ends"}, {"note": "No second award"}, "No second award"),
    ("how-long", "duration", {"max_months": 24}, {"note": "In school terms"}, "In school terms"),
    ("how-long", "duration", {"max_months": 24}, {"min_months": 12}, "12 to 24 months"),
    ("match", "match_funding", {"percent": 10}, {"note": "In money"}, "In money"),
    ("amount", "amount", {"max": 5000}, {"note": "Most get £3,000"}, "Most get £3,000"),
    ("lead", "lead", {"may_be": ["council"]}, {"note": "For a year"}, "For a year"),
    ("effort", "effort", {"level": "light", "basis": "Two pages"}, {"basis": "Ten pages"}, "Ten pages"),
]


@pytest.mark.parametrize(
    ("fact", "field", "before", "more", "says"), PARTS, ids=[f"{part[1]} {part[3]}" for part in PARTS]
)
def test_a_part_that_was_added_or_changed_is_told(
    fact: str, field: str, before: dict[str, Any], more: dict[str, Any], says: str
) -> None:
    def make(value: dict[str, Any]) -> Any:
        return make_record(**{field: [value] if field == "windows" else value})

    chosen = stream(facts=describe_stream(make(before), VOCABULARY))
    (found,) = list_record_changes(chosen, make(before | more), VOCABULARY)
    assert found.fact == fact
    assert says in found.now
    assert says not in found.before
