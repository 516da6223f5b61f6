"""A workspace read from a file that somebody else made: every entry checked, everything wrong said at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kb.errors import KbError
from kb.records.text import clean_line
from kb.records.vocabulary import Vocabulary, suggest_nearest
from kb.workspaces.entries import ENTRY_ID, KINDS, About, Entry, Lead, Need, Payment
from kb.workspaces.limits import FIRST_YEAR, LAST_YEAR, is_in_years
from kb.workspaces.references import list_references
from kb.workspaces.transfer import FORMAT, FORMAT_VERSION

MAX_BYTES = 2_000_000  # twice what a workspace may hold, since a file has line breaks and names of fields
MAX_ENTRIES = sum(1 if model.single else model.most for model in KINDS.values())
MAX_PROBLEMS = 20
MAX_DIGITS = 15  # more than any sum or year, and quick to read
QUOTED = 60  # characters of what was found that a problem quotes
UNREADABLE = object()
NO_TITLE = "Joint bid"
FIELDS = ("format", "version", "written", "site", "knowledge_base", "entries")
NEEDED_FIELDS = ("format", "version", "entries")
ENTRY_FIELDS = ("id", "kind", "data")
EXPORT_AGAIN = "Export the workspace again from the site it comes from, and choose that file"
ODD_YEAR = f"this day is not in the years {FIRST_YEAR} to {LAST_YEAR}. Write one that is, or null where none is needed"
MESSAGES = {
    "missing": "this field is not there. Add it",
    "string_type": "this must be text in quotes",
    "int_type": "this must be a whole number without quotes, like 10000",
    "int_from_float": "this must be a whole number, like 10000",
    "bool_type": "this must be true or false, without quotes",
    "date_type": 'this must be a day in quotes, like "2027-01-29"',
    "date_parsing": 'this must be a day that there is, like "2027-01-29"',
    "date_from_datetime_parsing": 'this must be a day that there is, like "2027-01-29"',
    "date_from_datetime_inexact": 'this must be a day without a time, like "2027-01-29"',
    "tuple_type": "this must be a list in square brackets",
    "dict_type": "this must be a group of fields in curly brackets",
    "model_type": "this must be a group of fields in curly brackets",
    "string_too_short": "this is empty. Write something",
    "string_too_long": "this is too long. Write at most {max_length} characters",
    "too_long": "there are too many of these. Keep at most {max_length}",
    "greater_than_equal": "this must be {ge} or more",
    "less_than_equal": "this must be {le} or less",
    "literal_error": "this must be one of {expected}",
}


@dataclass(frozen=True)
class TransferProblem:
    """One thing wrong: where, as entry 3 (budget line): cost, "" for the file as a whole; what, and what to do."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class TransferProblems(KbError):
    """A file that cannot be imported: the first 20 problems, and how many `more` there are."""

    def __init__(self, problems: Sequence[TransferProblem], more: int) -> None:
        self.problems = tuple(problems)
        self.more = more
        count = len(problems) + more
        super().__init__(f"{count} problem{'' if count == 1 else 's'} in the file, so nothing was imported.")


def read_transfer(content: bytes, vocabulary: Vocabulary) -> list[tuple[str, Entry]]:
    """The entries of a file as write_transfer writes it, with the ids they have there, in its order.

    Raises TransferProblems with everything wrong in it. Of the kinds that a workspace has one of, a missing one is
    added, empty.
    """
    notes = _Notes()
    try:
        found = _Reader(notes, vocabulary).read(content)
    except RecursionError:
        notes.add("", f"it is nested too deep to be a workspace. {EXPORT_AGAIN}")
        found = []
    notes.check()
    return found


class _Notes:
    """Collects what is wrong, each once."""

    def __init__(self) -> None:
        self._found: dict[TransferProblem, None] = {}

    def add(self, place: str, message: str) -> None:
        """Note one problem."""
        self._found[TransferProblem(clean_line(place), clean_line(message))] = None

    def check(self) -> None:
        """Raise TransferProblems if there are any."""
        if self._found:
            raise TransferProblems(list(self._found)[:MAX_PROBLEMS], max(0, len(self._found) - MAX_PROBLEMS))


class _Reader:
    """Reads one file from the outside in: bytes, JSON, the frame, each entry, then what they are to each other."""

    def __init__(self, notes: _Notes, vocabulary: Vocabulary) -> None:
        self._notes = notes
        self._context = {"vocabulary": vocabulary}

    def read(self, content: bytes) -> list[tuple[str, Entry]]:
        """The entries; only to be used if no problem was noted."""
        stored = self._read_frame(self._read_json(content))
        entries: list[tuple[str, Entry]] = []
        places: dict[str, str] = {}
        for number, each in enumerate(stored, 1):
            found = self._read_entry(number, each)
            if found is None:
                continue
            place, entry_id, entry = found
            if entry_id in places:
                self._notes.add(place, f'the id "{entry_id}" is that of {places[entry_id]} too. Give it another one')
            places.setdefault(entry_id, place)
            entries.append((entry_id, entry))
        self._check_counts([entry for _, entry in entries])
        if len(entries) == len(stored):  # else what is referred to may stand in an entry that could not be read
            self._check_references(entries, places)
        return [*_fill_singles(entries), *entries]

    def _read_json(self, content: bytes) -> object:
        """What the file says as plain values; UNREADABLE if that cannot be told."""
        if len(content) > MAX_BYTES:
            self._notes.add("", f"it is larger than {MAX_BYTES // 1_000_000} MB, which no workspace is. {EXPORT_AGAIN}")
            return UNREADABLE
        try:
            text = content.decode("utf-8-sig")
            return json.loads(
                text,
                object_pairs_hook=self._read_pairs,
                parse_int=self._read_int,
                parse_float=self._read_float,
                parse_constant=self._read_constant,
            )
        except UnicodeDecodeError:
            self._notes.add("", f"it is not text in UTF-8, so it is no exported workspace. {EXPORT_AGAIN}")
        except json.JSONDecodeError as error:
            self._notes.add(f"line {error.lineno}", f"it is not whole or not JSON from here on. {EXPORT_AGAIN}")
        return UNREADABLE

    def _read_pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                self._notes.add("", f'"{name[:QUOTED]}" stands twice in one group of fields. Keep one')
            found[name] = value
        return found

    def _read_int(self, text: str) -> int:
        if len(text) > MAX_DIGITS:
            self._notes.add("", f"{text[:20]}... is too large a number. Write at most {MAX_DIGITS} digits")
            return 0
        return int(text)

    def _read_float(self, text: str) -> float:
        self._notes.add("", f"{text[:20]} is not a whole number, and a workspace has no others. Change it")
        return 0

    def _read_constant(self, text: str) -> int:
        self._notes.add("", f"{text} is not a number that can be used. Change it")
        return 0

    def _read_frame(self, found: object) -> list[object]:
        """The entries as they stand in the file, once all around them is right."""
        if not isinstance(found, dict):
            if found is not UNREADABLE:
                self._notes.add("", f"it is JSON, but not an exported workspace. {EXPORT_AGAIN}")
            return []
        if found.get("format") != FORMAT:
            self._notes.add("format", f'this must be "{FORMAT}": only that is an exported workspace. {EXPORT_AGAIN}')
            return []
        version = found.get("version")
        if type(version) is not int or version != FORMAT_VERSION:
            newer = type(version) is int and version > FORMAT_VERSION
            hint = "The file is from a newer site: ask for this one to be updated" if newer else EXPORT_AGAIN
            self._notes.add("version", f"this must be {FORMAT_VERSION}, without quotes. {hint}")
            return []
        self._check_names("", found, FIELDS, NEEDED_FIELDS)
        entries = found.get("entries", [])
        if not isinstance(entries, list):
            self._notes.add("entries", "this must be a list in square brackets")
            return []
        if len(entries) > MAX_ENTRIES:
            self._notes.add("entries", f"there are {len(entries):,}, and a workspace holds at most {MAX_ENTRIES:,}")
            return []
        return entries

    def _check_names(
        self, place: str, found: Mapping[str, object], known: Sequence[str], needed: Sequence[str]
    ) -> bool:
        """Whether a group has the fields it needs and no others; notes what is not so."""
        for name in found:
            if name not in known:
                self._notes.add(place, _refuse_field(name, known))
        missing = [name for name in needed if name not in found]
        for name in missing:
            self._notes.add(place, f'the field "{name}" is not there. Add it')
        return not missing

    def _read_entry(self, number: int, found: object) -> tuple[str, str, Entry] | None:
        """One entry with its place and id; None with the problems noted."""
        place = f"entry {number}"
        if not isinstance(found, dict):
            self._notes.add(place, "this must be a group of fields in curly brackets")
            return None
        if not self._check_names(place, found, ENTRY_FIELDS, ENTRY_FIELDS):
            return None
        entry_id, kind = found["id"], found["kind"]
        if not isinstance(kind, str) or kind not in KINDS:
            wrong = kind[:QUOTED] if isinstance(kind, str) else ""
            self._notes.add(f"{place}: kind", f'"{wrong}" is no kind of entry. {suggest_nearest(wrong, KINDS, 20)}')
            return None
        model = KINDS[kind]
        place = f"{place} ({model.noun})"
        if not isinstance(entry_id, str) or not ENTRY_ID.fullmatch(entry_id):
            self._notes.add(f"{place}: id", "this must be 8 small letters or digits in quotes, like ab12cd34")
            return None
        entry = self._read_data(place, model, found["data"])
        return (place, entry_id, entry) if entry is not None else None

    def _read_data(self, place: str, model: type[Entry], data: object) -> Entry | None:
        try:
            # As JSON and strictly, so that a day is written as one and "5" or true is no number.
            entry = model.model_validate_json(json.dumps(data), strict=True, context=self._context)
        except ValidationError as error:
            for each in error.errors(include_url=False, include_input=False):
                if each["type"] == "literal_error" and each["ctx"]["expected"] == "''":
                    continue  # a choice left open is allowed too, but what is wrong is the choice made
                field = _name_place(each["loc"])
                self._notes.add(f"{place}: {field}" if field else place, _explain(each, model))
            return None
        for name, value in entry:
            if isinstance(value, date) and not is_in_years(value):
                self._notes.add(f"{place}: {name}", ODD_YEAR)
        return entry

    def _check_counts(self, entries: Sequence[Entry]) -> None:
        for kind, count in Counter(entry.kind for entry in entries).items():
            model = KINDS[kind]
            most = 1 if model.single else model.most
            if count > most:
                self._notes.add("entries", f"{count} are of the kind {kind} ({model.noun}). Keep at most {most}")

    def _check_references(self, entries: Sequence[tuple[str, Entry]], places: Mapping[str, str]) -> None:
        there = {(entry.kind, entry_id) for entry_id, entry in entries}
        for entry_id, entry in entries:
            for found in list_references(entry):
                if (found.kind, found.entry_id) not in there:
                    message = f'no {found.kind} of this file has the id "{found.entry_id}". Leave it open, or add it'
                    self._notes.add(f"{places[entry_id]}: {found.field}", message)


def _fill_singles(entries: Sequence[tuple[str, Entry]]) -> list[tuple[str, Entry]]:
    """The entries that every workspace has and this one lacks, empty, with ids that it does not use."""
    used = {entry_id for entry_id, _ in entries}
    kinds = {entry.kind for _, entry in entries}
    filled: list[tuple[str, Entry]] = []
    for entry in (About(title=NO_TITLE), Need(), Lead()):
        if entry.kind not in kinds:
            entry_id = next(name for n in range(10_000) if (name := f"{entry.kind[:4]:x<4}{n:04}") not in used)
            filled.append((entry_id, entry))
    return filled


def _name_place(path: Sequence[str | int]) -> str:
    """Where in an entry something stands: payments[2].pounds. What pydantic adds for a choice of types is left out."""
    name = ""
    for part in path:
        if isinstance(part, int):
            name += f"[{part + 1}]"
        elif part.replace("_", "").isalnum():
            name += f".{part[:QUOTED]}" if name else part[:QUOTED]
    return name


def _explain(error: ErrorDetails, model: type[Entry]) -> str:
    """One sentence for one error, with what to do."""
    kind = error["type"]
    if kind == "extra_forbidden":
        group = model if len(error["loc"]) == 1 else Payment
        return _refuse_field(str(error["loc"][-1]), list(group.model_fields))
    if kind == "too_long" and error["ctx"]["field_type"] == "Value":
        kind = "string_too_long"  # as pydantic calls a text that was tidied before it was measured
    if kind in MESSAGES:
        return MESSAGES[kind].format(**error.get("ctx", {}))
    return error["msg"] if kind == "kb" else f"this cannot be used. {EXPORT_AGAIN}"


def _refuse_field(name: str, known: Sequence[str]) -> str:
    return f'there is no field "{name[:QUOTED]}". {suggest_nearest(name[:QUOTED], known, 20)}'
