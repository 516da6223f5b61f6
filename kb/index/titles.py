"""Records by the words of what they are called, name by name.

index/arrays/titles.owners.npy    the number of the record that each name belongs to, ascending
index/arrays/titles.sizes.npy     how many stems each name has
index/arrays/titles.offsets.npy   where the names with each stem of words.npy begin in the array below, and the end
index/arrays/titles.names.npy     places of names in owners.npy, ascending within a stem
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.index.postings import FOLDER, PostingArrays, map_array
from kb.index.scores import NO_NUMBERS, NO_SCORES, Numbers, Scores
from kb.index.words import stem_word

OWNERS, SIZES, OFFSETS, NAMES = (f"titles.{name}.npy" for name in ("owners", "sizes", "offsets", "names"))


def write_titles(folder: Path, arrays: PostingArrays, called: Iterable[Iterable[str]]) -> None:
    """Write which names have which stems beside the postings of an index folder; `called` are the folded names of each
    record, in the order of numbers."""
    owners, sizes = list[int](), list[int]()
    having: dict[int, list[int]] = {}
    for number, own in enumerate(called):
        for name in own:
            places = arrays.number_words({stem_word(word) for word in name.split(" ")})
            for place in places:
                having.setdefault(place, []).append(len(owners))
            owners.append(number)
            sizes.append(len(places))
    held = np.zeros(arrays.word_count, dtype=np.int64)
    held[list(having)] = [len(found) for found in having.values()]
    names = [name for place in sorted(having) for name in having[place]]
    np.save(folder / FOLDER / OWNERS, np.array(owners, dtype=np.int32))
    np.save(folder / FOLDER / SIZES, np.array(sizes, dtype=np.float32))
    np.save(folder / FOLDER / OFFSETS, np.concatenate(([0], np.cumsum(held))))
    np.save(folder / FOLDER / NAMES, np.array(names, dtype=np.int32))


class Titles:
    """What the records of one index are called. Read only, safe between threads."""

    def __init__(self, folder: Path, arrays: PostingArrays) -> None:
        self._arrays = arrays
        self._owners: NDArray[np.int32] = map_array(folder / FOLDER / OWNERS)
        self._sizes: Scores = map_array(folder / FOLDER / SIZES)
        self._offsets: NDArray[np.int64] = map_array(folder / FOLDER / OFFSETS)
        self._names: NDArray[np.int32] = map_array(folder / FOLDER / NAMES)

    def find_called(self, stems: Iterable[str]) -> tuple[Numbers, Scores]:
        """The numbers of the records with a name that has every one of some stems, ascending, and how much of that name
        these are, from 0 to 1; none for no stem."""
        wanted = set(stems)
        places = self._arrays.number_words(wanted)
        if not places or len(places) < len(wanted):
            return NO_NUMBERS, NO_SCORES
        names, *others = sorted((self._names[self._offsets[at] : self._offsets[at + 1]] for at in places), key=len)
        for other in others:
            at = np.searchsorted(other, names)
            names = names[other[np.minimum(at, len(other) - 1)] == names]
        if not len(names):
            return NO_NUMBERS, NO_SCORES
        owners = self._owners[names]
        firsts = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1])))
        shares: Scores = np.maximum.reduceat(np.float32(len(places)) / self._sizes[names], firsts)
        return owners[firsts].astype(np.int64), shares
