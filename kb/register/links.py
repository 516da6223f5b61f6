"""The publisher's links file: which school replaced which."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from kb.register.columns import LINK_HEADERS, LINKS_REQUIRED, find_columns, read_count, read_day
from kb.register.files import ImportRefused, Row

Refuse = Callable[[int, str, str], None]
PREDECESSOR = "predecessor"
SUCCESSOR = "successor"
# A school that a part was split from goes on, so what was split off does not replace it.
SPLIT = "split"


@dataclass(frozen=True)
class Successor:
    """The school that replaces another: its URN, its name, and from when."""

    urn: int
    name: str | None
    since: date | None


@dataclass
class Links:
    """What replaced what, by URN. `only` holds the one school that another alone took over from, where that is so."""

    predecessors: dict[int, dict[int, None]] = field(default_factory=dict)
    successors: dict[int, Successor] = field(default_factory=dict)
    only: dict[int, int] = field(default_factory=dict)


def read_links(rows: Iterable[Row], name: str, refuse: Refuse) -> Links:
    """The links of a file; `refuse(line, subject, reason)` is told of each row that cannot be used.

    Raises ImportRefused when a required column is missing.
    """
    iterator = iter(rows)
    header = next(iterator, Row(1, []))
    columns, missing = find_columns(header.cells, LINK_HEADERS, LINKS_REQUIRED)
    if missing:
        raise ImportRefused(f"{name} is not the publisher's links file: it has no column {', '.join(missing)}.")
    links = Links()
    plain: dict[int, set[int]] = {}
    for row in iterator:
        if row.fault or len(row.cells) != columns.width:
            refuse(row.line, "", row.fault or f"it has {len(row.cells)} cells, and the header {columns.width}")
            continue
        urn = columns.value(row.cells, "urn", read_count)
        other = columns.value(row.cells, "link_urn", read_count)
        kind = (columns.text(row.cells, "link_type") or "").casefold()
        if urn is None or other is None:
            refuse(row.line, "", "it does not name two schools by URN")
        elif kind.startswith(PREDECESSOR):
            links.predecessors.setdefault(urn, {})[other] = None
            if kind == PREDECESSOR:
                plain.setdefault(urn, set()).add(other)
        elif kind.startswith(SUCCESSOR) and SPLIT not in kind:
            since = columns.value(row.cells, "link_date", read_day)
            _add_successor(links, urn, Successor(other, columns.text(row.cells, "link_name"), since))
            links.predecessors.setdefault(other, {})[urn] = None
    links.only = {
        urn: next(iter(found)) for urn, found in plain.items() if len(links.predecessors[urn]) == len(found) == 1
    }
    return links


def _add_successor(links: Links, urn: int, found: Successor) -> None:
    """Keep the newest successor of a school."""
    known = links.successors.get(urn)
    if known is None or (found.since or date.min) >= (known.since or date.min):
        links.successors[urn] = found
