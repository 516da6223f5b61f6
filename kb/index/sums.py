"""Sets of texts of which only one thing is asked: is this one of them? A sum (CRC-32) of each text is kept, sorted."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.index.postings import map_array

# Of all whole names, in the folder of arrays: nearly no query is one, and to ask Whoosh takes longer.
NAMES = "names.npy"
Sums = NDArray[np.uint32]


def sum_up(texts: Iterable[str]) -> Sums:
    """The sums of texts, ascending."""
    sums = np.fromiter(map(zlib.crc32, map(str.encode, texts)), dtype=np.uint32)
    sums.sort()
    return sums


class TextSums:
    """The sums of a file, mapped into memory."""

    def __init__(self, path: Path) -> None:
        self._sums: Sums = map_array(path)

    def may_have(self, text: str) -> bool:
        """False where a text is not among those summed up; True where it is, and for one in some ten thousand others
        (the more there are, the more often)."""
        wanted = np.uint32(zlib.crc32(text.encode()))
        at = int(self._sums.searchsorted(wanted))
        return at < len(self._sums) and bool(self._sums[at] == wanted)

    def list_held(self, texts: Sequence[str]) -> list[str]:
        """Those of some texts that `may_have` says yes to."""
        if not len(self._sums) or not texts:
            return []
        wanted = np.fromiter(map(zlib.crc32, map(str.encode, texts)), dtype=np.uint32)
        at = np.minimum(self._sums.searchsorted(wanted), len(self._sums) - 1)
        return [texts[place] for place in np.flatnonzero(self._sums[at] == wanted).tolist()]
