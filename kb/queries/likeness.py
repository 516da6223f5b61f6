"""How alike two records of one type are: each record as one sparse vector, its words and some of its facts.

The vector has parts: the words of a record, and for each of `PARTS` the values it has; a need counts by how well the
record answers it. Within a part what is rare counts more than what is common, and the part is brought to length 1; then
it is weighed. The likeness of two records is the product of their vectors, which is the weighted sum of how much they
share of each part. Words come from the index's postings, facts from cards and needs from their lists, so that nothing
is read twice: the first page of a record has to wait for this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kb.generations import Generation
from kb.index.scores import Doubles, Numbers
from kb.queries.needs import make_answered_needs
from kb.records.card import Card
from kb.records.vocabulary import Vocabulary


@dataclass(frozen=True)
class Weight:
    """How much something counts, and why."""

    weight: float
    reason: str


# Set on the judged records that are not held out; docs/relevance.md says what each step moved. By field of the index.
WORDS: dict[str, Weight] = {
    "names": Weight(2.0, "title and aliases: what the record is; aliases of mechanisms are its subject's words"),
    "summary": Weight(3.0, "one sentence in which every word was chosen"),
    "facts": Weight(1.0, "funder, places, partners, whom it is for"),
    "asked": Weight(1.0, "what readers would type who want it: near needs are typed in the same words"),
    "body": Weight(1.0, "the measure of the others; without it nothing is known of how a scheme works"),
}
SATURATION = 2.0  # BM25's k1: the second mention of a word adds less than the first
RARITY = 0.75  # idf to this power: in full, a place or person's name two records share would outweigh their subject

PARTS: dict[str, Weight] = {
    "need": Weight(0.8, "needs that it answers, and how well: what two records share, whatever their words"),
    "service_area": Weight(0.1, "the need it serves: the first thing a reader sorts by"),
    "kind": Weight(0.15, "a mechanism is like other mechanisms: who reads of one wants a way to pay, not a fund"),
    "funder": Weight(0.05, "a fund's neighbours at the same funder take the same form and the same criteria"),
    "partner": Weight(0.05, "kinds of partner: work with the police is not work with a museum"),
    "phase": Weight(0.04, "an offer to nurseries is of little use to a secondary school"),
}


class Part(NamedTuple):
    """A part of the vectors of all records: the row and the key (word or value) of each entry, and how much of it."""

    rows: Numbers
    keys: Numbers
    amounts: Doubles


@dataclass(frozen=True)
class Vectors:
    """The vectors of all records of a type, by row and by key (a word or value).

    `row_ends` and `key_ends` say where the entries of a row in `keys` and `weights`, and those of a key in `rows` and
    `shares`, end; each begins where the one before it ends.
    """

    numbers: tuple[int, ...]
    row_ends: Numbers
    keys: Numbers
    weights: Doubles
    key_ends: Numbers
    rows: Numbers
    shares: Doubles

    def rank(self, number: int, count: int, left_out: Iterable[int] = ()) -> list[int]:
        """Numbers of the `count` records most like the one of this number, best first, without it and those left
        out."""
        others = {number, *left_out}
        likeness = self.compare(self.numbers.index(number))
        likely = np.argsort(-likeness, kind="stable")[: count + len(others)].tolist()
        found = [self.numbers[row] for row in likely if likeness[row] > 0]
        return [other for other in found if other not in others][:count]

    def compare(self, row: int) -> Doubles:
        """The likeness of every record to that of a row."""
        own = slice(self.row_ends[row - 1] if row else 0, self.row_ends[row])
        keys = self.keys[own]
        ends = self.key_ends[keys]
        starts = np.where(keys > 0, self.key_ends[keys - 1], 0)
        lengths = ends - starts
        entries = np.repeat(ends - np.cumsum(lengths), lengths) + np.arange(lengths.sum())
        products = self.shares[entries] * np.repeat(self.weights[own], lengths)
        return np.bincount(self.rows[entries], weights=products, minlength=len(self.numbers)).astype(np.float64)


def make_vectors(generation: Generation) -> dict[str, Vectors]:
    """The vectors of a generation's funding streams and case studies, by type."""
    cards = generation.catalogue.list_cards(range(generation.index.count))
    return {kind: _make_type(generation, cards, kind) for kind in ("funding", "case-study")}


def _make_type(generation: Generation, cards: Sequence[Card], kind: str) -> Vectors:
    numbers = [number for number, card in enumerate(cards) if card.type == kind]
    parts = [_weigh_words(_read_words(generation, numbers), len(numbers))]
    for name, weight in PARTS.items():
        values = [_read_values(cards[number], name, generation) for number in numbers]
        parts.append(_weigh_values(_number_values(values), len(numbers), weight.weight))
    return join_parts(numbers, parts)


def _read_words(generation: Generation, numbers: Sequence[int]) -> Part:
    """How often each record has each word, weighed by where it stands."""
    row_of = np.full(generation.index.count, -1, dtype=np.int64)
    row_of[numbers] = np.arange(len(numbers))
    found, words = [], 0
    for field, weight in WORDS.items():
        postings = generation.index.fields[field]
        words = len(postings.offsets) - 1
        keys = np.repeat(np.arange(words), np.diff(postings.offsets))
        rows = row_of[postings.numbers]
        own = rows >= 0
        found.append((rows[own] * words + keys[own], postings.times[own] * weight.weight))
    cells, places = np.unique(np.concatenate([cell for cell, _ in found]), return_inverse=True)
    amounts = np.bincount(places, weights=np.concatenate([times for _, times in found]), minlength=len(cells))
    return Part(cells // max(words, 1), cells % max(words, 1), amounts.astype(np.float64))


def _read_values(card: Card, part: str, generation: Generation) -> Mapping[str, float]:
    """The values of one of PARTS that a record has, each with how much of it: of what it states all as much."""
    if part == "need":
        return generation.derive(make_answered_needs).get(card.url, {})
    return dict.fromkeys(_list_values(card, part, generation.catalogue.vocabulary), 1.0)


def _list_values(card: Card, part: str, vocabulary: Vocabulary) -> Iterator[str]:
    if part in ("service_area", "phase"):
        stated = card.service_areas if part == "service_area" else card.phases
        every = vocabulary.values("service_areas" if part == "service_area" else "phases")
        yield from every if stated == ("all",) else stated
    elif card.type == "funding" and part in ("kind", "funder"):
        yield str((card.kind_label if part == "kind" else card.funder) or "")
    elif part == "partner":
        yield from card.partners or ()


def _number_values(values: Sequence[Mapping[str, float]]) -> Part:
    keys = {value: at for at, value in enumerate(dict.fromkeys(value for stated in values for value in stated))}
    entries = [(row, keys[value], amount) for row, stated in enumerate(values) for value, amount in stated.items()]
    rows, places, amounts = np.array(entries, dtype=np.float64).reshape(-1, 3).T
    return Part(rows.astype(np.int64), places.astype(np.int64), amounts)


def _weigh_words(part: Part, count: int) -> Part:
    return _scale_part(
        part, _weigh_rarity(part, count) ** RARITY * part.amounts / (part.amounts + SATURATION), count, 1
    )


def _weigh_values(part: Part, count: int, weight: float) -> Part:
    return _scale_part(part, _weigh_rarity(part, count) * part.amounts, count, weight)


def _weigh_rarity(part: Part, count: int) -> Doubles:
    """The idf of each entry's key; 0 for what one record alone has, which compares with nothing."""
    having = np.bincount(part.keys)[part.keys] if len(part.keys) else np.zeros(0)
    return np.where(having > 1, np.log(1 + (count - having + 0.5) / (having + 0.5)), 0.0)


def _scale_part(part: Part, amounts: Doubles, count: int, weight: float) -> Part:
    """The part without what is 0, each row of it as long as the root of the weight."""
    lengths = np.sqrt(np.bincount(part.rows, weights=amounts**2, minlength=count))
    kept = amounts > 0
    rows = part.rows[kept]
    return Part(rows, part.keys[kept], amounts[kept] * np.sqrt(weight) / lengths[rows])


def join_parts(numbers: Sequence[int], parts: Sequence[Part]) -> Vectors:
    """Vectors from their parts, whose keys are told apart."""
    first, shifted = 0, []
    for part in parts:
        shifted.append(part.keys + first)
        first += int(part.keys.max(initial=-1)) + 1
    rows, keys = np.concatenate([part.rows for part in parts]), np.concatenate(shifted)
    weights = np.concatenate([part.amounts for part in parts])
    by_row, by_key = np.argsort(rows, kind="stable"), np.argsort(keys, kind="stable")
    return Vectors(
        tuple(numbers),
        np.cumsum(np.bincount(rows, minlength=len(numbers))),
        keys[by_row],
        weights[by_row],
        np.cumsum(np.bincount(keys, minlength=first)),
        rows[by_key],
        weights[by_key],
    )
