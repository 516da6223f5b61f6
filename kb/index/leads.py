"""What the words of a search lead to, whatever need they are for.

Needs are taken whole: the few that a query is nearest to decide. Where it is near none in particular, or to the wrong
one, its words say something still: of all the ways in which people ask for all needs, "minibus" leads to a dozen
records and "grant" to none in particular. How much each word says for each record is what ridge regression makes of
them: every title and expression of a need is an example, its words go in, how well each record answers the need is what
should come out. An example is brought to length 1, as a query is, so that a sentence says no more than two words do.

index/needs/leads.npy   a row for each of the first stems in words.json: what it says for each record that answers needs
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from kb.index.postings import map_array
from kb.index.scores import Scores
from kb.index.weights import LEAD_RIDGE

FILE = "leads.npy"


def write_leads(folder: Path, examples: Sequence[tuple[Sequence[int], int]], stems: int, gains: Scores) -> None:
    """Learn what so many stems lead to from examples, and write it. An example is the stems of an expression, by
    number, and the need it is for: a row of `gains`, which has a column for each record."""
    by_length: dict[int, list[tuple[Sequence[int], int]]] = {}
    for said, need in examples:
        by_length.setdefault(len(said), []).append((said, need))
    together = np.zeros((stems, stems), dtype=np.float32)  # X'X, X being the examples by the stems
    for_needs = np.zeros((stems, len(gains)), dtype=np.float32)  # X'Y = for_needs x gains
    for length, found in by_length.items():
        if length:
            rows = np.array([said for said, _need in found])
            of_needs = np.array([need for _said, need in found])
            np.add.at(together, (rows[:, :, None], rows[:, None, :]), 1 / length)
            np.add.at(for_needs, (rows, of_needs[:, None]), length**-0.5)
    together[np.diag_indices(stems)] += LEAD_RIDGE
    np.save(folder / FILE, np.linalg.solve(together, for_needs @ gains))


class Leads:
    """What words lead to, in one index. Read only, safe between threads."""

    def __init__(self, folder: Path) -> None:
        self._weights: Scores = map_array(folder / FILE)

    def add_up(self, stems: Iterable[int]) -> Scores:
        """How well each record would answer a query of these stems, as far as its words tell; 0 at least."""
        leading = [stem for stem in stems if stem < len(self._weights)]
        found: Scores = self._weights[leading].sum(axis=0) * np.float32(len(leading) ** -0.5 if leading else 0)
        return np.maximum(found, 0, out=found)
