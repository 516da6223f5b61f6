"""Case studies of partnership work."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from kb.records.dates import StatedDate
from kb.records.model import (
    A_LIST,
    A_LIST_OR_ALL,
    Body,
    Group,
    Id,
    KeyFeature,
    Listed,
    LocalAuthority,
    Phase,
    Pounds,
    Record,
    Region,
    Strict,
    Text,
    Texts,
)


class Place(Strict):
    """Where it happened."""

    name: Text
    kind: Annotated[str, Listed("place_kinds")] | None = None
    region: Region | None = None
    local_authorities: Annotated[tuple[LocalAuthority, ...], A_LIST] | None = None


class Setting(Strict):
    """A school or other setting it happened in."""

    name: Text
    phase: Annotated[str, Listed("phases")] | None = None


class Period(Group):
    """When it happened."""

    from_: StatedDate | None = Field(default=None, alias="from")
    to: StatedDate | None = None


class Partner(Strict):
    """An organisation that took part; never a person."""

    name: Text
    kind: Body


class Paid(Strict):
    """A stream that paid, and for what."""

    stream: Id
    note: Text | None = None


class Cost(Group):
    """What it cost, in whole pounds."""

    amount: Pounds | None = None
    note: Text | None = None


class Result(Strict):
    """One figure the source gives; `before`, `after` and `change` share `unit`."""

    measure: Text
    before: float | None = None
    after: float | None = None
    change: float | None = None
    unit: Text
    period: Text | None = None
    locator: Text


class Sustained(Strict):
    """Whether it lasted, and what carried it."""

    state: Annotated[str, Listed("sustained_states")]
    how: Text | None = None
    note: Text | None = None


class CaseStudy(Record):
    """A case study as docs/records.md describes it. None means "not stated"."""

    record_type: ClassVar[str] = "case-study"
    sections: ClassVar[tuple[str, ...]] = (
        "The situation",
        "What they did",
        "Who did what",
        "What changed",
        "Paying for it and keeping it going",
        "What to copy, what to watch",
    )

    aliases: Texts | None = None
    place: Place
    settings: Annotated[tuple[Setting, ...], A_LIST] | None = None
    period: Period | None = None
    phases: Annotated[tuple[Phase, ...], A_LIST_OR_ALL] | None = None
    service_areas: Annotated[tuple[Annotated[str, Listed("service_areas")], ...], A_LIST]
    key_features: Annotated[tuple[KeyFeature, ...], A_LIST] | None = None
    outcomes: Annotated[tuple[Annotated[str, Listed("outcomes")], ...], A_LIST] | None = None
    lead: Text | None = None
    partners: Annotated[tuple[Partner, ...], A_LIST] | None = None
    funding: Annotated[tuple[Paid, ...], A_LIST] | None = None
    cost: Cost | None = None
    results: Annotated[tuple[Result, ...], A_LIST] | None = None
    evidence: Annotated[str, Listed("evidence")]
    sustained: Sustained
    source_kind: Annotated[str, Listed("source_kinds")] | None = None
    theme: Text | None = None
    cycle_stage: Text | None = None
    conflicts: Texts | None = None
