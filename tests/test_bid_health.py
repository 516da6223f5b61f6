"""Health of a bid: the need, outcomes, partners, agreement and evidence; how little a new workspace is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from made_up_bids import TODAY, body, check, fill, look, make_record, make_workspace, passes, school, stream
from made_up_cases import VOCABULARY
from project_content import read_corpus

from kb.workspaces.entries import AgreementPoint, Evidence, Figure, Lead, Outcome
from kb.workspaces.health import LEVELS, RULES, check_health, examine, list_passed
from kb.workspaces.sections import SECTIONS
from kb.workspaces.workspace import Item, Workspace, start_entries

POINTS = [AgreementPoint(point=value, holder="Lead school") for value in VOCABULARY.values("agreement_points")]
TWO = (("hill", school(does="Leads", gives="Rooms")), ("help", body(does="Runs it", gives="Staff")))


def test_an_empty_workspace_is_told_a_handful_of_things_to_do_in_the_order_of_its_parts() -> None:
    entries = start_entries("New", VOCABULARY.values("agreement_points"))
    workspace = Workspace(1, tuple(Item(f"new{n:05d}", 1, entry) for n, entry in enumerate(entries)))
    found = check_health(workspace, look(workspace), TODAY)
    assert [each.rule for each in found] == ["no-need", "no-outcome", "no-partner", "no-stream", "no-budget"]
    assert {each.level for each in found} == {"to-do"}
    assert list_passed(workspace, look(workspace), TODAY) == []


def test_every_rule_has_a_name_of_its_own_a_part_of_the_workspace_and_an_answer() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert {rule.section for rule in RULES} <= {section.name for section in SECTIONS}
    workspace = make_workspace(*TWO, stream())
    report = examine(workspace, look(workspace, make_record()), TODAY)
    told = {found.rule for found in report.checks}
    silent = {rule.name for rule in (*report.passed, *report.not_yet)}
    assert told | silent == set(names)
    assert not told & silent


def test_problems_come_first_and_each_level_in_the_order_of_the_parts() -> None:
    workspace = make_workspace(*TWO, stream("gone-fund"), Outcome(outcome="Better attendance"))
    found = check_health(workspace, look(workspace), TODAY)
    order = [section.name for section in SECTIONS]
    keys = [(list(LEVELS).index(each.level), order.index(each.section)) for each in found]
    assert keys == sorted(keys)
    assert found[0].level == "problem"
    assert found[-1].level == "to-do"


def test_checks_are_whole_sentences_without_jargon() -> None:
    workspace = make_workspace(*TWO, stream(), stream("gone-fund"), Outcome(outcome="Better"), *POINTS)
    for found in check_health(workspace, look(workspace, make_record()), TODAY):
        for text in (found.says, found.why, found.mend):
            assert text[0].isupper() or text[0] in "“£0123456789", text
            assert text[-1] in ".?!”", text
            assert "None" not in text


def test_a_need_in_words_is_asked_for_and_then_a_figure() -> None:
    assert check(make_workspace())["no-need"].section == "need"
    assert "no-figure" not in check(make_workspace())
    worded = make_workspace(need="Pupils miss school.")
    assert "no-need" not in check(worded)
    assert check(worded)["no-figure"].level == "warning"
    figure = Figure(says="Absent", value="23%", source="Register, 2026")
    assert passes("no-figure", make_workspace(figure, need="Pupils miss school."))


def test_an_outcome_needs_a_measure_and_a_measure_a_baseline_and_a_target() -> None:
    assert "no-outcome" in check(make_workspace())
    bare = check(make_workspace(("out", Outcome(outcome="Better attendance"))))
    assert (bare["outcome-measure"].level, bare["outcome-measure"].entry_id) == ("problem", fill("out"))
    assert "no-outcome" not in bare
    assert "outcome-baseline" not in bare
    half = check(make_workspace(Outcome(outcome="Better attendance", measure="Days missed", target="5%")))
    assert "outcome-measure" not in half
    assert half["outcome-baseline"].says == "The outcome “Better attendance” has no baseline."
    whole = Outcome(outcome="Better attendance", measure="Days missed", baseline="9%", target="5%")
    assert passes("outcome-measure", make_workspace(whole))
    assert passes("outcome-baseline", make_workspace(whole))


def test_many_of_a_kind_are_counted_and_not_listed() -> None:
    outcomes = [Outcome(outcome=f"Outcome {number}") for number in range(12)]
    workspace = make_workspace(*outcomes)
    found = [each for each in check_health(workspace, look(workspace), TODAY) if each.rule == "outcome-measure"]
    assert len(found) == 6
    assert found[-1].says == "7 more outcomes have no measure."


def test_partners_are_asked_for() -> None:
    assert check(make_workspace())["no-partner"].level == "to-do"
    assert passes("no-partner", make_workspace(school()))


def test_without_a_lead_it_is_said_who_could_lead_all_streams() -> None:
    assert "no-lead" not in check(make_workspace())
    assert check(make_workspace(*TWO))["no-lead"].level == "to-do"
    record = make_record(applicants=["voluntary-organisation"])
    found = check(make_workspace(*TWO, stream()), record)["no-lead"]
    assert found.level == "problem"
    assert found.why.endswith("Youth Charity could, by the rules of the stream.")
    police = make_record("other", applicants=["further-education"])
    none = check(make_workspace(*TWO, stream(), stream("other")), record, police)["no-lead"]
    assert none.why.endswith("No partner could lead all of the streams.")
    assert passes("no-lead", make_workspace(*TWO, stream(), Lead(partner=fill("help"))), record)


@pytest.mark.parametrize(
    ("cannot", "until", "is_told"),
    [
        (False, None, False),
        (True, None, True),
        (True, TODAY, True),
        (True, TODAY - timedelta(days=1), False),
        (False, TODAY + timedelta(days=9), False),
    ],
)
def test_a_lead_that_is_marked_as_unable_to_lead_is_told_while_that_holds(cannot, until, is_told) -> None:
    lead = school(cannot_lead=cannot, cannot_lead_until=until)
    workspace = make_workspace(("hill", lead), Lead(partner=fill("hill")))
    assert ("lead-unable" in check(workspace)) == is_told
    assert passes("lead-unable", workspace) != is_told


def test_a_school_that_left_the_register_is_told_and_one_without_a_urn_is_not() -> None:
    found = check(make_workspace(("gone", school("Old school", 299999))))["school-unknown"]
    assert (found.level, found.entry_id) == ("unknown", fill("gone"))
    assert "299999" in found.why
    assert passes("school-unknown", make_workspace(school()))
    assert "school-unknown" not in check(make_workspace(school("New school", None)))


def test_partners_that_give_nothing_or_have_no_role_are_named_together() -> None:
    fresh = check(make_workspace(school(), body()))["partner-part"]
    assert (fresh.level, fresh.says) == ("to-do", "What each partner does and gives is not said yet.")
    some = make_workspace(school(does="Leads", gives="Rooms"), ("help", body(does="Runs it")))
    found = check(some)["partner-part"]
    assert (found.level, found.why, found.entry_id) == ("warning", "Youth Charity (gives nothing).", fill("help"))
    assert passes("partner-part", make_workspace(*TWO))


def test_evidence_is_asked_for_once_a_stream_is_chosen() -> None:
    case = read_corpus().case_studies[0]
    assert "no-evidence" not in check(make_workspace())
    assert check(make_workspace(stream()), make_record())["no-evidence"].level == "to-do"
    chosen = make_workspace(stream(), Evidence(case=case.id))
    assert passes("no-evidence", chosen, make_record())
    assert check(chosen, make_record())["case-gone"].level == "warning"
    assert passes("case-gone", chosen, make_record(), cases=[case])


def test_an_agreement_is_for_two_or_more_and_has_safeguarding_and_data_sharing() -> None:
    for rule in ("point-missing", "point-holder", "point-agreed"):
        assert rule not in check(make_workspace(school()))
    without = [point for point in POINTS if point.point != "safeguarding"]
    assert check(make_workspace(*TWO, *without))["point-missing"].says == "The agreement says nothing of safeguarding."
    assert check(make_workspace(*TWO))["point-missing"].says.endswith("safeguarding and data sharing.")
    assert passes("point-missing", make_workspace(*TWO, *POINTS))


def test_agreement_points_that_nobody_holds_are_named() -> None:
    fresh = [AgreementPoint(point=point.point) for point in POINTS]
    assert check(make_workspace(*TWO, *fresh))["point-holder"].level == "to-do"
    one = check(make_workspace(*TWO, *POINTS[1:], ("open", AgreementPoint(point="objectives"))))["point-holder"]
    assert (one.level, one.says, one.entry_id) == ("warning", "Nobody sees to 1 point of the agreement.", fill("open"))
    assert one.why == "Nobody is named for objectives."
    assert passes("point-holder", make_workspace(*TWO, *POINTS))


@pytest.mark.parametrize(
    ("closes", "state", "is_told"),
    [
        (TODAY + timedelta(days=30), "applying", True),
        (TODAY, "considering", True),
        (TODAY + timedelta(days=31), "applying", False),
        (TODAY - timedelta(days=1), "applying", False),
        (TODAY + timedelta(days=30), "submitted", False),
        (None, "applying", False),
    ],
)
def test_an_open_agreement_is_a_problem_when_a_bid_closes_within_30_days(closes, state, is_told) -> None:
    entries = (*TWO, stream(closes=closes, state=state))
    found = check(make_workspace(*entries, *POINTS), make_record())
    assert ("point-agreed" in found) == is_told
    if is_told:
        assert found["point-agreed"].level == "problem"
        assert "“Fund” closes" in found["point-agreed"].why
    agreed = [point.model_copy(update={"agreed": True}) for point in POINTS]
    assert "point-agreed" not in check(make_workspace(*entries, *agreed), make_record())


def test_the_first_of_several_closing_dates_counts_for_the_agreement() -> None:
    streams = (stream(closes=date(2027, 6, 1)), stream("other", closes=date(2026, 12, 1)))
    workspace = make_workspace(*TWO, *streams, *POINTS)
    found = check(workspace, make_record(), make_record("other"))["point-agreed"]
    assert found.why.startswith("“Other” closes in 10 days, on 1 December 2026.")
