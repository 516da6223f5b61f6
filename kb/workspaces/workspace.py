"""A workspace as it stands: its entries, read from what is stored, with the links among them followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar, cast

from kb.workspaces.entries import KINDS, About, AgreementPoint, CostLine, Entry, Lead, Need, Partner, Payment, Stream

Value = TypeVar("Value", bound=Entry)


@dataclass(frozen=True)
class Item(Generic[Value]):
    """An entry with its id and the revision of its last change, which a save must name."""

    id: str
    revision: int
    value: Value


@dataclass(frozen=True)
class StoredEntry:
    """An entry as the store has it: `data` is its JSON form. `revision` is the workspace's version that wrote it."""

    id: str
    kind: str
    revision: int
    data: Mapping[str, object]


@dataclass(frozen=True)
class Workspace:
    """All entries of a workspace, in the order they were added. `version` counts its changes from 1."""

    version: int
    entries: tuple[Item[Entry], ...]

    def list_items(self, model: type[Value]) -> list[Item[Value]]:
        """The entries of a kind."""
        return [cast("Item[Value]", item) for item in self._by_kind.get(model, ())]

    @cached_property
    def _by_kind(self) -> Mapping[type[Entry], list[Item[Entry]]]:
        """The entries by kind: a page asks forty times, and of two hundred tasks."""
        found: dict[type[Entry], list[Item[Entry]]] = {}
        for item in self.entries:
            found.setdefault(type(item.value), []).append(item)
        return found

    def find_item(self, entry_id: str) -> Item[Entry] | None:
        """The entry with an id; None if there is none, or no longer."""
        return next((item for item in self.entries if item.id == entry_id), None)

    def get_single(self, model: type[Value]) -> Item[Value]:
        """The one entry of a single kind."""
        return self.list_items(model)[0]

    @property
    def title(self) -> str:
        """The name of the scheme."""
        return self.get_single(About).value.title

    @property
    def need(self) -> str:
        """The need in words."""
        return self.get_single(Need).value.words

    @property
    def partners(self) -> list[Item[Partner]]:
        """The partners."""
        return self.list_items(Partner)

    @property
    def lead(self) -> Item[Partner] | None:
        """The partner who leads; None while that is open, or where that partner has been taken out."""
        chosen = self.get_single(Lead).value.partner
        return next((item for item in self.partners if item.id == chosen), None)

    @property
    def streams(self) -> list[Item[Stream]]:
        """The chosen streams."""
        return self.list_items(Stream)

    @property
    def live_streams(self) -> list[Item[Stream]]:
        """The chosen streams that were not refused or dropped."""
        return [item for item in self.streams if item.value.state != "refused"]

    def list_payments(self, payer: str) -> Iterator[tuple[Item[CostLine], Payment]]:
        """What one payer pays, line by line. `payer` is as in Payment.by."""
        for item in self.list_items(CostLine):
            for payment in item.value.payments:
                if payment.by == payer:
                    yield item, payment


def read_workspace(version: int, stored: Iterable[StoredEntry]) -> Workspace:
    """The workspace from its stored entries; raises ValidationError for one that we never wrote."""
    items = tuple(
        Item(entry.id, entry.revision, KINDS[entry.kind].model_validate(dict(entry.data))) for entry in stored
    )
    return Workspace(version, items)


def start_entries(title: str, points: Iterable[str]) -> list[Entry]:
    """What a new workspace holds: the single entries, and one agreement point for each of the closed list's values."""
    return [About(title=title), Need(), Lead(), *(AgreementPoint(point=point) for point in points)]
