"""What a health check is, what the rules look at, and the words they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from kb.records.amounts import write_pounds
from kb.workspaces.budget import Budget, LineSum, add_up
from kb.workspaces.live import LiveFacts, LiveStream
from kb.workspaces.workspace import Workspace

Level = Literal["problem", "warning", "unknown", "to-do"]
# The levels in the order of their weight, with their names for readers.
LEVELS: dict[Level, str] = {
    "problem": "Problem",
    "warning": "Look at this",
    "unknown": "To check",
    "to-do": "Still to do",
}
MOST_OF_A_RULE = 5  # single entries a rule names; the others are counted in one check more


@dataclass(frozen=True)
class HealthCheck:
    """One thing that is wrong, or cannot be told, or is still to do.

    `says` is what, `why` the reason with its figures, `mend` what to do: a sentence each. `section` is the part of the
    workspace to go to and `entry_id` the entry, None for the part as a whole; `source` is the path of the record that
    it rests on.
    """

    rule: str
    level: Level
    says: str
    why: str
    mend: str
    section: str
    entry_id: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Bid:
    """What the rules look at: the workspace, what is known of it today, and its budget added up."""

    workspace: Workspace
    live: LiveFacts
    today: date

    @cached_property
    def budget(self) -> Budget:
        """The budget added up."""
        return add_up(self.workspace)

    @cached_property
    def streams(self) -> list[LiveStream]:
        """The streams that were not refused or dropped."""
        return self.live.live_streams

    @cached_property
    def open_streams(self) -> list[LiveStream]:
        """The streams whose bid is still to go in."""
        return [stream for stream in self.streams if stream.is_open]

    def name_payer(self, payer: str) -> str:
        """A payer in words; one that is not here any more is said to be so."""
        if payer == "other":
            return "somebody else"
        kind, _, entry_id = payer.partition(":")
        if kind == "stream":
            stream = self.live.find_stream(entry_id)
            return quote(stream.title) if stream else "a stream that is no longer in this workspace"
        partner = next((item for item in self.workspace.partners if item.id == entry_id), None)
        return partner.value.name if partner else "a partner that is no longer in this workspace"

    def name_member(self, member_id: str) -> str:
        """A partner by its id as an applicant."""
        members = self.live.applicants.members if self.live.applicants else ()
        return next((member.name for member in members if member.id == member_id), member_id)


# A rule's answer: its checks, none if all is well; None when there is nothing yet to look at.
Answer = list[HealthCheck] | None


@dataclass(frozen=True)
class HealthRule:
    """One rule by its stable name: what it looks at, in words ("Every line is paid for"), its part, and its test."""

    name: str
    title: str
    section: str
    test: Callable[[Bid], Answer]


def quote(text: str) -> str:
    """A name inside a sentence, shortened where it is long."""
    return f"“{text if len(text) <= 80 else text[:77].rstrip() + '...'}”"


def say_pounds(pounds: int) -> str:
    """Whole pounds."""
    return write_pounds(pounds)


def say_day(day: date) -> str:
    """A day, as "4 December 2026"."""
    return f"{day.day} {day:%B} {day.year}"


def say_year(year: int) -> str:
    """A financial year by the year it starts in, as "2027-28"."""
    return f"{year}-{(year + 1) % 100:02d}"


def say_list(names: Iterable[str], most: int = 4) -> str:
    """Names in a sentence: "A, B and C", or "A, B, C, D and 3 more"."""
    found = list(names)
    if len(found) > most:
        return f"{', '.join(found[:most])} and {len(found) - most} more"
    return f"{', '.join(found[:-1])} and {found[-1]}" if len(found) > 1 else "".join(found)


def say_count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 task", "3 tasks"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def say_sentence(text: str) -> str:
    """Text that ends as a sentence does."""
    return text if text.endswith((".", "?", "!", "”")) else f"{text}."


def name_line(line: LineSum) -> str:
    """A budget line in a sentence, with its year."""
    return f"{quote(line.item.value.what)} ({say_year(line.item.value.year)})"


def cap_checks(checks: Sequence[HealthCheck], rest: Callable[[int], tuple[str, str, str]]) -> list[HealthCheck]:
    """The first checks of a rule, and one for all the others: `rest` gives its says, why and mend from their number."""
    shown = list(checks[:MOST_OF_A_RULE])
    left = checks[MOST_OF_A_RULE:]
    if len(left) == 1:
        return [*shown, left[0]]
    if left:
        first = left[0]
        shown.append(HealthCheck(first.rule, first.level, *rest(len(left)), first.section, first.entry_id))
    return shown


def cap_streams(checks: Sequence[HealthCheck], says: str) -> list[HealthCheck]:
    """The first checks of a rule that tells something of each stream; `says` is said of how many more."""
    return cap_checks(checks, lambda left: (f"{left} more streams {says}", "It is the same with them.", checks[0].mend))
