"""The health of a joint bid: every rule run over a workspace and what is known of it today. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kb.workspaces import health_after, health_dates, health_money, health_people, health_streams
from kb.workspaces.health_check import LEVELS, Bid, HealthCheck, HealthRule, Level
from kb.workspaces.live import LiveFacts
from kb.workspaces.sections import SECTIONS
from kb.workspaces.workspace import Workspace

__all__ = ["LEVELS", "RULES", "HealthCheck", "HealthReport", "HealthRule", "Level", "check_health", "examine",
           "list_passed"]  # fmt: skip

_ORDER = {section.name: number for number, section in enumerate(SECTIONS)}
_WEIGHT = {level: number for number, level in enumerate(LEVELS)}
# Every rule, in the order of the parts of a workspace.
RULES: tuple[HealthRule, ...] = tuple(
    sorted(
        (
            *health_people.RULES,
            *health_streams.RULES,
            *health_money.RULES,
            *health_after.RULES,
            *health_dates.RULES,
        ),
        key=lambda rule: _ORDER[rule.section],
    )
)


@dataclass(frozen=True)
class HealthReport:
    """What the rules found: the checks, problems first and then in the order of the parts; the rules that found all
    well; and those with nothing to look at yet."""

    checks: tuple[HealthCheck, ...]
    passed: tuple[HealthRule, ...]
    not_yet: tuple[HealthRule, ...]

    def count(self, level: Level) -> int:
        """How many checks have a level."""
        return sum(check.level == level for check in self.checks)

    def list_section(self, section: str) -> list[HealthCheck]:
        """The checks of one part of the workspace."""
        return [check for check in self.checks if check.section == section]


def examine(workspace: Workspace, live: LiveFacts, today: date) -> HealthReport:
    """Run every rule. `live` must be of the same workspace and day."""
    bid = Bid(workspace, live, today)
    answers = [(rule, rule.test(bid)) for rule in RULES]
    checks = [check for _, answer in answers for check in answer or ()]
    return HealthReport(
        tuple(sorted(checks, key=lambda check: (_WEIGHT[check.level], _ORDER[check.section]))),
        tuple(rule for rule, answer in answers if answer == []),
        tuple(rule for rule, answer in answers if answer is None),
    )


def check_health(workspace: Workspace, live: LiveFacts, today: date) -> list[HealthCheck]:
    """What is wrong, cannot be told or is still to do: problems first, then in the order of the parts."""
    return list(examine(workspace, live, today).checks)


def list_passed(workspace: Workspace, live: LiveFacts, today: date) -> list[HealthRule]:
    """The rules that found all well; one with nothing to look at yet is not among them."""
    return list(examine(workspace, live, today).passed)
