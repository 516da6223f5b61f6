"""How many records there are for each service area by phase or by key feature: where the knowledge base is thin."""

from __future__ import annotations

from dataclasses import dataclass

from kb.generations import Generation
from kb.queries.search import make_lookup
from kb.records.facets import FACETS, NOT_STATED, list_facet_values

# The least count of each shade above "none"; a reader can copy from three records, but hardly from one or two.
SHADES = (1, 3, 6, 11, 21)
THIN = 2


@dataclass(frozen=True)
class CoverageCell:
    """The records of one row under one column: how many, and the shade from 0 (none) to 5."""

    value: str
    label: str
    count: int

    @property
    def shade(self) -> int:
        """0 for none, then one step for each bound of SHADES."""
        return sum(self.count >= bound for bound in SHADES)


@dataclass(frozen=True)
class CoverageRow:
    """One service area with its cells and the number of its records, each counted once."""

    value: str
    label: str
    total: int
    cells: tuple[CoverageCell, ...]


@dataclass(frozen=True)
class Coverage:
    """A table: the facet of its columns, their (value, label) with "not stated" last, and a row a service area."""

    facet: str
    label: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[CoverageRow, ...]

    @property
    def thin(self) -> tuple[tuple[CoverageRow, CoverageCell], ...]:
        """The cells with at most THIN records, fewest first, "not stated" left aside."""
        found = [
            (row, cell) for row in self.rows for cell in row.cells if cell.count <= THIN and cell.value != NOT_STATED
        ]
        return tuple(sorted(found, key=lambda pair: pair[1].count))


def count_coverage(generation: Generation, facet_name: str, record_type: str | None = None) -> Coverage:
    """Service areas by the values of a facet (phase or key_feature), of one type of record or of all.

    As in search, a record that states "all" counts under every value.
    """
    sets = generation.derive(make_lookup).sets
    vocabulary = generation.catalogue.vocabulary
    by_name = {facet.name: facet for facet in FACETS}
    columns = list_facet_values(by_name[facet_name], vocabulary)
    within = sets["type"].get(record_type, 0) if record_type else sets["type"]["funding"] | sets["type"]["case-study"]
    areas, values = sets.get("service_area", {}), sets.get(facet_name, {})
    rows = []
    for value, label in list_facet_values(by_name["service_area"], vocabulary):
        members = areas.get(value, 0) & within
        if value == NOT_STATED and not members:
            continue
        cells = tuple(CoverageCell(each, name, (members & values.get(each, 0)).bit_count()) for each, name in columns)
        rows.append(CoverageRow(value, label, members.bit_count(), cells))
    return Coverage(facet_name, by_name[facet_name].label, tuple(columns), tuple(rows))
