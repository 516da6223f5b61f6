"""What people need: a query that means a need leads to the records that were found, by reading, to answer it.

A need is known by its title and by how people ask for it. How much a query is for a need is told by the words they
share, scored by BM25 over all needs, or other expressions for these, and by how much of the title it says: who types
"playground equipment" has no special school in mind. Each record that answers is lifted by how well it does and by the
weight of the need, and by what the words lead to by themselves (kb/index/leads.py).

index/needs/words.json       the stems that needs have, those of most expressions first; a stem's place among them is
                             its row below
index/needs/offsets.npy      where the needs of each stem begin in the three arrays below, and the end
index/needs/places.npy       places of needs
index/needs/scores.npy       what the stem scores in each of these, up to its idf
index/needs/titles.npy       how much of the title of each of these it is, by idf; 0 where the title has it not
index/needs/weights.npy      the idf of each stem
index/needs/starts.npy       where the answers of each need begin in the two arrays below, and the end
index/needs/numbers.npy      numbers of records
index/needs/gains.npy        how well each answers: 2^grade - 1 as a share of the most, as nDCG counts it
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.index.leads import Figures, Leads, write_leads
from kb.index.scores import NO_NUMBERS, NO_SCORES, Numbers, Scores, weigh_word
from kb.index.thesaurus import Concept, list_stems, stem_expression
from kb.index.weights import (
    LEAD_FEWEST,
    LEADS,
    NEED_LENGTH,
    NEED_SATURATION,
    NEED_TITLE,
    NEED_WORDS,
    OTHER_TITLE,
    OTHER_WORDS,
)

FOLDER = "needs"
WORDS = "words.json"
BEST_GRADE = 3
NEAREST = 32  # needs that count; the weight of any other is next to nothing
HEAVIEST = 8  # needs that are told of
MAX_KEPT = 1024  # parts of queries of which is kept what needs say: some 12 MB


class NeedTexts(NamedTuple):
    """A need as the index knows it: what it is called and how it is asked for, and the grades (1 to 3) of records by
    number."""

    title: str
    asked_as: tuple[str, ...]
    answers: Mapping[int, int]


class Answers(NamedTuple):
    """What a query is answered by: numbers of records, ascending, and how well each answers, from 0 to 1; and the
    places of the heaviest needs with their weights, of which all together are 1."""

    numbers: Numbers
    gains: Scores
    needs: tuple[tuple[int, float], ...]


NO_ANSWERS = Answers(NO_NUMBERS, NO_SCORES, ())


def write_needs(folder: Path, needs: Sequence[NeedTexts]) -> None:
    """Write the needs into an index folder; nothing where there are none."""
    if not needs:
        return
    target = folder / FOLDER
    target.mkdir()
    asked = [[stem_expression(text) for text in (need.title, *need.asked_as)] for need in needs]
    spread = Counter(stem for expressions in asked for stems in expressions for stem in set(stems))
    rows = {stem: row for row, (stem, _count) in enumerate(spread.most_common())}
    (target / WORDS).write_text(json.dumps(list(rows)), encoding="utf-8")
    _write_words(target, rows, asked)
    np.save(target / "starts.npy", np.cumsum([0, *(len(need.answers) for need in needs)]))
    np.save(target / "numbers.npy", np.array([number for need in needs for number in need.answers], dtype=np.int64))
    grades = np.array([grade for need in needs for grade in need.answers.values()], dtype=np.float32)
    np.save(target / "gains.npy", (2**grades - 1) / (2**BEST_GRADE - 1))
    leading = sum(count >= LEAD_FEWEST for count in spread.values())
    examples = [
        ([row for row in sorted(map(rows.__getitem__, set(stems))) if row < leading], place)
        for place, expressions in enumerate(asked)
        for stems in expressions
    ]
    write_leads(target, examples, leading, read_gains(target)[1])


def _write_words(target: Path, rows: Mapping[str, int], asked: Sequence[Sequence[Sequence[str]]]) -> None:
    """Write what each stem scores in each need, of which the first expression is the title, and how much of that it
    is."""
    having: dict[str, list[tuple[int, int]]] = {stem: [] for stem in rows}
    for place, expressions in enumerate(asked):
        for stem, count in Counter(stem for stems in expressions for stem in stems).items():
            having[stem].append((place, count))
    weights = {stem: weigh_word(len(found), len(asked)) for stem, found in having.items()}
    titles = [set(expressions[0]) for expressions in asked]
    whole = [sum(weights[stem] for stem in title) for title in titles]
    shares = [
        weight / whole[place] if stem in titles[place] else 0.0
        for stem, weight in weights.items()
        for place, _count in having[stem]
    ]
    held = [len(found) for found in having.values()]
    places = np.array([place for found in having.values() for place, _count in found])
    times = np.array([count for found in having.values() for _place, count in found])
    lengths = np.bincount(places, times, len(asked))
    room = NEED_SATURATION * (1 - NEED_LENGTH + NEED_LENGTH * lengths[places] / lengths.mean())
    scores = np.repeat(list(weights.values()), held) * times / (times + room)
    np.save(target / "offsets.npy", np.cumsum([0, *held]))
    np.save(target / "places.npy", places)
    np.save(target / "scores.npy", scores.astype(np.float32))
    np.save(target / "titles.npy", np.array(shares, dtype=np.float32))
    np.save(target / "weights.npy", list(weights.values()))


def read_gains(folder: Path) -> tuple[Numbers, Figures]:
    """The numbers of all records that answer needs, ascending, and how well: a row for each need, a column for each
    record."""
    starts: Numbers = np.load(folder / "starts.npy")
    records, columns = np.unique(np.load(folder / "numbers.npy"), return_inverse=True)
    gains = np.zeros((len(starts) - 1, len(records)), dtype=np.float32)
    gains[np.repeat(np.arange(len(gains)), np.diff(starts)), columns] = np.load(folder / "gains.npy")
    return records, gains


class Needs:
    """The needs of one index. Read only, safe between threads."""

    def __init__(self, folder: Path) -> None:
        stems = json.loads((folder / WORDS).read_text(encoding="utf-8"))
        self._rows = {stem: row for row, stem in enumerate(stems)}
        self._offsets: list[int] = np.load(folder / "offsets.npy").tolist()
        self._places: Numbers = np.load(folder / "places.npy")
        self._scores: Scores = np.load(folder / "scores.npy")
        self._titles: Scores = np.load(folder / "titles.npy")
        self._weights: list[float] = np.load(folder / "weights.npy").tolist()
        self._records, self._gains = read_gains(folder)
        self._leads, self.count = Leads(folder), len(self._gains)
        self._unknown = weigh_word(0, self.count)  # the idf of a stem that no need has
        self._look_up = lru_cache(MAX_KEPT)(self._merge)

    def find_answers(self, concepts: Sequence[Concept]) -> Answers:
        """The records that answer what the parts of a query say; none where no need has a word of it."""
        said, titled = self._compare(concepts)
        near = NEED_WORDS * said + NEED_TITLE * titled
        places = np.argsort(-near, kind="stable")[:NEAREST]
        places = places[near[places] > 0]
        if not len(places):
            return NO_ANSWERS
        weights = np.exp(near[places] - near[places[0]])
        weights /= weights.sum()
        heaviest = zip(places[:HEAVIEST].tolist(), weights[:HEAVIEST].tolist(), strict=True)
        led = self.follow_words(concepts)[1]
        return Answers(self._records, weights @ self._gains[places] + LEADS * led, tuple(heaviest))

    def follow_words(self, concepts: Iterable[Concept]) -> tuple[Numbers, Scores]:
        """The numbers of all records that answer needs, and how well each does by what the words lead to."""
        stems = list_stems(concepts, self._rows.__contains__)
        return self._records, self._leads.add_up({self._rows[stem] for stem in stems if stem in self._rows})

    def compare_text(self, text: str) -> Scores:
        """How much of a text's words, by idf, each need says, from 0 to 1."""
        return self._compare([Concept((stem,)) for stem in stem_expression(text)])[0]

    def _compare(self, concepts: Iterable[Concept]) -> tuple[Scores, Scores]:
        """How much of the parts of a query, by idf, each need says, and how much of its title they say."""
        sums, whole = np.zeros((2, self.count), dtype=np.float32), 0.0
        for concept in concepts:
            found, weight = self._look_up(concept)
            sums += found
            whole += weight
        return sums[0] / np.float32(whole or 1), sums[1]

    def _merge(self, concept: Concept) -> tuple[Figures, float]:
        """What each need says of a concept, and of its title, and the weight of the concept by idf: its own words, or
        another expression for it where that is more, which counts for less."""
        found, weight, _whole = self._add_up(list_stems([concept], self._rows.__contains__))
        worth = np.array([[OTHER_WORDS], [OTHER_TITLE]], dtype=np.float32)
        most = np.array([[weight], [1]], dtype=np.float32)
        for other in concept.others:
            sums, _weight, whole = self._add_up(other)
            np.maximum(found, worth * np.minimum(sums, most) * whole, out=found)
        return found, weight

    def _add_up(self, stems: Sequence[str]) -> tuple[Figures, float, NDArray[np.bool_]]:
        """What each need says of some stems, and of its title; the weight of the stems; which needs have all of
        them."""
        sums, having = np.zeros((2, self.count), dtype=np.float32), np.zeros(self.count, dtype=np.int64)
        weight = 0.0
        for stem in stems:
            row = self._rows.get(stem)
            weight += self._unknown if row is None else self._weights[row]
            if row is not None:
                own = slice(self._offsets[row], self._offsets[row + 1])
                places = self._places[own]
                sums[0, places] += self._scores[own]
                sums[1, places] += self._titles[own]
                having[places] += 1
        return sums, weight, having == len(stems)


def open_needs(folder: Path) -> Needs | None:
    """The needs of an index folder; None where it has none."""
    found = folder / FOLDER
    return Needs(found) if found.is_dir() else None
