"""Findings, and the logic of what is met, not met, or cannot be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from kb.records.model import Source

Result = Literal["met", "not-met", "cannot-tell"]
MET: Result = "met"
NOT_MET: Result = "not-met"
CANNOT_TELL: Result = "cannot-tell"


class Ask(NamedTuple):
    """A question that a reader can answer on the page: `parameter` is its name in the URL.

    `form` is "yes-no" (then `value` is what yes and no are said about) or "number".
    """

    text: str
    form: Literal["yes-no", "number"]
    parameter: str
    value: str = ""


class Finding(NamedTuple):
    """One rule held against the applicants.

    `rule` is the rule's key in its stream, `about` the ids of the members that decided it, `says` the rule as a
    sentence, `compared` what it was held against, `source` what the rule rests on (None for the record as a whole).
    """

    rule: str
    scope: str
    about: tuple[str, ...]
    result: Result
    says: str
    compared: str
    source: Source | None = None
    asks: tuple[Ask, ...] = ()


def combine_every(results: Iterable[Result]) -> Result:
    """All must be met; one that is not decides; none at all cannot be told."""
    seen = list(results)
    if NOT_MET in seen:
        return NOT_MET
    return CANNOT_TELL if CANNOT_TELL in seen or not seen else MET


def combine_at_least(results: Iterable[Result], needed: int) -> Result:
    """At least `needed` must be met; not met only when even all that cannot be told would not be enough."""
    seen = list(results)
    if seen.count(MET) >= needed:
        return MET
    return CANNOT_TELL if seen.count(MET) + seen.count(CANNOT_TELL) >= needed or not seen else NOT_MET


def combine_scope(scope: str, results: list[Result]) -> Result:
    """Results of the members that a scope binds, as one: lead, every, any or at-least-N."""
    if scope == "any":
        return combine_at_least(results, 1)
    if scope.startswith("at-least-"):
        return combine_at_least(results, int(scope.removeprefix("at-least-")))
    return combine_every(results)


def compare_bounds(value: float, low: float | None, high: float | None) -> bool:
    """True if a value lies within bounds, both ends included; a bound of None is open."""
    return (low is None or value >= low) and (high is None or value <= high)
