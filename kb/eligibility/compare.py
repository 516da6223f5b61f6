"""One member held against one rule: met, not met or cannot tell, with what it was compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from kb.eligibility.facts import MAINTAINED_TYPES, STATE_TYPES, Fact, Member
from kb.eligibility.findings import CANNOT_TELL, MET, NOT_MET, Ask, Result, compare_bounds
from kb.records.funding import Geography
from kb.records.vocabulary import Vocabulary

Outcome = tuple[Result, str, Ask | None]
MemberTest = Callable[[Member], Outcome]


# The ages of a phase, in years: a school with a year or more of them may have pupils a stream for that phase means.
PHASE_AGES = {"early-years": (2, 5), "primary": (5, 11), "secondary": (11, 16), "post-16": (16, 19)}


@lru_cache(maxsize=1024)  # the same few combinations come back for every stream and school
def _say_values(name: str, values: frozenset[str], vocabulary: Vocabulary) -> str:
    return ", ".join(sorted(vocabulary.label(name, value).lower() for value in values))


def compare_phases(allowed: frozenset[str] | None, vocabulary: Vocabulary, member: Member) -> Outcome:
    """Met if the school has one of the phases. A list without special says nothing of special schools, and a school
    with pupils of a phase's ages, such as a middle school with Years 5 and 6, may be meant by it."""
    if member.phases is None:
        return (MET if allowed is not None and "all" in allowed else CANNOT_TELL), "phase not known", None
    has = _say_values("phases", member.phases, vocabulary)
    if allowed is None:
        return CANNOT_TELL, has, None
    if "all" in allowed or member.phases & allowed:
        return MET, has, None
    may_be_meant = member.phases & {"special", "alternative-provision"} or _has_ages_of(allowed, member)
    return (CANNOT_TELL if may_be_meant else NOT_MET), has, None


def _has_ages_of(phases: frozenset[str], member: Member) -> bool:
    low, high = member.age_low, member.age_high
    if low is None or high is None:
        return bool(member.phases and "middle" in member.phases and phases & {"primary", "secondary"})
    ages = [PHASE_AGES[phase] for phase in phases if phase in PHASE_AGES]
    return any(min(high, end) - max(low, start) >= 1 for start, end in ages)


def compare_types(allowed: frozenset[str] | None, vocabulary: Vocabulary, member: Member) -> Outcome:
    """Met if every type of the school is in the list, cannot tell if only some are.

    `all` leaves open whether independent schools count: funders who say "all schools" often mean state schools.
    """
    types = member.types
    if types is None:
        if (
            allowed
            and member.is_state
            and ("all" in allowed or allowed >= STATE_TYPES | {"special", "pupil-referral-unit", "nursery"})
        ):
            return MET, "a state school", None
        return CANNOT_TELL, "type not known", None
    has = _say_values("establishment_types", types, vocabulary)
    if allowed is None:
        return CANNOT_TELL, has, None
    if "all" in allowed:
        return (CANNOT_TELL if "independent" in types else MET), has, None
    if types <= allowed:
        return MET, has, None
    # A nursery school of a council is maintained; funders who name maintained schools may mean it or not.
    maintained_nursery = types == {"nursery"} and allowed >= MAINTAINED_TYPES
    return (CANNOT_TELL if types & allowed or maintained_nursery else NOT_MET), has, None


def compare_shut_out(shut_out: frozenset[str], vocabulary: Vocabulary, member: Member) -> Outcome:
    """Not met if a school or college has any of the types that a source shuts out, such as a special academy by
    "special"; bodies of other kinds have no type."""
    if member.kind not in ("school", "college"):
        return MET, "no school", None
    types = frozenset({"further-education"}) if member.kind == "college" else member.types
    if types is None:
        return CANNOT_TELL, "type not known", None
    has = _say_values("establishment_types", types, vocabulary)
    return (NOT_MET if types & shut_out else MET), has, None


def compare_geography(geography: Geography | None, vocabulary: Vocabulary, member: Member) -> Outcome:
    """Met if the school lies in every kind of area the stream names; a note needs a reader's judgement.

    Schools of the register are in England.
    """
    if geography is None:
        return CANNOT_TELL, _say_place(member, vocabulary), None
    results: list[Result] = []
    if geography.nations:
        placed = member.local_authority is not None or member.region is not None
        results.append(MET if {"england", "uk"} & set(geography.nations) else NOT_MET if placed else CANNOT_TELL)
    if geography.regions or geography.local_authorities:
        results.append(_compare_place(geography, member))
    if geography.area_lists:
        results.append(_compare_area_lists(frozenset(geography.area_lists), member))
    if geography.note:
        results.append(CANNOT_TELL)
    if NOT_MET in results:
        return NOT_MET, _say_place(member, vocabulary), None
    return (CANNOT_TELL if CANNOT_TELL in results else MET), _say_place(member, vocabulary), None


def _say_place(member: Member, vocabulary: Vocabulary) -> str:
    if member.local_authority:
        return vocabulary.label("local_authorities", member.local_authority)
    return vocabulary.label("regions", member.region) if member.region else "place not known"


def _compare_place(geography: Geography, member: Member) -> Result:
    """Regions and councils are alternatives to each other: a stream may name a region and one council more."""
    councils, regions = geography.local_authorities or (), geography.regions or ()
    if member.local_authority in councils or member.region in regions:
        return MET
    unknown = (councils and member.local_authority is None) or (regions and member.region is None)
    return CANNOT_TELL if unknown else NOT_MET


def _compare_area_lists(wanted: frozenset[str], member: Member) -> Result:
    if member.area_lists is None:
        return CANNOT_TELL
    if wanted & member.area_lists:
        return MET
    return CANNOT_TELL if wanted & member.area_lists_maybe else NOT_MET


def compare_area_list(
    lists: frozenset[str], councils: frozenset[str], has_other_places: bool, vocabulary: Vocabulary, member: Member
) -> Outcome:
    """Met if the school's council, or a list of areas that covers it, is named; other places cannot be told."""
    has = _say_place(member, vocabulary)
    if member.local_authority in councils:
        return MET, has, None
    listed = _compare_area_lists(lists, member) if lists else NOT_MET
    if listed == MET:
        return MET, has, None
    if listed == CANNOT_TELL or has_other_places or member.local_authority is None:
        return CANNOT_TELL, has, None
    return NOT_MET, has, None


def sort_places(values: Iterable[str], vocabulary: Vocabulary) -> tuple[frozenset[str], frozenset[str], bool]:
    """The values of an area-list rule: lists of areas, councils (by value or label), and whether any is neither."""
    labels = {vocabulary.label("local_authorities", v).lower(): v for v in vocabulary.values("local_authorities")}
    known = set(labels.values())
    lists = frozenset(value for value in values if value in vocabulary.values("area_lists"))
    places = {labels.get(value.lower(), value) for value in values if value not in lists}
    return lists, frozenset(places & known), bool(places - known)


def compare_ages(low: float | None, high: float | None, member: Member) -> Outcome:
    """Met if the school has pupils of any of the ages."""
    if member.age_low is None or member.age_high is None:
        return CANNOT_TELL, "ages not known", None
    overlaps = (high is None or member.age_low <= high) and (low is None or member.age_high >= low)
    return (MET if overlaps else NOT_MET), f"ages {member.age_low} to {member.age_high}", None


def compare_roll(low: float | None, high: float | None, member: Member) -> Outcome:
    """Pupils on roll within bounds."""
    ask = Ask(f"How many pupils does {member.name} have now?", "number", f"roll.{_short_id(member)}")
    return _compare_figure(member.roll, low, high, "pupils", ask)


def compare_fsm(low: float | None, high: float | None, member: Member) -> Outcome:
    """Share of pupils eligible for free school meals within bounds, in percent."""
    text = f"What percentage of pupils at {member.name} are eligible for free school meals?"
    return _compare_figure(
        member.fsm_percent, low, high, "% free school meals", Ask(text, "number", f"fsm.{_short_id(member)}")
    )


def compare_trust_size(low: float | None, high: float | None, member: Member) -> Outcome:
    """Schools in the trust within bounds; a school in no trust counts as none.

    Of a voluntary aided school the body behind it, such as a diocese, is asked for: the register does not count it.
    """
    aided = bool(member.types and "voluntary-aided" in member.types)
    size = Fact(0, "in no academy trust") if member.in_trust is False and not aided else member.trust_size
    ask = Ask(
        f"How many schools has the trust, or the voluntary aided body, of {member.name}?",
        "number",
        f"trust.{_short_id(member)}",
    )
    return _compare_figure(size, low, high, "schools in the trust", ask)


def _compare_figure(
    fact: Fact[int] | Fact[float] | None, low: float | None, high: float | None, unit: str, ask: Ask
) -> Outcome:
    """A figure against bounds. An old or borrowed figure may meet the rule but never fails it: then we ask."""
    if fact is None:
        return CANNOT_TELL, f"{unit} not known", ask
    has = f"{fact.value:g}{'' if unit.startswith('%') else ' '}{unit} ({fact.source})"
    if compare_bounds(fact.value, low, high):
        return MET, has, None
    return (NOT_MET, has, None) if fact.firm else (CANNOT_TELL, has, ask)


def compare_any(tests: Iterable[MemberTest | None], member: Member) -> Outcome:
    """Met if any one of several conditions is. A condition that is a judgement (None) cannot be told."""
    outcomes = [test(member) for test in tests if test is not None]
    has = "; ".join(outcome[1] for outcome in outcomes) or "only you can say"
    results = [outcome[0] for outcome in outcomes]
    if MET in results:
        return MET, has, None
    unsettled = CANNOT_TELL in results or None in tuple(tests)
    return (CANNOT_TELL if unsettled else NOT_MET), has, None


def compare_charity(member: Member) -> Outcome:
    """Met by a charity. Whether a school or its parents' association counts as one, its people must say."""
    if member.charity is not None:
        return (MET if member.charity else NOT_MET), "a charity" if member.charity else "not a charity", None
    ask = Ask(
        f"Is {member.name} a charity, or an exempt charity the funder accepts?",
        "yes-no",
        f"charity.{_short_id(member)}",
    )
    return CANNOT_TELL, "charitable status not known", ask


def _short_id(member: Member) -> str:
    """The id as parameters of the URL write it: the URN alone for a school of the register."""
    return member.id.removeprefix("urn:")
