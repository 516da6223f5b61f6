"""Tables as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from kb.queries.deadlines import find_next_closing, is_past_review
from kb.records.card import Card
from kb.records.facets import NOT_STATED_LABEL
from kb.records.text import clean_line
from kb.records.vocabulary import Vocabulary

FORMULA_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the full-width ones count, too
BYTE_ORDER_MARK = "\ufeff"  # tells Excel that the file is UTF-8
RESULT_HEADER = (
    "Kind", "Title", "Address", "Summary", "Status", "Date checked", "Past its review date", "Who pays",
    "Who can apply", "How much", "Next closing date", "Place", "School phases", "Service areas", "Partners",
    "Headline result", "Did it last?",
)  # fmt: skip


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file with a header row and a line a row.

    Text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([guard_formula(value) for value in row])
    return (BYTE_ORDER_MARK + out.getvalue()).encode("utf-8")


def guard_formula(value: object) -> object:
    """The value as a spreadsheet may safely show it: text on one line; None is empty, numbers stay numbers."""
    if not isinstance(value, str):
        return "" if value is None else value
    line = clean_line(value)
    return f"'{line}" if line.startswith(FORMULA_SIGNS) else line


def write_result_table(cards: Iterable[Card], site: str, vocabulary: Vocabulary, today: date) -> bytes:
    """The records of a search as CSV, a row each.

    A cell is empty where records of its kind have no such fact, and "Not stated" where this one does not state it.
    Dates stand as stated: 2027-01-29, 2027-01, autumn 2027. `site` is the start of this site's addresses, without a
    slash at the end.
    """
    return write_csv(RESULT_HEADER, (_make_row(card, site, vocabulary, today) for card in cards))


def _make_row(card: Card, site: str, vocabulary: Vocabulary, today: date) -> list[str]:
    facts = {
        "Kind": card.kind_label,
        "Title": card.title,
        "Address": f"{site}{card.url}",
        "Summary": card.summary,
        **_list_stream_facts(card, today),
        **_list_case_facts(card),
    }
    if card.type in ("funding", "case-study"):
        areas = ["All" if area == "all" else vocabulary.label("service_areas", area) for area in card.service_areas]
        facts |= {"Service areas": _join(areas), "School phases": _join(card.phase_labels)}
    return [facts.get(name, "") for name in RESULT_HEADER]


def _list_stream_facts(card: Card, today: date) -> dict[str, str]:
    """Who pays, for any stream; the rest for what somebody applies for, as lists of the site show it."""
    if card.type != "funding":
        return {}
    facts = {"Who pays": card.funder or NOT_STATED_LABEL}
    if card.status is None:
        return facts
    closes = find_next_closing(card.closes, today)
    past_review = "Yes: ask the funder" if is_past_review(card.review_by, today) else "No"
    return facts | {
        "Status": card.status_label or card.status,
        "Date checked": card.checked.text if card.checked else NOT_STATED_LABEL,
        "Past its review date": "Kept for its lessons" if card.status == "historic" else past_review,
        "Who can apply": _join(card.applicants),
        "How much": card.amount or NOT_STATED_LABEL,
        "Next closing date": closes.text if closes else explain_no_closing(card),
    }


def _list_case_facts(card: Card) -> dict[str, str]:
    if card.type != "case-study":
        return {}
    place = card.place or NOT_STATED_LABEL
    return {
        "Place": f"{place}, {card.region}" if card.region and card.region not in place else place,
        "Partners": _join(card.partners),
        "Headline result": card.headline or "No figures in the source",
        "Did it last?": card.sustained or NOT_STATED_LABEL,
    }


def explain_no_closing(card: Card) -> str:
    """Why a stream has no closing date to come, in a few words."""
    if card.closes:
        return "Closed" if card.status in ("historic", "closed") else "No coming date stated"
    if card.status == "rolling":
        return "Any time"
    return "Nobody applies" if card.route == "formula" else NOT_STATED_LABEL


def _join(labels: Iterable[str] | None) -> str:
    return "; ".join(labels or ()) or NOT_STATED_LABEL
