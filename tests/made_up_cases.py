"""Streams and applicants of any shape, made from a random number: shared by tests of what holds of every verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

from project_content import read_corpus

from kb.eligibility.changes import make_partner
from kb.eligibility.facts import STATE_TYPES, TYPES, ApplicantSet, Fact, Member, read_phases, read_types
from kb.eligibility.rules import StreamRules, compile_rules
from kb.eligibility.verdict import Verdict
from kb.records.funding import FundingStream

CORPUS = read_corpus()
VOCABULARY = CORPUS.vocabulary
REAL = [compile_rules(stream, VOCABULARY) for stream in CORPUS.funding if not stream.is_mechanism]
COUNCILS = ("camden", "kent", "leeds")
FIGURES = {"age-range": 19, "roll": 40, "fsm-percent": 100, "trust-size": 9}
LISTED = {
    "area-list": ["education-investment-areas", "opportunity-areas", *COUNCILS, "Ambridge"],
    "phase": VOCABULARY.values("phases"),
    "establishment-type": VOCABULARY.values("establishment_types"),
    "not-establishment-type": VOCABULARY.values("establishment_types"),
}
MADE_UP = 800
# The register's phases with the lowest and the highest ages that schools of each take.
AGES: dict[str, tuple[range, range]] = {
    "Nursery": (range(2, 4), range(4, 6)),
    "Primary": (range(2, 8), range(8, 12)),
    "Middle deemed primary": (range(8, 10), range(12, 13)),
    "Middle deemed secondary": (range(9, 11), range(13, 15)),
    "Secondary": (range(11, 15), range(16, 20)),
    "All-through": (range(2, 6), range(16, 20)),
    "16 plus": (range(16, 17), range(18, 20)),
}
# What every stream has to state.
ALWAYS: dict[str, Any] = {
    "id": "made-up",
    "kind": "programme",
    "title": "Made up",
    "summary": "Made up.",
    "funder": {"name": "A funder", "kind": "charity"},
    "service_areas": "all",
    "sources": [{"id": "page", "title": "A page", "publisher": "A funder", "supports": ["who"]}],
    "body": [],
}
OPEN: dict[str, Any] = {
    "route": None,
    "status": "open",
    "applicants": "all",
    "geography": {"nations": ["england"]},
    "lead": None,
    "partners": None,
    "match_funding": {"percent": 0},
}
# What may be unknown of a school; what is learned together is hidden together.
FACTS: tuple[tuple[str, ...], ...] = (
    ("phases",), ("types", "is_state"), ("types",), ("local_authority",), ("region",), ("area_lists",),
    ("age_low", "age_high"), ("roll",), ("fsm_percent",), ("in_trust",), ("trust_size",), ("charity",),
)  # fmt: skip


def pick_few(rng: Random, values: Iterable[str]) -> list[str]:
    """One to four values, few more often than many."""
    found = list(values)
    return rng.sample(found, min(len(found), rng.choice((1, 1, 2, 4))))


def pick_listed(rng: Random, name: str) -> Any:
    """Values of a closed list, "all", or None for a field that is left out."""
    return rng.choice((None, "all", *[pick_few(rng, VOCABULARY.values(name))] * 3))


def make_condition(rng: Random, kinds: Iterable[str] = VOCABULARY.values("rule_kinds")) -> dict[str, Any]:
    """One condition, as a record writes it."""
    kind = rng.choice(list(kinds))
    rule: dict[str, Any] = {"kind": kind, "says": "A condition."}
    if kind in FIGURES:
        low, high = sorted(rng.choices(range(FIGURES[kind] + 1), k=2))
        rule["limit"] = rng.choice(({"min": low}, {"max": high}, {"min": low, "max": high}))
    if kind in LISTED:
        rule["values"] = pick_few(rng, LISTED[kind])
    if kind == "any-of":
        rule["options"] = [make_condition(rng, [*FIGURES, *LISTED, "charity", "judgement"]) for _ in range(2)]
    return rule


def make_rule(rng: Random) -> dict[str, Any]:
    """One rule of `eligibility`: a condition, whom it binds and what it rests on."""
    return make_condition(rng) | {"scope": rng.choice(("lead", "every", "any", "at-least-2")), "source": "page"}


def make_geography(rng: Random) -> dict[str, Any] | None:
    """Where a stream pays: not stated, a nation, or a nation narrowed in one way or two."""
    limits = {
        "regions": ["london"],
        "local_authorities": pick_few(rng, COUNCILS),
        "area_lists": ["education-investment-areas"],
        "note": "Near a shop",
        "nations": pick_few(rng, VOCABULARY.values("nations")),
    }
    names = rng.sample(sorted(limits), rng.choice((0, 1, 1, 2)))
    return {name: limits[name] for name in names} or None


def make_stream(rng: Random) -> StreamRules:
    """The rules of a stream of any shape, out of many; one in four is a real one."""
    return rng.choice(REAL) if rng.random() < 0.25 else build_stream(rng.randrange(MADE_UP))


def make_rules(**fields: Any) -> StreamRules:
    """The rules of a stream that states these fields; None leaves one out."""
    stated = {name: value for name, value in fields.items() if value is not None}
    return compile_rules(FundingStream.model_validate(ALWAYS | stated), VOCABULARY)


def make_open_stream(rng: Random) -> StreamRules:
    """The rules of a stream that looks eligible to many."""
    return build_stream(2 * rng.randrange(MADE_UP // 2) + 1)


@cache
def build_stream(number: int) -> StreamRules:
    """The rules of one of the streams that are made up."""
    rng = Random(number)
    bodies = ["school", "charity", "police"]
    partners = {"min": rng.randint(1, 4), "schools_min": rng.randint(1, 3)}
    partners |= {"must_include": pick_few(rng, bodies), "one_of": pick_few(rng, bodies)}
    asked = rng.sample(sorted(partners), rng.choice((0, 0, 1, 2)))
    data = {
        "route": rng.choice((None, None, None, *VOCABULARY.values("routes"))),
        "status": rng.choice(("open", "rolling", *VOCABULARY.values("statuses"))),
        "phases": pick_listed(rng, "phases"),
        "establishment_types": rng.choice((pick_listed(rng, "establishment_types"), sorted(STATE_TYPES))),
        "applicants": rng.choice((*[pick_listed(rng, "applicants")] * 4, ["multi-academy-trust"])),
        "geography": make_geography(rng),
        "lead": rng.choice((None, None, {"may_be": pick_few(rng, VOCABULARY.values("applicants"))})),
        "partners": {name: partners[name] for name in asked} or None,
        "eligibility": [make_rule(rng) for _ in range(rng.choice((0, 0, 1, 2, 3)))] or None,
        "match_funding": rng.choice((None, {"percent": 0}, {"percent": 0}, {"percent": 10}, {"note": "Some."})),
    }
    if number % 2:
        # Few streams of any shape look eligible to anybody, so half are mostly open.
        data |= {name: value for name, value in OPEN.items() if rng.random() < 0.95}
    return make_rules(**data)


def make_school(rng: Random, name: str) -> Member:
    """A school of which everything is known, without facts that contradict each other."""
    types = read_types(rng.choice(sorted(TYPES)))
    assert types is not None
    fixed = {"nursery": "Nursery", "further-education": "16 plus"}
    phase = next((fixed[value] for value in types if value in fixed), rng.choice(sorted(AGES)))
    lows, highs = AGES[phase] if not types & {"special", "pupil-referral-unit"} else (range(2, 12), range(12, 20))
    low, high = rng.choice(lows), rng.choice(highs)
    council = rng.choice(COUNCILS)
    in_trust = bool(types & {"academy", "free-school", "special"}) and rng.random() < 0.7
    own_trust = in_trust and rng.random() < 0.3
    size = 1 if own_trust else rng.randint(2, 9)

    def firm() -> bool:
        return rng.random() < 0.7

    return Member(
        id=name,
        kind="school",
        name=name.capitalize(),
        phases=read_phases(phase, types, low, high),
        types=types,
        is_state=not types & {"independent", "further-education"},
        local_authority=council,
        region=VOCABULARY.region_of(council),
        area_lists=frozenset(rng.choice(([], ["education-investment-areas"]))),
        area_lists_maybe=frozenset(rng.choice(([], ["opportunity-areas"]))),
        age_low=low,
        age_high=high,
        roll=Fact(rng.randint(0, 40), "a census", firm()),
        fsm_percent=Fact(float(rng.randint(0, 100)), "a census", firm()),
        in_trust=in_trust,
        own_trust=own_trust,
        trust_size=Fact(size, "a list", firm()) if in_trust else None,
        charity=rng.random() < 0.5,
    )


def make_members(rng: Random, most: int) -> list[Member]:
    """Schools of which everything is known, and other bodies; one member more often than several."""
    found: list[Member] = []
    for number in range(rng.choice((1, 1, *range(1, most + 1)))):
        kind = rng.choice(("school", "school", *VOCABULARY.values("bodies")))
        same = 1 + sum(member.kind == kind for member in found)
        found.append(make_school(rng, f"school-{number}") if kind == "school" else make_partner(kind, same))
    return found


def choose_hidden(rng: Random, member: Member) -> set[str]:
    """The names of facts not known of a school; nothing is hidden of another body."""
    if not member.is_school:
        return set()
    groups = rng.sample(FACTS, rng.choice((0, 1, 1, 2, 3, 6, len(FACTS))))
    return {name for group in groups for name in group}


def hide(member: Member, names: Iterable[str]) -> Member:
    """The member with some facts not known."""
    return replace(member, **dict.fromkeys(names))  # type: ignore[arg-type]


def make_answers(rng: Random, rules: StreamRules, share: float) -> dict[tuple[str, str], bool]:
    """Answers to a share of the questions a stream may ask, yes more often than no."""
    keys = [rule.key for rule in (*rules.members, *rules.whole)] + ["applicants", "partners"]
    return {(rules.stream.id, key): rng.random() < 0.8 for key in keys if rng.random() < share}


def make_set(rng: Random, rules: StreamRules, most: int = 4, answered: bool = True) -> ApplicantSet:
    """A set of applicants of whom more or less is known."""
    members = [hide(member, choose_hidden(rng, member)) for member in make_members(rng, most)]
    lead = rng.choice((None, *(member.id for member in members)))
    share = rng.choice((0, 0.5, 1)) if answered else 0
    return ApplicantSet(tuple(members), lead, make_answers(rng, rules, share))


def make_lesson(rng: Random, rules: StreamRules, answered: bool) -> tuple[ApplicantSet, ApplicantSet]:
    """The same set twice: the second time some facts that were not known have been learned."""
    truth = make_members(rng, 3)
    hidden = [choose_hidden(rng, member) for member in truth]
    left = [{name for name in sorted(names) if rng.random() < 0.5} for names in hidden]
    lead = rng.choice((None, *(member.id for member in truth)))
    said = make_answers(rng, rules, rng.choice((0, 0.5, 1)) if answered else 0)
    before, after = (
        ApplicantSet(tuple(hide(member, names) for member, names in zip(truth, unknown, strict=True)), lead, said)
        for unknown in (hidden, left)
    )
    return before, after


def tell(rules: StreamRules, applicants: ApplicantSet, *verdicts: Verdict) -> str:
    """A case in full, for whoever has to mend what fails."""
    stated = rules.stream.model_dump(exclude_none=True, exclude={"sources", "body", "summary", "funder", "title"})
    lines = [f"stream {stated}", f"lead {applicants.lead}, answers {dict(applicants.answers)}"]
    lines += [f"  {member}" for member in applicants.members]
    for verdict in verdicts:
        lines.append(f"{verdict.group}, led by {verdict.lead}")
        lines += [f"  {found.result:11} {found.rule} ({found.scope}): {found.compared}" for found in verdict.findings]
    return "\n".join(lines)
