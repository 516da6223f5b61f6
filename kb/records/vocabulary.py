"""The closed lists, as values. What they hold stands only in content/vocabulary."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One value of a closed list with the label readers see; `region` and `gss` only for councils."""

    value: str
    label: str
    means: str | None = None
    region: str | None = None
    gss: str | None = None


LISTS = (
    "after_states", "agreement_points", "amount_per", "applicants", "area_lists", "bases", "bid_states", "bodies",
    "duties", "effort_levels", "eras", "establishment_types", "evidence", "funder_kinds", "key_features", "kinds",
    "local_authorities", "money", "nations", "need_themes", "outcomes", "phases", "place_kinds", "publisher_kinds",
    "recurrences", "regions", "risk_levels", "routes", "rule_kinds", "service_areas", "source_kinds", "statuses",
    "sustained_states",
)  # fmt: skip


class Vocabulary:
    """All closed lists by name. Lists that are not given are empty."""

    def __init__(self, lists: Mapping[str, Iterable[Entry]]) -> None:
        self._lists = {name: {entry.value: entry for entry in entries} for name, entries in lists.items()}

    def values(self, name: str) -> list[str]:
        """The values of a list, in its own order."""
        return list(self._lists.get(name, {}))

    def entries(self, name: str) -> list[Entry]:
        """The entries of a list, in its own order."""
        return list(self._lists.get(name, {}).values())

    def label(self, name: str, value: str) -> str:
        """The label of a value; the value itself if the list does not have it."""
        entry = self._lists.get(name, {}).get(value)
        return entry.label if entry else value

    def region_of(self, local_authority: str) -> str | None:
        """The region a council is in; None for a council the list does not have."""
        entry = self._lists.get("local_authorities", {}).get(local_authority)
        return entry.region if entry else None


def suggest_nearest(wrong: str, allowed: Iterable[str], show: int = 12) -> str:
    """A sentence with the nearest allowed value, or with the allowed values when none is near."""
    choices = list(allowed)
    spelled = "-".join(wrong.lower().replace("_", "-").split())
    near = difflib.get_close_matches(spelled, choices, n=1, cutoff=0.6) or [c for c in choices if spelled in c][:1]
    if near and spelled:
        return f"Did you mean {near[0]}?"
    shown = ", ".join(choices[:show])
    return f"Write one of: {shown}{', ...' if len(choices) > show else ''}."
