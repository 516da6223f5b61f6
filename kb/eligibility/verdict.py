"""Verdicts: one stream for one set of applicants, in the first group that fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.eligibility.applicants import compare_applicants, compare_lead, compare_partners, only_own_body_may_apply
from kb.eligibility.compare import Outcome
from kb.eligibility.facts import ApplicantSet, Member
from kb.eligibility.findings import CANNOT_TELL, MET, NOT_MET, Finding, Result, combine_at_least, combine_scope
from kb.eligibility.rules import REACHING_ROUTES, MemberRule, StreamRules, WholeRule

Group = Literal["eligible", "check", "reaches-you", "not-enough-recorded", "not-eligible"]
# What the members that a rule binds were held against: by rule key, and whether all members are bound or the schools.
Held = tuple[list[Outcome], list[Result], str]
HeldBefore = dict[tuple[str, bool], Held]
SAID = {True: "You said yes.", False: "You said no."}
OPEN: tuple[Group, ...] = ("eligible", "check")  # the groups in which a set could bid
GROUPS: tuple[Group, ...] = ("eligible", "check", "reaches-you", "not-enough-recorded", "not-eligible")


@dataclass(frozen=True)
class Verdict:
    """What a stream is to a set of applicants.

    `lead` is the member the findings take as lead, `may_lead` all who could be.
    `how_it_reaches_you` is a sentence for the group reaches-you, else None.
    """

    rules: StreamRules
    group: Group
    findings: tuple[Finding, ...]
    lead: str
    may_lead: tuple[str, ...]
    how_it_reaches_you: str | None = None

    @property
    def open_points(self) -> tuple[Finding, ...]:
        """The findings that cannot be told yet."""
        return tuple(finding for finding in self.findings if finding.result == CANNOT_TELL)

    @property
    def blocks(self) -> tuple[Finding, ...]:
        """The findings that stand in the way."""
        return tuple(finding for finding in self.findings if finding.result == NOT_MET)


def judge_stream(rules: StreamRules, applicants: ApplicantSet) -> Verdict:
    """The verdict of a stream for a set; with no lead named, of whoever of the set could lead best.

    Raises ValueError for an empty set or a lead that is not in it.
    """
    if not applicants.members:
        raise ValueError("a set of applicants needs at least one member")
    held: HeldBefore = {}
    tried = [judge_lead(rules, applicants, member, held) for member in applicants.members]
    may_lead = tuple(
        member.id
        for member, (group, _) in zip(applicants.members, tried, strict=True)
        if group in ("eligible", "check", "not-enough-recorded")
    )
    if applicants.lead is not None:
        ids = [member.id for member in applicants.members]
        chosen = ids.index(applicants.lead)
    else:
        chosen = min(range(len(tried)), key=lambda number: _rank(*tried[number])) if len(tried) > 1 else 0
    group, findings = tried[chosen]
    how = _say_how(rules) if group == "reaches-you" else None
    return Verdict(rules, group, findings, applicants.members[chosen].id, may_lead, how)


def _rank(group: Group, findings: tuple[Finding, ...]) -> tuple[int, int]:
    return GROUPS.index(group), sum([finding.result != MET for finding in findings])


def can_bid(rules: StreamRules, applicants: ApplicantSet) -> bool:
    """True if the set could bid under its lead, or under anybody's lead where none is named."""
    held: HeldBefore = {}
    leads = (member for member in applicants.members if applicants.lead in (None, member.id))
    return any(judge_lead(rules, applicants, lead, held)[0] in OPEN for lead in leads)


def judge_lead(
    rules: StreamRules, applicants: ApplicantSet, lead: Member, held: HeldBefore | None = None
) -> tuple[Group, tuple[Finding, ...]]:
    """The group and every finding with one member as lead.

    `held` keeps what does not depend on the lead, for the other leads of the same rules and the same set.
    """
    held = {} if held is None else held
    applicant = compare_applicants(rules, applicants, lead)
    findings = [applicant, *compare_lead(rules, applicants, lead), *compare_partners(rules, applicants, lead)]
    findings += [_apply_member_rule(rule, rules, applicants, lead, held) for rule in rules.members]
    findings += [_apply_whole_rule(rule, rules, applicants) for rule in rules.whole]
    return _choose_group(rules, applicants, applicant, findings), tuple(findings)


def _choose_group(rules: StreamRules, applicants: ApplicantSet, applicant: Finding, findings: list[Finding]) -> Group:
    results = [finding.result for finding in findings]
    if NOT_MET in results[1:]:  # the first is the applicant's
        return "not-eligible"
    if rules.stream.route in REACHING_ROUTES or (
        applicant.result == NOT_MET and only_own_body_may_apply(rules, applicants)
    ):
        return "reaches-you"
    if applicant.result == NOT_MET:
        return "not-eligible"
    if rules.applicants is None and not rules.has_rules:
        return "not-enough-recorded"
    return "check" if CANNOT_TELL in results else "eligible"


def _say_how(rules: StreamRules) -> str:
    stream = rules.stream
    if stream.how_it_reaches_you:
        return stream.how_it_reaches_you
    if stream.route in REACHING_ROUTES:
        return REACHING_ROUTES[stream.route]
    names = {"local-authority": "your council", "multi-academy-trust": "your academy trust"}
    bodies = " or ".join(name for value, name in names.items() if value in (rules.applicants or ()))
    return f"Only {bodies} may apply: ask there whether it will."


def _apply_member_rule(
    rule: MemberRule, rules: StreamRules, applicants: ApplicantSet, lead: Member, held: HeldBefore
) -> Finding:
    bound = applicants.schools if rule.schools_only else applicants.members
    stands_in = rule.schools_only and not lead.is_school and (rule.from_field or rule.scope == "lead")
    nobody_leads = rule.from_field and rules.stream.route in REACHING_ROUTES
    if rule.scope == "lead":
        # A rule about schools says nothing of a lead that is none, so the set's schools stand in for it.
        bound = (lead,) if not rule.schools_only or lead.is_school else applicants.schools
    outcomes, results, compared = _hold(rule, bound, applicants, held)
    result = combine_at_least(results, 1) if nobody_leads else _combine(rule, bound, results, lead)
    if result == NOT_MET and stands_in and rule.is_about_kind:
        result = CANNOT_TELL  # what a funder wants of schools that apply says nothing of those whom a charity brings
    about = applicants.ids if bound is applicants.members else tuple([member.id for member in bound])
    if result != CANNOT_TELL:
        return Finding(rule.key, rule.scope, about, result, rule.says, compared, rule.source)
    answered = applicants.answers.get((rules.stream.id, rule.key))
    if answered is not None:
        said = MET if answered else NOT_MET
        return Finding(rule.key, rule.scope, about, said, rule.says, SAID[answered], rule.source)
    asks = tuple([outcome[2] for outcome in outcomes if outcome[2] is not None]) or (rule.ask,)
    return Finding(rule.key, rule.scope, about, result, rule.says, compared, rule.source, asks)


def _hold(rule: MemberRule, bound: tuple[Member, ...], applicants: ApplicantSet, held: HeldBefore) -> Held:
    """Each bound member held against a rule, once for all leads: a large set has many who could lead."""
    is_whole = bound is applicants.members
    key = (rule.key, is_whole)
    if key in held and (is_whole or bound is applicants.schools):
        return held[key]
    outcomes = [rule.test(member) for member in bound]
    found = outcomes, [each[0] for each in outcomes], _say_compared(bound, outcomes, len(applicants.members))
    if is_whole or bound is applicants.schools:
        held[key] = found
    return found


def _combine(rule: MemberRule, bound: tuple[Member, ...], results: list[Result], lead: Member) -> Result:
    """The results of the bound members as one.

    A rule that a field states binds whoever leads. What it asks of the other schools no source says, so a partner
    that does not fit leaves it open; with a lead that is no school, one school that fits does.
    """
    if len(results) == 1 and rule.scope in ("lead", "every", "any"):
        return results[0]
    if not rule.from_field or len(results) < 2:
        return combine_scope(rule.scope, results)
    own = next((result for member, result in zip(bound, results, strict=True) if member is lead), None)
    if own is not None:
        return CANNOT_TELL if own == MET and set(results) != {MET} else own
    return CANNOT_TELL if len(set(results)) > 1 else results[0]


def _say_compared(bound: tuple[Member, ...], outcomes: list[Outcome], count: int) -> str:
    """What each bound member was held against; the only member of a set needs no name."""
    if count == 1 and outcomes:
        return outcomes[0][1]
    said = [f"{member.name}: {outcome[1]}" for member, outcome in zip(bound, outcomes, strict=True)]
    return "; ".join(said) or "No school is named."


def _apply_whole_rule(rule: WholeRule, rules: StreamRules, applicants: ApplicantSet) -> Finding:
    about = applicants.ids
    if rule.ask is None:
        return Finding(rule.key, "every", about, MET, rule.says, "As the record states.", rule.source)
    answered = applicants.answers.get((rules.stream.id, rule.key))
    if answered is not None:
        said = MET if answered else NOT_MET
        return Finding(rule.key, "every", about, said, rule.says, SAID[answered], rule.source)
    return Finding(rule.key, "every", about, CANNOT_TELL, rule.says, "Only you can say.", rule.source, (rule.ask,))
