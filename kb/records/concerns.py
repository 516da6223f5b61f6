"""What an editor should look at again in a record, and why: past review, weakly sourced, conflicting, not confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kb.records.case_study import CaseStudy
from kb.records.dates import StatedDate
from kb.records.funding import FundingStream

CONCERNS = {
    "past-review": "Past review",
    "not-confirmed": "Not confirmed",
    "conflicting": "Sources disagree",
    "weakly-sourced": "Weakly sourced",
}
# A stream that rests on one of these alone is told by somebody who does not pay it and need not know its rules.
SECOND_HAND = frozenset({"press", "commercial", "reference", "sector-body", "other"})


@dataclass(frozen=True)
class Concern:
    """One reason to look at a record again. `since` orders records of a kind: the day from which it holds, if any."""

    record_type: str
    id: str
    title: str
    kind: str
    reason: str
    since: date | None = None


def find_concerns(
    record: FundingStream | CaseStudy, publisher_kinds: Mapping[str, str], today: date
) -> Iterable[Concern]:
    """Every concern of a record. `publisher_kinds` gives the kind of each publisher by name (content/sources.yml)."""
    for line in record.conflicts or ():
        yield Concern(record.record_type, record.id, record.title, "conflicting", line)
    if isinstance(record, CaseStudy):
        return
    if record.review_by and record.review_by.last < today:
        known = _say(record.checked.on if record.checked else None)
        reason = f"review by {record.review_by.words}, last known {known}"
        yield Concern("funding", record.id, record.title, "past-review", reason, record.review_by.last)
    if record.status == "not-confirmed":
        reason = record.status_note or f"status not confirmed, last known {_say(_newest(record))}"
        yield Concern("funding", record.id, record.title, "not-confirmed", reason)
    if not record.is_mechanism and (reason := _find_weakness(record, publisher_kinds)):
        yield Concern("funding", record.id, record.title, "weakly-sourced", reason)


def _find_weakness(stream: FundingStream, publisher_kinds: Mapping[str, str]) -> str:
    """Why the sources of a programme are weak; "" if they are not."""
    if any(source.document for source in stream.sources):
        return ""
    reasons = []
    if not any(source.dated for source in stream.sources):
        reasons.append("no source is dated")
    if len(stream.sources) == 1:
        reasons.append("it rests on one source")
    if all(publisher_kinds.get(source.publisher or "", "other") in SECOND_HAND for source in stream.sources):
        reasons.append("no source is the funder's own or official")
    return ", ".join(reasons)


def _newest(stream: FundingStream) -> StatedDate | None:
    return stream.checked.on if stream.checked else None


def _say(found: StatedDate | None) -> str:
    return found.words if found else "Not stated"


def list_concerns(
    records: Iterable[FundingStream | CaseStudy], publisher_kinds: Mapping[str, str], today: date
) -> dict[str, list[Concern]]:
    """The concerns of all records by kind, in the order of CONCERNS; in each longest overdue first, then by id."""
    found: dict[str, list[Concern]] = {kind: [] for kind in CONCERNS}
    for record in records:
        for concern in find_concerns(record, publisher_kinds, today):
            found[concern.kind].append(concern)
    for concerns in found.values():
        concerns.sort(key=lambda concern: (concern.since or date.max, concern.id))
    return found
