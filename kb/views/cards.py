"""What lists say of a record, in words: worked out here and not in templates, where each step costs more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from kb.queries.deadlines import find_last_closing, find_next_closing, is_past_review
from kb.records.card import Card
from kb.records.dates import StatedDate
from kb.records.facets import NOT_STATED_LABEL

TAG_COLOURS = {
    "open": "green", "rolling": "green", "recurring": "turquoise", "opening-soon": "light-blue",
    "expected-again": "yellow", "paused": "orange", "not-confirmed": "yellow",
}  # fmt: skip


def choose_tag_colour(status: str) -> str:
    """The colour of a status's tag, of those of the GOV.UK Design System."""
    return TAG_COLOURS.get(status, "grey")


def say_known(checked: StatedDate | None, review_by: StatedDate | None, status: str, day: date) -> str:
    """How current a record is: never more than its newest source."""
    if status == "historic":
        return "kept for its lessons"
    if checked is None:
        return "date of the source not stated"
    if is_past_review(review_by, day):
        return f"last known {checked.words}: ask the funder"
    return f"as of {checked.words}"


def say_closing(closes: Sequence[StatedDate], status: str | None, route: str | None, day: date) -> str:
    """When a stream closes, as text or safe HTML."""
    coming = find_next_closing(closes, day)
    if coming:
        return Markup("<strong>{}</strong>").format(coming.words)
    last = find_last_closing(closes, day)
    if last:
        over = status in ("historic", "closed")
        return f"Closed {last.words}" if over else f"No coming date stated (last closed {last.words})"
    if status == "rolling":
        return "Any time"
    return "Nobody applies" if route == "formula" else NOT_STATED_LABEL


def list_facts(card: Card, day: date) -> list[tuple[str, str]]:
    """The facts of a card that decide whether its record is worth opening, by their names."""
    if card.type == "funding":
        facts = [("Who pays", card.funder or NOT_STATED_LABEL)]
        if card.status:
            facts.append(("Who can apply", _join(card.applicants)))
            if card.joint_bid:
                facts.append(("Joint bid", card.joint_bid))
            facts += [
                ("How much", card.amount or NOT_STATED_LABEL),
                ("Closes", say_closing(card.closes, card.status, card.route, day)),
            ]
        return facts
    if card.type == "case-study":
        place = card.place or ""
        return [
            ("Where", f"{place}, {card.region}" if card.region and card.region not in place else place),
            ("Phase", _join(card.phase_labels)),
            ("With", _join(card.partners)),
            ("Result", card.headline or "No figures in the source"),
            ("Did it last?", card.sustained or NOT_STATED_LABEL),
        ]
    return []


def _join(labels: Sequence[str] | None) -> str:
    return ", ".join(labels) if labels else NOT_STATED_LABEL
