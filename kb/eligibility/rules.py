"""A stream's rules, made ready once: its fields stated as rules, and the rules its record lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from kb.eligibility.compare import (
    MemberTest,
    compare_ages,
    compare_any,
    compare_area_list,
    compare_charity,
    compare_fsm,
    compare_geography,
    compare_phases,
    compare_roll,
    compare_shut_out,
    compare_trust_size,
    compare_types,
    sort_places,
)
from kb.eligibility.findings import Ask
from kb.records.funding import FundingStream, Option, Rule
from kb.records.model import Source
from kb.records.vocabulary import Vocabulary

DOUBTFUL_STATUSES = {
    "not-confirmed": "The sources do not settle whether it is running.",
    "paused": "The funder has paused it.",
    "expected-again": "It has run before and is expected again; nothing is announced.",
}
PAST_STATUSES = frozenset({"closed", "historic"})
REACHING_ROUTES = {
    "formula": "It is paid by formula: nobody applies.",
    "allocated-via-council": "The council receives it and passes it on: ask your council.",
    "commissioned": "The funder chooses who delivers it: ask the funder or your council whether your area is in.",
}


@dataclass(frozen=True)
class MemberRule:
    """A rule that each bound member is held against by itself. `schools_only`: other bodies are not bound by it.

    `ask` is what the reader is asked when no member's facts tell and no figure would. `from_field`: stated by phases,
    establishment_types or geography, which do not say how far they bind partners.
    """

    key: str
    scope: str
    says: str
    source: Source | None
    test: MemberTest
    ask: Ask
    schools_only: bool = True
    from_field: bool = False

    @property
    def is_about_kind(self) -> bool:
        """True for rules on what kind of school may apply: its phase or type."""
        return self.key.startswith(("phase", "establishment", "not-establishment"))


@dataclass(frozen=True)
class WholeRule:
    """A rule about the bid as a whole that is met by the record itself, or that only a reader can answer.

    `ask` None: the record states that nothing stands in the way. Otherwise it cannot be told until the reader answers.
    """

    key: str
    says: str
    source: Source | None
    ask: Ask | None


@dataclass(frozen=True)
class StreamRules:
    """Everything the engine needs of a stream. `applicants` None: not stated; ("all",): stated as all."""

    stream: FundingStream
    applicants: frozenset[str] | None
    applicants_says: str
    applicants_source: Source | None
    lead: frozenset[str] | None
    members: tuple[MemberRule, ...]
    whole: tuple[WholeRule, ...]
    has_rules: bool

    @property
    def is_past(self) -> bool:
        """True for closed and historic streams, which are shown apart."""
        return self.stream.status in PAST_STATUSES


def compile_rules(stream: FundingStream, vocabulary: Vocabulary) -> StreamRules:
    """The rules of a stream, in the order they are shown."""
    who = _find_source(stream, "who")
    recorded = (stream.phases, stream.establishment_types, stream.geography, stream.lead, stream.partners)
    return StreamRules(
        stream=stream,
        applicants=None if stream.applicants is None else frozenset(stream.applicants),
        applicants_says=_say_list("Who may apply", stream.applicants, "applicants", vocabulary),
        applicants_source=who,
        lead=frozenset(stream.lead.may_be) if stream.lead and stream.lead.may_be else None,
        members=(*_derive_member_rules(stream, vocabulary, who), *_read_listed_rules(stream, vocabulary)),
        whole=tuple(_derive_whole_rules(stream)),
        has_rules=any(field is not None for field in (*recorded, stream.eligibility, stream.match_funding)),
    )


def ask_yes_no(stream: FundingStream, key: str, text: str) -> Ask:
    """A question about one rule of a stream that yes or no answers."""
    return Ask(text, "yes-no", "answer", f"{stream.id}:{key}")


def _make_member_rule(
    stream: FundingStream,
    key: str,
    scope: str,
    says: str,
    source: Source | None,
    test: MemberTest,
    schools_only: bool = True,
    from_field: bool = False,
) -> MemberRule:
    ask = ask_yes_no(stream, key, f"Have you checked this, and does it fit you? {says}")
    return MemberRule(key, scope, says, source, test, ask, schools_only, from_field)


def _find_source(stream: FundingStream, group: str) -> Source | None:
    """The first source that bears a group of fields."""
    return next((source for source in stream.sources if group in source.supports), None)


def _say_list(start: str, values: Iterable[str] | None, name: str, vocabulary: Vocabulary) -> str:
    if values is None:
        return f"{start}: the sources do not state it."
    found = list(values)
    return f"{start}: {'all' if found == ['all'] else ', '.join(vocabulary.label(name, v) for v in found).lower()}."


def _derive_member_rules(stream: FundingStream, vocabulary: Vocabulary, who: Source | None) -> list[MemberRule]:
    """The rules that phases, establishment types and geography state."""
    phases = None if stream.phases is None else frozenset(stream.phases)
    types = None if stream.establishment_types is None else frozenset(stream.establishment_types)
    says_phases = _say_list("School phases", stream.phases, "phases", vocabulary)
    says_types = _say_list("Types of school", stream.establishment_types, "establishment_types", vocabulary)
    tests: tuple[tuple[str, str, MemberTest], ...] = (
        ("phases", says_phases, partial(compare_phases, phases, vocabulary)),
        ("establishment_types", says_types, partial(compare_types, types, vocabulary)),
        ("geography", _say_geography(stream, vocabulary), partial(compare_geography, stream.geography, vocabulary)),
    )
    return [_make_member_rule(stream, key, "every", says, who, test, from_field=True) for key, says, test in tests]


def _say_geography(stream: FundingStream, vocabulary: Vocabulary) -> str:
    found = stream.geography
    if found is None:
        return "Where: the sources do not state it."
    parts = [
        ", ".join(vocabulary.label(name, value) for value in values)
        for name, values in (
            ("regions", found.regions),
            ("local_authorities", found.local_authorities),
            ("area_lists", found.area_lists),
            ("nations", None if found.regions or found.local_authorities else found.nations),
        )
        if values
    ]
    return f"Where: {'; '.join([*parts, *([found.note.rstrip('.')] if found.note else [])])}."


def _read_listed_rules(stream: FundingStream, vocabulary: Vocabulary) -> list[MemberRule]:
    """The rules of `eligibility` that compare a fact; judgements are rules about the whole bid."""
    sources = {source.id: source for source in stream.sources}
    rules = []
    for number, rule in enumerate(stream.eligibility or (), 1):
        test = _make_test(rule, vocabulary)
        if test is not None:
            key = f"{rule.kind}-{number}"
            only_schools = rule.kind not in ("charity", "not-establishment-type")
            source = sources.get(rule.source)
            rules.append(_make_member_rule(stream, key, rule.scope, rule.says, source, test, only_schools))
    return rules


def _make_test(rule: Rule | Option, vocabulary: Vocabulary) -> MemberTest | None:
    """The comparison a rule stands for; None for a judgement, which no fact settles."""
    if isinstance(rule, Rule) and rule.options:
        return partial(compare_any, tuple(_make_test(option, vocabulary) for option in rule.options))
    low = rule.limit.min if rule.limit else None
    high = rule.limit.max if rule.limit else None
    tests: dict[str, MemberTest] = {
        "age-range": partial(compare_ages, low, high),
        "roll": partial(compare_roll, low, high),
        "fsm-percent": partial(compare_fsm, low, high),
        "trust-size": partial(compare_trust_size, low, high),
        "area-list": partial(compare_area_list, *sort_places(rule.values or (), vocabulary), vocabulary),
        "charity": compare_charity,
        "phase": partial(compare_phases, frozenset(rule.values or ()), vocabulary),
        "establishment-type": partial(compare_types, frozenset(rule.values or ()), vocabulary),
        "not-establishment-type": partial(compare_shut_out, frozenset(rule.values or ()), vocabulary),
    }
    return tests.get(rule.kind)


def _derive_whole_rules(stream: FundingStream) -> Iterable[WholeRule]:
    """Judgements and benefit to the community, match funding, and a status that is in doubt."""
    sources = {source.id: source for source in stream.sources}
    for number, rule in enumerate(stream.eligibility or (), 1):
        if rule.kind in ("judgement", "community-benefit"):
            key = f"{rule.kind}-{number}"
            ask = ask_yes_no(stream, key, f"Is this true of what you plan? {rule.says}")
            yield WholeRule(key, rule.says, sources.get(rule.source), ask)
    yield _derive_match_rule(stream)
    if stream.status in DOUBTFUL_STATUSES:
        ask = ask_yes_no(stream, "status", f"Have you asked {stream.funder.name}, and can you apply?")
        yield WholeRule("status", DOUBTFUL_STATUSES[stream.status], _find_source(stream, "dates"), ask)


def _derive_match_rule(stream: FundingStream) -> WholeRule:
    source = _find_source(stream, "amount")
    match = stream.match_funding
    if match is not None and match.percent == 0:
        return WholeRule("match_funding", "No match funding is needed.", source, None)
    if match is not None and match.percent is not None:
        says = f"You must find {match.percent:g}% of the cost.{' ' + match.note if match.note else ''}"
        question = f"Can you find {match.percent:g}% of the cost?"
    elif match is not None and match.note:
        says, question = f"Match funding: {match.note}", f"Can you meet this? {match.note}"
    else:
        says, source = "The sources do not say whether you must add money of your own.", None
        question = "Have you asked the funder, and can you add what is needed?"
    return WholeRule("match_funding", says, source, ask_yes_no(stream, "match_funding", question))
