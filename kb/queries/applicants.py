"""Who would apply, from the register, what the reader typed in, and what they corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Protocol, TypeVar

from kb.eligibility.changes import make_partner
from kb.eligibility.facts import ApplicantSet, Fact, Member, read_phases, read_types
from kb.queries.match_request import PROFILE, Correction, MatchRequest
from kb.records.vocabulary import Vocabulary
from kb.register.school import Known, School

Number = TypeVar("Number", int, float)

# A figure older than this may have changed past a limit, so it can satisfy a rule but not fail it.
FIRM_FOR = timedelta(days=3 * 366)
STATE_GROUPS = ("Local authority maintained schools", "Academies", "Free Schools", "Free schools")
SAID = "as you said"


class SchoolFinder(Protocol):
    """What this room needs of the school register."""

    def get_school(self, urn: int) -> School:
        """The school of a URN; raises RecordNotFound."""


def make_applicants(request: MatchRequest, register: SchoolFinder, vocabulary: Vocabulary, today: date) -> ApplicantSet:
    """The set of applicants a request names; raises RecordNotFound for a URN the register does not have."""
    members = [make_school_member(register.get_school(urn), today) for urn in request.urns]
    if request.has_profile:
        members.append(make_profile_member(request.corrections.get(PROFILE, Correction()), vocabulary))
    counts: dict[str, int] = {}
    for kind in request.partners:
        counts[kind] = counts.get(kind, 0) + 1
        members.append(make_partner(kind, counts[kind]))
    corrected = [correct_member(member, request.corrections) for member in members]
    return ApplicantSet(tuple(corrected), request.lead, request.answers)


def make_school_member(school: School, today: date) -> Member:
    """A school of the register as an applicant: its words read, its figures marked firm or not."""
    types = read_types(school.type)
    trust = school.trust_type in ("Multi-academy trust", "Single-academy trust")
    maintained = school.type_group == "Local authority maintained schools"
    independent = school.type_group == "Independent schools"
    in_trust = True if trust else False if maintained or independent else None
    size = Fact(school.trust_size, "by the register's list of trusts", firm=False) if school.trust_size else None
    return Member(
        id=f"urn:{school.urn}",
        kind="school",
        name=school.name,
        phases=read_phases(school.phase, types, school.age_low, school.age_high),
        types=types,
        is_state=_is_state(school, types),
        local_authority=school.local_authority,
        region=school.region,
        area_lists=frozenset(school.area_lists),
        area_lists_maybe=frozenset(school.area_lists_maybe),
        age_low=school.age_low,
        age_high=school.age_high,
        roll=_read_known(school.pupils, today),
        fsm_percent=_read_known(school.fsm_percent, today),
        in_trust=in_trust,
        own_trust=school.trust_type == "Single-academy trust",
        trust_size=size,
    )


def _is_state(school: School, types: frozenset[str] | None) -> bool | None:
    if types is not None:
        return not types & {"independent", "further-education"}
    return True if school.sector == "state school" else None


def _read_known(known: Known[Number] | None, today: date) -> Fact[Number] | None:
    if known is None:
        return None
    dated = f", {known.dated.words}" if known.dated and known.dated.words not in known.source else ""
    borrowed = ", of the school it replaced" if known.predecessor else ""
    fresh = known.dated is not None and known.dated.last >= today - FIRM_FOR
    return Fact(known.value, f"{known.source}{dated}{borrowed}", firm=fresh and not known.predecessor)


def make_profile_member(said: Correction, vocabulary: Vocabulary) -> Member:
    """A school that is not in the register, from what the reader typed in."""
    types = frozenset({said.type}) if said.type else None
    phases = frozenset(said.phases) or read_phases(None, types, None, None)
    return Member(
        id="profile:1",
        kind="school",
        name=said.name or "Your school",
        phases=phases or None,
        types=types,
        is_state=None if types is None else not types & {"independent", "further-education"},
        local_authority=said.council,
        region=vocabulary.region_of(said.council) if said.council else None,
        in_trust=None if said.type in (None, "academy", "free-school", "special", "pupil-referral-unit") else False,
    )


def correct_member(member: Member, corrections: Mapping[str, Correction]) -> Member:
    """A member with what the reader said of it in place of what the register knows; what they say is firm."""
    key = PROFILE if member.id == "profile:1" else member.id.removeprefix("urn:")
    said = corrections.get(key)
    if said is None:
        return member
    return replace(
        member,
        roll=member.roll if said.roll is None else Fact(said.roll, SAID),
        fsm_percent=member.fsm_percent if said.fsm is None else Fact(said.fsm, SAID),
        trust_size=member.trust_size if said.trust is None else Fact(said.trust, SAID),
        charity=member.charity if said.charity is None else said.charity,
    )
