"""Links of the match page: each keeps the whole state, and one that leads to a stream makes sure that it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kb.eligibility.changes import Unlock
from kb.eligibility.facts import ApplicantSet
from kb.eligibility.verdict import Group, Verdict, judge_stream
from kb.queries.match import FIRST_SHOWN, MatchedStream, MatchResults
from kb.queries.match_request import MatchRequest
from kb.views.site import make_url

Pairs = list[tuple[str, str]]


def match_url(wanted: MatchRequest, fragment: str = "") -> str:
    """The address of a match."""
    return make_url("/match", wanted.list_pairs(), fragment)


def link_verdict(urn: int, verdict: Verdict) -> str:
    """The address of a school's verdict, for other pages: in its group, shown whole, or in the list of past streams."""
    wanted = MatchRequest(urns=(urn,))
    if verdict.rules.is_past:
        return match_url(wanted, "group-past")
    return match_url(wanted.showing(verdict.group), f"stream-{verdict.rules.stream.id}")


def apply_change(wanted: MatchRequest, unlock: Unlock) -> MatchRequest:
    """The request with a single change made; a school cannot be added so, because the reader must say which."""
    if unlock.change == "add":
        kind = unlock.id.split(":")[1]
        changed = wanted.adding_partner(kind)
        return changed.with_lead(unlock.id) if unlock.as_lead else changed
    return wanted.with_lead(unlock.id) if unlock.change == "lead" else wanted.dropping(unlock.id)


class MatchLinks:
    """The links of one match page. `find_applicants` gives the set that a request names; each set is asked for once."""

    def __init__(
        self, wanted: MatchRequest, results: MatchResults, find_applicants: Callable[[MatchRequest], ApplicantSet]
    ) -> None:
        self.wanted = wanted
        self.results = results
        self._find_applicants = find_applicants
        self._sets = {_name_set(wanted): results.applicants}
        self._streams = {found.stream.id: found for found in results.all_streams}

    @property
    def has_more(self) -> bool:
        """True if a group has more verdicts than a page shows unasked."""
        return any(len(found) > FIRST_SHOWN for found in self.results.groups.values())

    def list_first(self, group: Group) -> tuple[MatchedStream, ...]:
        """The verdicts of a group that the page shows."""
        found = self.results.groups[group]
        return found if group in self.wanted.show else found[:FIRST_SHOWN]

    def show_whole(self, group: Group) -> str:
        """The address that shows a group whole, at the first verdict that is not shown yet."""
        following = self.results.groups[group][FIRST_SHOWN]
        return match_url(self.wanted.showing(group), f"stream-{following.stream.id}")

    def show_first(self, group: Group) -> str:
        """The address that shows only the first verdicts of a group."""
        return match_url(self.wanted.folding(group), f"group-{group}")

    def go_to(self, stream_id: str) -> str:
        """The address of a stream's verdict as things stand."""
        found = self._streams[stream_id]
        wanted = self._make_visible(self.wanted, found, found.verdict.group)
        return f"#stream-{stream_id}" if wanted == self.wanted else match_url(wanted, f"stream-{stream_id}")

    def change(self, found: MatchedStream, changed: MatchRequest) -> str:
        """The address of a stream's verdict after a change: it may move to another group, where it has to be seen."""
        key = _name_set(changed)
        if key not in self._sets:
            self._sets[key] = self._find_applicants(changed)
        applicants = replace(self._sets[key], answers=changed.answers)
        group = judge_stream(found.verdict.rules, applicants).group
        # Another set moves other streams as well, so where this one will stand is not known: then its group is whole.
        others_stay = key == _name_set(self.wanted)
        wanted = self._make_visible(changed, found, group) if others_stay else changed.showing(group)
        return match_url(wanted, f"stream-{found.stream.id}")

    def try_change(self, unlock: Unlock, found: MatchedStream | None = None) -> str | None:
        """The address that tries an unlock, at a stream's verdict or at the top; None where the reader must choose."""
        if unlock.change == "add" and unlock.id.split(":")[1] == "school":
            return None
        changed = apply_change(self.wanted, unlock)
        return match_url(changed) if found is None else self.change(found, changed)

    def list_pairs_without(self, *names: str) -> Pairs:
        """The state as hidden fields of a form that sets these parameters itself."""
        return [(name, value) for name, value in self.wanted.list_pairs() if name not in names]

    def list_chips(self, say_area: Callable[[str], str]) -> Pairs:
        """What narrows the programmes, in words, each with the address without it."""
        text, areas = self.wanted.text, self.wanted.service_areas
        chips = [(f"“{text}”", match_url(self.wanted.needing("", areas)))] if text else []
        for area in areas:
            others = [other for other in areas if other != area]
            chips.append((say_area(area), match_url(self.wanted.needing(text, others))))
        return chips

    def _make_visible(self, wanted: MatchRequest, found: MatchedStream, group: Group) -> MatchRequest:
        if group in wanted.show or self.results.is_among_first(found, group):
            return wanted
        return wanted.showing(group)


def _name_set(wanted: MatchRequest) -> tuple[tuple[str, str], ...]:
    """What a request says of who would apply, without the answers."""
    return tuple(replace(wanted, answers={}, text="", service_areas=(), show=()).list_pairs())
