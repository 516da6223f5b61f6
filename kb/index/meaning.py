"""What is meant beside what is typed: records whose names, summary or questions mean nearly what a query says.

Each short text becomes the mean of the vectors of its tokens, from the table of the package wordllama (WordLlama, MIT
licence), of which only this table and its tokenizer are used. How near two texts are is the cosine of their vectors; a
record counts by its nearest text. Without the package an index holds no vectors and search goes by words alone.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PACKAGE = "wordllama"
TABLE = "weights/l2_supercat_256.safetensors"
TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
WIDTH = 128  # of the table's 256 figures a token: it was trained so that the first ones say most (docs/relevance.md)
MAX_TOKENS = 64  # of a text that is compared: a pasted e-mail says what it wants in less
MAX_WORDS = 8192  # of queries whose vectors are kept, of half a kilobyte each
BATCH = 2000
ROWS_AT_ONCE = 1024  # of vectors as floats: half a megabyte, which stays near the processor

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]


class TokenVectors:
    """The table of token vectors: it makes a vector of a text."""

    def __init__(self, package: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self._table: NDArray[Any] = np.ascontiguousarray(next(iter(load_file(package / TABLE).values()))[:, :WIDTH])
        self._tokenizer = Tokenizer.from_file(str(package / TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._embed_word = lru_cache(MAX_WORDS)(self._add_tokens)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A unit vector for each text, as rows; zeros for a text without a token."""
        rows = np.zeros((len(texts), WIDTH), dtype=np.float32)
        found = self._tokenizer.encode_batch([text.lower() for text in texts], add_special_tokens=False)
        for row, encoding in zip(rows, found, strict=True):
            row[:] = _make_unit(self._add_vectors(encoding.ids))
        return rows

    def embed_query(self, text: str) -> Vectors:
        """The same for one text, however long, from its words: no token of the table crosses a space."""
        return _make_unit(sum(map(self._embed_word, text.lower().split()), np.zeros(WIDTH, dtype=np.float32)))

    def forget(self) -> None:
        """Drop what is kept of words, for measuring their first use."""
        self._embed_word.cache_clear()

    def _add_tokens(self, word: str) -> Vectors:
        """The sum of the vectors of a word's tokens."""
        return self._add_vectors(self._tokenizer.encode(word, add_special_tokens=False).ids)

    def _add_vectors(self, tokens: list[int]) -> Vectors:
        total: Vectors = self._table[tokens].astype(np.float32).sum(axis=0)
        return total


def _make_unit(total: Vectors) -> Vectors:
    """A sum of vectors made as long as 1; their mean points the same way."""
    length = math.sqrt(total @ total)
    unit: Vectors = total / length if length else total
    return unit


@lru_cache(maxsize=1)
def load_token_vectors() -> TokenVectors | None:
    """The table, read once a process; None where the package is not installed or has another form."""
    found = find_spec(PACKAGE)  # the package itself is not run
    place = Path(found.origin).parent if found and found.origin else None
    if place is None or not ((place / TABLE).is_file() and (place / TOKENIZER).is_file()):
        return None
    return TokenVectors(place)


def write_meanings(folder: Path, texts: Iterable[Sequence[str]]) -> None:
    """Write the vectors of the texts of each document, in the order of numbers; nothing without the package.

    `meanings.npy` has a row a text, each figure in a byte; `meanings.lengths.npy` the length of each row;
    `meanings.offsets.npy` where each document's rows begin.
    """
    vectors = load_token_vectors()
    if vectors is None:
        return
    flat: list[str] = []
    offsets = [0]
    for own in texts:
        flat.extend(own)
        offsets.append(len(flat))
    rows, lengths = np.zeros((len(flat), WIDTH), dtype=np.int8), np.zeros(len(flat), dtype=np.float32)
    for start in range(0, len(flat), BATCH):
        part = vectors.embed(flat[start : start + BATCH])
        largest = np.abs(part).max(axis=1, keepdims=True)
        rounded = np.rint(127 * part / np.where(largest, largest, 1))
        rows[start : start + BATCH] = rounded.astype(np.int8)
        lengths[start : start + BATCH] = np.linalg.norm(rounded, axis=1)
    np.save(folder / "meanings.npy", rows)
    np.save(folder / "meanings.lengths.npy", lengths)
    np.save(folder / "meanings.offsets.npy", np.array(offsets, dtype=np.int64))


class Meanings:
    """The vectors of one index, read as they are needed."""

    def __init__(self, folder: Path, vectors: TokenVectors) -> None:
        self._rows: NDArray[np.int8] = np.asarray(np.load(folder / "meanings.npy", mmap_mode="r"))
        self._lengths: Vectors = np.load(folder / "meanings.lengths.npy")
        self._offsets: Numbers = np.load(folder / "meanings.offsets.npy")
        self._vectors = vectors
        self._local = threading.local()

    def embed(self, text: str) -> Vectors:
        """The vector of a query."""
        return self._vectors.embed_query(text)

    def forget(self) -> None:
        """Drop what is kept of words, for measuring their first use."""
        self._vectors.forget()

    def compare(self, wanted: Vectors, numbers: Numbers) -> Vectors:
        """How near each of these documents (at least one) comes to a query: the cosine of its nearest text, from 0."""
        starts, ends = self._offsets[numbers], self._offsets[numbers + 1]
        counts = ends - starts
        begins = np.concatenate(([0], np.cumsum(counts)[:-1]))
        chosen = np.repeat(starts - begins, counts) + np.arange(counts.sum())
        cosines = self._multiply(chosen, wanted) / np.maximum(self._lengths[chosen], 1)
        near = np.zeros(len(numbers), dtype=np.float32)
        has = counts > 0
        if has.any():
            near[has] = np.maximum.reduceat(cosines, begins[has])
        return np.maximum(near, 0)

    def unpack(self) -> list[Vectors]:
        """The unit vectors of each document's texts, as rows."""
        units = (self._rows / np.maximum(self._lengths, 1)[:, np.newaxis]).astype(np.float32)
        return np.split(units, self._offsets[1:-1])

    def _multiply(self, chosen: Numbers, wanted: Vectors) -> Vectors:
        """The product of each chosen row with a vector, some rows at a time."""
        if not hasattr(self._local, "room"):  # kept, since to ask the system for it anew takes longer than to fill it
            self._local.room = np.empty((ROWS_AT_ONCE, WIDTH), dtype=np.float32)
        products = np.empty(len(chosen), dtype=np.float32)
        for start in range(0, len(chosen), ROWS_AT_ONCE):
            numbers = chosen[start : start + ROWS_AT_ONCE]
            rows = self._local.room[: len(numbers)]
            rows[:] = self._rows.take(numbers, axis=0)
            np.dot(rows, wanted, out=products[start : start + ROWS_AT_ONCE])
        return products


def open_meanings(folder: Path) -> Meanings | None:
    """The vectors of an index folder; None where it has none, or the package is gone since it was built."""
    vectors = load_token_vectors() if (folder / "meanings.npy").is_file() else None
    return Meanings(folder, vectors) if vectors is not None else None
