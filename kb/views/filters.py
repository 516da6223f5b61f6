"""The filters of a list with their tick boxes. A page has a hundred boxes, and but for two places each is the same on
every page: the template writes each once for a generation, and a page fills those places in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from flask import get_template_attribute
from markupsafe import Markup

from kb.generations import Generation
from kb.queries.search import FacetCounts
from kb.records.facets import FACETS, list_facet_values

TICK, COUNT, BOXES = "\x01", "\x02", "\x03"  # signs no label has
OPEN = 3  # filters that stand open; another one does where something of it is chosen
Pieces = tuple[str, str, str]


class FilterPieces(NamedTuple):
    """What the template wrote of one filter. `boxes`: by value, a box up to where it says that it is ticked, from there
    to its count, and the rest. `groups`: what stands around the boxes, by whether it is open and how many are chosen:
    up to this number, from there to the boxes, and the rest; without one, the first is empty."""

    boxes: Mapping[str, Pieces]
    groups: Mapping[tuple[bool, bool], Pieces]


def cut_filters(generation: Generation) -> Mapping[str, FilterPieces]:
    """The pieces of every filter, by its name."""
    write_group = get_template_attribute("_filters.html", "filter_group")
    write_box = get_template_attribute("_filters.html", "tick_box")
    pieces = {}
    for facet in FACETS:
        boxes = {
            value: _cut(str(write_box(facet.name, value, label, TICK, COUNT)), TICK, COUNT)
            for value, label in list_facet_values(facet, generation.catalogue.vocabulary)
        }
        groups = {
            (is_open, chosen): _cut(str(write_group(facet.label, is_open, chosen and COUNT, BOXES)), COUNT, BOXES)
            for is_open in (False, True)
            for chosen in (False, True)
        }
        pieces[facet.name] = FilterPieces(boxes, groups)
    return pieces


def _cut(written: str, first: str, second: str) -> Pieces:
    """What stands before two marks, between them and behind them; before is empty where there is no first mark."""
    before, _, rest = written.rpartition(first)
    between, _, after = rest.partition(second)
    return before, between, after


def draw_filters(generation: Generation, facets: Iterable[FacetCounts]) -> Markup:
    """Filters, each with the boxes that would give a record or are ticked."""
    pieces = generation.derive(cut_filters)
    drawn = []
    for place, facet in enumerate(facets):
        boxes, groups = pieces[facet.name]
        chosen = len(facet.selected)
        before, between, after = groups[bool(chosen) or place < OPEN, bool(chosen)]
        drawn.append(f"{before}{chosen or ''}{between}")
        for value in facet.values:
            if value.count or value.selected:
                start, middle, end = boxes[value.value]
                drawn.append(f"{start}{' checked' if value.selected else ''}{middle}{value.count}{end}")
        drawn.append(after)
    return Markup("".join(drawn))  # noqa: S704 (the template escaped what is not a number)
