"""What Whoosh's postings hold, as arrays on disk that a reader maps into memory: no loop in Python to score a word.

index/arrays/words.npy                 every stem of the searched fields, sorted, as bytes
index/arrays/<field>.offsets.npy       where each stem's records begin in the two arrays below, and the end
index/arrays/<field>.numbers.npy       numbers of records, ascending within a stem
index/arrays/<field>.times.npy         how often the stem stands in that field of that record
index/arrays/<field>.places.npy        where it stands there: for each record in turn, as many places as `times` says
index/arrays/<field>.lengths.npy       how many words each record has in that field, rounded as Whoosh keeps it
index/arrays/<field>.mean.npy          the mean length of that field, not rounded
index/arrays/forms.npy, stems.npy      every word as written and its stem, sorted by stem, for excerpts and spelling
index/arrays/frequencies.npy           how many records have each form
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.index.words import stem_word

FOLDER = "arrays"
PLACE_BITS = 32  # of a (record, place) number; a field has far fewer words
Texts = NDArray[np.bytes_]


class FieldPostings(NamedTuple):
    """One searched field: see the top of this module. `starts` say where the places of each record begin; `mean` is 1
    for an index without records."""

    offsets: NDArray[np.int64]
    numbers: NDArray[np.int32]
    times: NDArray[np.float32]
    places: NDArray[np.int32]
    starts: NDArray[np.int64]
    lengths: NDArray[np.float64]
    mean: float


def write_arrays(folder: Path, reader: Any, fields: Iterable[str]) -> None:
    """Copy the postings of a Whoosh reader with one segment into arrays in `folder`/arrays."""
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    fields = list(fields)
    words = sorted({text for field in fields for text in reader.lexicon(field)})
    np.save(target / "words.npy", _as_texts(words))
    for field in fields:
        _write_field(target, reader, field, words)
    forms = sorted((stem_word(text.decode()).encode(), text) for text in reader.lexicon("words"))
    np.save(target / "stems.npy", _as_texts([stem for stem, _form in forms]))
    np.save(target / "forms.npy", _as_texts([form for _stem, form in forms]))
    frequencies = {text: info.doc_frequency() for text, info in reader.iter_field("words")}
    np.save(target / "frequencies.npy", np.array([frequencies[form] for _stem, form in forms], dtype=np.int32))


def _as_texts(texts: list[bytes]) -> Texts:
    return np.array(texts, dtype=np.bytes_) if texts else np.zeros(0, dtype="S1")


def _write_field(target: Path, reader: Any, field: str, words: list[bytes]) -> None:
    having = set(reader.lexicon(field))
    offsets, numbers, times, places = array("q", [0]), array("i"), array("f"), array("i")
    for word in words:
        if word in having:
            for number, count, at in _read_postings(reader, field, word):
                numbers.append(number)
                times.append(count)
                places.extend(at)
        offsets.append(len(numbers))
    count = reader.doc_count_all()
    lengths = [reader.doc_field_length(number, field) or 0 for number in range(count)]
    np.save(target / f"{field}.mean.npy", reader.field_length(field) / count if count else 1.0)
    np.save(target / f"{field}.offsets.npy", np.frombuffer(offsets, dtype=np.int64))
    np.save(target / f"{field}.numbers.npy", np.frombuffer(numbers, dtype=np.int32))
    np.save(target / f"{field}.times.npy", np.frombuffer(times, dtype=np.float32))
    np.save(target / f"{field}.places.npy", np.frombuffer(places, dtype=np.int32))
    np.save(target / f"{field}.lengths.npy", np.array(lengths, dtype=np.float64))


def _read_postings(reader: Any, field: str, word: bytes) -> Iterator[tuple[int, float, list[int]]]:
    matcher = reader.postings(field, word)
    while matcher.is_active():
        yield matcher.id(), matcher.weight(), matcher.value_as("positions")
        matcher.next()


class PostingArrays:
    """The arrays of one index folder, mapped into memory. Read only, safe between threads."""

    def __init__(self, folder: Path, fields: Iterable[str]) -> None:
        at = folder / FOLDER
        self._words: Texts = np.load(at / "words.npy", mmap_mode="r")
        self._stems: Texts = np.load(at / "stems.npy", mmap_mode="r")
        self._forms: Texts = np.load(at / "forms.npy", mmap_mode="r")
        self._frequencies: NDArray[np.int32] = np.load(at / "frequencies.npy", mmap_mode="r")
        self.fields = {field: _open_field(at, field) for field in fields}

    def look_up(self, word: str) -> Iterator[tuple[str, NDArray[np.int32], NDArray[np.float32]]]:
        """(field, numbers of records, times) of a stem, for each field that has it."""
        at, _end = _find_range(self._words, word)
        if at is None:
            return
        for name, field in self.fields.items():
            start, end = int(field.offsets[at]), int(field.offsets[at + 1])
            if end > start:
                yield name, field.numbers[start:end], field.times[start:end]

    def find_phrase(self, stems: tuple[str, ...]) -> NDArray[np.int64]:
        """The numbers of the records in which stems stand next to each other in this order, in one field."""
        found = np.zeros(0, dtype=np.int64)
        for field in self.fields.values():
            held = None
            for number, stem in enumerate(stems):
                spots = self._list_spots(field, stem) - number
                held = spots if held is None else np.intersect1d(held, spots, assume_unique=True)
                if not len(held):
                    break
            if held is not None and len(held):
                found = np.union1d(found, held >> PLACE_BITS)
        return found

    def _list_spots(self, field: FieldPostings, stem: str) -> NDArray[np.int64]:
        """Every (record, place) of a stem in a field as one number, so that neighbours differ by 1."""
        at, _end = _find_range(self._words, stem)
        if at is None:
            return np.zeros(0, dtype=np.int64)
        start, end = int(field.offsets[at]), int(field.offsets[at + 1])
        times = field.times[start:end].astype(np.int64)
        numbers = np.repeat(field.numbers[start:end].astype(np.int64), times)
        first = int(field.starts[start])
        return (numbers << PLACE_BITS) + field.places[first : first + int(times.sum())]

    def list_forms(self, stem: str) -> list[str]:
        """Every word as written in the records with this stem."""
        start, end = _find_range(self._stems, stem)
        return [] if start is None else [form.decode() for form in self._forms[start:end].tolist()]

    def list_frequencies(self) -> dict[str, int]:
        """How many records have each word as written."""
        texts = (form.decode() for form in self._forms.tolist())
        return dict(zip(texts, self._frequencies.tolist(), strict=True))


def _open_field(at: Path, field: str) -> FieldPostings:
    offsets, numbers, times, places = (
        np.load(at / f"{field}.{part}.npy", mmap_mode="r") for part in ("offsets", "numbers", "times", "places")
    )
    starts = np.concatenate([[0], np.cumsum(times, dtype=np.int64)])
    lengths, mean = np.load(at / f"{field}.lengths.npy"), float(np.load(at / f"{field}.mean.npy"))
    return FieldPostings(offsets, numbers, times, places, starts, lengths, mean or 1.0)


def _find_range(texts: Texts, text: str) -> tuple[int | None, int]:
    """Where a text begins and ends in a sorted array; (None, 0) when it is not there."""
    key = text.encode()
    if len(key) > texts.dtype.itemsize or not len(texts):
        return None, 0
    start = int(np.searchsorted(texts, np.bytes_(key), side="left"))
    if start == len(texts) or texts[start] != key:
        return None, 0
    return start, int(np.searchsorted(texts, np.bytes_(key), side="right"))
