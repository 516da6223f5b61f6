"""How much needs say of what a query says: its words, or other expressions for these, in all their texts and in their
titles alone.

The thesaurus is known when an index is built, so the build works out what needs say of each of its expressions. What
was guessed from a slip is worked out when it is asked for.

index/needs/words.json     the stems that needs have, those of most expressions first; a stem's place among them is its
                           row below
index/needs/offsets.npy    where the needs of each stem begin in the three arrays below, and the end
index/needs/places.npy     places of needs
index/needs/scores.npy     what the stem scores in each of these, up to its idf (BM25)
index/needs/titles.npy     how much of the title of each of these it is, by idf; 0 where the title has it not
index/needs/weights.npy    the idf of each stem
index/needs/concepts.*.npy the same of each expression of the thesaurus, in the order of Thesaurus.list_concepts
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.index.postings import map_array
from kb.index.scores import Numbers, Scores, weigh_word
from kb.index.thesaurus import Concept, Thesaurus, list_stems, stem_expression
from kb.index.weights import NEED_LENGTH, NEED_SATURATION, OTHER_TITLE, OTHER_WORDS

WORDS = "words.json"
PARTS = ("offsets", "places", "scores", "titles", "weights")
MAX_KEPT = 1024  # parts of queries of which is kept what needs say: some 12 MB
Expressions = Sequence[Sequence[str]]  # stems by expression


def write_need_words(folder: Path, stems: Sequence[str], asked: Sequence[Expressions]) -> None:
    """Write what each of the stems scores in each need, of which the first expression is the title, and how much of
    that it is."""
    (folder / WORDS).write_text(json.dumps(stems), encoding="utf-8")
    having: dict[str, list[tuple[int, int]]] = {stem: [] for stem in stems}
    for place, expressions in enumerate(asked):
        for stem, count in Counter(chain.from_iterable(expressions)).items():
            having[stem].append((place, count))
    weights = {stem: weigh_word(len(found), len(asked)) for stem, found in having.items()}
    titles = [dict.fromkeys(expressions[0]) for expressions in asked]
    whole = [sum(weights[stem] for stem in title) for title in titles]
    shares = [
        weight / whole[place] if stem in titles[place] else 0.0
        for stem, weight in weights.items()
        for place, _count in having[stem]
    ]
    held = [len(found) for found in having.values()]
    places = np.array([place for found in having.values() for place, _count in found], dtype=np.int64)
    times = np.array([count for found in having.values() for _place, count in found], dtype=np.int64)
    lengths = np.bincount(places, times, len(asked))
    room = NEED_SATURATION * (1 - NEED_LENGTH + NEED_LENGTH * lengths[places] / (lengths.mean() or 1))
    scores = np.repeat(list(weights.values()), np.array(held, dtype=np.int64)) * times / (times + room)
    _write_table(folder, "", held, places, scores, np.array(shares), list(weights.values()))


def write_need_concepts(folder: Path, thesaurus: Thesaurus, count: int) -> None:
    """Write what `count` needs, whose words stand in the folder, say of each expression of a thesaurus."""
    words = NeedWords(folder, Thesaurus({}, {}), count)
    merged = [words.look_up(concept) for concept in thesaurus.list_concepts()]
    places = [np.flatnonzero(figures.any(axis=0)) for figures, _weight in merged]
    kept = [figures[:, own] for (figures, _weight), own in zip(merged, places, strict=True)]
    scores, titles = np.concatenate([np.zeros((2, 0)), *kept], axis=1)
    held = [len(own) for own in places]
    every = np.concatenate([np.zeros(0, dtype=np.int64), *places])
    _write_table(folder, "concepts.", held, every, scores, titles, [weight for _figures, weight in merged])


def _write_table(
    folder: Path,
    name: str,
    held: Sequence[int],
    places: Numbers,
    scores: NDArray[np.float64],
    titles: NDArray[np.float64],
    weights: Sequence[float],
) -> None:
    figures = (scores.astype(np.float32), titles.astype(np.float32), np.array(weights))
    for part, array in zip(PARTS, (np.cumsum([0, *held]), places, *figures), strict=True):
        np.save(folder / f"{name}{part}.npy", array)


class NeedTable:
    """What needs say of each of some words or expressions. Read only, safe between threads."""

    def __init__(self, folder: Path, name: str) -> None:
        self._offsets: list[int] = np.load(folder / f"{name}offsets.npy").tolist()
        self._places: Numbers = map_array(folder / f"{name}places.npy")
        self._scores: Scores = map_array(folder / f"{name}scores.npy")
        self._titles: Scores = map_array(folder / f"{name}titles.npy")
        self.weights: list[float] = np.load(folder / f"{name}weights.npy").tolist()

    def add(self, row: int, sums: Scores) -> Numbers:
        """Add what needs say of a text, and of it in their titles, to the two rows of `sums`; the places of these
        needs."""
        own = slice(self._offsets[row], self._offsets[row + 1])
        places = self._places[own]
        sums[0, places] += self._scores[own]
        sums[1, places] += self._titles[own]
        return places


class NeedWords:
    """The words of the needs of one index. Safe between threads."""

    def __init__(self, folder: Path, thesaurus: Thesaurus, count: int) -> None:
        self._count = count
        self._rows = {stem: row for row, stem in enumerate(json.loads((folder / WORDS).read_text(encoding="utf-8")))}
        self._stems = NeedTable(folder, "")
        self._places = {concept: place for place, concept in enumerate(thesaurus.list_concepts())}
        self._concepts = NeedTable(folder, "concepts.") if self._places else None
        self._unknown = weigh_word(0, count)  # the idf of a stem that no need has
        self.look_up = lru_cache(MAX_KEPT)(self._look_up)

    def list_known(self, concepts: Iterable[Concept]) -> set[int]:
        """The rows of the stems of a query that needs have."""
        stems = list_stems(concepts, self._rows.__contains__)
        return {self._rows[stem] for stem in stems if stem in self._rows}

    def compare_text(self, text: str) -> Scores:
        """How much of a text's words, by idf, each need says, from 0 to 1."""
        sums, weight, _whole = self._add_up(stem_expression(text))
        found: Scores = sums[0] / np.float32(weight or 1)
        return found

    def compare(self, concepts: Iterable[Concept]) -> tuple[Scores, Scores]:
        """How much of the parts of a query, by idf, each need says, and how much of its title they say: 1 at most,
        though several parts may say the same word of it."""
        sums, whole = np.zeros((2, self._count), dtype=np.float32), 0.0
        for concept in concepts:
            found, weight = self.look_up(concept)
            sums += found
            whole += weight
        return sums[0] / np.float32(whole or 1), np.minimum(sums[1], 1)

    def forget(self) -> None:
        """Drop what is kept of parts of queries, for measuring their first use."""
        self.look_up.cache_clear()

    def _look_up(self, concept: Concept) -> tuple[Scores, float]:
        """What each need says of a concept, and of it in its title, as two rows, and the weight of it by idf."""
        place = self._places.get(concept)
        if place is None or self._concepts is None:
            return self._merge(concept)
        sums = np.zeros((2, self._count), dtype=np.float32)
        self._concepts.add(place, sums)
        return sums, self._concepts.weights[place]

    def _merge(self, concept: Concept) -> tuple[Scores, float]:
        """What is said of a concept's own words, or of another expression for it where that is more, which counts for
        less. Where needs do not have all of its words, as with a slip, the first expression of which they do stands for
        them."""
        found, weight, _whole = self._add_up(list_stems([concept], self._rows.__contains__))
        worth = np.array([[OTHER_WORDS], [OTHER_TITLE]], dtype=np.float32)
        most = np.array([[weight], [1]], dtype=np.float32)
        for other in concept.others:
            sums, _weight, whole = self._add_up(other)
            np.maximum(found, worth * np.minimum(sums, most) * whole, out=found)
        return found, weight

    def _add_up(self, stems: Sequence[str]) -> tuple[Scores, float, NDArray[np.bool_]]:
        """What each need says of some stems; the weight of these; which needs have all of them."""
        sums, having = np.zeros((2, self._count), dtype=np.float32), np.zeros(self._count, dtype=np.int64)
        weight = 0.0
        for stem in stems:
            row = self._rows.get(stem)
            weight += self._unknown if row is None else self._stems.weights[row]
            if row is not None:
                places = self._stems.add(row, sums)
                having[places] += 1
        return sums, weight, having == len(stems)
