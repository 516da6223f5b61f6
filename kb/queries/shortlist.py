"""A shortlist: records that a reader chose anywhere in the site. Nothing is stored: its values stand in the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.generations import Generation
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream
from kb.records.vocabulary import suggest_nearest

PARAMETER = "shortlist"
MAX_SHORTLIST = 20
CASE = "case:"  # before the id of a case study; a funding record's id stands alone
MAX_EXPLAINED = 5  # values that no record has, of which the nearest are looked up


@dataclass(frozen=True)
class Shortlist:
    """The chosen records by value, in their order, each once; `unknown` values that no record has, or no longer.

    `left_out` counts the records beyond the most that a shortlist holds.
    """

    values: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    left_out: int = 0

    def __len__(self) -> int:
        """How many records are on it."""
        return len(self.values)

    @property
    def is_full(self) -> bool:
        """True when no more can be added."""
        return len(self.values) >= MAX_SHORTLIST

    def adding(self, value: str) -> tuple[str, ...]:
        """The values with one more at the end."""
        return (*self.values, value)

    def without(self, value: str) -> tuple[str, ...]:
        """The values but for one."""
        return tuple(kept for kept in self.values if kept != value)


def read_titles(generation: Generation) -> Mapping[str, str]:
    """The title of every record that may be on a shortlist, by value."""
    catalogue = generation.catalogue
    cases = ((f"{CASE}{record_id}", title) for record_id, title in catalogue.list_titles("case-study"))
    return dict([*catalogue.list_titles("funding"), *cases])


def parse_shortlist(values: Iterable[str], generation: Generation) -> Shortlist:
    """Read values of an address. Nothing is refused: a link with a record that has gone leads to the others."""
    titles = generation.derive(read_titles)
    given = dict.fromkeys(value.strip() for value in values if value.strip())
    known = [value for value in given if value in titles]
    unknown = tuple(value for value in given if value not in titles)
    return Shortlist(tuple(known[:MAX_SHORTLIST]), unknown, max(0, len(known) - MAX_SHORTLIST))


def list_records(shortlist: Shortlist, generation: Generation) -> list[FundingStream | CaseStudy]:
    """The records on a shortlist, in its order."""
    catalogue = generation.catalogue
    return [
        catalogue.get_case_study(value.removeprefix(CASE))
        if value.startswith(CASE)
        else catalogue.get_funding_stream(value)
        for value in shortlist.values
    ]


def explain_unknown(shortlist: Shortlist, generation: Generation) -> list[str]:
    """For each value that no record has, a sentence that says so, with what is near."""
    titles = generation.derive(read_titles)
    said = []
    for value in shortlist.unknown[:MAX_EXPLAINED]:
        hint = suggest_nearest(value[:100], titles, show=0)
        near = hint if hint.startswith("Did you mean") else "It may have been renamed: search for it by its title."
        said.append(f'Nothing here is called "{value[:60]}". {near}')
    more = len(shortlist.unknown) - MAX_EXPLAINED
    return [*said, f"{more} more were not found."] if more > 0 else said
