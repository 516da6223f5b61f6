"""Who may apply, who may lead, and what partners a bid needs."""

from __future__ import annotations

from collections.abc import Iterator

from kb.eligibility.facts import ApplicantSet, Member
from kb.eligibility.findings import CANNOT_TELL, MET, NOT_MET, Ask, Finding, Result
from kb.eligibility.rules import REACHING_ROUTES, StreamRules
from kb.records.funding import Partners

# What each kind of body may apply as: surely, and perhaps (its people must say: a PTA may be a charity or not).
APPLIES_AS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "school": (frozenset({"single-school"}), frozenset()),
    "council-service": (frozenset({"local-authority"}), frozenset()),
    "charity": (frozenset({"voluntary-organisation"}), frozenset()),
    "pta": (frozenset({"pta"}), frozenset({"voluntary-organisation"})),
    "college": (frozenset({"further-education"}), frozenset({"other"})),
    "university": (frozenset(), frozenset({"other"})),
    "police": (frozenset(), frozenset({"other"})),
    "health": (frozenset(), frozenset({"other"})),
    "housing-provider": (frozenset(), frozenset({"other", "voluntary-organisation"})),
    "business": (frozenset(), frozenset({"other"})),
    "faith": (frozenset(), frozenset({"other", "voluntary-organisation"})),
    "funder": (frozenset(), frozenset({"other"})),
    "other": (frozenset(), frozenset({"other", "voluntary-organisation"})),
}
KIND_NAMES = {
    "school": "a school", "council-service": "a council service", "charity": "a charity", "pta": "a PTA",
    "college": "a college", "university": "a university", "police": "the police", "health": "a health body",
    "housing-provider": "a housing provider", "business": "a business", "faith": "a faith organisation",
    "funder": "a funder", "other": "another body",
}  # fmt: skip


def list_roles(member: Member, applicants: ApplicantSet) -> tuple[frozenset[str], frozenset[str]]:
    """What a member may apply as (surely, perhaps): a school among several also applies for its group."""
    surely, perhaps = APPLIES_AS[member.kind]
    if member.is_school:
        if member.types and "further-education" in member.types:
            # Funders who name schools often mean sixth-form colleges too; nobody but the funder can say.
            surely, perhaps = frozenset({"further-education"}), frozenset({"single-school"})
        if member.own_trust:
            surely |= {"multi-academy-trust"}
        if len(applicants.schools) > 1:
            surely |= {"school-cluster"}
        if member.charity:  # a school that is a charity may be taken as one
            perhaps |= {"voluntary-organisation"}
    return surely, perhaps


def _compare_roles(allowed: frozenset[str], member: Member, applicants: ApplicantSet) -> Result:
    surely, perhaps = list_roles(member, applicants)
    if "all" in allowed or surely & allowed:
        return MET
    return CANNOT_TELL if perhaps & allowed else NOT_MET


def compare_applicants(rules: StreamRules, applicants: ApplicantSet, lead: Member) -> Finding:
    """The rule of who may apply, held against the member that would."""
    if rules.applicants is None:
        result: Result = CANNOT_TELL
    else:
        result = _compare_roles(rules.applicants, lead, applicants)
    trust = ", in no academy trust" if lead.in_trust is False else ""
    compared = f"{lead.name}: {KIND_NAMES[lead.kind]}{trust}"
    asks: tuple[Ask, ...] = ()
    answered = applicants.answers.get((rules.stream.id, "applicants"))
    if result == CANNOT_TELL and answered is not None:
        result, compared = (MET, "You said yes.") if answered else (NOT_MET, "You said no.")
    elif result == CANNOT_TELL:
        text = f"Have you asked the funder, and may {lead.name} apply?"
        asks = (Ask(text, "yes-no", "answer", f"{rules.stream.id}:applicants"),)
    source = rules.applicants_source
    return Finding("applicants", "lead", (lead.id,), result, rules.applicants_says, compared, source, asks)


def compare_lead(rules: StreamRules, applicants: ApplicantSet, lead: Member) -> Iterator[Finding]:
    """The rule of who must lead, where the record states one."""
    if rules.lead is None:
        return
    surely, perhaps = APPLIES_AS[lead.kind]
    if lead.own_trust:
        surely |= {"multi-academy-trust"}
    result: Result = MET if surely & rules.lead else CANNOT_TELL if perhaps & rules.lead else NOT_MET
    if lead.is_school and "school-cluster" in rules.lead:
        result = MET
    if result == NOT_MET and rules.stream.route in REACHING_ROUTES:
        result = CANNOT_TELL  # nobody of the set leads: the money comes by itself or through others
    note = rules.stream.lead.note if rules.stream.lead else None
    says = f"Who must lead: {', '.join(sorted(value.replace('-', ' ') for value in rules.lead))}. {note or ''}".strip()
    compared = f"{lead.name}: {KIND_NAMES[lead.kind]}"
    asks: tuple[Ask, ...] = ()
    answered = applicants.answers.get((rules.stream.id, "lead"))
    if result == CANNOT_TELL and answered is not None:
        result, compared = (MET, "You said yes.") if answered else (NOT_MET, "You said no.")
    elif result == CANNOT_TELL:
        asks = (
            Ask(f"Have you asked the funder, and may {lead.name} lead?", "yes-no", "answer", f"{rules.stream.id}:lead"),
        )
    yield Finding("lead", "lead", (lead.id,), result, says, compared, rules.applicants_source, asks)


def compare_partners(rules: StreamRules, applicants: ApplicantSet, lead: Member) -> Iterator[Finding]:
    """What partners a bid must have; for a joint bid also whether one is accepted at all."""
    needed = rules.stream.partners
    others = [member for member in applicants.members if member.id != lead.id]
    about = tuple(member.id for member in others) or (lead.id,)
    if needed is not None and (needed.min or needed.schools_min or needed.must_include or needed.one_of):
        kinds = {member.kind for member in applicants.members}
        lacks = [
            needed.min is not None and len(others) < needed.min,
            needed.schools_min is not None and len(applicants.schools) < needed.schools_min,
            not set(needed.must_include or ()) <= kinds,
            needed.one_of is not None and not set(needed.one_of) & kinds,
        ]
        has = ", ".join(KIND_NAMES[member.kind] for member in others) or "no partner"
        result = NOT_MET if any(lacks) else MET
        yield Finding("partners", "any", about, result, _say_partners(needed), has, rules.applicants_source)
    elif others:
        yield _compare_joint(rules, applicants, about)


def _say_partners(needed: Partners) -> str:
    """What a bid needs, as a sentence."""
    parts = [f"at least {needed.min} beside the lead"] if needed.min else []
    parts += [f"at least {needed.schools_min} schools in all"] if needed.schools_min else []
    if needed.must_include:
        parts.append(f"among them {', '.join(KIND_NAMES[kind] for kind in needed.must_include)}")
    if needed.one_of:
        parts.append(f"one of them {' or '.join(KIND_NAMES[kind] for kind in needed.one_of)}")
    return f"Partners: {', '.join(parts)}.{' ' + needed.note if needed.note else ''}"


def _compare_joint(rules: StreamRules, applicants: ApplicantSet, about: tuple[str, ...]) -> Finding:
    """Whether partners may bid together where the record does not say what partners it needs."""
    allowed = rules.applicants or frozenset()
    if {"all", "school-cluster"} & allowed or rules.stream.partners is not None:
        says = "Groups may apply together."
        return Finding(
            "partners", "any", about, MET, says, f"{len(applicants.members)} partners", rules.applicants_source
        )
    says = "The sources do not say whether partners may bid together."
    answered = applicants.answers.get((rules.stream.id, "partners"))
    if answered is not None:
        compared = "You said yes." if answered else "You said no."
        return Finding("partners", "any", about, MET if answered else NOT_MET, says, compared)
    ask = Ask("Have you asked the funder, and may you bid together?", "yes-no", "answer", f"{rules.stream.id}:partners")
    return Finding("partners", "any", about, CANNOT_TELL, says, f"{len(applicants.members)} partners", None, (ask,))


def only_own_body_may_apply(rules: StreamRules, applicants: ApplicantSet) -> bool:
    """True if all who may apply are the schools' own council or academy trust, which are not in the set."""
    if not rules.applicants or not applicants.schools:
        return False
    own = set()
    if not any(member.kind == "council-service" for member in applicants.members):
        own.add("local-authority")
    if any(school.in_trust is not False and not school.own_trust for school in applicants.schools):
        own.add("multi-academy-trust")
    return (rules.applicants - {"other"}) <= {"local-authority", "multi-academy-trust"} and bool(rules.applicants & own)
