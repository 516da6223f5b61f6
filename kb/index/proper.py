"""Names that a search says among other words: words that only names have, such as Wolfson or HAF, and parts of it that
may be a whole name.

index/arrays/proper.npy   the places in words.npy of the stems that few records have in a name, and English has not
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from kb.index.english import English
from kb.index.postings import FOLDER, PostingArrays, map_array
from kb.index.weights import LONGEST_NAME, NAME_HOLDERS

FILE = "proper.npy"
FIELD = "names"
MAX_WORDS = 64  # of a query that are looked through for names


def write_proper_words(folder: Path, arrays: PostingArrays) -> None:
    """Find the words of an index folder that only names have, and write them beside its arrays."""
    np.save(folder / FOLDER / FILE, np.fromiter(_list_proper(arrays, English(folder)), dtype=np.int64))


def _list_proper(arrays: PostingArrays, english: English) -> Iterator[int]:
    holders = np.diff(arrays.fields[FIELD].offsets)
    for place in np.flatnonzero((holders > 0) & (holders <= NAME_HOLDERS)).tolist():
        forms = arrays.list_forms(arrays.read_word(place))
        if forms and not any(form.isdigit() or english.has(form) for form in forms):
            yield place


class ProperWords:
    """The words of one index folder that only names have. Read only, safe between threads."""

    def __init__(self, folder: Path, arrays: PostingArrays) -> None:
        self._arrays = arrays
        self._places = frozenset(map_array(folder / FOLDER / FILE).tolist())

    def list_proper(self, stems: Iterable[str]) -> Iterator[str]:
        """Those of some stems that only names have."""
        for stem in stems:
            at = self._arrays.find_word(stem)
            if at is not None and at in self._places:
                yield stem


def list_parts(exact: str) -> list[str]:
    """The parts of a folded query that may be a name: two words or more, but not the whole of it."""
    words = exact.split(" ")[:MAX_WORDS]
    ends = ((first, last) for first in range(len(words)) for last in range(first + 2, first + LONGEST_NAME + 1))
    return [" ".join(words[first:last]) for first, last in ends if last <= len(words) and last - first < len(words)]
