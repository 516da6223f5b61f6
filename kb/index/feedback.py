"""What the first records of a search have in common lifts others like them: pseudo-relevance feedback, after Rocchio
("Relevance feedback in information retrieval", 1971).

Who searches for one thing types a few of its words; the records that answer best have the others. Each record is known
by the words that score most in it, as a vector of length 1:

index/feedback/words.npy    the places of these words in the index's arrays/words.npy, a row a record
index/feedback/shares.npy   how much of the vector each is; 0 where a record has fewer words than the row has room for
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.index.postings import map_array
from kb.index.scores import Numbers, Scores, WordScores

FOLDER = "feedback"
# Of a record: with all of them the judged queries score the same, with 50 a little less (docs/decisions/0015).
WORDS_KEPT = 100


def write_record_words(folder: Path, scores: WordScores, count: int) -> None:
    """Write the weightiest words of each of `count` records into an index folder."""
    words, numbers, values = scores.list_entries()
    order = np.lexsort((-values, numbers))
    words, numbers, values = words[order], numbers[order], values[order]
    held = np.bincount(numbers, minlength=count)
    at = np.arange(len(numbers)) - np.repeat(np.cumsum(held) - held, held)
    kept = at < WORDS_KEPT
    places: NDArray[np.int32] = np.zeros((count, WORDS_KEPT), dtype=np.int32)
    shares: Scores = np.zeros((count, WORDS_KEPT), dtype=np.float32)
    places[numbers[kept], at[kept]] = words[kept]
    shares[numbers[kept], at[kept]] = values[kept]
    shares /= np.maximum(np.linalg.norm(shares, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    target = folder / FOLDER
    target.mkdir()
    np.save(target / "words.npy", places)
    np.save(target / "shares.npy", shares)


class RecordWords:
    """The weightiest words of the records of one index, mapped into memory. Read only, safe between threads."""

    def __init__(self, folder: Path, vocabulary: int) -> None:
        """`vocabulary`: how many words the index has."""
        self._vocabulary, self._local = vocabulary, threading.local()
        self._words: NDArray[Any] = map_array(folder / FOLDER / "words.npy")
        self._shares: Scores = map_array(folder / FOLDER / "shares.npy")

    def compare(self, first: Numbers, weights: Scores, numbers: Numbers) -> Scores:
        """How like each record of `numbers` (at least one) is to the first ones, by their weights: 1 for the most
        alike, 0 without a word of theirs."""
        if not hasattr(self._local, "wanted"):  # a thread's own room: to make it anew takes longer than all else here
            self._local.wanted = np.zeros(self._vocabulary, dtype=np.float32)
        wanted, words = self._local.wanted, self._words[first]
        np.add.at(wanted, words, self._shares[first] * weights[:, np.newaxis])
        likeness = np.einsum("ij,ij->i", wanted[self._words[numbers]], self._shares[numbers])
        wanted[words] = 0
        most = float(likeness.max())
        alike: Scores = likeness / np.float32(most) if most else likeness
        return alike
