"""What Whoosh's postings hold, as arrays on disk that a reader maps into memory: no loop in Python to score a word.

index/arrays/words.npy                 every stem of the searched fields, sorted, as bytes
index/arrays/<field>.offsets.npy       where each stem's records begin in the two arrays below, and the end
index/arrays/<field>.numbers.npy       numbers of records, ascending within a stem
index/arrays/<field>.starts.npy        where the places of each of these begin in the next array, and the end
index/arrays/<field>.places.npy        where the stem stands in that field: places are counted on from record to record,
                                       so that one says which record it is in
index/arrays/<field>.firsts.npy        the first place of each record in that field
index/arrays/<field>.lengths.npy       how many words each record has in that field, rounded as Whoosh keeps it
index/arrays/<field>.mean.npy          the mean length of that field, not rounded
index/arrays/forms.npy, stems.npy      every word as written and its stem, sorted by stem, for excerpts and spelling
index/arrays/frequencies.npy           how many records have each form
index/arrays/letters.npy, sizes.npy    which letters each form has, and how many (kb/index/spelling.py)
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.index.spelling import draw_shape
from kb.index.words import stem_word

FOLDER = "arrays"
MANY_TIMES = 20  # as many numbers as there are to look for, from which to look for each beats merging
FIRST_PLACE = 4096  # so that going back by the words of a phrase, which are fewer, stays above 0
MAX_KNOWN = 20_000  # words of which it is kept where they stand, and in what form most records have them
Texts = NDArray[np.bytes_]
Numbers = NDArray[np.int64]
Places = NDArray[np.uint32]


class FieldPostings(NamedTuple):
    """One searched field: see the top of this module. `mean` is 1 for an index without records."""

    offsets: NDArray[np.int64]
    numbers: NDArray[np.int32]
    starts: NDArray[np.uint32]
    places: NDArray[np.uint32]
    firsts: NDArray[np.uint32]
    lengths: NDArray[np.float64]
    mean: float

    @property
    def times(self) -> NDArray[np.float32]:
        """How often the stem stands in that field of that record, for each of `numbers`."""
        return np.diff(self.starts).astype(np.float32)


def write_arrays(folder: Path, reader: Any, fields: Iterable[str], forms: Mapping[str, int]) -> None:
    """Copy the postings of a Whoosh reader with one segment into arrays in `folder`/arrays, and write beside them the
    words as written with how many records have each."""
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    fields = list(fields)
    words = sorted({text for field in fields for text in reader.lexicon(field)})
    np.save(target / "words.npy", _as_texts(words))
    for field in fields:
        _write_field(target, reader, field, words)
    ordered = sorted((stem_word(form).encode(), form.encode()) for form in forms)
    np.save(target / "stems.npy", _as_texts([stem for stem, _form in ordered]))
    np.save(target / "forms.npy", _as_texts([form for _stem, form in ordered]))
    np.save(target / "frequencies.npy", np.array([forms[form.decode()] for _, form in ordered], dtype=np.int32))
    shapes = [draw_shape(form.decode()) for _stem, form in ordered]
    np.save(target / "letters.npy", np.array([shape.letters for shape in shapes], dtype=np.uint64))
    np.save(target / "sizes.npy", np.array([shape.size for shape in shapes], dtype=np.int16))


def _as_texts(texts: list[bytes]) -> Texts:
    return np.array(texts, dtype=np.bytes_) if texts else np.zeros(0, dtype="S1")


def _write_field(target: Path, reader: Any, field: str, words: list[bytes]) -> None:
    having = set(reader.lexicon(field))
    offsets, numbers, starts, places = array("q", [0]), array("i"), array("I", [0]), array("i")
    for word in words:
        if word in having:
            for number, at in _read_postings(reader, field, word):
                numbers.append(number)
                places.extend(at)
                starts.append(len(places))
        offsets.append(len(numbers))
    count = reader.doc_count_all()
    firsts, counted_on = _count_on(count, *(np.frombuffer(each, dtype=np.int32) for each in (numbers, starts, places)))
    lengths = [reader.doc_field_length(number, field) or 0 for number in range(count)]
    np.save(target / f"{field}.mean.npy", reader.field_length(field) / count if count else 1.0)
    np.save(target / f"{field}.offsets.npy", np.frombuffer(offsets, dtype=np.int64))
    np.save(target / f"{field}.numbers.npy", np.frombuffer(numbers, dtype=np.int32))
    np.save(target / f"{field}.starts.npy", np.frombuffer(starts, dtype=np.uint32))
    np.save(target / f"{field}.places.npy", counted_on)
    np.save(target / f"{field}.firsts.npy", firsts)
    np.save(target / f"{field}.lengths.npy", np.array(lengths, dtype=np.float64))


def _count_on(
    count: int, numbers: NDArray[np.int32], starts: NDArray[np.int32], places: NDArray[np.int32]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The first place of each record, and places counted on from there; between two records one place is free, so that
    no phrase reaches from one into the other."""
    owners = np.repeat(numbers, np.diff(starts))
    sizes = np.zeros(count, dtype=np.int64)
    np.maximum.at(sizes, owners, places + 2)
    firsts = (np.cumsum(sizes) - sizes + FIRST_PLACE).astype(np.uint32)
    return firsts, firsts[owners] + places.astype(np.uint32)


def _read_postings(reader: Any, field: str, word: bytes) -> Iterator[tuple[int, list[int]]]:
    matcher = reader.postings(field, word)
    while matcher.is_active():
        yield matcher.id(), matcher.value_as("positions")
        matcher.next()


class PostingArrays:
    """The arrays of one index folder, mapped into memory. Read only, safe between threads."""

    def __init__(self, folder: Path, fields: Iterable[str]) -> None:
        at = folder / FOLDER
        self._words: Texts = map_array(at / "words.npy")
        self._stems: Texts = map_array(at / "stems.npy")
        self.forms: Texts = map_array(at / "forms.npy")
        self.frequencies: NDArray[np.int32] = map_array(at / "frequencies.npy")
        self.letters: NDArray[np.uint64] = map_array(at / "letters.npy")
        self.sizes: NDArray[np.int16] = map_array(at / "sizes.npy")
        self.fields = {field: _open_field(at, field) for field in fields}
        # To look for a word among all costs ten times what it takes to remember where it stands.
        self.find_word = lru_cache(MAX_KNOWN)(self._find_word)
        self.has_form = lru_cache(MAX_KNOWN)(self._has_form)
        self.choose_form = lru_cache(MAX_KNOWN)(self._choose_form)

    def _find_word(self, word: str) -> int | None:
        """The place of a stem in words.npy; None where no record has it."""
        return _find_first(self._words, word)

    @property
    def word_count(self) -> int:
        """How many stems there are."""
        return len(self._words)

    def number_words(self, stems: Iterable[str]) -> list[int]:
        """The places in words.npy of those of some stems that any record has."""
        return [at for at in map(self.find_word, stems) if at is not None]

    def find_phrase(self, stems: tuple[str, ...]) -> Numbers:
        """The numbers of the records in which stems stand next to each other in this order, in one field; in no order,
        and one may come more than once."""
        found = [np.zeros(0, dtype=np.int64)]
        for field in self.fields.values():
            held = None
            for number, stem in sorted(enumerate(stems), key=lambda pair: self._count(field, pair[1])):
                places = self._list_places(field, stem) - np.uint32(number)
                held = places if held is None else _keep_common(held, places)
                if not len(held):
                    break
            if held is not None and len(held):
                found.append(np.searchsorted(field.firsts, held, side="right") - 1)
        return np.concatenate(found)

    def _count(self, field: FieldPostings, stem: str) -> int:
        """How many records have a stem in a field."""
        at = self.find_word(stem)
        return 0 if at is None else int(field.offsets[at + 1] - field.offsets[at])

    def _list_places(self, field: FieldPostings, stem: str) -> Places:
        """Every place of a stem in a field, ascending."""
        at = self.find_word(stem)
        if at is None:
            return np.zeros(0, dtype=np.uint32)
        start, end = (int(field.starts[int(field.offsets[each])]) for each in (at, at + 1))
        return field.places[start:end]

    def read_word(self, place: int) -> str:
        """The stem at a place of words.npy."""
        return bytes(self._words[place]).decode()

    def list_forms(self, stem: str) -> list[str]:
        """Every word as written in the records with this stem."""
        start, end = _find_range(self._stems, stem)
        return [] if start is None else [form.decode() for form in self.forms[start:end].tolist()]

    def find_longer(self, start: str) -> str | None:
        """The word that most records have of those whose stem begins with some letters; None where none does."""
        key = start.encode()
        if len(key) >= self._stems.dtype.itemsize:  # a longer text would have the whole array copied to hold it
            return None
        first, end = (int(self._stems.searchsorted(np.bytes_(each))) for each in (key, key + b"\xff"))
        return bytes(self.forms[first + int(np.argmax(self.frequencies[first:end]))]).decode() if end > first else None

    def _has_form(self, stem: str) -> bool:
        """True if any record has a word with this stem."""
        return _find_first(self._stems, stem) is not None

    def _choose_form(self, stem: str) -> str:
        """The word that most records have of a stem; the stem itself where none has it."""
        start, end = _find_range(self._stems, stem)
        if start is None:
            return stem
        commonest = int(np.argmax(self.frequencies[start:end]))
        return bytes(self.forms[start + commonest]).decode()


def _keep_common(few: Places, many: Places) -> Places:
    """Those of ascending numbers, each but once, that others have as well."""
    if len(few) * MANY_TIMES < len(many):
        at = np.minimum(np.searchsorted(many, few), len(many) - 1)
        found: Places = few[many[at] == few]
        return found
    both = np.concatenate((few, many))
    both.sort(kind="stable")  # which merges what is in two orders already, in a third of the time of so many looks
    common: Places = both[:-1][both[1:] == both[:-1]]
    return common


def map_array(path: Path) -> Any:
    """An array of a file, mapped into memory. As a plain array: slices of numpy's own kind for files cost ten times
    as much."""
    return np.asarray(np.load(path, mmap_mode="r"))


def _open_field(at: Path, field: str) -> FieldPostings:
    offsets, numbers, starts, places, firsts = (
        map_array(at / f"{field}.{part}.npy") for part in ("offsets", "numbers", "starts", "places", "firsts")
    )
    lengths, mean = np.load(at / f"{field}.lengths.npy"), float(np.load(at / f"{field}.mean.npy"))
    return FieldPostings(offsets, numbers, starts, places, firsts, lengths, mean or 1.0)


def _find_first(texts: Texts, text: str) -> int | None:
    """Where a text first stands in a sorted array; None when it is not there."""
    key = text.encode()
    if len(key) > texts.dtype.itemsize or not len(texts):
        return None
    at = int(texts.searchsorted(np.bytes_(key)))
    return at if at < len(texts) and texts[at] == key else None


def _find_range(texts: Texts, text: str) -> tuple[int | None, int]:
    """Where a text begins and ends in a sorted array; (None, 0) when it is not there."""
    start = _find_first(texts, text)
    return (None, 0) if start is None else (start, int(texts.searchsorted(np.bytes_(text.encode()), side="right")))
