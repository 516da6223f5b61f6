"""One stream against every school of an authority, for a council officer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kb.eligibility.facts import ApplicantSet
from kb.eligibility.rules import StreamRules
from kb.eligibility.verdict import GROUPS, Group, Verdict, judge_stream
from kb.errors import RecordNotFound
from kb.generations import Generation
from kb.queries.applicants import make_school_member
from kb.queries.match import make_rules
from kb.register.school import School


@dataclass(frozen=True)
class SchoolVerdict:
    """One school with its verdict."""

    school: School
    verdict: Verdict

    @property
    def unknown(self) -> tuple[str, ...]:
        """What cannot be told yet, as sentences."""
        return tuple(finding.says for finding in self.verdict.open_points)

    @property
    def blocks(self) -> tuple[str, ...]:
        """What stands in the way, as sentences with what they were compared with."""
        return tuple(f"{finding.says} {finding.compared}" for finding in self.verdict.blocks)


@dataclass(frozen=True)
class AuthorityResults:
    """The schools of an authority, best group first and by name, with the count of each group."""

    schools: tuple[SchoolVerdict, ...]
    counts: dict[Group, int]


def find_rules(generation: Generation, stream_id: str) -> StreamRules:
    """The rules of one programme; raises RecordNotFound for a mechanism or an id that is not there."""
    for rules in generation.derive(make_rules):
        if rules.stream.id == stream_id:
            return rules
    raise RecordNotFound("programme", stream_id)


def make_single_applicants(schools: Iterable[School], today: date) -> list[tuple[School, ApplicantSet]]:
    """Each school as an applicant by itself, to be judged against one stream or many."""
    return [(school, ApplicantSet((make_school_member(school, today),))) for school in schools]


def judge_schools(rules: StreamRules, applicants: Iterable[tuple[School, ApplicantSet]]) -> AuthorityResults:
    """The verdict of one stream for each school by itself."""
    judged = [SchoolVerdict(school, judge_stream(rules, alone)) for school, alone in applicants]
    judged.sort(key=lambda found: (GROUPS.index(found.verdict.group), found.school.name))
    counts = {group: sum(found.verdict.group == group for found in judged) for group in GROUPS}
    return AuthorityResults(tuple(judged), counts)
