"""What holds of every verdict, whatever the stream, the applicants and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.build import check_content
from kb.config import PROJECT
from kb.eligibility.changes import Unlock, find_unlocks, make_partner
from kb.eligibility.facts import PHASES, TYPES, ApplicantSet, Fact, Member, read_phases, read_types
from kb.eligibility.findings import CANNOT_TELL, MET, NOT_MET, Result, combine_at_least, combine_every
from kb.eligibility.rules import StreamRules, compile_rules
from kb.eligibility.verdict import Verdict, judge_stream
from kb.records.funding import FundingStream

CORPUS = check_content(PROJECT / "content")[0].corpus
VOCABULARY = CORPUS.vocabulary
REAL = [compile_rules(stream, VOCABULARY) for stream in CORPUS.funding if not stream.is_mechanism]
COUNCILS = ("camden", "kent", "leeds")
FIGURES = {"age-range": 19, "roll": 40, "fsm-percent": 100, "trust-size": 9}
BY_KIND = ("applicants", "partners", "lead")
# What may be unknown of a school. What is learned together is hidden together.
FACTS: tuple[tuple[str, ...], ...] = (
    ("phases",), ("types", "is_state"), ("types",), ("local_authority",), ("region",), ("area_lists",),
    ("age_low", "age_high"), ("roll",), ("fsm_percent",), ("in_trust",), ("trust_size",), ("charity",),
)  # fmt: skip
EXAMPLES = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def few(values: Iterable[str]) -> st.SearchStrategy[list[str]]:
    """One value or two."""
    return st.lists(st.sampled_from(tuple(values)), min_size=1, max_size=2, unique=True)


def some_of(name: str) -> st.SearchStrategy[Any]:
    """Values of a closed list, "all", or None for a field that is left out."""
    values = VOCABULARY.values(name)
    return st.one_of(st.none(), few(values), st.lists(st.sampled_from(values), min_size=3, unique=True), st.just("all"))


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """One rule of `eligibility`, as a record writes it."""
    kind = draw(st.sampled_from([*FIGURES, "area-list", "charity", "community-benefit", "judgement"]))
    rule = {"kind": kind, "says": "A condition.", "source": "page"}
    rule["scope"] = draw(st.sampled_from(["lead", "every", "any", "at-least-2"]))
    if kind in FIGURES:
        low, high = sorted(draw(st.tuples(*[st.integers(0, FIGURES[kind])] * 2)))
        rule["limit"] = draw(st.sampled_from([{"min": low}, {"max": high}, {"min": low, "max": high}]))
    if kind == "area-list":
        places = ["education-investment-areas", "opportunity-areas", *COUNCILS, "Ambridge"]
        rule["values"] = draw(st.lists(st.sampled_from(places), min_size=1, max_size=2, unique=True))
    return rule


@st.composite
def made_up_streams(draw: st.DrawFn) -> StreamRules:
    """The rules of a stream of any shape."""
    limits = {"regions": st.just(["london"]), "local_authorities": few(COUNCILS), "note": st.just("Near a shop")}
    limits |= {"area_lists": st.just(["education-investment-areas"])}
    nations = st.fixed_dictionaries({"nations": few(VOCABULARY.values("nations"))}, optional=limits)
    places = st.one_of(st.none(), nations, *(st.fixed_dictionaries({name: limit}) for name, limit in limits.items()))
    kinds = {"must_include": few(["school", "charity", "police"])}
    partners = st.fixed_dictionaries({"min": st.integers(1, 4)}, optional=kinds) | st.fixed_dictionaries(kinds)
    match = st.sampled_from([None, {"percent": 0}, {"percent": 10}, {"note": "Some may be asked for."}])
    data = {
        "route": draw(st.sampled_from([None, None, *VOCABULARY.values("routes")])),
        "status": draw(st.sampled_from(VOCABULARY.values("statuses"))),
        "phases": draw(some_of("phases")),
        "establishment_types": draw(some_of("establishment_types")),
        "applicants": draw(some_of("applicants")),
        "geography": draw(places),
        "lead": draw(st.none() | st.fixed_dictionaries({"may_be": few(VOCABULARY.values("applicants"))})),
        "partners": draw(st.none() | partners),
        "eligibility": draw(st.none() | st.lists(conditions(), min_size=1, max_size=3)),
        "match_funding": draw(match),
    }
    always = {
        "id": "made-up",
        "kind": "programme",
        "title": "Made up",
        "summary": "Made up.",
        "funder": {"name": "A funder", "kind": "charity"},
        "service_areas": "all",
        "sources": [{"id": "page", "title": "A page", "publisher": "A funder", "supports": ["who"]}],
        "body": [],
    }
    stated = {name: value for name, value in data.items() if value is not None}
    return compile_rules(FundingStream.model_validate(always | stated), VOCABULARY)


streams = st.one_of(made_up_streams(), st.sampled_from(REAL))


@st.composite
def known_schools(draw: st.DrawFn, name: str = "school") -> Member:
    """A school of which everything is known, without facts that contradict each other."""
    register_type = draw(st.sampled_from(sorted(TYPES)))
    types = read_types(register_type)
    assert types is not None
    low = draw(st.integers(2, 16))
    high = draw(st.integers(low + 1, 19))
    council = draw(st.sampled_from(COUNCILS))
    firm = st.booleans()
    in_trust = draw(st.booleans()) if types & {"academy", "free-school", "special"} else False
    own_trust = in_trust and draw(st.booleans())
    size = 1 if own_trust else draw(st.integers(2, 9))
    on_list = draw(st.booleans())
    return Member(
        id=name,
        kind="school",
        name=name.capitalize(),
        phases=read_phases(draw(st.sampled_from(sorted(PHASES))), types, low, high),
        types=types,
        is_state=not types & {"independent", "further-education"},
        local_authority=council,
        region=VOCABULARY.region_of(council),
        area_lists=frozenset({"education-investment-areas"}) if on_list else frozenset(),
        area_lists_maybe=draw(st.sampled_from([frozenset(), frozenset({"opportunity-areas"})])),
        age_low=low,
        age_high=high,
        roll=Fact(draw(st.integers(0, 40)), "a census", draw(firm)),
        fsm_percent=Fact(float(draw(st.integers(0, 100))), "a census", draw(firm)),
        in_trust=in_trust,
        own_trust=own_trust,
        trust_size=Fact(size, "a list", draw(firm)) if in_trust else None,
        charity=draw(st.booleans()),
    )


def hide(member: Member, names: set[str]) -> Member:
    """The member with some facts not known."""
    return replace(member, **dict.fromkeys(names))  # type: ignore[arg-type]


def hide_some(draw: st.DrawFn, member: Member) -> set[str]:
    """The names of facts to hide of a school, or of nothing else."""
    if not member.is_school:
        return set()
    return {name for group in draw(st.lists(st.sampled_from(FACTS), unique=True)) for name in group}


@st.composite
def members(draw: st.DrawFn, count: int) -> list[Member]:
    """Schools of which everything is known, and other bodies."""
    found: list[Member] = []
    numbers: dict[str, int] = {}
    for number in range(count):
        if draw(st.integers(0, 2)):
            found.append(draw(known_schools(f"school-{number}")))
        else:
            kind = draw(st.sampled_from([kind for kind in VOCABULARY.values("bodies") if kind != "school"]))
            numbers[kind] = numbers.get(kind, 0) + 1
            found.append(make_partner(kind, numbers[kind]))
    return found


def draw_answers(draw: st.DrawFn, rules: StreamRules) -> dict[tuple[str, str], bool]:
    """Answers to some of the questions a stream may ask."""
    keys = [rule.key for rule in (*rules.members, *rules.whole)] + ["applicants", "partners"]
    said = draw(st.dictionaries(st.sampled_from(keys), st.booleans(), max_size=len(keys)))
    return {(rules.stream.id, key): answer for key, answer in said.items()}


@st.composite
def cases(draw: st.DrawFn, most: int = 4, answered: bool = True) -> tuple[StreamRules, ApplicantSet]:
    """A stream and a set of applicants of whom more or less is known."""
    rules = draw(streams)
    found = draw(members(draw(st.integers(1, most))))
    found = [hide(member, hide_some(draw, member)) for member in found]
    lead = draw(st.none() | st.sampled_from([member.id for member in found]))
    return rules, ApplicantSet(tuple(found), lead, draw_answers(draw, rules) if answered else {})


@st.composite
def lessons(draw: st.DrawFn, answered: bool) -> tuple[StreamRules, ApplicantSet, ApplicantSet]:
    """A stream and the same set twice: the second time some facts that were not known have been learned."""
    rules, truth = draw(st.tuples(streams, members(draw(st.integers(1, 3)))))
    hidden = [hide_some(draw, member) for member in truth]
    lead = draw(st.none() | st.sampled_from([member.id for member in truth]))
    said = draw_answers(draw, rules) if answered else {}
    before = tuple(hide(member, names) for member, names in zip(truth, hidden, strict=True))
    left = [{name for name in names if draw(st.booleans())} for names in hidden]
    after = tuple(hide(member, names) for member, names in zip(truth, left, strict=True))
    return rules, ApplicantSet(before, lead, said), ApplicantSet(after, lead, said)


def list_results(verdict: Verdict) -> list[tuple[str, str, str]]:
    """What a reader sees of each finding."""
    return [(found.rule, found.result, found.compared) for found in verdict.findings]


@EXAMPLES
@given(lessons(answered=False))
def test_learning_a_fact_never_takes_away_that_a_stream_looks_eligible(
    case: tuple[StreamRules, ApplicantSet, ApplicantSet],
) -> None:
    rules, before, after = case
    if judge_stream(rules, before).group == "eligible":
        assert judge_stream(rules, after).group == "eligible"


@EXAMPLES
@given(lessons(answered=True))
def test_learning_a_fact_never_turns_eligible_into_check(
    case: tuple[StreamRules, ApplicantSet, ApplicantSet],
) -> None:
    rules, before, after = case
    if judge_stream(rules, before).group == "eligible":
        assert judge_stream(rules, after).group != "check"


@EXAMPLES
@given(lessons(answered=True))
def test_learning_a_fact_changes_the_group_only_with_a_finding_that_changed(
    case: tuple[StreamRules, ApplicantSet, ApplicantSet],
) -> None:
    rules, before, after = case
    first, second = judge_stream(rules, before), judge_stream(rules, after)
    if first.group != second.group:
        assert list_results(first) != list_results(second)


@EXAMPLES
@given(streams, st.integers(1, 4))
def test_a_school_of_which_nothing_is_known_is_refused_only_for_the_kind_of_body_it_is(
    rules: StreamRules, count: int
) -> None:
    unknown = tuple(Member(f"school-{number}", "school", f"School {number}") for number in range(count))
    verdict = judge_stream(rules, ApplicantSet(unknown))
    # Two of a kind that a rule wants are not there in a set of one, whatever is known of it.
    too_few = {rule.key for rule in rules.members if rule.scope == "at-least-2" and count < 2}
    assert {found.rule for found in verdict.blocks} <= {*BY_KIND, *too_few}


@EXAMPLES
@given(cases(answered=False))
def test_only_a_firm_figure_refuses(case: tuple[StreamRules, ApplicantSet]) -> None:
    rules, applicants = case
    loose = tuple(
        replace(
            member,
            **{
                name: replace(getattr(member, name), firm=False)
                for name in ("roll", "fsm_percent", "trust_size")
                if getattr(member, name) is not None
            },
            in_trust=member.in_trust or None,
        )
        for member in applicants.members
    )
    verdict = judge_stream(rules, ApplicantSet(loose, applicants.lead))
    figures = ("roll-", "fsm-percent-", "trust-size-")
    assert [found for found in verdict.blocks if found.rule.startswith(figures)] == []


@EXAMPLES
@given(cases(most=3), st.data())
def test_adding_a_partner_never_hides_what_stands_in_a_members_way(
    case: tuple[StreamRules, ApplicantSet], data: st.DataObject
) -> None:
    rules, applicants = case
    added = data.draw(known_schools("newcomer") | st.just(make_partner("charity", 9)))
    before = judge_stream(rules, applicants)
    after = judge_stream(rules, applicants.adding(added))
    still = {found.rule for found in after.blocks}
    assert {found.rule for found in before.blocks if found.scope == "every" and found.about} <= still


@EXAMPLES
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_partners_does_not_change_the_group(
    case: tuple[StreamRules, ApplicantSet], shuffler: Any
) -> None:
    rules, applicants = case
    shuffled = list(applicants.members)
    shuffler.shuffle(shuffled)
    again = judge_stream(rules, ApplicantSet(tuple(shuffled), applicants.lead, applicants.answers))
    assert again.group == judge_stream(rules, applicants).group


@EXAMPLES
@given(cases())
def test_a_verdict_lists_every_rule_of_its_stream_once(case: tuple[StreamRules, ApplicantSet]) -> None:
    rules, applicants = case
    verdict = judge_stream(rules, applicants)
    listed = [found.rule for found in verdict.findings]
    stream = rules.stream
    needed = {"applicants", "phases", "establishment_types", "geography", "match_funding"}
    needed |= {f"{rule.kind}-{number}" for number, rule in enumerate(stream.eligibility or (), 1)}
    needed |= {"lead"} if stream.lead and stream.lead.may_be else set()
    needed |= {"partners"} if stream.partners and (stream.partners.min or stream.partners.must_include) else set()
    needed |= {"status"} if stream.status in ("not-confirmed", "paused", "expected-again") else set()
    assert len(listed) == len(set(listed))
    assert needed <= set(listed) <= needed | {"partners"}


@EXAMPLES
@given(cases())
def test_everything_that_cannot_be_told_says_what_to_ask_or_what_is_missing(
    case: tuple[StreamRules, ApplicantSet],
) -> None:
    for found in judge_stream(*case).findings:
        assert found.says
        assert found.compared


def apply_unlock(applicants: ApplicantSet, unlock: Unlock) -> ApplicantSet:
    """The set after the change that an unlock proposes, done as its sentence says."""
    if unlock.change == "add":
        kind, number = unlock.id.split(":")[1:]
        larger = applicants.adding(make_partner(kind, int(number)))
        return larger.with_lead(unlock.id) if " as lead " in unlock.says else larger
    return applicants.with_lead(unlock.id) if unlock.change == "lead" else applicants.dropping(unlock.id)


@EXAMPLES
@given(cases())
def test_a_change_that_is_said_to_open_a_stream_opens_it(case: tuple[StreamRules, ApplicantSet]) -> None:
    rules, applicants = case
    verdict = judge_stream(rules, applicants)
    for unlock in find_unlocks(verdict, applicants):
        changed = apply_unlock(applicants, unlock)
        assert len({member.id for member in changed.members}) == len(changed.members)
        assert judge_stream(rules, changed).group in ("eligible", "check")


@EXAMPLES
@given(cases())
def test_whoever_may_lead_gets_as_good_a_verdict_as_lead(case: tuple[StreamRules, ApplicantSet]) -> None:
    rules, applicants = case
    for member in applicants.members:
        alone = judge_stream(rules, applicants.with_lead(member.id)).group
        may = member.id in judge_stream(rules, applicants).may_lead
        assert may == (alone in ("eligible", "check", "not-enough-recorded"))


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
