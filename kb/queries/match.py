"""The match: every programme against a set of applicants, grouped, in the order a reader would take them up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from kb.eligibility.changes import Unlock, find_unlocks, rank_changes
from kb.eligibility.facts import ApplicantSet
from kb.eligibility.rules import StreamRules, compile_rules
from kb.eligibility.verdict import GROUPS, Group, Verdict, judge_stream
from kb.generations import Generation
from kb.index import parse_query
from kb.queries.deadlines import NextWindow, find_next_window
from kb.queries.match_request import MatchRequest
from kb.queries.search import make_lookup
from kb.records.funding import FundingStream
from kb.records.model import Source

EFFORTS = {"light": 0, "moderate": 1, "heavy": 2}
NOT_STATED_EFFORT = 3
BEST_CHANGES = 5
FIRST_SHOWN = 10  # verdicts of a group that a page shows unless it is asked for the whole group
SortKey = tuple[date, int, int, str]


@dataclass(frozen=True)
class MatchedStream:
    """One programme with its verdict, its next date, and the single changes that would open it."""

    verdict: Verdict
    next_window: NextWindow | None
    unlocks: tuple[Unlock, ...]

    @property
    def stream(self) -> FundingStream:
        """The stream the verdict is about."""
        return self.verdict.rules.stream

    @property
    def sources(self) -> tuple[Source, ...]:
        """What the findings rest on, each once, in the order of the findings."""
        found = {finding.source.id: finding.source for finding in self.verdict.findings if finding.source}
        return tuple(found.values())

    @property
    def sort_key(self) -> SortKey:
        """A date that can be made first, then light work before heavy (not stated last), then the largest award."""
        stream = self.stream
        effort = EFFORTS.get(stream.effort.level, NOT_STATED_EFFORT) if stream.effort else NOT_STATED_EFFORT
        award = (stream.amount.max or stream.amount.min or 0) if stream.amount else 0
        return (self.next_window.last if self.next_window else date.max, effort, -award, stream.title)


@dataclass(frozen=True)
class MatchResults:
    """Every programme that fits what is needed. `groups` holds current ones in the order of GROUPS, `past` the rest.

    `best_changes` are the single changes that open most current streams, each with the ids of those it opens.
    """

    applicants: ApplicantSet
    groups: dict[Group, tuple[MatchedStream, ...]]
    past: tuple[MatchedStream, ...]
    best_changes: tuple[tuple[Unlock, tuple[str, ...]], ...]

    @property
    def all_streams(self) -> tuple[MatchedStream, ...]:
        """All verdicts, current groups first."""
        return tuple(found for group in GROUPS for found in self.groups[group]) + self.past

    @cached_property
    def _sort_keys(self) -> dict[Group, list[SortKey]]:
        return {group: [found.sort_key for found in matched] for group, matched in self.groups.items()}

    def is_among_first(self, found: MatchedStream, group: Group) -> bool:
        """True if a stream is, or were it in this group would be, among those a page shows without being asked."""
        return bisect_left(self._sort_keys[group], found.sort_key) < FIRST_SHOWN


def make_rules(generation: Generation) -> tuple[StreamRules, ...]:
    """The rules of every programme of a generation, made ready once."""
    vocabulary = generation.catalogue.vocabulary
    streams = generation.catalogue.list_funding_streams()
    return tuple(compile_rules(stream, vocabulary) for stream in streams if not stream.is_mechanism)


def match_streams(
    generation: Generation, applicants: ApplicantSet, today: date, request: MatchRequest | None = None
) -> MatchResults:
    """The verdict of every programme for a set; a request with text or service areas narrows which programmes."""
    wanted = None if request is None else _choose_needed(generation, request)
    matched = [
        _match_one(rules, applicants, today)
        for rules in generation.derive(make_rules)
        if wanted is None or rules.stream.id in wanted
    ]
    current = [found for found in matched if not found.verdict.rules.is_past]
    unlocks = ((found.stream.id, unlock) for found in current for unlock in found.unlocks)
    return MatchResults(
        applicants,
        {group: _sort(found for found in current if found.verdict.group == group) for group in GROUPS},
        _sort(found for found in matched if found.verdict.rules.is_past),
        tuple(rank_changes(unlocks)[:BEST_CHANGES]),
    )


def _match_one(rules: StreamRules, applicants: ApplicantSet, today: date) -> MatchedStream:
    verdict = judge_stream(rules, applicants)
    unlocks = () if rules.is_past else find_unlocks(verdict, applicants)
    return MatchedStream(verdict, find_next_window(rules.stream.windows or (), today), unlocks)


def _choose_needed(generation: Generation, request: MatchRequest) -> set[str] | None:
    """The ids of streams that fit the need; None when no need is given. A stream for all areas fits any."""
    if not request.text and not request.service_areas:
        return None
    lookup = generation.derive(make_lookup)
    found = lookup.sets.get("type", {}).get("funding", 0)
    if request.service_areas:
        areas = lookup.sets.get("service_area", {})
        of_areas = 0
        for area in request.service_areas:
            of_areas |= areas.get(area, 0)
        found &= of_areas
    hits = generation.index.find(parse_query(request.text))
    return {card.id for card in generation.catalogue.list_cards(hits.rank(found))}


def _sort(matched: Iterable[MatchedStream]) -> tuple[MatchedStream, ...]:
    return tuple(sorted(matched, key=lambda found: found.sort_key))
