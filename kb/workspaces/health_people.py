"""Health of the need, the outcomes, the partners and their agreement, and the evidence."""

from __future__ import annotations

from datetime import date, timedelta

from kb.workspaces.entries import AgreementPoint, Evidence, Figure, Outcome
from kb.workspaces.health_check import (
    Answer,
    Bid,
    HealthCheck,
    HealthRule,
    Level,
    cap_checks,
    quote,
    say_count,
    say_day,
    say_list,
)
from kb.workspaces.workspace import Item

AGREE_BEFORE = timedelta(days=30)
SENSITIVE_POINTS = ("safeguarding", "data-sharing")


def _check_need(bid: Bid) -> Answer:
    if bid.workspace.need:
        return []
    says = "The need is not written down yet."
    why = "Every funder asks first what is needed, by whom, and how you know."
    return [HealthCheck("no-need", "to-do", says, why, "Say in a few sentences what is needed and why.", "need")]


def _check_figures(bid: Bid) -> Answer:
    if not bid.workspace.need:
        return None
    if bid.workspace.list_items(Figure):
        return []
    says = "No figure shows the need."
    why = "Words alone cannot show how large it is."
    mend = "Add a figure and where it comes from: a table, a register, a survey of yours."
    return [HealthCheck("no-figure", "warning", says, why, mend, "need")]


def _check_outcome(bid: Bid) -> Answer:
    if bid.workspace.list_items(Outcome):
        return []
    says = "No outcome is named yet."
    why = "An outcome says what will be different, and for whom."
    return [HealthCheck("no-outcome", "to-do", says, why, "Add one to three outcomes.", "outcomes")]


def _check_measures(bid: Bid) -> Answer:
    outcomes = bid.workspace.list_items(Outcome)
    if not outcomes:
        return None
    checks = [
        HealthCheck(
            "outcome-measure",
            "problem",
            f"The outcome {quote(item.value.outcome)} has no measure.",
            "Without one nobody can tell later whether it was reached.",
            "Name one thing that can be counted or asked.",
            "outcomes",
            item.id,
        )
        for item in outcomes
        if not item.value.measure
    ]
    return cap_checks(checks, lambda left: (f"{left} more outcomes have no measure.", checks[0].why, checks[0].mend))


def _check_baselines(bid: Bid) -> Answer:
    measured = [item for item in bid.workspace.list_items(Outcome) if item.value.measure]
    if not measured:
        return None
    checks = []
    for item in measured:
        lacks = [name for name, text in (("baseline", item.value.baseline), ("target", item.value.target)) if not text]
        if lacks:
            says = f"The outcome {quote(item.value.outcome)} has no {' and no '.join(lacks)}."
            why = "A change can be shown only from where you are now to where you want to be."
            mend = f"Add the {' and the '.join(lacks)}, with the date of the figure."
            checks.append(HealthCheck("outcome-baseline", "warning", says, why, mend, "outcomes", item.id))
    return cap_checks(
        checks,
        lambda left: (f"{left} more outcomes lack a baseline or a target.", checks[0].why, "Add what is missing."),
    )


def _check_partners(bid: Bid) -> Answer:
    if bid.workspace.partners:
        return []
    says = "No partner is named yet."
    why = "Who is in it decides which streams you can bid for."
    mend = "Add the schools and other bodies, your own first."
    return [HealthCheck("no-partner", "to-do", says, why, mend, "partners")]


def _check_lead(bid: Bid) -> Answer:
    workspace = bid.workspace
    if not workspace.partners:
        return None
    if workspace.lead is not None:
        return []
    level: Level = "problem" if bid.open_streams else "to-do"
    return [
        HealthCheck(
            "no-lead",
            level,
            "Nobody leads the bid yet.",
            f"The lead applies and answers to the funder for the rest.{_say_who_could(bid)}",
            "Choose one of the partners as the lead.",
            "partners",
        )
    ]


def _say_who_could(bid: Bid) -> str:
    """Which partners could lead every stream that is still open; "" if no stream tells."""
    sets = [set(stream.verdict.may_lead) for stream in bid.open_streams if stream.verdict and not stream.no_bid]
    if not sets or bid.live.applicants is None:
        return ""
    names = [member.name for member in bid.live.applicants.members if all(member.id in each for each in sets)]
    if not names:
        return " No partner could lead all of the streams."
    return f" {say_list(names)} could, by the rules of {'the stream' if len(sets) == 1 else 'all the streams'}."


def _check_lead_able(bid: Bid) -> Answer:
    lead = bid.workspace.lead
    if lead is None:
        return None
    until = lead.value.cannot_lead_until
    if not lead.value.cannot_lead or (until is not None and until < bid.today):
        return []
    for_how_long = f" until {say_day(until)}" if until else ""
    says = f"{lead.value.name} leads the bid, but is marked as a partner that cannot lead{for_how_long}."
    mend = "Choose another lead, or take the mark away."
    why = "Somebody said so on its entry."
    return [HealthCheck("lead-unable", "problem", says, why, mend, "partners", lead.id)]


def _check_register(bid: Bid) -> Answer:
    schools = [item for item in bid.workspace.partners if item.value.urn is not None]
    if not schools:
        return None
    if bid.live.register_problem:
        says = "The schools could not be looked up, so the verdicts on streams know only their kind."
        mend = "Try again later; nothing of the workspace is lost."
        return [HealthCheck("school-unknown", "unknown", says, bid.live.register_problem, mend, "partners")]
    checks = [
        HealthCheck(
            "school-unknown",
            "unknown",
            f"The school register no longer has {item.value.name}.",
            f"It has no school with the URN {item.value.urn}: it may have closed or become an academy.",
            "Look for the school again by name and put it in anew.",
            "partners",
            item.id,
        )
        for item in schools
        if item.id in bid.live.gone_schools
    ]
    return cap_checks(
        checks, lambda left: (f"The register no longer has {left} more schools.", checks[0].why, checks[0].mend)
    )


def _check_parts(bid: Bid) -> Answer:
    partners = bid.workspace.partners
    if not partners:
        return None
    lacks = {
        item.id: " and ".join(
            name for name, text in (("no role", item.value.does), ("gives nothing", item.value.gives)) if not text
        )
        for item in partners
    }
    wanting = [item for item in partners if lacks[item.id]]
    if not wanting:
        return []
    untouched = all(lacks[item.id] == "no role and gives nothing" for item in partners)
    if untouched:
        says = "What each partner does and gives is not said yet."
        why = "Funders ask for it, and so do the partners' governors."
    else:
        has = "has" if len(wanting) == 1 else "have"
        says = f"{len(wanting)} of {say_count(len(partners), 'partner')} {has} no role or nothing to give."
        why = f"{say_list((f'{item.value.name} ({lacks[item.id]})' for item in wanting), most=5)}."
    mend = "Say for each what it does and what it gives: money, staff time, rooms or data."
    return [
        HealthCheck("partner-part", "to-do" if untouched else "warning", says, why, mend, "partners", wanting[0].id)
    ]


def _check_evidence(bid: Bid) -> Answer:
    if not bid.streams:
        return None
    if bid.workspace.list_items(Evidence):
        return []
    says = "No case study supports the bid yet."
    why = "Funders ask why it should work; a scheme elsewhere that did is an answer."
    mend = "Choose a case study of work like yours and say what it shows."
    return [HealthCheck("no-evidence", "to-do", says, why, mend, "evidence")]


def _check_cases(bid: Bid) -> Answer:
    chosen = bid.workspace.list_items(Evidence)
    if not chosen:
        return None
    checks = [
        HealthCheck(
            "case-gone",
            "warning",
            f"The knowledge base no longer has the case study {quote(item.value.case)}.",
            "A reader of the bid could not look it up.",
            "Choose another one, or take it out.",
            "evidence",
            item.id,
        )
        for item in chosen
        if item.value.case not in bid.live.cases
    ]
    return cap_checks(checks, lambda left: (f"{left} more case studies are gone.", checks[0].why, checks[0].mend))


def _list_points(bid: Bid) -> list[Item[AgreementPoint]] | None:
    """The points of the agreement; None for a single partner, which has nobody to agree with."""
    return bid.workspace.list_items(AgreementPoint) if len(bid.workspace.partners) > 1 else None


def _name_points(bid: Bid, points: list[Item[AgreementPoint]]) -> str:
    return say_list(
        (bid.live.vocabulary.label("agreement_points", item.value.point).lower() for item in points), most=7
    )


def _check_points_there(bid: Bid) -> Answer:
    points = _list_points(bid)
    if points is None:
        return None
    there = {item.value.point for item in points}
    missing = [point for point in SENSITIVE_POINTS if point not in there]
    if not missing:
        return []
    names = say_list(bid.live.vocabulary.label("agreement_points", point).lower() for point in missing)
    says = f"The agreement says nothing of {names}."
    why = "The partners share responsibility for pupils and what is known of them, whoever leads."
    mend = f"Add {'this point' if len(missing) == 1 else 'these points'} to the agreement."
    return [HealthCheck("point-missing", "warning", says, why, mend, "agreement")]


def _check_holders(bid: Bid) -> Answer:
    points = _list_points(bid)
    if not points:
        return None
    unheld = [item for item in points if not item.value.holder]
    if not unheld:
        return []
    says = f"Nobody sees to {say_count(len(unheld), 'point')} of the agreement."
    why = f"Nobody is named for {_name_points(bid, unheld)}."
    mend = "Name an organisation or a role for each."
    begun = len(unheld) < len(points)
    return [HealthCheck("point-holder", "warning" if begun else "to-do", says, why, mend, "agreement", unheld[0].id)]


def _check_agreed(bid: Bid) -> Answer:
    points = _list_points(bid)
    closing = _find_first_closing(bid)
    if not points or closing is None:
        return None
    day, title = closing
    open_points = [item for item in points if not item.value.agreed]
    if not open_points or day - bid.today > AGREE_BEFORE:
        return []
    says = f"{say_count(len(open_points), 'point')} of the agreement still to be agreed."
    left = (day - bid.today).days
    when = "today" if left == 0 else f"in {say_count(left, 'day')}"
    why = f"{quote(title)} closes {when}, on {say_day(day)}. Open: {_name_points(bid, open_points)}."
    mend = "Bring the partners together to settle these before the bid goes in."
    return [HealthCheck("point-agreed", "problem", says, why, mend, "agreement", open_points[0].id)]


def _find_first_closing(bid: Bid) -> tuple[date, str] | None:
    """The next day on which a bid closes, with the title of its stream."""
    days = [
        (stream.closing.day, stream.title)
        for stream in bid.open_streams
        if stream.closing.day and stream.closing.day >= bid.today and not stream.no_bid
    ]
    return min(days, default=None)


RULES = (
    HealthRule("no-need", "The need is written down", "need", _check_need),
    HealthRule("no-figure", "A figure shows the need", "need", _check_figures),
    HealthRule("no-outcome", "An outcome is named", "outcomes", _check_outcome),
    HealthRule("outcome-measure", "Each outcome has a measure", "outcomes", _check_measures),
    HealthRule("outcome-baseline", "Each measure has a baseline and a target", "outcomes", _check_baselines),
    HealthRule("no-partner", "The partners are named", "partners", _check_partners),
    HealthRule("no-lead", "Somebody leads", "partners", _check_lead),
    HealthRule("lead-unable", "The lead is free to lead", "partners", _check_lead_able),
    HealthRule("school-unknown", "The register has each school", "partners", _check_register),
    HealthRule("partner-part", "Each partner has a role and gives something", "partners", _check_parts),
    HealthRule("no-evidence", "A case study supports the bid", "evidence", _check_evidence),
    HealthRule("case-gone", "Each case study can be looked up", "evidence", _check_cases),
    HealthRule("point-missing", "Safeguarding and data sharing are in the agreement", "agreement", _check_points_there),
    HealthRule("point-holder", "Somebody sees to each point of the agreement", "agreement", _check_holders),
    HealthRule("point-agreed", "The agreement is settled before a bid closes", "agreement", _check_agreed),
)
