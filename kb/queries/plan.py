"""The backwards plan: from a closing date through every step of a bid to the day by which it has to begin."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from kb.eligibility.rules import PAST_STATUSES, REACHING_ROUTES
from kb.queries.deadlines import NextWindow, find_next_window
from kb.records.bid_plan import PlanStep, SchoolHoliday
from kb.records.funding import FundingStream, Window

ONE_DAY = timedelta(days=1)
Basis = Literal["typed", "stated", "first-day", "begun", "expected", "none"]


@dataclass(frozen=True)
class SchoolBreak:
    """A school holiday as a plan counts it, both ends included. `is_changed`: the reader's own dates, not the usual."""

    id: str
    name: str
    first: date
    last: date
    is_changed: bool = False


@dataclass(frozen=True)
class PlannedStep:
    """A step with its length in working days, whether that is the reader's own, and its first and last day.

    `skips` are the school holidays it had to be moved or stretched around. `is_late`: its first day is over.
    """

    step: PlanStep
    days: int
    is_changed: bool
    start: date
    finish: date
    skips: tuple[SchoolBreak, ...]
    is_late: bool


@dataclass(frozen=True)
class Plan:
    """The steps in the order they are done, each over before the next begins and all before `closes`.

    `days_short` are the working days between the latest start and today, 0 when there is still time; `days_left` those
    from today to the latest start.
    """

    closes: date
    steps: tuple[PlannedStep, ...]
    latest_start: date
    too_late: bool
    days_short: int
    days_left: int


@dataclass(frozen=True)
class Closing:
    """The day a plan counts back from, and what it rests on.

    - typed: the reader's own date; stated: the day the sources give
    - first-day: the sources give no day (a month, a term), so the first it can mean
    - begun: likewise, but that first day is over: no day to plan from
    - expected: no source states a date, one is only expected; none: nothing is known. No day to plan from

    `window` is the stream's next window where it has one, also beside a typed date.
    """

    day: date | None
    basis: Basis
    window: NextWindow | None


def choose_closing(windows: Iterable[Window], typed: date | None, today: date) -> Closing:
    """The day to count back from: the reader's own, else the next stated one. An expected one is never a deadline."""
    window = find_next_window(windows, today)
    is_stated = window is not None and not window.expected and window.precision == "day" and window.first == typed
    if typed is not None and not is_stated:
        return Closing(typed, "typed", window)
    if window is None:
        return Closing(None, "none", None)
    if window.expected:
        return Closing(None, "expected", window)
    if window.precision == "day":
        return Closing(window.first, "stated", window)
    if window.first < today:
        return Closing(None, "begun", window)
    return Closing(window.first, "first-day", window)


def find_window_after(windows: Iterable[Window], closing: Closing) -> NextWindow | None:
    """The window to aim for when this one is missed; None if nothing can be said."""
    if closing.day is None:
        return None
    over = closing.window.last if closing.window and closing.basis != "typed" else closing.day
    return find_next_window(windows, over + ONE_DAY)


def explain_no_bid(stream: FundingStream) -> str | None:
    """Why there is no bid to plan for a programme; None for one that people apply to."""
    if stream.status in PAST_STATUSES:
        return "It has ended, so nobody can apply now."
    return REACHING_ROUTES.get(stream.route or "")


def list_school_breaks(
    usual: Iterable[SchoolHoliday], changed: Mapping[str, tuple[date, date] | None]
) -> list[SchoolBreak]:
    """The school holidays to count with: the usual ones, or the reader's own (None: that holiday is not kept)."""
    breaks = []
    for holiday in usual:
        dates = changed.get(holiday.id, (holiday.from_.first, holiday.to.first))
        if dates is not None:
            breaks.append(SchoolBreak(holiday.id, holiday.name, *dates, is_changed=holiday.id in changed))
    return breaks


def make_plan(
    steps: Sequence[PlanStep],
    closes: date,
    today: date,
    school_weeks: Sequence[SchoolBreak],
    holidays: Container[date],
    days: Mapping[str, int],
    joint: bool,
) -> Plan:
    """Count back from `closes` through `steps`, given in the order they are done, one after another.

    Working days are Monday to Friday without `holidays`; a step that needs school leaves out `school_weeks` too, the
    weeks in which schools are closed. `days` replaces the usual lengths by step id: 0 leaves a step out, and below 0 is
    a ValueError. The closing date itself is no working day of the plan.
    """
    planned: list[PlannedStep] = []
    before = closes
    for step in reversed(steps):
        length = days.get(step.id, step.days)
        if length < 0:
            raise ValueError(f"the step {step.id} cannot take {length} days")
        if length and (joint or not step.joint_only):
            found = _count_back(step, length, before, school_weeks, holidays)
            planned.append(PlannedStep(step, length, length != step.days, *found, is_late=found[0] < today))
            before = found[0]
    return Plan(
        closes=closes,
        steps=tuple(reversed(planned)),
        latest_start=before,
        too_late=before < today,
        days_short=count_working_days(before, today, holidays),
        days_left=count_working_days(today, before, holidays),
    )


def _count_back(
    step: PlanStep, length: int, before: date, breaks: Sequence[SchoolBreak], holidays: Container[date]
) -> tuple[date, date, tuple[SchoolBreak, ...]]:
    """The last `length` days before a day on which a step can be done: first, last, and the holidays skipped."""
    counted: list[date] = []
    skipped: list[SchoolBreak] = []
    day = before
    while len(counted) < length:
        day -= ONE_DAY
        if not is_working_day(day, holidays):
            continue
        closed = [each for each in breaks if each.first <= day <= each.last] if step.needs_school else []
        skipped += [each for each in closed if each not in skipped]
        if not closed:
            counted.append(day)
    return counted[-1], counted[0], tuple(reversed(skipped))


def is_working_day(day: date, holidays: Container[date]) -> bool:
    """True from Monday to Friday except on bank holidays."""
    return day.weekday() < 5 and day not in holidays


def count_working_days(first: date, end: date, holidays: Container[date]) -> int:
    """The working days from `first` to the day before `end`; 0 if `end` is not after `first`."""
    days = (first + timedelta(days=number) for number in range((end - first).days))
    return sum(is_working_day(day, holidays) for day in days)
