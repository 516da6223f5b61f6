"""What people need, with the records that answer it, and the needs that a search is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.errors import RecordNotFound
from kb.generations import Generation
from kb.queries.search import SearchResults, make_lookup
from kb.records.card import Card
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream
from kb.records.guide import address_of
from kb.records.needs import GRADES, Need

MOST_OF_RECORD = 5
# Below this share of the weight of all needs, what a search is for is more of a guess (docs/relevance.md). Five at
# most can have as much.
NAMED_FROM = 0.2
TYPES = {"funding": "funding", "case-studies": "case-study", "framework": "framework", "glossary": "glossary"}


@dataclass(frozen=True)
class NeedLookup:
    """The needs by theme, without those that have a wider one; special cases by the id of their wider need; all in the
    order in which the index knows them; and by id, each with its theme. `best` has the places in that order of the
    needs that the record at an address answers best."""

    by_theme: Mapping[str, Sequence[Need]]
    by_wider: Mapping[str, Sequence[Need]]
    in_order: Sequence[Need]
    by_id: Mapping[str, tuple[str, Need]]
    best: Mapping[str, Sequence[int]]


def make_need_lookup(generation: Generation) -> NeedLookup:
    """Read a generation's needs."""
    every = generation.catalogue.list_needs()
    by_id = {need.id: (theme, need) for theme, needs in every.items() for need in needs}
    in_order = [need for needs in every.values() for need in needs]
    best: dict[str, list[int]] = {}
    by_wider: dict[str, list[Need]] = {}
    for place, need in enumerate(in_order):
        if need.wider:
            by_wider.setdefault(need.wider, []).append(need)
        for named in need.best or ():
            best.setdefault(address_of(named), []).append(place)
    by_theme = {theme: [need for need in needs if not need.wider] for theme, needs in every.items()}
    return NeedLookup(by_theme, by_wider, in_order, by_id, best)


def list_needs_answered(generation: Generation, address: str, record: FundingStream | CaseStudy) -> list[Need]:
    """Up to MOST_OF_RECORD needs that the record at this address answers best, those first that say most of what it is
    about and how it is asked for: a fund for roofs is one for trusts that grow too, but that is not what it is known
    for."""
    says = " ".join((record.title, record.summary, *(record.asked_as or ())))
    lookup, near = generation.derive(make_need_lookup), generation.index.compare_needs(says)
    places = sorted(lookup.best.get(address, ()), key=lambda place: -near[place] if near else 0)
    return [lookup.in_order[place] for place in places[:MOST_OF_RECORD]]


def make_answered_needs(generation: Generation) -> dict[str, dict[str, int]]:
    """By a record's address on the site, the ids of the needs it answers with how well: 2^grade - 1, as nDCG counts."""
    answered: dict[str, dict[str, int]] = {}
    for need in generation.derive(make_need_lookup).in_order:
        for address, grade in need.answers.items():
            answered.setdefault(address_of(address), {})[need.id] = 2**grade - 1
    return answered


def get_need(generation: Generation, need_id: str) -> tuple[str, Need]:
    """The theme and the need of this id; raises RecordNotFound."""
    found = generation.derive(make_need_lookup).by_id.get(need_id)
    if found is None:
        raise RecordNotFound("need", need_id)
    return found


def list_answers(generation: Generation, need: Need) -> dict[str, list[Card]]:
    """The records that answer a need, by how well: "best", "useful" and "also"; in each, current ones first."""
    order = generation.derive(make_lookup).keys.browse
    answers = {}
    for name in GRADES:
        named = [address.split("/") for address in getattr(need, name) or ()]
        found = [generation.catalogue.find_number(TYPES[folder], record_id) for folder, record_id in named]
        numbers = sorted((number for number in found if number is not None), key=lambda number: int(order[number]))
        answers[name] = generation.catalogue.list_cards(numbers)
    return answers


def find_needs_of_search(generation: Generation, results: SearchResults) -> list[Need]:
    """The needs that a search is plainly for, five at most, heaviest first. Of a need and its special cases it is the
    one that weighs enough by itself, or else, if they do together, the need they are cases of. None where the search
    finds nothing."""
    if not results.total:
        return []
    lookup = generation.derive(make_need_lookup)
    families: dict[str, list[tuple[float, Need]]] = {}
    for place, weight in results.needs:
        need = lookup.in_order[place]
        families.setdefault(need.wider or need.id, []).append((weight, need))
    plain = [
        (sum(weight for weight, _need in found), family, [need for weight, need in found if weight >= NAMED_FROM])
        for family, found in families.items()
    ]
    return [
        named[0] if len(named) == 1 else lookup.by_id[family][1]
        for together, family, named in sorted(plain, key=lambda each: -each[0])
        if together >= NAMED_FROM
    ]
