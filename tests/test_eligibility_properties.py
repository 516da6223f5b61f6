"""What holds of every verdict, whatever the stream, the applicants and what is known of them.

Streams and applicants are made from one random number each time: that is a hundred times as fast as drawing them
piece by piece, so thousands can be tried. A failure prints the case in full.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_cases import (
    choose_hidden,
    hide,
    make_lesson,
    make_open_stream,
    make_rules,
    make_school,
    make_set,
    make_stream,
    tell,
)

from kb.eligibility.changes import Unlock, find_unlocks, make_partner
from kb.eligibility.facts import STATE_TYPES, ApplicantSet, Member, read_phases
from kb.eligibility.findings import CANNOT_TELL, MET, NOT_MET, Result, combine_at_least, combine_every
from kb.eligibility.rules import REACHING_ROUTES
from kb.eligibility.verdict import judge_stream

KINDS_OF_BODY = {"applicants", "partners", "lead"}
DOUBTFUL = ("not-confirmed", "paused", "expected-again")
MANY = settings(max_examples=500, deadline=None, derandomize=True)
cases = st.integers(0, 2**64 - 1).map(Random)


@MANY
@given(cases)
def test_learning_a_fact_never_takes_away_that_a_stream_looks_eligible(rng: Random) -> None:
    rules = make_open_stream(rng)
    before, after = make_lesson(rng, rules, answered=False)
    first, second = judge_stream(rules, before), judge_stream(rules, after)
    assert first.group != "eligible" or second.group == "eligible", tell(rules, after, first, second)


@MANY
@given(cases)
def test_a_school_that_is_refused_for_what_it_is_stays_refused_whatever_is_learned(rng: Random) -> None:
    rules = make_stream(rng)
    before, after = make_lesson(rng, rules, answered=False)
    first = judge_stream(rules, before)
    second = judge_stream(rules, after.with_lead(first.lead))
    refused = {found.rule for found in first.blocks} - KINDS_OF_BODY
    assert refused <= {found.rule for found in second.blocks}, tell(rules, after, first, second)


@MANY
@given(cases)
def test_learning_a_fact_never_turns_eligible_into_check(rng: Random) -> None:
    rules = make_open_stream(rng)
    before, after = make_lesson(rng, rules, answered=True)
    first, second = judge_stream(rules, before), judge_stream(rules, after)
    assert (first.group, second.group) != ("eligible", "check"), tell(rules, after, first, second)


@MANY
@given(cases)
def test_learning_a_fact_changes_the_group_only_with_a_finding_that_changed(rng: Random) -> None:
    rules = make_stream(rng)
    before, after = make_lesson(rng, rules, answered=True)
    first, second = judge_stream(rules, before), judge_stream(rules, after)
    shown, shown_after = ([(f.rule, f.result, f.compared) for f in v.findings] for v in (first, second))
    assert first.group == second.group or shown != shown_after, tell(rules, after, first, second)


@MANY
@given(cases, st.integers(1, 3))
def test_a_school_of_which_nothing_is_known_is_refused_only_for_the_kind_of_body_it_is(rng: Random, count: int) -> None:
    rules = make_stream(rng)
    unknown = tuple(Member(f"school-{number}", "school", f"School {number}") for number in range(count))
    verdict = judge_stream(rules, ApplicantSet(unknown))
    # Two of a kind that a rule wants are not there in a set of one, whatever is known of it.
    too_few = {rule.key for rule in rules.members if rule.scope == "at-least-2" and count < 2}
    allowed = KINDS_OF_BODY | too_few
    assert {found.rule for found in verdict.blocks} <= allowed, tell(rules, ApplicantSet(unknown), verdict)


@MANY
@given(cases)
def test_a_figure_that_is_not_firm_never_refuses(rng: Random) -> None:
    rules = make_stream(rng)
    applicants = make_set(rng, rules, answered=False)
    loose = []
    for member in applicants.members:
        figures = {name: getattr(member, name) for name in ("roll", "fsm_percent", "trust_size")}
        known = {name: replace(figure, firm=False) for name, figure in figures.items() if figure is not None}
        # A school in no trust has no figure that could be old.
        loose.append(replace(member, in_trust=member.in_trust or None, **known))
    verdict = judge_stream(rules, ApplicantSet(tuple(loose), applicants.lead))
    too_few = {rule.key for rule in rules.members if rule.scope == "at-least-2"}
    refused = [
        f.rule for f in verdict.blocks if f.rule.startswith(("roll-", "fsm-", "trust-")) and f.rule not in too_few
    ]
    assert refused == [], tell(rules, applicants, verdict)


@MANY
@given(cases)
def test_adding_a_partner_never_hides_what_stands_in_the_way(rng: Random) -> None:
    rules = make_stream(rng)
    applicants = make_set(rng, rules, most=3)
    added = rng.choice((make_school(rng, "newcomer"), make_partner("charity", 9)))
    before = judge_stream(rules, applicants)
    larger = applicants.with_lead(before.lead).adding(hide(added, choose_hidden(rng, added)))
    after = judge_stream(rules, larger)
    # Phases, types and places that a field states bind whoever leads; a lead that is no school has its schools for it.
    led_by_school = any(member.id == before.lead and member.is_school for member in applicants.members)
    # Where nobody applies, each school is paid by itself, and one that fits is enough for the set.
    bound = led_by_school and rules.stream.route not in REACHING_ROUTES
    freed = set() if bound else {"phases", "establishment_types", "geography"}
    stood = {found.rule for found in before.blocks if found.scope == "every" and found.about} - freed
    assert stood <= {found.rule for found in after.blocks}, tell(rules, larger, before, after)


@MANY
@given(cases)
def test_the_order_of_the_partners_does_not_change_the_group(rng: Random) -> None:
    rules = make_stream(rng)
    applicants = make_set(rng, rules)
    shuffled = tuple(rng.sample(applicants.members, len(applicants.members)))
    first = judge_stream(rules, applicants)
    second = judge_stream(rules, ApplicantSet(shuffled, applicants.lead, applicants.answers))
    assert first.group == second.group, tell(rules, applicants, first, second)


@MANY
@given(cases)
def test_a_verdict_lists_every_rule_of_its_stream_once(rng: Random) -> None:
    rules = make_stream(rng)
    stream = rules.stream
    needed = {"applicants", "phases", "establishment_types", "geography", "match_funding"}
    needed |= {f"{rule.kind}-{number}" for number, rule in enumerate(stream.eligibility or (), 1)}
    needed |= {"lead"} if stream.lead and stream.lead.may_be else set()
    needed |= (
        {"partners"} if stream.partners and stream.partners.model_dump(exclude_none=True, exclude={"note"}) else set()
    )
    needed |= {"status"} if stream.status in DOUBTFUL else set()
    applicants = make_set(rng, rules)
    verdict = judge_stream(rules, applicants)
    listed = [found.rule for found in verdict.findings]
    assert len(listed) == len(set(listed)), tell(rules, applicants, verdict)
    assert needed <= set(listed) <= needed | {"partners"}, tell(rules, applicants, verdict)


@MANY
@given(cases)
def test_every_finding_says_its_rule_and_what_it_was_held_against(rng: Random) -> None:
    rules = make_stream(rng)
    applicants = make_set(rng, rules)
    verdict = judge_stream(rules, applicants)
    assert all(found.says and found.compared for found in verdict.findings), tell(rules, applicants, verdict)


@MANY
@given(cases)
def test_what_can_be_answered_is_asked_only_while_it_cannot_be_told(rng: Random) -> None:
    rules = make_stream(rng)
    applicants = make_set(rng, rules)
    verdict = judge_stream(rules, applicants)
    assert not [f for f in verdict.findings if f.asks and f.result != CANNOT_TELL], tell(rules, applicants, verdict)


@MANY
@given(cases)
def test_every_open_point_asks_a_question(rng: Random) -> None:
    rules = make_stream(rng)
    applicants = make_set(rng, rules)
    verdict = judge_stream(rules, applicants)
    assert [found.rule for found in verdict.open_points if not found.asks] == [], tell(rules, applicants, verdict)


@MANY
@given(cases)
def test_a_yes_to_every_open_point_makes_check_eligible(rng: Random) -> None:
    rules = make_stream(rng)
    applicants = make_set(rng, rules)
    first = judge_stream(rules, applicants)
    said = {(rules.stream.id, found.rule): True for found in first.open_points}
    answered = replace(applicants, lead=first.lead, answers={**applicants.answers, **said})
    second = judge_stream(rules, answered)
    assert first.group != "check" or second.group == "eligible", tell(rules, answered, first, second)


def apply_unlock(applicants: ApplicantSet, unlock: Unlock) -> ApplicantSet:
    """The set after the change that an unlock proposes, done as its sentence says."""
    if unlock.change == "add":
        kind, number = unlock.id.split(":")[1:]
        larger = applicants.adding(make_partner(kind, int(number)))
        return larger.with_lead(unlock.id) if unlock.as_lead else larger
    return applicants.with_lead(unlock.id) if unlock.change == "lead" else applicants.dropping(unlock.id)


@MANY
@given(cases)
def test_a_change_that_is_said_to_open_a_stream_opens_it(rng: Random) -> None:
    rules = make_stream(rng)
    applicants = make_set(rng, rules)
    verdict = judge_stream(rules, applicants)
    for unlock in find_unlocks(verdict, applicants):
        changed = apply_unlock(applicants, unlock)
        after = judge_stream(rules, changed)
        assert len({member.id for member in changed.members}) == len(changed.members), str(unlock)
        assert after.group in ("eligible", "check"), f"{unlock}\n{tell(rules, applicants, verdict, after)}"


@MANY
@given(cases)
def test_nothing_is_offered_where_a_stream_is_open_already(rng: Random) -> None:
    rules = make_stream(rng)
    applicants = make_set(rng, rules)
    verdict = judge_stream(rules, applicants)
    assert verdict.group not in ("eligible", "check") or find_unlocks(verdict, applicants) == ()


@MANY
@given(cases)
def test_with_no_lead_named_the_verdict_is_that_of_the_best_lead(rng: Random) -> None:
    rules = make_stream(rng)
    applicants = replace(make_set(rng, rules), lead=None)
    best = judge_stream(rules, applicants)
    order = ["eligible", "check", "reaches-you", "not-enough-recorded", "not-eligible"]
    tried = {m.id: judge_stream(rules, applicants.with_lead(m.id)).group for m in applicants.members}
    assert best.group == min(tried.values(), key=order.index), tell(rules, applicants, best)
    may = [member for member, group in tried.items() if group in ("eligible", "check", "not-enough-recorded")]
    assert list(best.may_lead) == may, tell(rules, applicants, best)


RESULTS: tuple[Result, ...] = (MET, NOT_MET, CANNOT_TELL)
SEEN: list[tuple[Result, ...]] = [seen for count in range(5) for seen in product(RESULTS, repeat=count)]


def test_every_is_met_only_if_all_are_and_fails_with_one_that_fails() -> None:
    for results in SEEN:
        wanted: Result = MET
        if not results or CANNOT_TELL in results:
            wanted = CANNOT_TELL
        if NOT_MET in results:
            wanted = NOT_MET
        assert combine_every(results) == wanted, results


@pytest.mark.parametrize("needed", [1, 2, 3])
def test_at_least_is_told_only_if_the_unknown_cannot_change_it(needed: int) -> None:
    for results in SEEN[1:]:
        outcomes = {
            sum(turned == MET for turned in turns) >= needed
            for turns in product(*[(MET, NOT_MET) if result == CANNOT_TELL else (result,) for result in results])
        }
        wanted = CANNOT_TELL if len(outcomes) == 2 else MET if outcomes == {True} else NOT_MET
        assert combine_at_least(results, needed) == wanted, results


def test_at_least_of_nobody_cannot_be_told() -> None:
    assert combine_at_least((), 1) == CANNOT_TELL


SOMEWHERE = Member("school", "school", "Somewhere School")


def test_a_school_whose_place_is_not_known_is_not_refused_for_its_nation() -> None:
    verdict = judge_stream(make_rules(geography={"nations": ["wales"]}), ApplicantSet((SOMEWHERE,)))
    assert [found.rule for found in verdict.blocks] == []


def test_a_state_school_of_unknown_type_may_be_a_nursery_or_special_school() -> None:
    rules = make_rules(establishment_types=sorted(STATE_TYPES))
    verdict = judge_stream(rules, ApplicantSet((replace(SOMEWHERE, is_state=True),)))
    assert "establishment_types" in [found.rule for found in verdict.open_points]


def test_a_middle_school_of_unknown_ages_is_not_refused_for_primary_or_secondary() -> None:
    for register_phase, wanted in (("Middle deemed secondary", "primary"), ("Middle deemed primary", "secondary")):
        school = replace(SOMEWHERE, phases=read_phases(register_phase, None, None, None))
        verdict = judge_stream(make_rules(phases=[wanted]), ApplicantSet((school,)))
        assert [found.rule for found in verdict.blocks] == []


def test_that_a_school_is_in_no_trust_shows_where_only_its_trust_could_apply() -> None:
    rules = make_rules(applicants=["multi-academy-trust"])
    before, after = (
        judge_stream(rules, ApplicantSet((replace(SOMEWHERE, in_trust=known),))) for known in (None, False)
    )
    assert (before.group, after.group) == ("reaches-you", "not-eligible")
    assert before.findings[0].compared != after.findings[0].compared


def test_a_lead_that_only_the_body_itself_can_settle_is_asked_and_the_answer_counts() -> None:
    rules = make_rules(lead={"may_be": ["voluntary-organisation"]})
    pta = make_partner("pta", 1)
    asked = next(found for found in judge_stream(rules, ApplicantSet((pta,))).open_points if found.rule == "lead")
    assert asked.asks
    said = judge_stream(rules, ApplicantSet((pta,), answers={("made-up", "lead"): True}))
    assert "lead" not in [found.rule for found in said.open_points]
