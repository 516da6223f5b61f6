"""Where the words of each record's text stand, so that an excerpt needs no look through the text.

index/arrays/spots.firsts.npy   where the words of each record begin in the arrays below, and the end
index/arrays/spots.words.npy    every word of summary and body that is indexed, as the place of its stem in words.npy
index/arrays/spots.starts.npy   where each begins in the text
index/arrays/spots.sizes.npy    how many characters it has there
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.index.postings import FOLDER, map_array
from kb.index.words import APOSTROPHES, STOP_WORDS, WORD, fold_text, stem_word

LONGEST = 255  # characters of a word that are marked
PLAIN = re.compile(r"[^\W_]+(?:['’‘ʼ`´]+[^\W_]+)*")


# A word of a text: where it begins and ends there, and which of the words looked for it is. A page has a few hundred,
# and a class for them would take longer to fill than all else here.
Spot = tuple[int, int, int]


def place_words(text: str) -> Iterator[tuple[str, int, int]]:
    """The folded words of a text with where each begins and ends in it, the same that the index has of it."""
    found = [(word, piece.start(), piece.end()) for piece in PLAIN.finditer(text) for word in _fold_words(piece[0])]
    words = WORD.findall(fold_text(text))
    yield from found if [word for word, _start, _end in found] == words else _place_signs(text)


def _fold_words(piece: str) -> list[str]:
    return [piece.lower()] if piece.isascii() and piece.isalnum() else WORD.findall(fold_text(piece))


def _place_signs(text: str) -> Iterator[tuple[str, int, int]]:
    """The same, sign by sign, for texts whose words are not parted as they are folded, such as by a combining sign."""
    folded, origins = [], []
    for at, sign in enumerate(text):
        if not APOSTROPHES.fullmatch(sign):
            for part in fold_text(sign):
                folded.append(part)
                origins.append(at)
    for word in WORD.finditer("".join(folded)):
        end = origins[word.end() - 1] + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        yield word[0], origins[word.start()], end


class SpotWriter:
    """Collects where words stand, record by record, and writes it."""

    def __init__(self) -> None:
        self._firsts, self._words = array("q", [0]), array("I")
        self._starts, self._sizes = array("I"), array("B")
        self._stems: dict[str, int] = {}

    def add(self, text: str) -> None:
        """The text of the next record."""
        for word, start, end in place_words(text):
            if word not in STOP_WORDS:
                self._words.append(self._stems.setdefault(stem_word(word), len(self._stems)))
                self._starts.append(start)
                self._sizes.append(min(end - start, LONGEST))
        self._firsts.append(len(self._words))

    def write(self, folder: Path) -> None:
        """Write the arrays into an index folder that has those of the postings."""
        target = folder / FOLDER
        ids = np.searchsorted(
            map_array(target / "words.npy"), np.array([stem.encode() for stem in self._stems] or [b""])
        )
        starts = np.frombuffer(self._starts, dtype=np.uint32)
        small = np.uint16 if starts.max(initial=0) < 2**16 else np.uint32
        np.save(target / "spots.firsts.npy", np.frombuffer(self._firsts, dtype=np.int64))
        np.save(target / "spots.words.npy", ids[np.frombuffer(self._words, dtype=np.uint32)])
        np.save(target / "spots.starts.npy", starts.astype(small))
        np.save(target / "spots.sizes.npy", np.frombuffer(self._sizes, dtype=np.uint8))


def _mark(held: NDArray[np.uint32], wanted: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which of many words are among some."""
    flags = np.zeros(int(wanted.max()) + 2, dtype=np.bool_)
    flags[wanted] = True
    marked: NDArray[np.bool_] = flags[np.minimum(held, len(flags) - 1)]
    return marked


class Spots:
    """The arrays of one index folder, mapped into memory. Read only, safe between threads."""

    def __init__(self, folder: Path) -> None:
        at = folder / FOLDER
        self._firsts: NDArray[np.int64] = map_array(at / "spots.firsts.npy")
        self._words: NDArray[np.uint32] = map_array(at / "spots.words.npy")
        self._starts: NDArray[np.uint16] = map_array(at / "spots.starts.npy")
        self._sizes: NDArray[np.uint8] = map_array(at / "spots.sizes.npy")

    def find(self, words: Sequence[int], numbers: Sequence[int]) -> list[list[Spot]]:
        """Where words stand in the text of each of these records, in the order of the text; `words` are places of
        stems in words.npy."""
        wanted = np.array(words, dtype=np.uint32)
        bounds = [(int(self._firsts[number]), int(self._firsts[number + 1])) for number in numbers]
        if not bounds or not words:
            return [[] for _ in numbers]
        parts = [self._words[first:end] for first, end in bounds]
        held = np.concatenate(parts)
        at = np.flatnonzero(_mark(held, wanted))
        ends = np.cumsum([len(part) for part in parts])
        owners = np.searchsorted(ends, at, side="right")
        shifts = np.array([first for first, _end in bounds]) - ends + [len(part) for part in parts]
        places = at + shifts[owners]
        starts = self._starts[places].astype(np.int64)
        sizes = self._sizes[places]
        spots: list[Spot] = list(zip(starts.tolist(), (starts + sizes).tolist(), held[at].tolist(), strict=True))
        splits = np.searchsorted(owners, np.arange(len(bounds) + 1)).tolist()
        return [spots[first:end] for first, end in pairwise(splits)]
