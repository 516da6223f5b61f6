"""The word that was probably meant, from the records' own words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kb.index.words import fold_text

SHORTEST = 5  # shorter words have too many neighbours for a guess to be of use ("roof" is not "room")
MAX_LENGTH = 40
AS_TYPED = re.compile(r"[^\W_]+(?:['’‘ʼ`´][^\W_]+)*")  # a word with its accents and apostrophes


def correct_word(typed: str, frequencies: Mapping[str, int]) -> str | None:
    """The nearest known word: one slip in words of five letters, two in longer ones; the commonest of equals.

    A slip is a letter too many, too few, wrong, or two swapped. None when nothing is near, or the word has digits.
    """
    if not SHORTEST <= len(typed) <= MAX_LENGTH or any(sign.isdigit() for sign in typed):
        return None
    slips = 1 if len(typed) <= 5 else 2
    found = process.extract(typed, frequencies.keys(), scorer=OSA.distance, score_cutoff=slips, limit=20)
    if not found:
        return None
    best = min(found, key=lambda hit: (hit[1], hit[0][0] != typed[0], -frequencies[hit[0]], hit[0]))
    return best[0]


def replace_word(text: str, typed: str, better: str) -> str:
    """The text with a folded word replaced wherever it stands as a whole word, however it was written there."""
    return AS_TYPED.sub(lambda found: better if fold_text(found.group()) == typed else found.group(), text)
