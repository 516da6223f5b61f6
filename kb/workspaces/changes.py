"""What a change of an entry changed, in words, for the history of a workspace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from kb.workspaces.entries import KINDS, Entry
from kb.workspaces.words import (
    NOT_SAID,
    Names,
    get_label,
    list_entry_facts,
    name_entry,
    say_value,
)

SHORT = 60  # characters of a value that still fits into the one line of a change
SHOWN = 3  # fields named in that line


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, in words. "" before: the entry was added; "" after: it was removed."""

    label: str
    before: str
    after: str


def describe_change(
    kind: str, before: Mapping[str, object] | None, after: Mapping[str, object] | None, names: Names
) -> list[FieldChange]:
    """What differs between two stored states of an entry, in the order of its form.

    None stands for an entry that was not there before, or is not there after; then every field that says something is
    listed. Empty where nothing differs, or where the entry was stored in a form that is no longer known.
    """
    old, new = _read_entry(kind, before), _read_entry(kind, after)
    if old is not None and new is not None:
        return list(_compare(old, new, names))
    if new is not None and before is None:
        return [FieldChange(label, "", words) for label, words in list_entry_facts(new, names)]
    if old is not None and after is None:
        return [FieldChange(label, words, "") for label, words in list_entry_facts(old, names)]
    return []


def summarise_change(
    kind: str, before: Mapping[str, object] | None, after: Mapping[str, object] | None, names: Names
) -> str:
    """A change in one line: "Budget line changed: Youth worker (2027-28). Cost in that year: £20,000 to £24,000"."""
    model = KINDS.get(kind)
    noun = model.noun.capitalize() if model else "Entry"
    done = "added" if before is None else "removed" if after is None else "changed"
    entry = _read_entry(kind, before if after is None else after)
    line = f"{noun} {done}"
    if entry is not None and not entry.single:
        line += f": {name_entry(entry, names)}"
    if done != "changed":
        return line
    changes = describe_change(kind, before, after, names)
    said = [_shorten(change) for change in changes[:SHOWN]]
    if len(changes) > SHOWN:
        said.append(f"and {len(changes) - SHOWN} more")
    return f"{line}. {'; '.join(said)}" if said else line


def _shorten(change: FieldChange) -> str:
    """One field of the one line: both values if they are short, else only that it changed."""
    if max(len(change.before), len(change.after)) > SHORT or "\n" in change.before + change.after:
        return f"{change.label}: changed"
    if change.after == NOT_SAID:
        return f"{change.label}: taken out, was {change.before}"
    if change.before in (NOT_SAID, "Yes", "No"):
        return f"{change.label}: {change.after}"
    return f"{change.label}: {change.before} to {change.after}"


def _read_entry(kind: str, data: Mapping[str, object] | None) -> Entry | None:
    """A stored state as an entry; None if there is none, or if it is of a form that is no longer known."""
    model = KINDS.get(kind)
    if model is None or data is None:
        return None
    try:
        return model.model_validate(dict(data))
    except ValidationError:
        return None


def _compare(old: Entry, new: Entry, names: Names) -> Iterator[FieldChange]:
    model = type(new)
    for name in model.model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _compare_mappings(model, name, before, after, names)
        else:
            words = [say_value(model, name, value, names) for value in (before, after)]
            yield FieldChange(get_label(model, name), *words)


def _compare_mappings(
    model: type[Entry], name: str, before: Mapping[str, Any], after: Mapping[str, Any], names: Names
) -> Iterator[FieldChange]:
    """What differs between two groups of values by key, one by one."""
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was != now:
            words = [say_value(model, "", value, names) for value in (was, now)]
            yield FieldChange(f"{get_label(model, name)}, {names.titles.get(key, key)}", *words)
