"""Skeletons of new records: every field with its meaning, those that are not required hidden behind a #."""

from __future__ import annotations

from importlib import resources

KINDS = ("funding", "case-study")
TO_FILL = "FILL IN"


def list_skeletons() -> list[str]:
    """The kinds of record there is a skeleton for."""
    return list(KINDS)


def read_skeleton(kind: str) -> str:
    """The text of the skeleton of a kind, one of `list_skeletons()`."""
    return (resources.files(__package__) / f"{kind}.md").read_text(encoding="utf-8")
