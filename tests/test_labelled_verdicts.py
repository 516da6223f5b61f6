"""Verdicts against pairs of applicants and streams whose group was decided by reading the streams' sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from project_content import read_corpus

from kb.eligibility.changes import find_unlocks
from kb.eligibility.facts import ApplicantSet, Fact, Member, read_phases, read_types
from kb.eligibility.rules import StreamRules, compile_rules
from kb.eligibility.verdict import GROUPS, Verdict, judge_stream

FILES = [
    yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "data" / "labelled").glob("*.yml"))
]
LABELS: dict[str, Any] = {"applicants": {name: found for file in FILES for name, found in file["applicants"].items()}}
PAIRS: list[dict[str, Any]] = [pair for file in FILES for pair in file["pairs"]]
PAST = ("historic", "closed")


def name_pair(pair: Mapping[str, Any]) -> str:
    """A pair as one reads it in a test report."""
    answers = "".join(f"+{word}={'yes' if said else 'no'}" for word, said in pair.get("answers", {}).items())
    return f"{pair['stream']}-{pair['applicants']}{answers}".replace(" ", "-")


def read_figure(found: Mapping[str, Any] | None) -> Fact[Any] | None:
    """A figure of the file as a fact."""
    return None if found is None else Fact(found["value"], "a census", firm=found["firm"])


def read_member(found: Mapping[str, Any]) -> Member:
    """A school or body of the file as the engine takes it; what the file leaves out stays unknown."""
    types = read_types(found.get("register_type"))
    low, high = found.get("age_low"), found.get("age_high")
    lists = found.get("area_lists")
    return Member(
        id=found["id"],
        kind=found["kind"],
        name=found["name"],
        phases=read_phases(found.get("register_phase"), types, low, high),
        types=types,
        is_state=None if types is None else not types & {"independent", "further-education"},
        local_authority=found.get("council"),
        region=found.get("region"),
        area_lists=None if lists is None else frozenset(lists),
        area_lists_maybe=frozenset(found.get("area_lists_maybe", ())),
        age_low=low,
        age_high=high,
        roll=read_figure(found.get("roll")),
        fsm_percent=read_figure(found.get("fsm")),
        in_trust=found.get("in_trust"),
        own_trust=found.get("own_trust", False),
        trust_size=read_figure(found.get("trust_size")),
        charity=found.get("charity"),
    )


def read_answers(rules: StreamRules, said: Mapping[str, bool]) -> dict[tuple[str, str], bool]:
    """The reader's answers by the keys of the stream's rules: by key, by kind, or by words of the rule's sentence."""
    known = {rule.key: rule.says for rule in (*rules.members, *rules.whole)}
    known |= {"applicants": rules.applicants_says, "partners": ""}
    answers = {}
    for word, answer in said.items():
        keys = [key for key in known if key == word or key.rpartition("-")[0] == word]
        keys = keys or [key for key, says in known.items() if word.lower() in says.lower()]
        answers |= {(rules.stream.id, key): answer for key in keys}
    return answers


def read_applicants(name: str, rules: StreamRules, said: Mapping[str, bool]) -> ApplicantSet:
    """A set of applicants of the file, with the answers given about a stream."""
    found = LABELS["applicants"][name]
    members = tuple(read_member(member) for member in found["members"])
    return ApplicantSet(members, found.get("lead"), read_answers(rules, said))


@pytest.fixture(scope="module")
def all_rules() -> dict[str, StreamRules]:
    """The rules of every programme of the project's content, by the id of its record."""
    corpus = read_corpus()
    return {stream.id: compile_rules(stream, corpus.vocabulary) for stream in corpus.funding if not stream.is_mechanism}


def judge_pair(all_rules: dict[str, StreamRules], pair: Mapping[str, Any]) -> tuple[Verdict, ApplicantSet]:
    """The engine's verdict of a pair, and the set it judged."""
    rules = all_rules[pair["stream"]]
    applicants = read_applicants(pair["applicants"], rules, pair.get("answers", {}))
    return judge_stream(rules, applicants), applicants


def explain(pair: Mapping[str, Any], verdict: Verdict) -> str:
    """Both groups, why the label is what it is, and every finding of the engine."""
    lines = [
        f"{name_pair(pair)}: labelled {pair['expected']}, judged {verdict.group}",
        f"  because: {pair['because']}",
        f"  led by {verdict.lead}; may lead: {', '.join(verdict.may_lead) or 'nobody'}",
    ]
    for found in verdict.findings:
        lines.append(f"  {found.result:11} {found.rule} ({found.scope}): {found.says} / {found.compared}")
    return "\n".join(lines)


@pytest.mark.parametrize("pair", PAIRS, ids=name_pair)
def test_a_pair_gets_the_group_that_the_sources_give(pair: dict[str, Any], all_rules: dict[str, StreamRules]) -> None:
    verdict, _ = judge_pair(all_rules, pair)
    assert verdict.group == pair["expected"], explain(pair, verdict)


def test_no_pair_labelled_otherwise_is_called_not_eligible(all_rules: dict[str, StreamRules]) -> None:
    wrong = []
    for pair in PAIRS:
        verdict, _ = judge_pair(all_rules, pair)
        if verdict.group == "not-eligible" and pair["expected"] != "not-eligible":
            wrong.append(explain(pair, verdict))
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if "may_lead" in pair], ids=name_pair)
def test_those_may_lead_whom_the_sources_allow(pair: dict[str, Any], all_rules: dict[str, StreamRules]) -> None:
    verdict, _ = judge_pair(all_rules, pair)
    assert sorted(verdict.may_lead) == sorted(pair["may_lead"]), explain(pair, verdict)


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if "unlock" in pair], ids=name_pair)
def test_the_change_that_the_sources_suggest_is_offered(
    pair: dict[str, Any], all_rules: dict[str, StreamRules]
) -> None:
    verdict, applicants = judge_pair(all_rules, pair)
    wanted = pair["unlock"]
    offered = find_unlocks(verdict, applicants)
    fitting = [
        unlock
        for unlock in offered
        if unlock.change == wanted["change"]
        and (unlock.id == wanted.get("id") or unlock.id.split(":")[1:2] == [wanted.get("kind")])
    ]
    assert fitting, f"wanted {wanted}, offered {offered}\n{explain(pair, verdict)}"


def test_the_labels_cover_enough_and_are_not_mostly_easy() -> None:
    assert len(LABELS["applicants"]) >= 25
    assert len(PAIRS) >= 80
    assert 2 * sum(pair.get("hard", False) for pair in PAIRS) >= len(PAIRS)
    assert {pair["expected"] for pair in PAIRS} == set(GROUPS)
    assert sum("may_lead" in pair or "unlock" in pair for pair in PAIRS) >= 15


def test_every_programme_of_today_is_labelled_and_eight_of_the_past(all_rules: dict[str, StreamRules]) -> None:
    labelled = {pair["stream"] for pair in PAIRS}
    assert labelled <= set(all_rules)
    today = {stream_id for stream_id in labelled if all_rules[stream_id].stream.status not in PAST}
    assert len(today) >= 16
    assert len(labelled - today) >= 8


def test_every_set_is_judged_and_no_pair_stands_twice() -> None:
    assert {pair["applicants"] for pair in PAIRS} == set(LABELS["applicants"])
    twice = [name for name, count in Counter(name_pair(pair) for pair in PAIRS).items() if count > 1]
    assert not twice


def test_every_label_says_why_and_names_its_source() -> None:
    assert [name_pair(pair) for pair in PAIRS if not pair["because"].endswith(".") or '"' not in pair["because"]] == []
