"""A workspace's budget and plan as tables for spreadsheets, and its plan as calendar entries."""

from __future__ import annotations

from collections.abc import Iterator

from kb.exports.calendar import Entry, write_calendar
from kb.exports.pack_facts import PackFacts
from kb.exports.pack_parts import say_state, sort_tasks
from kb.exports.tables import write_csv
from kb.workspaces.budget import LineSum
from kb.workspaces.entries import MAX_PAYERS
from kb.workspaces.words import write_year

PAYERS = tuple(name for number in range(1, MAX_PAYERS + 1) for name in (f"Payer {number}", f"Pays {number}"))
MADE = ("Made on", "Knowledge base")
BUDGET_HEADER = (
    "What", "Financial year", "Kind of money", "Post", "Cost", "Paid for", "Not paid for", "Paid twice", *PAYERS, *MADE,
)  # fmt: skip
PLAN_HEADER = ("What", "Who", "From", "To be done by", "State", "Stream", *MADE)


def write_budget_table(facts: PackFacts) -> bytes:
    """The budget as CSV, a row a line, in whole pounds."""
    return write_csv(BUDGET_HEADER, (_make_budget_row(line, facts) for line in facts.budget.lines))


def _make_budget_row(line: LineSum, facts: PackFacts) -> tuple[object, ...]:
    value = line.item.value
    payers = [part for payer, pounds in line.payers.items() for part in (facts.names.name_payer(payer), pounds)]
    kind = facts.vocabulary.label("money", value.money)
    post = "Yes" if value.is_post else "No"
    padding = ("",) * (len(PAYERS) - len(payers))
    figures = (line.cost, line.paid, line.gap, line.over)
    return (value.what, write_year(value.year), kind, post, *figures, *payers, *padding, *_say_made(facts))


def _say_made(facts: PackFacts) -> tuple[str, str]:
    return facts.today.isoformat(), facts.live.generation


def write_plan_table(facts: PackFacts) -> bytes:
    """The plan as CSV, a row a task in the order they are due; dates as 2027-01-29."""
    rows = (
        (
            task.what,
            task.who,
            task.starts.isoformat() if task.starts else "",
            task.due.isoformat() if task.due else "",
            say_state(task, facts.today),
            facts.names.entries.get(task.stream, ""),
            *_say_made(facts),
        )
        for task in (item.value for item in sort_tasks(facts.workspace))
    )
    return write_csv(PLAN_HEADER, rows)


def write_plan_calendar(facts: PackFacts) -> bytes:
    """The tasks with a day and the turns on the rota as a calendar file; it says nothing of the workspace's links.

    A task that lasts is an entry from its first to its last day. Entries keep their uids, so that a newer file changes
    what a calendar took in before.
    """
    return write_calendar(_list_calendar_entries(facts), f"Plan: {facts.workspace.title}", facts.now)


def _list_calendar_entries(facts: PackFacts) -> Iterator[Entry]:
    for item in sort_tasks(facts.workspace):
        task = item.value
        last = task.due or task.starts
        if last is None:
            continue
        first = min(task.starts or last, last)
        said = [task.who, facts.names.entries.get(task.stream, ""), "Done." if task.done else "", facts.made]
        uid = f"task-{item.id}@find-school-funding"
        yield Entry(uid, first, last, task.what, "\n".join(part for part in said if part))
    for given in facts.rota.turns:
        turn = given.turn.value
        who = given.partner.value.name if given.partner else "nobody yet"
        duty = facts.vocabulary.label("duties", turn.duty)
        uid = f"turn-{given.turn.id}@find-school-funding"
        yield Entry(uid, turn.due, turn.due, f"{duty}: {turn.what} ({who})", f"{given.why}\n{facts.made}")
