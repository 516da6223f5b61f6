"""Which words are English, so that a word that no record has is not taken for a slip: an auction is no action.

The list is that of the package pyspellchecker, some 160,000 words in American spelling. A British one is known by its
American form where a rule leads there.

index/arrays/english.npy   what kb/index/sums.py keeps of each word, and of each word of the places that searches name
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from kb.index.postings import FOLDER
from kb.index.sums import Sums, TextSums, sum_up
from kb.index.words import WORD, fold_text

FILE = "english.npy"
# Endings and doubled letters in which American spelling differs, as what stands there in British words and in American
# ones. What is one word in both spellings becomes the same; that others do too does no harm.
AMERICAN = (
    (re.compile("our(?=$|s|ed|ing|al|able|ful|ite|ly|hood|less)"), "or"),
    (re.compile("(?<=[a-z]{2})is(?=e$|es$|ed$|er$|ers$|ing$|ation)"), "iz"),
    (re.compile("ys(?=e$|es$|ed$|er$|ing$)"), "yz"),
    (re.compile("(?<=[bt])re(?=$|s$|d$)"), "er"),
    (re.compile("ll(?=ed$|ing$|er$|ers$|ment)"), "l"),
    (re.compile("ogue(?=$|s$)"), "og"),
    (re.compile("ence(?=$|s$|d$)"), "ense"),
    (re.compile("amme(?=$|s$|d$|r$)"), "am"),
    (re.compile("^tyre"), "tire"),
    (re.compile("^maths$"), "math"),
    (re.compile("ae|oe"), "e"),
)


@lru_cache(maxsize=1)
def sum_up_english() -> Sums:
    """The sums of the package's words: a sixth of a second, once a process. Its file is read; the package itself would
    take twice as long."""
    listed = files("spellchecker").joinpath("resources", "en.json.gz").read_bytes()
    return sum_up(json.loads(gzip.decompress(listed)))


def write_english(folder: Path, places: Iterable[str]) -> None:
    """Write the sums of English words, and of the words of the names of places, into an index folder that has the
    arrays of the postings."""
    names = sum_up(word for place in places for word in WORD.findall(fold_text(place)))
    np.save(folder / FOLDER / FILE, np.union1d(sum_up_english(), names))


def make_american(word: str) -> str:
    """A folded word as American English spells it, where a rule leads there."""
    for british, american in AMERICAN:
        word = british.sub(american, word)
    return word


class English:
    """The words of one index folder's list, mapped into memory."""

    def __init__(self, folder: Path) -> None:
        self._sums = TextSums(folder / FOLDER / FILE)

    def has(self, word: str) -> bool:
        """Whether a folded word is English, or part of a place's name."""
        return self._sums.may_have(word) or self._sums.may_have(make_american(word))
