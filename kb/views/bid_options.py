"""What a form of a joint bid offers to choose from: entries of the workspace, closed lists, ways to go on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from kb.generations import Generation
from kb.views.bid_site import Bid
from kb.views.site import live_generation, today
from kb.workspaces.forms import Choices, FormField
from kb.workspaces.words import write_year

YEARS_BACK, YEARS_AHEAD = 1, 8  # financial years beside this one


class Option(NamedTuple):
    """One value with its words."""

    value: str
    label: str


class Group(NamedTuple):
    """Options under a name, "" for those under none."""

    label: str
    options: tuple[Option, ...]


def read_mechanisms(generation: Generation) -> dict[str, str]:
    """The ways to keep something going, by id, in the order of their titles."""
    streams = generation.catalogue.list_funding_streams()
    return {each.id: each.title for each in sorted(streams, key=lambda each: each.title) if each.is_mechanism}


def list_choices(bid: Bid) -> Choices:
    """The values that a form may send."""
    streams = [item.id for item in bid.workspace.streams]
    partners = [item.id for item in bid.workspace.partners]
    payers = [*(f"stream:{each}" for each in streams), *(f"partner:{each}" for each in partners), "other"]
    mechanisms = live_generation().derive(read_mechanisms)
    return {"stream": streams, "partner": partners, "payer": payers, "mechanism": mechanisms}


class Options:
    """The options of a workspace's forms, by field; each worked out when a form asks."""

    def __init__(self, bid: Bid) -> None:
        self._bid = bid

    def list_groups(self, field: FormField, value: str = "") -> list[Group]:
        """What a field offers, in groups; `value` is what stands in it."""
        match field.widget:
            case "stream":
                return [Group("", self._streams)]
            case "partner":
                return [Group("", self._partners)]
            case "mechanism":
                return self._mechanisms
            case "list":
                entries = live_generation().catalogue.vocabulary.entries(field.list_name)
                return [Group("", tuple(Option(each.value, each.label) for each in entries))]
        return [Group("", self.list_years(value))]

    @cached_property
    def _streams(self) -> tuple[Option, ...]:
        return tuple(Option(item.id, self._bid.names.entries[item.id]) for item in self._bid.workspace.streams)

    @cached_property
    def _partners(self) -> tuple[Option, ...]:
        return tuple(Option(item.id, item.value.name) for item in self._bid.workspace.partners)

    @cached_property
    def payers(self) -> list[Group]:
        """Who may pay for a line."""
        groups = [
            Group("Funding streams", tuple(Option(f"stream:{value}", label) for value, label in self._streams)),
            Group("Partners", tuple(Option(f"partner:{value}", label) for value, label in self._partners)),
            Group("", (Option("other", "Others"),)),
        ]
        return [group for group in groups if group.options]

    @cached_property
    def _mechanisms(self) -> list[Group]:
        """Ways to go on: first those that the records of the chosen streams name."""
        titles: Mapping[str, str] = live_generation().derive(read_mechanisms)
        named: dict[str, None] = {}
        for stream in self._bid.live.streams:
            after = stream.record.sustainability if stream.record else None
            named |= dict.fromkeys(route.mechanism for route in (after.exit_routes if after else None) or ())
        first = tuple(Option(each, titles[each]) for each in named if each in titles)
        rest = tuple(Option(value, title) for value, title in titles.items() if value not in named)
        if not first:
            return [Group("", rest)]
        return [Group("Named in the records of your streams", first), Group("Other ways", rest)]

    @staticmethod
    def list_years(value: str) -> tuple[Option, ...]:
        """Financial years around this one, and the one that stands there already."""
        first = today().year - (today().month < 4) - YEARS_BACK
        years = {*range(first, first + YEARS_BACK + YEARS_AHEAD + 1)}
        if value.isascii() and value.isdigit():
            years.add(int(value))
        return tuple(Option(str(year), write_year(year)) for year in sorted(years) if 2000 <= year <= 2100)
