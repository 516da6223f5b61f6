"""Where the case studies are: by region and council."""

from __future__ import annotations

from dataclasses import dataclass

from kb.generations import Generation
from kb.records.card import Card
from kb.records.case_study import CaseStudy
from kb.records.facets import NOT_STATED, NOT_STATED_LABEL, assign_facets
from kb.records.vocabulary import Vocabulary

# Where each region stands on a grid of three columns, (row, column) from the north-west; as on a map of England.
TILES = {
    "north-east": (1, 2),
    "north-west": (2, 1),
    "yorkshire-and-the-humber": (2, 2),
    "west-midlands": (3, 1),
    "east-midlands": (3, 2),
    "east-of-england": (3, 3),
    "south-west": (4, 1),
    "south-east": (4, 2),
    "london": (4, 3),
}


@dataclass(frozen=True)
class PlaceCases:
    """A council, or another place where no council is named, with its case studies by title."""

    label: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class RegionCases:
    """A region with the number of its case studies, each counted once, and its places by label.

    `row` and `column` place its tile; None for what is not a region of England.
    """

    value: str
    label: str
    count: int
    places: tuple[PlaceCases, ...]
    row: int | None = None
    column: int | None = None


def locate_cases(generation: Generation) -> tuple[RegionCases, ...]:
    """Every region of England with its case studies, then other regions that have some, then those without one.

    A case of several councils stands under each; a case of several regions under each of them.
    """
    catalogue = generation.catalogue
    vocabulary = catalogue.vocabulary
    cases = catalogue.list_case_studies()
    numbers = [catalogue.find_number("case-study", case.id) for case in cases]
    cards = {card.id: card for card in catalogue.list_cards(number for number in numbers if number is not None)}
    by_region: dict[str, dict[str, list[Card]]] = {}
    ids: dict[str, set[str]] = {}
    for case in cases:
        for region in assign_facets(case, vocabulary)["region"]:
            ids.setdefault(region, set()).add(case.id)
            for place in _list_places(case, region, vocabulary):
                label = vocabulary.label("local_authorities", place)
                by_region.setdefault(region, {}).setdefault(label, []).append(cards[case.id])
    labels = {entry.value: entry.label for entry in vocabulary.entries("regions")} | {NOT_STATED: NOT_STATED_LABEL}
    order = [*TILES, *(value for value in labels if value not in TILES and value in by_region)]
    return tuple(
        RegionCases(
            value,
            labels.get(value, value),
            len(ids.get(value, ())),
            tuple(
                PlaceCases(label, tuple(sorted(found, key=lambda card: card.title)))
                for label, found in sorted(by_region.get(value, {}).items())
            ),
            *TILES.get(value, (None, None)),
        )
        for value in order
    )


def _list_places(case: CaseStudy, region: str, vocabulary: Vocabulary) -> list[str]:
    """The councils of a case in a region; the name of its place where none is named."""
    councils = [la for la in case.place.local_authorities or () if vocabulary.region_of(la) == region]
    return councils or [case.place.name]
