"""Which whole names there are: to ask Whoosh for a name takes twenty times as long, and nearly no query is one.

index/arrays/names.npy   a sum (CRC-32) of each name, sorted
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.index.postings import FOLDER, map_array


def write_names(folder: Path, names: Iterable[str]) -> None:
    """Write the sums of folded names into an index folder that has the arrays of the postings."""
    np.save(folder / FOLDER / "names.npy", np.array(sorted({_sum_up(name) for name in names}), dtype=np.uint32))


class Names:
    """The names of one index, mapped into memory."""

    def __init__(self, folder: Path) -> None:
        self._sums: NDArray[np.uint32] = map_array(folder / FOLDER / "names.npy")

    def may_have(self, name: str) -> bool:
        """False where no record has this folded name; True where one has it, or in a few millions of others."""
        wanted = np.uint32(_sum_up(name))
        at = int(self._sums.searchsorted(wanted))
        return at < len(self._sums) and bool(self._sums[at] == wanted)


def _sum_up(name: str) -> int:
    return zlib.crc32(name.encode())
