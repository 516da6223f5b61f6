"""Funding streams: programmes with rules and dates, and mechanisms that keep a scheme going."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from kb.records.dates import StatedDate
from kb.records.model import (
    A_LIST,
    A_LIST_OR_ALL,
    Applicant,
    Body,
    Group,
    Id,
    Ids,
    KeyFeature,
    Listed,
    LocalAuthority,
    Outcome,
    Phase,
    Pounds,
    Record,
    Region,
    SecureAddress,
    ServiceArea,
    ShortText,
    Strict,
    Text,
    Texts,
    reject,
)

Months = Annotated[int, Field(ge=0, le=600)]


class Funder(Strict):
    """Who pays."""

    name: Text
    kind: Annotated[str, Listed("funder_kinds")]


class Checked(Strict):
    """The newest source: its date (None if undated) and what it shows."""

    on: StatedDate | None = None
    evidence: Text


class Geography(Group):
    """Where a stream pays. Several fields narrow each other; `note` holds what no list states."""

    nations: Annotated[tuple[Annotated[str, Listed("nations")], ...], A_LIST] | None = None
    regions: Annotated[tuple[Region, ...], A_LIST] | None = None
    local_authorities: Annotated[tuple[LocalAuthority, ...], A_LIST] | None = None
    area_lists: Annotated[tuple[Annotated[str, Listed("area_lists")], ...], A_LIST] | None = None
    note: Text | None = None


class Lead(Group):
    """Who may lead a joint bid."""

    may_be: Annotated[tuple[Annotated[str, Listed("applicants")], ...], A_LIST] | None = None
    note: Text | None = None


class Partners(Group):
    """What a joint bid needs; `min` counts partners beside the lead, `schools_min` all schools, the lead included.

    Of `must_include` every kind must be there, of `one_of` at least one.
    """

    min: Annotated[int, Field(ge=1, le=100)] | None = None
    schools_min: Annotated[int, Field(ge=1, le=100)] | None = None
    must_include: Annotated[tuple[Body, ...], A_LIST] | None = None
    one_of: Annotated[tuple[Body, ...], A_LIST] | None = None
    note: Text | None = None


class Limit(Group):
    """Bounds of a rule, both ends included, in the unit of its kind."""

    min: float | None = None
    max: float | None = None


def _check_scope(value: str) -> str:
    if not re.fullmatch(r"lead|every|any|at-least-[1-9][0-9]?", value):
        raise reject(f'"{value[:60]}" is no scope. Write lead, every, any, or a number like at-least-2')
    return value


class Option(Strict):
    """One of several conditions of which any is enough; `says` is asked of the reader where it is a judgement."""

    kind: Annotated[str, Listed("rule_kinds")]
    limit: Limit | None = None
    values: Texts | None = None
    says: Text


class Rule(Strict):
    """A condition of eligibility that no other field states, with the sentence a reader sees.

    A rule of the kind any-of has `options` and is met by any one of them.
    """

    kind: Annotated[str, Listed("rule_kinds")]
    limit: Limit | None = None
    values: Texts | None = None
    options: Annotated[tuple[Option, ...], A_LIST] | None = None
    scope: Annotated[str, AfterValidator(_check_scope)]
    says: Text
    source: Id


class Amount(Group):
    """How much, in whole pounds; `year` is the year the figures hold for."""

    min: Pounds | None = None
    max: Pounds | None = None
    total: Pounds | None = None
    per: Annotated[str, Listed("amount_per")] | None = None
    year: StatedDate | None = None
    note: Text | None = None


class Duration(Group):
    """How long an award lasts, in months."""

    min_months: Months | None = None
    max_months: Months | None = None
    note: Text | None = None


class Window(Strict):
    """Dates that a source states for one round or strand; `recurs` only where a source says so."""

    opens: StatedDate | None = None
    closes: StatedDate | None = None
    decision_by: StatedDate | None = None
    spend_from: StatedDate | None = None
    spend_by: StatedDate | None = None
    recurs: Annotated[str, Listed("recurrences")] | None = None
    note: Text | None = None


class MatchFunding(Group):
    """What the applicant must find, in percent of the project's cost; 0 where the source says none."""

    percent: Annotated[float, Field(ge=0, le=100)] | None = None
    note: Text | None = None


class Effort(Strict):
    """How much work a bid is, and what that judgement rests on."""

    level: Annotated[str, Listed("effort_levels")]
    basis: Text


class ExitRoute(Strict):
    """A mechanism that can carry a scheme on, and whether the source says so or we suggest it."""

    mechanism: Id
    basis: Annotated[str, Listed("bases")]


class Sustainability(Strict):
    """What happens when the money ends."""

    after: Annotated[str, Listed("after_states")]
    exit_routes: Annotated[tuple[ExitRoute, ...], A_LIST] | None = None
    risk: Text | None = None
    note: Text | None = None


class Bar(Strict):
    """A stream that may not be used beside this one."""

    id: Id
    why: Text


class Combine(Group):
    """Which other streams may and may not stand beside this one."""

    with_: Annotated[tuple[Id, ...], A_LIST] | None = Field(default=None, alias="with")
    not_with: Annotated[tuple[Bar, ...], A_LIST] | None = None
    note: Text | None = None


class FundingStream(Record):
    """A funding stream as docs/records.md describes it. None means "not stated", ("all",) stated as all."""

    record_type: ClassVar[str] = "funding"
    programme_sections: ClassVar[tuple[str, ...]] = (
        "What it pays for",
        "Who can apply",
        "Dates and how long it takes",
        "How to apply",
        "Conditions and reporting",
        "When the money ends",
        "With other money",
    )
    mechanism_sections: ClassVar[tuple[str, ...]] = (
        "What it is",
        "When it fits",
        "What it takes to set up",
        "Who did it",
        "What to watch",
    )

    kind: Annotated[str, Listed("kinds")]
    acronym: ShortText | None = None
    aliases: Texts | None = None
    funder: Funder
    administered_by: Text | None = None
    official_page: SecureAddress | None = None
    status: Annotated[str, Listed("statuses")] | None = None
    status_note: Text | None = None
    checked: Checked | None = None
    review_by: StatedDate | None = None
    route: Annotated[str, Listed("routes")] | None = None
    phases: Annotated[tuple[Phase, ...], A_LIST_OR_ALL] | None = None
    establishment_types: (
        Annotated[tuple[Annotated[str, Listed("establishment_types", or_all=True)], ...], A_LIST_OR_ALL] | None
    ) = None
    applicants: Annotated[tuple[Applicant, ...], A_LIST_OR_ALL] | None = None
    geography: Geography | None = None
    lead: Lead | None = None
    partners: Partners | None = None
    lead_duties: Texts | None = None
    audience: Text | None = None
    exclusions: Texts | None = None
    eligibility: Annotated[tuple[Rule, ...], A_LIST] | None = None
    how_it_reaches_you: Text | None = None
    service_areas: Annotated[tuple[ServiceArea, ...], A_LIST_OR_ALL]
    key_features: Annotated[tuple[KeyFeature, ...], A_LIST] | None = None
    outcomes: Annotated[tuple[Outcome, ...], A_LIST_OR_ALL] | None = None
    money: Annotated[str, Listed("money")] | None = None
    amount: Amount | None = None
    duration: Duration | None = None
    windows: Annotated[tuple[Window, ...], A_LIST] | None = None
    match_funding: MatchFunding | None = None
    effort: Effort | None = None
    monitoring: Text | None = None
    sustainability: Sustainability | None = None
    combine: Combine | None = None
    replaces: Ids | None = None
    replaced_by: Ids | None = None
    conflicts: Texts | None = None

    @property
    def is_mechanism(self) -> bool:
        """True for a standing way to pay, which has no status and no dates."""
        return self.kind == "mechanism"
