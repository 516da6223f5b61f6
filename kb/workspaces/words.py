"""Entries in words: what an entry is called in a list, and its values as readers see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from kb.records.amounts import write_pounds
from kb.records.vocabulary import Vocabulary
from kb.workspaces.entries import CostLine, Ending, Entry, Need, Payment
from kb.workspaces.workspace import Item, Workspace

NOT_SAID = "Not said yet"
GONE = {"stream": "a stream since taken out", "partner": "a partner since taken out"}
# The field that says what an entry is; the other kinds are named by several.
NAME_FIELDS = {
    "about": "title", "figure": "says", "outcome": "outcome", "partner": "name", "lead": "partner", "stream": "stream",
    "evidence": "case", "task": "what", "point": "point", "risk": "risk", "turn": "what",
}  # fmt: skip
# What a form does not ask for and a reader need not see beside the rest.
INNER_FIELDS = frozenset({"answers", "facts", "generation", "step"})


@dataclass(frozen=True)
class Names:
    """What stands for ids and closed values: labels by list, names of entries by entry id, titles by record id.

    An id that is not there is shown as itself (a record) or as taken out since (an entry).
    """

    vocabulary: Vocabulary
    entries: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def name_payer(self, payer: str) -> str:
        """Who pays, from "stream:ID", "partner:ID" or "other"."""
        kind, _, entry_id = payer.partition(":")
        return self.entries.get(entry_id, GONE[kind].capitalize()) if entry_id else "Others"

    def name_record(self, record_id: str) -> str:
        """The title of a stream, case study or mechanism."""
        return self.titles.get(record_id, record_id)


def gather_names(workspace: Workspace, vocabulary: Vocabulary, titles: Mapping[str, str]) -> Names:
    """The names of a workspace's entries; `titles` are those of the records it refers to, by id."""
    plain = Names(vocabulary, {}, titles)
    # First what others are called after: a lead after its partner, an ending after its stream.
    leading: list[Item[Any]] = [*workspace.partners, *workspace.streams]
    first = {item.id: name_entry(item.value, plain) for item in leading}
    known = Names(vocabulary, first, titles)
    others = {item.id: name_entry(item.value, known) for item in workspace.entries if item.id not in first}
    return Names(vocabulary, first | others, titles)


def name_entry(entry: Entry, names: Names) -> str:
    """What an entry is called where several stand in a list: never blank, always one line."""
    match entry:
        case Need():
            return "The need"
        case CostLine():
            return f"{entry.what} ({write_year(entry.year)})"
        case Ending():
            return f"After {names.entries.get(entry.stream, GONE['stream'])}"
    field_name = NAME_FIELDS[entry.kind]
    return say_value(type(entry), field_name, getattr(entry, field_name), names)


def say_value(model: type[Entry], field_name: str, value: Any, names: Names) -> str:
    """One value as a reader sees it: "£20,000", "14 November 2026", "Yes", a label, a name. Blank is "Not said yet".

    `value` is as the model has it, not as the store does. A text keeps its line breaks.
    """
    if is_blank(value):
        return NOT_SAID
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return say_day(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {say_value(model, '', each, names)}" for key, each in value.items())
    if isinstance(value, tuple):
        return "; ".join(say_payment(payment, names) for payment in value)
    widget = get_widget(model, field_name) if field_name else ""
    if widget.startswith("list:"):
        return names.vocabulary.label(widget.removeprefix("list:"), value)
    if widget in GONE:
        return names.entries.get(value, GONE[widget].capitalize())
    if widget == "pounds":
        return write_pounds(value)
    return _say_by_name(field_name, value, names)


def _say_by_name(field_name: str, value: Any, names: Names) -> str:
    """The values whose form has its own way to ask, or none: they are known by their names."""
    if field_name in ("stream", "case", "route"):
        return names.name_record(value)
    if field_name == "money":
        return names.vocabulary.label("money", value)
    return write_year(value) if field_name == "year" else str(value)


def is_blank(value: Any) -> bool:
    """True for a value that says nothing; no and nought say something."""
    return value is None or value in ("", (), {})


def say_payment(payment: Payment, names: Names) -> str:
    """Who pays how much: "Hill School £4,000"."""
    return f"{names.name_payer(payment.by)} {write_pounds(payment.pounds)}"


def say_day(day: date) -> str:
    """A day as readers write it: "14 November 2026"."""
    return f"{day.day} {day:%B %Y}"


def write_year(start: int) -> str:
    """The financial year that starts in April of a year: "2027-28"."""
    return f"{start}-{(start + 1) % 100:02}"


def list_entry_facts(entry: Entry, names: Names) -> list[tuple[str, str]]:
    """Every field that says something, as (label, words), in the order of the form. A box not ticked says nothing."""
    model = type(entry)
    facts = []
    for name in model.model_fields:
        value = getattr(entry, name)
        is_unticked = value is False and get_widget(model, name) == "tick"
        if name not in INNER_FIELDS and not is_unticked and not is_blank(value):
            facts.append((get_label(model, name), say_value(model, name, value, names)))
    return facts


def get_label(model: type[Entry], field_name: str) -> str:
    """A field's label, as its form has it."""
    return model.model_fields[field_name].title or field_name


@cache
def get_widget(model: type[Entry], field_name: str) -> str:
    """How a form asks for a field: see entries.py."""
    extra = model.model_fields[field_name].json_schema_extra
    return str(extra.get("widget", "")) if isinstance(extra, dict) else ""
