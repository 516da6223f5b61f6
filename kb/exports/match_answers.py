"""The JSON of the match, as models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from kb.eligibility.facts import Member
from kb.eligibility.findings import Finding
from kb.queries.match import MatchedStream, MatchResults


class ApplicantAnswer(BaseModel):
    """One member of the set, with what it was held against. None: not known."""

    id: str
    kind: str
    name: str
    phases: list[str] | None
    types: list[str] | None
    local_authority: str | None
    region: str | None
    roll: int | None
    fsm_percent: float | None


class FindingAnswer(BaseModel):
    """One rule held against the set. `source` is the record's source, None where the finding is about the record."""

    rule: str
    scope: str
    about: list[str]
    result: str = Field(description="met, not-met or cannot-tell")
    says: str
    compared: str
    source: dict[str, Any] | None
    asks: list[str]


class WindowAnswer(BaseModel):
    """The next closing. `expected` True: no source states it, and it is no deadline; `date` is then a month."""

    date: str
    precision: str
    expected: bool


class UnlockAnswer(BaseModel):
    """A single change that would open the stream."""

    change: str = Field(description="add, lead or drop")
    id: str
    says: str


class VerdictAnswer(BaseModel):
    """One programme for this set."""

    stream: str
    title: str
    url: str
    past: bool
    status: str | None
    group: str = Field(description="eligible, check, reaches-you, not-enough-recorded or not-eligible")
    next_window: WindowAnswer | None
    effort: str | None
    how_it_reaches_you: str | None
    lead_duties: list[str]
    findings: list[FindingAnswer]
    may_lead: list[str]
    unlocks: list[UnlockAnswer]


class MatchAnswer(BaseModel):
    """Every programme for a set of applicants."""

    applicants: list[ApplicantAnswer]
    lead: str | None
    verdicts: list[VerdictAnswer]


def answer_match(results: MatchResults) -> MatchAnswer:
    """The match as the API and `kb match --json` give it."""
    return MatchAnswer(
        applicants=[_answer_member(member) for member in results.applicants.members],
        lead=results.applicants.lead,
        verdicts=[_answer_verdict(found) for found in results.all_streams],
    )


def _answer_member(member: Member) -> ApplicantAnswer:
    return ApplicantAnswer(
        id=member.id,
        kind=member.kind,
        name=member.name,
        phases=None if member.phases is None else sorted(member.phases),
        types=None if member.types is None else sorted(member.types),
        local_authority=member.local_authority,
        region=member.region,
        roll=member.roll.value if member.roll else None,
        fsm_percent=member.fsm_percent.value if member.fsm_percent else None,
    )


def _answer_verdict(found: MatchedStream) -> VerdictAnswer:
    stream, window = found.stream, found.next_window
    when = None
    if window is not None:
        text = window.last.isoformat() if window.precision == "day" else f"{window.last:%Y-%m}"
        when = WindowAnswer(date=text, precision=window.precision, expected=window.expected)
    return VerdictAnswer(
        stream=stream.id,
        title=stream.title,
        url=f"/funding/{stream.id}",
        past=found.verdict.rules.is_past,
        status=stream.status,
        group=found.verdict.group,
        next_window=when,
        effort=stream.effort.level if stream.effort else None,
        how_it_reaches_you=found.verdict.how_it_reaches_you,
        lead_duties=list(stream.lead_duties or ()),
        findings=[_answer_finding(finding) for finding in found.verdict.findings],
        may_lead=list(found.verdict.may_lead),
        unlocks=[UnlockAnswer(change=unlock.change, id=unlock.id, says=unlock.says) for unlock in found.unlocks],
    )


def _answer_finding(finding: Finding) -> FindingAnswer:
    source = finding.source.model_dump(mode="json", exclude_none=True) if finding.source else None
    return FindingAnswer(
        rule=finding.rule,
        scope=finding.scope,
        about=list(finding.about),
        result=finding.result,
        says=finding.says,
        compared=finding.compared,
        source=source,
        asks=[ask.text for ask in finding.asks],
    )
