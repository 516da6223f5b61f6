"""What people need: a query that means a need leads to the records that were found, by reading, to answer it.

A need is known by its title and by how people ask for it. How much a query is for a need is told by the words they
share (kb/index/need_words.py), and by how much of the title it says: who types "playground equipment" has no special
school in mind. Each record that answers is lifted by how well it does and by the weight of the need, and by what the
words lead to by themselves (kb/index/leads.py).

index/needs/starts.npy     where the answers of each need begin in the two arrays below, and the end
index/needs/numbers.npy    numbers of records
index/needs/gains.npy      how well each answers: 2^grade - 1 as a share of the most, as nDCG counts it
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kb.index.leads import Leads, write_leads
from kb.index.need_words import NeedWords, write_need_concepts, write_need_words
from kb.index.scores import NO_NUMBERS, NO_SCORES, Numbers, Scores
from kb.index.thesaurus import Concept, Thesaurus, stem_expression
from kb.index.weights import LEAD_FEWEST, LEADS, NEED_TITLE, NEED_WORDS

FOLDER = "needs"
BEST_GRADE = 3
NEAREST = 32  # needs that count; the weight of any other is next to nothing
HEAVIEST = 8  # needs that are told of


class NeedTexts(NamedTuple):
    """A need as the index knows it: what it is called and how it is asked for, and the grades (1 to 3) of records by
    number."""

    title: str
    asked_as: tuple[str, ...]
    answers: Mapping[int, int]


class Answers(NamedTuple):
    """What a query is answered by: numbers of records, ascending, and how well each answers, by its needs (from 0 to
    1) and what its words lead to besides; and the places of the heaviest needs with their weights, of which all
    together are 1."""

    numbers: Numbers
    gains: Scores
    needs: tuple[tuple[int, float], ...]


NO_ANSWERS = Answers(NO_NUMBERS, NO_SCORES, ())


def write_needs(folder: Path, needs: Sequence[NeedTexts], thesaurus: Thesaurus) -> None:
    """Write the needs into an index folder; nothing where there are none."""
    if not needs:
        return
    target = folder / FOLDER
    target.mkdir()
    np.save(target / "starts.npy", np.cumsum([0, *(len(need.answers) for need in needs)]))
    np.save(target / "numbers.npy", np.array([number for need in needs for number in need.answers], dtype=np.int64))
    grades = np.array([grade for need in needs for grade in need.answers.values()], dtype=np.float32)
    np.save(target / "gains.npy", (2**grades - 1) / (2**BEST_GRADE - 1))
    asked = [[stem_expression(text) for text in (need.title, *need.asked_as)] for need in needs]
    spread = Counter(stem for expressions in asked for stems in expressions for stem in dict.fromkeys(stems))
    rows = {stem: row for row, (stem, _count) in enumerate(spread.most_common())}
    write_need_words(target, list(rows), asked)
    write_need_concepts(target, thesaurus, len(needs))
    leading = sum(count >= LEAD_FEWEST for count in spread.values())
    examples = [
        ([row for row in sorted(map(rows.__getitem__, set(stems))) if row < leading], place)
        for place, expressions in enumerate(asked)
        for stems in expressions
    ]
    write_leads(target, examples, leading, read_gains(target)[1])


def read_gains(folder: Path) -> tuple[Numbers, Scores]:
    """The numbers of all records that answer needs, ascending, and how well: a row for each need, a column for each
    record."""
    starts: Numbers = np.load(folder / "starts.npy")
    records, columns = np.unique(np.load(folder / "numbers.npy"), return_inverse=True)
    gains = np.zeros((len(starts) - 1, len(records)), dtype=np.float32)
    gains[np.repeat(np.arange(len(gains)), np.diff(starts)), columns] = np.load(folder / "gains.npy")
    return records, gains


class Needs:
    """The needs of one index. Safe between threads."""

    def __init__(self, folder: Path, thesaurus: Thesaurus) -> None:
        self._records, self._gains = read_gains(folder)
        self.words, self._leads = NeedWords(folder, thesaurus, len(self._gains)), Leads(folder)

    def find_answers(self, concepts: Sequence[Concept]) -> Answers:
        """The records that answer what the parts of a query say; none where no need has a word of it."""
        said, titled = self.words.compare(concepts)
        near = NEED_WORDS * said + NEED_TITLE * titled
        places = _find_nearest(near)
        if not len(places):
            return NO_ANSWERS
        weights = np.exp(near[places] - near[places[0]])
        weights /= weights.sum()
        heaviest = zip(places[:HEAVIEST].tolist(), weights[:HEAVIEST].tolist(), strict=True)
        led = self.follow_words(concepts)[1]
        return Answers(self._records, weights @ self._gains[places] + LEADS * led, tuple(heaviest))

    def follow_words(self, concepts: Iterable[Concept]) -> tuple[Numbers, Scores]:
        """The numbers of all records that answer needs, and how well each does by what the words lead to."""
        return self._records, self._leads.add_up(self.words.list_known(concepts))


def _find_nearest(near: Scores) -> Numbers:
    """The places of the needs that a query is near to, nearest first; of those as near the first."""
    least = np.partition(near, -NEAREST)[-NEAREST] if len(near) > NEAREST else 0.0
    places = np.flatnonzero((near >= least) & (near > 0))
    return places[np.argsort(-near[places], kind="stable")][:NEAREST]


def open_needs(folder: Path, thesaurus: Thesaurus) -> Needs | None:
    """The needs of an index folder; None where it has none."""
    found = folder / FOLDER
    return Needs(found, thesaurus) if found.is_dir() else None
