"""How the entries of a workspace refer to each other: found, and changed when entries get other ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from kb.workspaces.entries import CostLine, Entry, Payment
from kb.workspaces.words import get_widget

Value = TypeVar("Value", bound=Entry)
Ids = Mapping[tuple[str, str], str]  # the new id of an entry by its kind and the id it had


@dataclass(frozen=True)
class Reference:
    """What one entry refers to: the field it stands in, as payments[2].by, and the kind and id of the other entry."""

    field: str
    kind: str
    entry_id: str


def list_references(entry: Entry) -> Iterator[Reference]:
    """Every entry that an entry refers to; a choice left open is none."""
    for name in type(entry).model_fields:
        kind = get_widget(type(entry), name)
        if kind in ("stream", "partner") and getattr(entry, name):
            yield Reference(name, kind, getattr(entry, name))
    if isinstance(entry, CostLine):
        for number, payment in enumerate(entry.payments, 1):
            if payment.by != "other":
                kind, _, entry_id = payment.by.partition(":")
                yield Reference(f"payments[{number}].by", kind, entry_id)


def replace_references(entry: Value, ids: Ids) -> Value:
    """The entry with other ids in place of those it refers to.

    What refers to an entry that is not among them is left open; what such a payer was to pay goes, so that the gap
    shows.
    """
    update: dict[str, object] = {
        reference.field: ids.get((reference.kind, reference.entry_id), "")
        for reference in list_references(entry)
        if not reference.field.startswith("payments[")
    }
    if isinstance(entry, CostLine):
        update["payments"] = tuple(_replace_payers(entry.payments, ids))
    return entry.model_copy(update=update)


def _replace_payers(payments: tuple[Payment, ...], ids: Ids) -> Iterator[Payment]:
    for payment in payments:
        kind, _, entry_id = payment.by.partition(":")
        if not entry_id:
            yield payment
        elif (kind, entry_id) in ids:
            yield payment.model_copy(update={"by": f"{kind}:{ids[kind, entry_id]}"})
