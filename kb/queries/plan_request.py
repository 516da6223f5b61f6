"""A backwards plan as asked for: its own URL parameters, checked, beside those of the match, which are passed on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kb.queries.match_request import CORRECTION, ON_PAGE, MatchRequest, parse_match_request
from kb.queries.request import IGNORED, IGNORED_PREFIXES, BadSearchRequest, RequestProblem
from kb.records.bid_plan import MAX_HOLIDAY_DAYS, MAX_STEP_DAYS, PlanStep, SchoolHoliday
from kb.records.dates import parse_stated_date
from kb.records.vocabulary import Vocabulary, suggest_nearest

YEARS_AHEAD = 5  # no funder states a date further off, and it keeps a slip in the year from counting
ACCEPTED = "closes, joint, days.STEP, holiday.ID, format, and those of the match: urn, partner, lead and the others"
HOLIDAY = re.compile(r"(\S+) to (\S+)")


@dataclass(frozen=True)
class PlanRequest:
    """What to plan. None: not given.

    `days` and `holidays` hold only what differs from the usual, by id of step and school holiday; a holiday of None is
    not kept. `match` are the match's parameters as they came, `who` what they say.
    """

    closes: date | None = None
    joint: bool | None = None
    days: Mapping[str, int] = field(default_factory=dict)
    holidays: Mapping[str, tuple[date, date] | None] = field(default_factory=dict)
    match: tuple[tuple[str, str], ...] = ()
    who: MatchRequest = field(default_factory=MatchRequest)
    as_calendar: bool = False

    def list_plan_pairs(self) -> list[tuple[str, str]]:
        """The plan's own URL parameters, in a fixed order, without the match's and the format."""
        pairs = [("closes", self.closes.isoformat())] if self.closes else []
        pairs += [("joint", "yes" if self.joint else "no")] if self.joint is not None else []
        pairs += [(f"days.{step}", str(days)) for step, days in self.days.items()]
        return pairs + [(f"holiday.{name}", write_holiday(dates)) for name, dates in self.holidays.items()]

    def list_pairs(self) -> list[tuple[str, str]]:
        """The whole state as URL parameters, without the format."""
        return [*self.list_plan_pairs(), *self.match]


def write_holiday(dates: tuple[date, date] | None) -> str:
    """A school holiday as the address has it."""
    return f"{dates[0].isoformat()} to {dates[1].isoformat()}" if dates else "none"


def parse_plan_request(
    pairs: Iterable[tuple[str, str]],
    steps: Sequence[PlanStep],
    holidays: Sequence[SchoolHoliday],
    vocabulary: Vocabulary,
    today: date,
) -> PlanRequest:
    """Read URL parameters into a request; raises BadSearchRequest with every problem.

    An empty value is as if it were not there, and one at its usual value as well, so that a form may send all fields.
    """
    reader = _Reader(steps, holidays, today)
    match: list[tuple[str, str]] = []
    for name, value in pairs:
        if name.startswith(IGNORED_PREFIXES) or name in IGNORED or not value.strip():
            continue
        if name in ON_PAGE or CORRECTION.fullmatch(name):
            match.append((name, value))
        else:
            reader.read(name, value.strip())
    who = MatchRequest()
    try:
        who = parse_match_request(match, vocabulary, on_page=True)
    except BadSearchRequest as error:
        reader.problems += error.problems
    if reader.problems:
        raise BadSearchRequest(reader.problems)
    return PlanRequest(reader.closes, reader.joint, reader.days, reader.holidays, tuple(match), who, reader.as_calendar)


class _Reader:
    """Collects the plan's own parameters, and what is wrong with them."""

    def __init__(self, steps: Sequence[PlanStep], holidays: Sequence[SchoolHoliday], today: date) -> None:
        self.problems: list[RequestProblem] = []
        self.closes: date | None = None
        self.joint: bool | None = None
        self.as_calendar = False
        self.days: dict[str, int] = {}
        self.holidays: dict[str, tuple[date, date] | None] = {}
        self._steps = {step.id: step for step in steps}
        self._usual = {each.id: (each.from_.first, each.to.first) for each in holidays}
        self._today = today
        self._seen: set[str] = set()

    def read(self, name: str, value: str) -> None:
        """Read one parameter; an unusable one becomes a problem."""
        start, _, key = name.partition(".")
        plain: dict[str, Callable[[str], None]] = {
            "closes": self._read_closes,
            "joint": self._read_joint,
            "format": self._read_format,
        }
        keyed: dict[str, tuple[list[str], Callable[[str, str], None]]] = {
            "days": (list(self._steps), self._read_days),
            "holiday": (list(self._usual), self._read_holiday),
        }
        if name in self._seen:
            self._refuse(name, "this parameter may stand only once")
        elif name in plain:
            plain[name](value)
        elif key and start in keyed:
            known, read = keyed[start]
            if key in known:
                read(key, value)
            else:
                hint = suggest_nearest(key[:60], known)
                self._refuse(name, f'there is no "{key[:60]}" in the plan. {hint}')
        else:
            self._refuse(name, f"this parameter is not known. Accepted: {ACCEPTED}")
        self._seen.add(name)

    def _refuse(self, name: str, message: str) -> None:
        self.problems.append(RequestProblem(name[:60], message))

    def _read_closes(self, value: str) -> None:
        day = read_day(value)
        last = add_years(self._today, YEARS_AHEAD)
        if day is None:
            self._refuse("closes", f'"{value[:60]}" is not a day. Write it like {last.year}-01-29')
        elif not self._today <= day <= last:
            self._refuse("closes", f"{day} cannot be planned for. Write a day from today, {self._today}, to {last}")
        else:
            self.closes = day

    def _read_joint(self, value: str) -> None:
        if value in ("yes", "no"):
            self.joint = value == "yes"
        else:
            self._refuse("joint", f'"{value[:60]}" cannot be used. Write yes or no')

    def _read_format(self, value: str) -> None:
        if value == "ics":
            self.as_calendar = True
        else:
            self._refuse("format", f'"{value[:60]}" is not a format of this page. Write ics, or leave it out')

    def _read_days(self, step: str, value: str) -> None:
        if not re.fullmatch("[0-9]{1,4}", value) or int(value) > MAX_STEP_DAYS:
            message = f'"{value[:60]}" cannot be used. Write a whole number of working days from 0 to {MAX_STEP_DAYS}'
            self._refuse(f"days.{step}", message)
        elif int(value) != self._steps[step].days:
            self.days[step] = int(value)

    def _read_holiday(self, name: str, value: str) -> None:
        if value == "none":
            self.holidays[name] = None
            return
        found = HOLIDAY.fullmatch(value)
        first, last = (read_day(found[1]), read_day(found[2])) if found else (None, None)
        if first is None or last is None or not 0 <= (last - first).days < MAX_HOLIDAY_DAYS:
            usual = write_holiday(self._usual[name])
            message = f'"{value[:60]}" cannot be used. Write its first and last day like "{usual}", or none'
            self._refuse(f"holiday.{name}", message)
        elif (first, last) != self._usual[name]:
            self.holidays[name] = (first, last)


def read_day(text: str) -> date | None:
    """A day written like 2027-01-29; None for anything else."""
    try:
        found = parse_stated_date(text)
    except ValueError:
        return None
    return found.first if found.precision == "day" else None


def add_years(day: date, years: int) -> date:
    """The same day some years later; 28 February for a 29th that is not there."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
