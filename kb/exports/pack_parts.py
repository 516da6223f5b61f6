"""The parts of a bid pack that say what the partners wrote down themselves: need, outcomes, partners, plan and so on.

A part without content says in one line what is missing.
"""

from __future__ import annotations

from datetime import date

from kb.exports.pack_blocks import Block, Facts, Heading, Paragraph, Table, write_text
from kb.records.amounts import write_pounds
from kb.workspaces.entries import AgreementPoint, Ending, Figure, Outcome, Risk, Task
from kb.workspaces.rota import Rota
from kb.workspaces.words import NOT_SAID, Names, say_day
from kb.workspaces.workspace import Item, Workspace

NEVER = date.max
LEVEL_ORDER = {"high": 0, "medium": 1, "low": 2}


def say_when(day: date | None) -> str:
    """A day in words; "Not said yet" for None."""
    return say_day(day) if day else NOT_SAID


def say_short(day: date | None) -> str:
    """A day as it fits a column, "29 Jan 2027"; a dash for None."""
    return f"{day.day} {day:%b %Y}" if day else "–"


def say_text(text: str) -> str:
    """What somebody wrote; "Not said yet" where that is nothing."""
    return text or NOT_SAID


def write_need(workspace: Workspace) -> list[Block]:
    """Why the scheme is needed, with the figures and where they come from."""
    figures = [item.value for item in workspace.list_items(Figure)]
    written: list[Block] = [*write_text(workspace.need)]
    if not written:
        written.append(Paragraph("The need has not been put into words yet."))
    if figures:
        rows = tuple((figure.says, figure.value, figure.source) for figure in figures)
        written.append(Table("Figures that show the need", ("What", "Figure", "Source"), rows, (42, 20, 38)))
    else:
        written.append(Paragraph("No figure shows the need yet."))
    return [Heading(1, "The need", "need"), *written]


def write_outcomes(workspace: Workspace) -> list[Block]:
    """What will change, and how it will be seen."""
    heading = Heading(1, "Outcomes", "outcomes")
    outcomes = [item.value for item in workspace.list_items(Outcome)]
    if not outcomes:
        return [heading, Paragraph("No outcome has been written down yet.")]
    rows = tuple(_write_outcome(outcome) for outcome in outcomes)
    header = ("What will be different", "Measure, and how it is taken", "Now", "Aim", "By")
    return [heading, Table("What will change, and how we will know", header, rows, (26, 28, 17, 15, 14))]


def _write_outcome(outcome: Outcome) -> tuple[str, ...]:
    measured = "\n".join(part for part in (outcome.measure, outcome.method) if part)
    return (
        outcome.outcome,
        say_text(measured),
        say_text(outcome.baseline),
        say_text(outcome.target),
        say_short(outcome.by),
    )


def write_partners(workspace: Workspace, names: Names) -> list[Block]:
    """Who is in it and who leads, then what each does, gives and gets."""
    heading = Heading(1, "Partners", "partners")
    if not workspace.partners:
        return [heading, Paragraph("No partner has been named yet.")]
    lead = workspace.lead
    leads = f"{lead.value.name} leads the bid." if lead else "Who leads the bid has not been settled yet."
    who = tuple(
        (
            partner.value.name,
            names.vocabulary.label("bodies", partner.value.body),
            str(partner.value.urn or ""),
            "Leads" if lead and partner.id == lead.id else "",
        )
        for partner in workspace.partners
    )
    roles = tuple(
        (
            partner.value.name,
            say_text(partner.value.does),
            say_text(partner.value.gives),
            say_text(partner.value.gets),
        )
        for partner in workspace.partners
    )
    return [
        heading,
        Paragraph(leads),
        Table("Who is in it", ("Organisation", "Kind", "URN", "Lead"), who, (52, 24, 12, 12)),
        Table("Who does what", ("Organisation", "Does", "Gives", "Gets"), roles, (22, 28, 25, 25)),
    ]


def sort_tasks(workspace: Workspace) -> list[Item[Task]]:
    """The tasks in the order they are due, those without a day last."""
    return sorted(workspace.list_items(Task), key=lambda item: (item.value.due or NEVER, item.value.starts or NEVER))


def say_state(task: Task, today: date) -> str:
    """How far a task is: done, overdue or to do."""
    if task.done:
        return "Done"
    return "Overdue" if task.due and task.due < today else "To do"


def write_plan(workspace: Workspace, names: Names, today: date) -> list[Block]:
    """What has to be done, by when and by whom."""
    heading = Heading(1, "Plan", "plan")
    tasks = [item.value for item in sort_tasks(workspace)]
    if not tasks:
        return [heading, Paragraph("The plan has no task yet.")]
    rows = tuple(
        (
            task.what + (f"\nFor {names.entries[task.stream]}" if _adds_stream(task, names) else ""),
            say_text(task.who),
            say_short(task.starts),
            say_short(task.due),
            say_state(task, today),
        )
        for task in tasks
    )
    header = ("What", "Who", "From", "Due", "State")
    return [heading, Table("What has to be done", header, rows, (40, 22, 14, 14, 10))]


def _adds_stream(task: Task, names: Names) -> bool:
    """True where a task does not name its stream itself, as those from the backwards plan do."""
    name = names.entries.get(task.stream, "")
    return bool(name) and name not in task.what


def write_agreement(workspace: Workspace, names: Names) -> list[Block]:
    """What the partners settle before the bid goes in."""
    heading = Heading(1, "Partnership agreement", "agreement")
    points = [item.value for item in workspace.list_items(AgreementPoint)]
    if not points:
        return [heading, Paragraph("The agreement has no point yet.")]
    agreed = sum(point.agreed for point in points)
    rows = tuple(
        (
            names.vocabulary.label("agreement_points", point.point),
            say_text(point.says),
            say_text(point.holder),
            say_short(point.by),
            "Yes" if point.agreed else "Not yet",
        )
        for point in points
    )
    header = ("Point", "What is agreed", "Who sees to it", "By", "Agreed")
    return [
        heading,
        Paragraph(f"{agreed} of {len(points)} points have been agreed by all partners."),
        Table("Agreement checklist", header, rows, (16, 38, 22, 14, 10)),
    ]


def write_risks(workspace: Workspace, names: Names) -> list[Block]:
    """What may go wrong, the gravest first."""
    heading = Heading(1, "Risks", "risks")
    risks = sorted((item.value for item in workspace.list_items(Risk)), key=_weigh_risk)
    if not risks:
        return [heading, Paragraph("No risk has been written down yet.")]
    rows = tuple(
        (
            risk.risk,
            names.vocabulary.label("risk_levels", risk.likelihood),
            names.vocabulary.label("risk_levels", risk.impact),
            say_text(risk.response),
            say_text(risk.holder),
        )
        for risk in risks
    )
    header = ("What may go wrong", "How likely", "How much harm", "What we do about it", "Who watches it")
    return [heading, Table("Risks, the gravest first", header, rows, (25, 10, 12, 33, 20))]


def _weigh_risk(risk: Risk) -> int:
    return LEVEL_ORDER.get(risk.likelihood, 1) + LEVEL_ORDER.get(risk.impact, 1)


def write_endings(workspace: Workspace, names: Names) -> list[Block]:
    """What happens when each stream's money ends. A stream with no exit route is named."""
    heading = Heading(1, "When the money ends", "after")
    endings = [item.value for item in workspace.list_items(Ending)]
    covered = {ending.stream for ending in endings}
    open_ones = [names.entries[item.id] for item in workspace.live_streams if item.id not in covered]
    written: list[Block] = [heading]
    for ending in endings:
        written += [
            Heading(2, f"After {names.entries.get(ending.stream, 'a stream since taken out')}"),
            Facts(_list_ending_facts(ending, names)),
        ]
    if open_ones:
        written.append(Paragraph(f"Nothing is said yet of what happens after: {'; '.join(open_ones)}."))
    elif not endings:
        written.append(Paragraph("Nothing is said yet of what happens when the money ends."))
    return written


def _list_ending_facts(ending: Ending, names: Names) -> tuple[tuple[str, str], ...]:
    cost = NOT_SAID if ending.yearly_cost is None else write_pounds(ending.yearly_cost)
    return (
        ("Its money ends", say_when(ending.ends)),
        ("What must go on", say_text(ending.goes_on)),
        ("What that costs a year", cost),
        ("What pays for it then", names.name_record(ending.route) if ending.route else NOT_SAID),
        ("What that takes, and who sees to it", say_text(ending.note)),
    )


def write_rota(rota: Rota, names: Names) -> list[Block]:
    """Whose turn it is to lead which bid and make which return."""
    heading = Heading(1, "Rota of bids and returns", "rota")
    if not rota.turns:
        return [heading, Paragraph("No bid or return has been put on the rota yet.")]
    turns = tuple(
        (
            say_short(given.turn.value.due),
            f"{names.vocabulary.label('duties', given.turn.value.duty)}: {given.turn.value.what}",
            given.partner.value.name if given.partner else "Nobody yet",
            given.why,
        )
        for given in rota.turns
    )
    loads = tuple(
        (load.partner.value.name, str(load.turns), str(load.load), load.cannot_lead.capitalize())
        for load in rota.loads
        if load.turns or not load.cannot_lead
    )
    written: list[Block] = [
        heading,
        Table("Whose turn it is", ("Due", "Bid or return", "Who", "Why"), turns, (14, 35, 23, 28)),
    ]
    if loads:
        header = ("Partner", "Turns", "Work", "Passed over")
        caption = "Work taken on by each partner, in the last three years and to come"
        written.append(Table(caption, header, loads, (50, 12, 12, 26), numbers=(1, 2)))
    return written
