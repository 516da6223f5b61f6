"""What people need: a query that means a need leads to the records that were found, by reading, to answer it.

A need is known by its title and expressions, as a record is by its short texts. How much a query is for a need is told
by what it means (the nearest of these) and by the records that words found: those at the top vote for the needs that
they answer. Each record that answers is lifted by how well it does and by the weight of the need.

index/needs/meanings*.npy    the vectors of each need's texts (kb/index/meaning.py)
index/needs/starts.npy       where the answers of each need begin in the two arrays below, and the end
index/needs/numbers.npy      numbers of records
index/needs/gains.npy        how well each answers: 2^grade - 1 as a share of the most, as nDCG counts it
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kb.index.meaning import WIDTH, Meanings, TokenVectors, Vectors, load_token_vectors, write_meanings
from kb.index.scores import Numbers, Scores
from kb.index.weights import NEED_SHARPNESS, NEED_VOTE

FOLDER = "needs"
BEST_GRADE = 3
CLOSE = 20  # needs whose texts are compared one by one: those whose texts, taken together, come nearest
HEAVIEST = 3  # needs that are told of
VOTERS = 10  # records whose scores vote


class NeedTexts(NamedTuple):
    """A need as the index knows it: what it is called and how it is asked for, and the grades (1 to 3) of records by
    number."""

    texts: tuple[str, ...]
    answers: Mapping[int, int]


class Answers(NamedTuple):
    """What a query is answered by: numbers of records, ascending, and how well each answers, from 0 to 1; and the
    places of the heaviest needs with their weights, of which all together are 1."""

    numbers: Numbers
    gains: Scores
    needs: tuple[tuple[int, float], ...]


def write_needs(folder: Path, needs: Sequence[NeedTexts]) -> None:
    """Write the needs into an index folder; nothing where there are none, or without the package of vectors."""
    vectors = load_token_vectors()
    if vectors is None or not needs:
        return
    target = folder / FOLDER
    target.mkdir()
    write_meanings(target, [need.texts for need in needs])
    np.save(target / "starts.npy", np.cumsum([0, *(len(need.answers) for need in needs)]))
    np.save(target / "numbers.npy", np.array([number for need in needs for number in need.answers], dtype=np.int64))
    grades = np.array([grade for need in needs for grade in need.answers.values()], dtype=np.float32)
    np.save(target / "gains.npy", (2**grades - 1) / (2**BEST_GRADE - 1))


class Needs:
    """The needs of one index. Read only, safe between threads."""

    def __init__(self, folder: Path, vectors: TokenVectors) -> None:
        texts = Meanings(folder, vectors).unpack()
        # Room for as many texts as the need with most has: what a need has less are zeros, near to nothing.
        self._texts: Vectors = np.zeros((len(texts), max(map(len, texts)), WIDTH), dtype=np.float32)
        for place, own in enumerate(texts):
            self._texts[place, : len(own)] = own
        centres = self._texts.sum(axis=1)
        self._centres: Vectors = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
        starts: Numbers = np.load(folder / "starts.npy")
        numbers: Numbers = np.load(folder / "numbers.npy")
        self._records, rows = np.unique(numbers, return_inverse=True)
        self._gains: Vectors = np.zeros((len(self._records), len(texts)), dtype=np.float32)  # of a record for a need
        self._gains[rows, np.repeat(np.arange(len(texts)), np.diff(starts))] = np.load(folder / "gains.npy")
        self._lengths: Vectors = np.maximum(np.linalg.norm(self._gains, axis=0), 1e-9)
        self._place_of = np.full(int(numbers.max(initial=-1)) + 1, -1)  # of a record in `_records`; -1 for none
        self._place_of[self._records] = np.arange(len(self._records))

    def find_answers(self, wanted: Vectors, numbers: Numbers, scores: Scores) -> Answers:
        """The records that answer what a query means; `numbers`, ascending, are those that words found, with their
        scores."""
        weights = self._weigh(wanted, numbers, scores)
        gains: Scores = self._gains @ weights
        heaviest = np.argsort(-weights, kind="stable")[:HEAVIEST]
        return Answers(self._records, gains, tuple(zip(heaviest.tolist(), weights[heaviest].tolist(), strict=True)))

    def compare_centres(self, wanted: Vectors) -> Vectors:
        """How near the texts of each need, taken together, come to a vector."""
        near: Vectors = self._centres @ wanted
        return near

    def _weigh(self, wanted: Vectors, numbers: Numbers, scores: Scores) -> Scores:
        near = self._compare(wanted) + NEED_VOTE * self._count_votes(numbers, scores)
        weights = np.exp(NEED_SHARPNESS * (near - near.max()))
        shares: Scores = (weights / weights.sum()).astype(np.float32)
        return shares

    def _compare(self, wanted: Vectors) -> Vectors:
        """How near each need comes to a query in meaning; 0 for those that are far."""
        together = self.compare_centres(wanted)
        close = np.argpartition(-together, min(CLOSE, len(together)) - 1)[:CLOSE]
        texts = self._texts[close]
        near: Vectors = np.zeros(len(together), dtype=np.float32)
        near[close] = np.maximum((texts.reshape(-1, WIDTH) @ wanted).reshape(texts.shape[:2]).max(axis=1), 0)
        return near

    def _count_votes(self, numbers: Numbers, scores: Scores) -> Vectors:
        """How much the answers of each need are the records at the top: the cosine of their gains and scores."""
        if len(numbers) > VOTERS:
            kept = np.argpartition(-scores, VOTERS)[:VOTERS]
            numbers, scores = numbers[kept], scores[kept]
        length = math.sqrt(scores @ scores) or 1.0
        known = numbers < len(self._place_of)
        places, scores = self._place_of[numbers[known]], scores[known]
        votes: Vectors = scores[places >= 0] @ self._gains[places[places >= 0]]
        return votes / (self._lengths * length)


def open_needs(folder: Path) -> Needs | None:
    """The needs of an index folder; None where it has none, or the package of vectors is gone."""
    found = folder / FOLDER
    vectors = load_token_vectors() if (found / "meanings.npy").is_file() else None
    return Needs(found, vectors) if vectors is not None else None
