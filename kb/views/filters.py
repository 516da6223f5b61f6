"""The tick boxes of filters. There are a hundred on a page, and but for two places each is the same on every page: the
template writes each once for a generation, and a page fills those places in."""

from __future__ import annotations

from collections.abc import Mapping

from flask import get_template_attribute
from markupsafe import Markup

from kb.generations import Generation
from kb.queries.search import FacetCounts
from kb.records.facets import FACETS, list_facet_values

TICK, COUNT = "\x01", "\x02"  # signs no label has
Pieces = tuple[str, str, str]  # a box up to where it says that it is ticked, from there to its count, and the rest


def cut_boxes(generation: Generation) -> Mapping[str, Mapping[str, Pieces]]:
    """The pieces of every box, by facet and value."""
    write = get_template_attribute("_filters.html", "tick_box")
    boxes: dict[str, dict[str, Pieces]] = {}
    for facet in FACETS:
        for value, label in list_facet_values(facet, generation.catalogue.vocabulary):
            before, _, rest = str(write(facet.name, value, label, TICK, COUNT)).partition(TICK)
            between, _, after = rest.partition(COUNT)
            boxes.setdefault(facet.name, {})[value] = before, between, after
    return boxes


def draw_boxes(generation: Generation, facet: FacetCounts) -> Markup:
    """The boxes of one filter that would give a record, or are ticked."""
    pieces = generation.derive(cut_boxes)[facet.name]
    drawn = []
    for value in facet.values:
        if value.count or value.selected:
            before, between, after = pieces[value.value]
            drawn.append(f"{before}{' checked' if value.selected else ''}{between}{value.count}{after}")
    return Markup("".join(drawn))  # noqa: S704 (the template escaped what is not a number)
