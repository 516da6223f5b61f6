"""What is known of those who would apply, and what the words of the school register mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

Value = TypeVar("Value")

MAINTAINED_TYPES = frozenset({"community", "voluntary-aided", "voluntary-controlled", "foundation"})
STATE_TYPES = MAINTAINED_TYPES | {"academy", "free-school"}

# The register's types of establishment in the words of the closed list; special and alternative schools that are also
# academies carry both, because funders name either.
TYPES: dict[str, frozenset[str]] = {
    "Community school": frozenset({"community"}),
    "Voluntary aided school": frozenset({"voluntary-aided"}),
    "Voluntary controlled school": frozenset({"voluntary-controlled"}),
    "Foundation school": frozenset({"foundation"}),
    "Academy converter": frozenset({"academy"}),
    "Academy sponsor led": frozenset({"academy"}),
    "Academy 16-19 converter": frozenset({"academy"}),
    "Academy 16 to 19 sponsor led": frozenset({"academy"}),
    "University technical college": frozenset({"academy"}),
    "Studio schools": frozenset({"academy"}),
    "City technology college": frozenset({"independent"}),
    "Free schools": frozenset({"free-school"}),
    "Free schools 16 to 19": frozenset({"free-school"}),
    "Free schools special": frozenset({"free-school", "special"}),
    "Free schools alternative provision": frozenset({"free-school", "pupil-referral-unit"}),
    "Community special school": frozenset({"community", "special"}),
    "Foundation special school": frozenset({"foundation", "special"}),
    "Academy special converter": frozenset({"academy", "special"}),
    "Academy special sponsor led": frozenset({"academy", "special"}),
    "Non-maintained special school": frozenset({"special"}),
    "Other independent special school": frozenset({"independent", "special"}),
    "Academy alternative provision converter": frozenset({"academy", "pupil-referral-unit"}),
    "Academy alternative provision sponsor led": frozenset({"academy", "pupil-referral-unit"}),
    "Pupil referral unit": frozenset({"pupil-referral-unit"}),
    "Local authority nursery school": frozenset({"nursery"}),
    "Other independent school": frozenset({"independent"}),
    "Further education": frozenset({"further-education"}),
    "Sixth form centres": frozenset({"further-education"}),
}
PHASES: dict[str, frozenset[str]] = {
    "Nursery": frozenset({"early-years"}),
    "Primary": frozenset({"primary"}),
    "Middle deemed primary": frozenset({"primary", "middle"}),
    "Middle deemed secondary": frozenset({"secondary", "middle"}),
    "Secondary": frozenset({"secondary"}),
    "All-through": frozenset({"primary", "secondary"}),
    "16 plus": frozenset({"post-16"}),
}


@dataclass(frozen=True)
class Fact(Generic[Value]):
    """A value with where it comes from, in words. One that is not `firm` (old, or a predecessor's) may satisfy a rule
    but never fails one."""

    value: Value
    source: str
    firm: bool = True


@dataclass(frozen=True)
class Member:
    """One applicant or partner. `kind` is a value of the closed list of bodies; None everywhere means "not known".

    Schools have phases, types, place and figures; of other bodies only `kind` and `charity` count. `types` may hold
    several values. `own_trust` is True for a school that is its own academy trust.
    """

    id: str
    kind: str
    name: str
    phases: frozenset[str] | None = None
    types: frozenset[str] | None = None
    is_state: bool | None = None
    local_authority: str | None = None
    region: str | None = None
    area_lists: frozenset[str] | None = None
    area_lists_maybe: frozenset[str] = frozenset()
    age_low: int | None = None
    age_high: int | None = None
    roll: Fact[int] | None = None
    fsm_percent: Fact[float] | None = None
    in_trust: bool | None = None
    own_trust: bool = False
    trust_size: Fact[int] | None = None
    charity: bool | None = None

    @property
    def is_school(self) -> bool:
        """True for schools, and for colleges only if they come from the school register."""
        return self.kind == "school"


@dataclass(frozen=True)
class ApplicantSet:
    """Who would apply together. `lead` is a member's id, or None for "who should lead?".

    `answers` are the reader's own answers to questions, by (stream id, rule key).
    """

    members: tuple[Member, ...]
    lead: str | None = None
    answers: Mapping[tuple[str, str], bool] = field(default_factory=dict)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of the members."""
        return tuple(member.id for member in self.members)

    @cached_property
    def schools(self) -> tuple[Member, ...]:
        """The members that are schools."""
        return tuple(member for member in self.members if member.is_school)

    def with_lead(self, lead: str) -> ApplicantSet:
        """The same set, led by a member."""
        return ApplicantSet(self.members, lead, self.answers)

    def adding(self, member: Member) -> ApplicantSet:
        """The set with one more partner."""
        return ApplicantSet((*self.members, member), self.lead, self.answers)

    def dropping(self, member_id: str) -> ApplicantSet:
        """The set without a member; a dropped lead leaves the lead open."""
        members = tuple(member for member in self.members if member.id != member_id)
        return ApplicantSet(members, None if self.lead == member_id else self.lead, self.answers)


def read_types(register_type: str | None) -> frozenset[str] | None:
    """The closed list's types of a school, from the register's word; None for a word that is not known."""
    return TYPES.get(register_type) if register_type else None


def read_phases(
    register_phase: str | None, types: frozenset[str] | None, age_low: int | None, age_high: int | None
) -> frozenset[str] | None:
    """The phases of a school from the register's phase, its type and its ages; None if they cannot be told.

    Special schools and pupil referral units are known by type, for the register calls their phase "Not applicable". A
    school with pupils under four counts as early years too, one with pupils over 16 as post-16 too.
    """
    if types and "special" in types:
        return frozenset({"special"})
    if types and "pupil-referral-unit" in types:
        return frozenset({"alternative-provision"})
    found = PHASES.get(register_phase or "", frozenset())
    if not found and types and "nursery" in types:
        found = frozenset({"early-years"})
    if not found and types and "further-education" in types:
        found = frozenset({"post-16"})
    if not found and age_low is not None and age_high is not None:
        found = _read_phases_by_age(age_low, age_high)
    if not found:
        return None
    if "primary" in found and age_low is not None and age_low < 4:
        found |= {"early-years"}
    if "secondary" in found and age_high is not None and age_high > 16:
        found |= {"post-16"}
    return found


def _read_phases_by_age(low: int, high: int) -> frozenset[str]:
    """The phases whose ages a school covers for two years or more, for schools the register gives no phase."""
    bounds = {"early-years": (2, 5), "primary": (5, 11), "secondary": (11, 16), "post-16": (16, 19)}
    return frozenset(phase for phase, (start, end) in bounds.items() if min(high, end) - max(low, start) >= 2)
