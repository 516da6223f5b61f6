"""Entries made from what a reader chose elsewhere in the site: a stream, a case study, a school, another body."""

from __future__ import annotations

from collections.abc import Iterable

from kb.eligibility.facts import Member
from kb.generations import Generation
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream
from kb.register.school import School
from kb.workspaces.changed import describe_stream
from kb.workspaces.entries import MAX_LINE, Entry, Evidence, Partner, Stream


def choose_stream(record: FundingStream, generation: Generation) -> Stream:
    """A stream as chosen now, with what its record says now."""
    return Stream(
        stream=record.id,
        facts=describe_stream(record, generation.catalogue.vocabulary),
        generation=generation.id,
    )


def choose_school(school: School) -> Partner:
    """A school of the register as a partner."""
    return Partner(name=school.name[:MAX_LINE], body="school", urn=school.urn)


def choose_member(member: Member) -> Partner:
    """An applicant of a match as a partner; what was typed in of a school that is not in the register stays behind."""
    urn = int(member.id.removeprefix("urn:")) if member.id.startswith("urn:") else None
    charity = member.charity if member.is_school else None
    return Partner(name=member.name[:MAX_LINE], body=member.kind, urn=urn, charity=charity)


def choose_records(records: Iterable[FundingStream | CaseStudy], generation: Generation) -> list[Entry]:
    """Streams and case studies of a shortlist as entries, each once; a mechanism is left out: nobody bids for it."""
    chosen: dict[str, Entry] = {}
    for record in records:
        if isinstance(record, CaseStudy):
            chosen.setdefault(f"case:{record.id}", Evidence(case=record.id))
        elif not record.is_mechanism:
            chosen.setdefault(f"stream:{record.id}", choose_stream(record, generation))
    return list(chosen.values())
