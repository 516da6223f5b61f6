"""Which single change to a set of partners would open a stream, and which opens most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from kb.eligibility.applicants import KIND_NAMES
from kb.eligibility.facts import ApplicantSet, Member
from kb.eligibility.rules import StreamRules
from kb.eligibility.verdict import OPEN, Verdict, can_bid

# The body that a stream's kind of applicant calls for.
BODIES = {
    "voluntary-organisation": "charity",
    "local-authority": "council-service",
    "pta": "pta",
    "further-education": "college",
}


@dataclass(frozen=True)
class Unlock:
    """A change that opens a stream: add a partner of a kind (`as_lead`: only if it leads), let a member lead, drop one.

    `says` is the sentence beside one stream, `name` the change by itself, for a list of changes.
    """

    change: Literal["add", "lead", "drop"]
    id: str
    says: str
    name: str
    as_lead: bool = False


def make_partner(kind: str, number: int) -> Member:
    """A partner of whom only the kind is known; the number tells several of a kind apart, from 1."""
    name = KIND_NAMES[kind].removeprefix("a ").removeprefix("the ").capitalize()
    charity = {"charity": True, "council-service": False, "police": False, "business": False}.get(kind)
    return Member(f"partner:{kind}:{number}", kind, name if number == 1 else f"{name} {number}", charity=charity)


def find_unlocks(verdict: Verdict, applicants: ApplicantSet) -> tuple[Unlock, ...]:
    """The single changes that make a stream one the set could bid for; none if it is so already."""
    if verdict.group in OPEN:
        return ()
    return tuple(_try_changes(verdict, applicants))


def _try_changes(verdict: Verdict, applicants: ApplicantSet) -> Iterator[Unlock]:
    rules = verdict.rules
    for kind in _list_wanted_kinds(rules, applicants):
        number = 1 + sum(member.kind == kind for member in applicants.members)
        partner = make_partner(kind, number)
        larger = applicants.adding(partner)
        if can_bid(rules, larger):
            says = f"Adding {KIND_NAMES[kind]} would open it."
            yield Unlock("add", partner.id, says, f"Add {KIND_NAMES[kind]}")
        elif can_bid(rules, larger.with_lead(partner.id)):
            says = f"{KIND_NAMES[kind].capitalize()} as lead would open it."
            yield Unlock("add", partner.id, says, f"Add {KIND_NAMES[kind]} as lead", as_lead=True)
    for member in applicants.members:
        if applicants.lead not in (None, member.id) and can_bid(rules, applicants.with_lead(member.id)):
            yield Unlock("lead", member.id, f"{member.name} as lead would open it.", f"Let {member.name} lead")
    if len(applicants.members) > 1:
        blamed = {about for finding in verdict.blocks for about in finding.about}
        for member in applicants.members:
            if member.id in blamed and can_bid(rules, applicants.dropping(member.id)):
                says = f"Without {member.name} it would be open to the others."
                yield Unlock("drop", member.id, says, f"Go on without {member.name}")


def _list_wanted_kinds(rules: StreamRules, applicants: ApplicantSet) -> list[str]:
    """The kinds of partner that the stream's rules call for, each once; of those in the set only schools again."""
    wanted = [BODIES[value] for value in sorted(rules.applicants or ()) if value in BODIES]
    wanted += [BODIES[value] for value in sorted(rules.lead or ()) if value in BODIES]
    if rules.stream.partners:
        wanted += list(rules.stream.partners.must_include or ("school",))
    allowed = rules.applicants or frozenset()
    if (not applicants.schools and "single-school" in allowed) or (
        len(applicants.schools) == 1 and "school-cluster" in allowed
    ):
        wanted.append("school")
    if any(rule.key.startswith("charity-") for rule in rules.members):
        wanted.append("charity")
    there = {member.kind for member in applicants.members} - {"school"}
    return [kind for kind in dict.fromkeys(wanted) if kind not in there]


def rank_changes(unlocks: Iterable[tuple[str, Unlock]]) -> list[tuple[Unlock, tuple[str, ...]]]:
    """Single changes with the streams each opens, the one that opens most first.

    Takes (stream id, unlock) pairs; changes are the same when they do the same to the same member or kind.
    """
    opened: dict[tuple[str, str, bool], list[str]] = {}
    first: dict[tuple[str, str, bool], Unlock] = {}
    for stream_id, unlock in unlocks:
        key = (unlock.change, unlock.id, unlock.as_lead)
        opened.setdefault(key, []).append(stream_id)
        first.setdefault(key, unlock)
    ranked = sorted(opened, key=lambda key: (-len(opened[key]), key))
    return [(first[key], tuple(opened[key])) for key in ranked]
