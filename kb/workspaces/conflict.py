"""Two people changed the same entry: its versions field by field, and a form put together from both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from kb.workspaces.entries import Entry
from kb.workspaces.forms import list_fields
from kb.workspaces.references import list_references
from kb.workspaces.words import Names, say_value
from kb.workspaces.workspace import Item, Workspace

Side = Literal["mine", "theirs"]
PAYERS = ("payer-", "pounds-")


class Difference(NamedTuple):
    """A field that differs, in words, and whose version to take unless the reader says otherwise: theirs only where
    nothing but theirs has changed since the form was opened."""

    name: str
    label: str
    mine: str
    theirs: str
    usual: Side


def compare_versions(mine: Entry, theirs: Entry, base: Entry | None, names: Names) -> list[Difference]:
    """The fields in which two versions of an entry differ, in the order of the form. `base` is what both began with,
    None if nobody can tell."""
    return list(_compare(mine, theirs, base, names))


def _compare(mine: Entry, theirs: Entry, base: Entry | None, names: Names) -> Iterator[Difference]:
    model = type(mine)
    for field in list_fields(model):
        ours, other = getattr(mine, field.name), getattr(theirs, field.name)
        if ours != other:
            untouched = base is not None and getattr(base, field.name) == ours
            words = [say_value(model, field.name, value, names) for value in (ours, other)]
            yield Difference(field.name, field.label, words[0], words[1], "theirs" if untouched else "mine")


def merge_forms(
    model: type[Entry], mine: Mapping[str, str], theirs: Mapping[str, str], picked: Mapping[str, str]
) -> dict[str, str]:
    """The inputs of a form: mine, but those of a field for which `picked` says "theirs" from theirs."""
    merged = {name: value for name, value in mine.items() if name != "csrf_token"}
    for field in list_fields(model):
        if picked.get(field.name) == "theirs":
            is_of = (lambda name: name.startswith(PAYERS)) if field.name == "payments" else field.name.__eq__
            merged = {name: value for name, value in merged.items() if not is_of(name)}
            merged |= {name: value for name, value in theirs.items() if is_of(name)}
    return merged


def list_referring(workspace: Workspace, entry_id: str) -> list[Item[Entry]]:
    """The entries that refer to an entry, such as the budget lines that a partner pays for."""
    return [
        item
        for item in workspace.entries
        if any(reference.entry_id == entry_id for reference in list_references(item.value))
    ]
