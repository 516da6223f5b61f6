"""Health of dates and tasks: can each bid be ready in time, is work overdue, does somebody make the returns."""

from __future__ import annotations

import re

from kb.eligibility.rules import PAST_STATUSES
from kb.queries.deadlines import find_last_closing
from kb.queries.plan import find_window_after
from kb.workspaces.entries import Task, Turn
from kb.workspaces.health_check import (
    Answer,
    Bid,
    HealthCheck,
    HealthRule,
    Level,
    cap_streams,
    quote,
    say_count,
    say_day,
    say_list,
    say_sentence,
)
from kb.workspaces.live import LiveStream
from kb.workspaces.workspace import Item

SECTION = "plan"
REPORTING = re.compile(r"\b(report|return|monitor|evaluat|survey|accounts?\b)", re.IGNORECASE)
RESTS_ON = {
    "typed": "the closing date you entered",
    "stated": "the closing date its record states",
    "first-day": "the first day that the stated closing date can mean",
}


def _list_biddable(bid: Bid) -> list[LiveStream]:
    """The streams whose bid is still to go in and can be made at all."""
    return [
        stream
        for stream in bid.open_streams
        if stream.no_bid is None and not (stream.record and stream.record.status in PAST_STATUSES)
    ]


def _check_passed(bid: Bid) -> Answer:
    found = []
    dated = [stream for stream in _list_biddable(bid) if stream.closing.day]
    for stream in dated:
        day = stream.closing.day
        if day and day < bid.today:
            says = f"The closing date of {quote(stream.title)} is over."
            why = f"It was {say_day(day)}, by {RESTS_ON[stream.closing.basis]}."
            mend = f"If the bid went in, mark it as submitted. {_say_next(stream)}"
            found.append(_make("closing-passed", "problem", stream, says, why, mend, "streams"))
    return found if dated else None


def _say_next(stream: LiveStream) -> str:
    """What to aim for once a date is missed."""
    later = find_window_after((stream.record.windows if stream.record else None) or (), stream.closing)
    if later is None:
        return "If not, ask the funder when it opens again."
    return f"If not, the next date is {later.words}{': ask the funder' if later.expected else ''}."


def _check_too_late(bid: Bid) -> Answer:
    planned = [(stream, stream.plan) for stream in _list_biddable(bid) if stream.plan]
    found = []
    for stream, plan in planned:
        if not plan.too_late:
            continue
        says = f"The bid for {quote(stream.title)} cannot be ready by {say_day(plan.closes)} at the usual pace."
        why = (
            f"By {RESTS_ON[stream.closing.basis]}, the steps still open should have begun on "
            f"{say_day(plan.latest_start)}, {say_count(plan.days_short, 'working day')} ago."
        )
        later = find_window_after((stream.record.windows if stream.record else None) or (), stream.closing)
        instead = f" Or aim for the next date, {later.words}." if later else ""
        mend = f"Mark the steps that are done, shorten others or share them out.{instead}"
        found.append(_make("too-late", "problem", stream, says, why, mend))
    return found if planned else None


def _check_date_known(bid: Bid) -> Answer:
    """Only for streams that have dates at all: a rolling one needs none."""
    dated = [
        stream
        for stream in _list_biddable(bid)
        if stream.record
        and stream.record.status != "rolling"
        and (stream.record.windows or stream.record.route == "competitive-bid" or stream.closing.day)
    ]
    found = []
    for stream in dated:
        if stream.closing.day is None:
            says = f"No closing date is known for {quote(stream.title)}."
            mend = "Ask the funder, then enter the date on the stream's entry."
            found.append(
                _make("no-closing-date", "unknown", stream, says, _say_last_known(bid, stream), mend, "streams")
            )
    return cap_streams(found, "have no known closing date.") if dated else None


def _say_last_known(bid: Bid, stream: LiveStream) -> str:
    """What is known of dates where there is none to plan from."""
    closing, record = stream.closing, stream.record
    if closing.window and closing.window.expected:
        return f"It is {closing.window.words}; no source states it, so it is no deadline."
    if closing.window:
        return f"It closes some time in {closing.window.words}, which has begun."
    closes = [window.closes for window in (record.windows if record else None) or () if window.closes]
    last = find_last_closing(closes, bid.today)
    return f"The last one known was {last.words}." if last else "Its record states none."


def _list_tasks(bid: Bid, stream: LiveStream) -> list[Item[Task]]:
    return [item for item in bid.workspace.list_items(Task) if item.value.stream == stream.item.id]


def _check_planned(bid: Bid) -> Answer:
    planned = [(stream, stream.plan) for stream in _list_biddable(bid) if stream.plan]
    found = [
        _make(
            "no-task",
            "to-do",
            stream,
            f"Nothing is planned yet for the bid for {quote(stream.title)}.",
            f"It closes on {say_day(plan.closes)}; begin by {say_day(plan.latest_start)}.",
            "Start the plan from this stream: it counts back from the closing date.",
        )
        for stream, plan in planned
        if not plan.too_late and not _list_tasks(bid, stream)
    ]
    return cap_streams(found, "have a closing date and no plan.") if planned else None


def _check_after_closing(bid: Bid) -> Answer:
    """A task from the plan must be done before the closing date. Any other may be for later: then it begins later."""
    dated = [(stream, stream.closing.day) for stream in _list_biddable(bid) if stream.closing.day]
    found = []
    for stream, day in dated:
        late = [
            item
            for item in _list_tasks(bid, stream)
            if not item.value.done
            and item.value.due
            and day
            and item.value.due > day
            and (item.value.step or not (item.value.starts and item.value.starts > day))
        ]
        if not late or day is None:
            continue
        has_step = any(item.value.step for item in late)
        names = say_list((quote(item.value.what) for item in late), most=3)
        says = f"{say_count(len(late), 'task')} for {quote(stream.title)} would be done only after it closes."
        why = f"It closes on {say_day(day)}. Due later: {names}."
        mend = "Bring them forward. Work that belongs after the bid should also begin after that day."
        level: Level = "problem" if has_step else "warning"
        found.append(HealthCheck("task-after-closing", level, says, why, mend, SECTION, late[0].id, stream.url))
    return found if any(_list_tasks(bid, stream) for stream, _ in dated) else None


def _check_overdue(bid: Bid) -> Answer:
    tasks = bid.workspace.list_items(Task)
    if not tasks:
        return None
    dropped = {item.id for item in bid.workspace.streams if item.value.state == "refused"}
    late = [
        (item.value.due, item)
        for item in tasks
        if not item.value.done and item.value.due and item.value.due < bid.today and item.value.stream not in dropped
    ]
    if not late:
        return []
    due, oldest = min(late, key=lambda each: each[0])
    who = f", with {oldest.value.who}" if oldest.value.who else ""
    return [
        HealthCheck(
            "task-overdue",
            "warning",
            f"{say_count(len(late), 'task is', 'tasks are')} overdue.",
            f"{'The oldest' if len(late) > 1 else 'It'} is {quote(oldest.value.what)}{who}, due {say_day(due)}.",
            "Mark what is done, or agree a new date with whoever does it.",
            SECTION,
            oldest.id,
        )
    ]


def _check_returns(bid: Bid) -> Answer:
    watched = [stream for stream in bid.streams if stream.record and stream.record.monitoring]
    found = []
    for stream in watched:
        if _has_return(bid, stream, len(watched)):
            continue
        won = stream.item.value.state in ("submitted", "awarded")
        says = f"Nobody has the reporting to the funder of {quote(stream.title)} yet."
        why = f"Its record says: {say_sentence(stream.record.monitoring or '')}" if stream.record else ""
        mend = "Add a task for this stream or a turn in the rota that names it, and say who makes the return."
        found.append(_make("no-return", "warning" if won else "to-do", stream, says, why, mend, "rota"))
    found.sort(key=lambda check: check.level == "to-do")
    return cap_streams(found, "have reporting that nobody has taken on.") if watched else None


def _has_return(bid: Bid, stream: LiveStream, watched: int) -> bool:
    """True if a task or turn is for the reporting to this stream's funder.

    A turn names no stream: it counts if its words do (a long title may be cut short there), or if no other stream has
    to be reported to.
    """
    if any(not item.value.step and REPORTING.search(item.value.what) for item in _list_tasks(bid, stream)):
        return True
    names = [stream.title, (stream.record.acronym if stream.record else None) or stream.title]
    returns = [item.value.what.casefold() for item in bid.workspace.list_items(Turn) if item.value.duty == "return"]
    return any(watched == 1 or name.casefold()[:100] in what for what in returns for name in names)


def _make(
    rule: str, level: Level, stream: LiveStream, says: str, why: str, mend: str, section: str = SECTION
) -> HealthCheck:
    entry_id = stream.item.id if section == "streams" else None
    return HealthCheck(rule, level, says, why, mend, section, entry_id, stream.url if stream.record else None)


RULES = (
    HealthRule("closing-passed", "No closing date is over", "streams", _check_passed),
    HealthRule("too-late", "Each bid can be ready in time", SECTION, _check_too_late),
    HealthRule("no-closing-date", "The closing date of each stream is known", "streams", _check_date_known),
    HealthRule("no-task", "Each bid has a plan", SECTION, _check_planned),
    HealthRule("task-after-closing", "All tasks are done before the bid closes", SECTION, _check_after_closing),
    HealthRule("task-overdue", "No task is overdue", SECTION, _check_overdue),
    HealthRule("no-return", "Somebody makes the return to each funder", "rota", _check_returns),
)
