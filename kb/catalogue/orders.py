"""What filters and sorting need of all records at once, worked out when a catalogue is written: bit sets and ranks.

Read row by row when a site opens a generation, they would cost it a second and more at 25,000 records.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.records.card import Card

# Without words to rank by, what a reader can still act on comes first, then what others did, then history and guide.
BROWSE_ORDER = (
    "open", "rolling", "opening-soon", "recurring", "expected-again", "not-confirmed", "paused",
    "case-study", "mechanism", "closed", "historic", "framework", "glossary",
)  # fmt: skip
Numbers = NDArray[np.int32]


class SortKeys(NamedTuple):
    """By record number: its place by title and in browsing, and how newly it was checked (0: not stated, more is
    newer). By stated closing date, in no order: the record, and the last day it can mean (days since year 1)."""

    title: Numbers
    browse: Numbers
    checked: Numbers
    closing_record: Numbers
    closing_day: Numbers


def make_sort_keys(cards: Sequence[Card]) -> SortKeys:
    """The keys of records, given in the order of their numbers."""
    titles = [card.title.casefold() for card in cards]
    places = {name: place for place, name in enumerate(BROWSE_ORDER)}
    groups = [places[card.type if card.type in places else card.status or "mechanism"] for card in cards]
    title = _rank(sorted(range(len(cards)), key=lambda no: (titles[no], no)))
    browse = _rank(sorted(range(len(cards)), key=lambda no: (groups[no], title[no])))
    dates = [str(card.checked or "") for card in cards]
    newest = {text: place for place, text in enumerate(sorted({"", *dates}))}
    closings = [(no, date.last.toordinal()) for no, card in enumerate(cards) for date in card.closes]
    return SortKeys(
        title,
        browse,
        np.array([newest[text] for text in dates], dtype=np.int32),
        np.array([no for no, _day in closings], dtype=np.int32),
        np.array([day for _no, day in closings], dtype=np.int32),
    )


def _rank(ordered: Sequence[int]) -> Numbers:
    ranks = np.zeros(len(ordered), dtype=np.int32)
    ranks[list(ordered)] = np.arange(len(ordered), dtype=np.int32)
    return ranks


def pack_set(numbers: Iterable[int]) -> bytes:
    """A set of numbers as bytes: bit n of byte m stands for number 8 m + n."""
    flags = np.zeros(8, dtype=np.uint8)
    found = np.fromiter(numbers, dtype=np.int64)
    if len(found):
        flags = np.zeros(int(found.max()) + 1, dtype=np.uint8)
        flags[found] = 1
    return np.packbits(flags, bitorder="little").tobytes()
