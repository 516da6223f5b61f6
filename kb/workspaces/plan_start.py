"""Tasks from the backwards plan of a chosen stream, for the partners to change as they like."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date

from kb.queries.plan import Closing, Plan, choose_closing, explain_no_bid, list_school_breaks, make_plan
from kb.queries.plan_request import YEARS_AHEAD, add_years
from kb.records.bid_plan import PlanStep, SchoolHoliday
from kb.records.funding import FundingStream
from kb.workspaces.entries import Stream, Task
from kb.workspaces.turns import cut_line
from kb.workspaces.words import say_day
from kb.workspaces.workspace import Item, Workspace

CLOSING_STEP = "closing-date"  # the step of the task that stands for the closing date itself
BID_IS_OVER = {
    "submitted": "The bid is in, so there is nothing left to plan back from.",
    "awarded": "The money is awarded, so there is no bid to plan.",
    "refused": "It was refused or dropped, so there is no bid to plan.",
}
NO_DAY = {
    "expected": "No source states its next closing date: one is only expected.",
    "begun": "Its sources give no closing day, and the first day they can mean is over.",
    "none": "No closing date of it is known.",
}
TYPE_ONE = "Ask the funder, and write the date under this stream."


@dataclass(frozen=True)
class PlanBasis:
    """What every plan counts with: the usual steps of a bid in order, and the days that do not count."""

    steps: Sequence[PlanStep]
    school_holidays: Sequence[SchoolHoliday]
    bank_holidays: Container[date]


@dataclass(frozen=True)
class StartedPlan:
    """Tasks in the order of their dates, and a sentence or two on what they count back from, or why there are none."""

    tasks: tuple[Task, ...]
    says: str
    closes: date | None = None
    too_late: bool = False


@dataclass(frozen=True)
class MovedTask:
    """A task that was started from a step whose dates are others now; `proposed` is the same task with those dates."""

    item: Item[Task]
    proposed: Task


def start_tasks(
    chosen: Item[Stream], record: FundingStream | None, basis: PlanBasis, joint: bool, lead: str, today: date
) -> StartedPlan:
    """The steps of a bid for one chosen stream as tasks, counted back from its closing day, and that day itself.

    `record` is None where the knowledge base no longer has the stream: then only a typed date counts. `joint` as
    is_joint says. `lead` names the partner who leads, "" while that is open. Only the typed or a stated date is counted
    from, never an expected one.
    """
    why_not = BID_IS_OVER.get(chosen.value.state) or (explain_no_bid(record) if record else None)
    if why_not:
        return StartedPlan((), why_not)
    closing = choose_closing((record.windows if record else None) or (), chosen.value.closes, today)
    if closing.day is None:
        return StartedPlan((), f"{NO_DAY[closing.basis]} {TYPE_ONE}")
    if closing.day < today:
        return StartedPlan((), f"Its closing date, {say_day(closing.day)}, is over. {TYPE_ONE}", closing.day)
    if closing.day > (latest := add_years(today, YEARS_AHEAD)):
        too_far = f"Its closing date, {say_day(closing.day)}, is too far off: plans reach to {say_day(latest)}."
        return StartedPlan((), too_far, closing.day)
    breaks = list_school_breaks(basis.school_holidays, {})
    plan = make_plan(basis.steps, closing.day, today, breaks, basis.bank_holidays, {}, joint)
    title = record.title if record else chosen.value.stream
    tasks = [
        Task(
            what=cut_line(f"{planned.step.label}: {{}}", title), who=_say_who(planned.step, lead),
            starts=planned.start, due=planned.finish, stream=chosen.id, step=planned.step.id,
        )
        for planned in plan.steps
    ]  # fmt: skip
    submit = cut_line("Submit: {}", title)
    tasks.append(Task(what=submit, who=lead, due=closing.day, stream=chosen.id, step=CLOSING_STEP))
    return StartedPlan(tuple(tasks), _say_basis(closing, plan), closing.day, plan.too_late)


def is_joint(workspace: Workspace, record: FundingStream | None) -> bool:
    """Whether a bid needs the steps of a joint one: there are several partners, or the stream asks for some."""
    return len(workspace.partners) > 1 or (record is not None and record.partners is not None)


def find_missing_tasks(workspace: Workspace, chosen: Item[Stream], started: StartedPlan) -> list[Task]:
    """The tasks whose step the workspace does not have yet for this stream: starting twice adds nothing twice."""
    there = {item.value.step for item in _list_stream_tasks(workspace, chosen)}
    return [task for task in started.tasks if task.step not in there]


def list_moved_tasks(workspace: Workspace, chosen: Item[Stream], started: StartedPlan) -> list[MovedTask]:
    """The tasks of this stream that are not done and whose step has other dates now.

    Whether the old dates were set by hand cannot be known, so these are proposals and the reader chooses. Empty where
    there is no closing day to count from.
    """
    planned = {task.step: task for task in started.tasks}
    moved = []
    for item in _list_stream_tasks(workspace, chosen):
        now = planned.get(item.value.step)
        if now is not None and not item.value.done and (now.starts, now.due) != (item.value.starts, item.value.due):
            moved.append(MovedTask(item, item.value.model_copy(update={"starts": now.starts, "due": now.due})))
    return moved


def _list_stream_tasks(workspace: Workspace, chosen: Item[Stream]) -> list[Item[Task]]:
    """The tasks for this stream; those written by hand have no step."""
    return [item for item in workspace.list_items(Task) if item.value.stream == chosen.id]


def _say_who(step: PlanStep, lead: str) -> str:
    """Who does a step: the leading partner by name where the step says that the lead does it."""
    return lead if lead and step.who.lower().startswith("lead ") else step.who


def _say_basis(closing: Closing, plan: Plan) -> str:
    """What a plan counts back from, and whether it should have begun already."""
    basis = {
        "typed": "the date you gave",
        "stated": "the closing date its sources state",
        "first-day": f"the first day it can mean: the source says {closing.window.words if closing.window else ''}",
    }
    says = f"Counted back from {say_day(plan.closes)}, {basis[closing.basis]}."
    if plan.too_late:
        days = f"{plan.days_short} working day{'' if plan.days_short == 1 else 's'}"
        says += f" Work should have begun on {say_day(plan.latest_start)}, {days} ago: shorten some steps."
    return says
