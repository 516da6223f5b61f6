"""What a shortlist says of a record: few words for each question that governors ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from kb.queries.deadlines import find_next_window
from kb.records.amounts import describe_amount, describe_result, write_number, write_pounds
from kb.records.case_study import CaseStudy
from kb.records.facets import NOT_STATED_LABEL
from kb.records.funding import FundingStream
from kb.records.vocabulary import Vocabulary
from kb.views.cards import say_closing, say_known

MAX_RESULTS = 2  # of a case; its record has them all


@dataclass(frozen=True)
class ChosenStream:
    """A stream in a line for each question; "Not stated" where its record does not say."""

    who: str
    how_much: str
    match_funding: str
    when: str
    effort: str
    after: str
    known: str
    site: str


@dataclass(frozen=True)
class ChosenCase:
    """A case in a line for each question."""

    came_of_it: str
    cost: str
    lasted: str


def describe_chosen_stream(stream: FundingStream, vocabulary: Vocabulary, day: date) -> ChosenStream:
    """The answers of a programme's record."""
    effort, after, status = stream.effort, stream.sustainability, stream.status or ""
    labels = ["All" if value == "all" else vocabulary.label("applicants", value) for value in stream.applicants or ()]
    said_after = "" if after is None or after.after == "not-stated" else vocabulary.label("after_states", after.after)
    known = say_known(stream.checked.on if stream.checked else None, stream.review_by, status, day)
    return ChosenStream(
        who=", ".join(labels) or NOT_STATED_LABEL,
        how_much=describe_amount(stream.amount, vocabulary) or NOT_STATED_LABEL,
        match_funding=_say_match(stream),
        when=_say_when(stream, day),
        effort=_join(vocabulary.label("effort_levels", effort.level), effort.basis) if effort else NOT_STATED_LABEL,
        after=_join(said_after, after.note if after else None, after.risk if after else None) or NOT_STATED_LABEL,
        known=f"{known[:1].upper()}{known[1:]}",
        site=urlsplit(stream.official_page or "").netloc,
    )


def describe_case(case: CaseStudy, vocabulary: Vocabulary) -> ChosenCase:
    """The answers of a case study."""
    cost = case.cost
    return ChosenCase(
        came_of_it=". ".join(describe_result(result) for result in (case.results or ())[:MAX_RESULTS])
        or "No figures in the source",
        cost=_join(write_pounds(cost.amount) if cost and cost.amount is not None else "", cost.note if cost else None)
        or NOT_STATED_LABEL,
        lasted=_join(
            vocabulary.label("sustained_states", case.sustained.state), case.sustained.how, case.sustained.note
        ),
    )


def _say_match(stream: FundingStream) -> str:
    match = stream.match_funding
    if match is None:
        return NOT_STATED_LABEL
    percent = (
        ""
        if match.percent is None
        else f"{write_number(match.percent)}% of the cost"
        if match.percent
        else "None needed"
    )
    return _join(percent, match.note)


def _say_when(stream: FundingStream, day: date) -> str:
    """The next closing. One that is only expected is no date."""
    window = find_next_window(stream.windows or (), day)
    if window:
        return (
            f"{window.words[:1].upper()}{window.words[1:]}; no date is stated"
            if window.expected
            else f"Closes {window.words}"
        )
    closes = [found.closes for found in stream.windows or () if found.closes]
    return str(say_closing(closes, stream.status, stream.route, day))


def _join(*parts: str | None) -> str:
    """Sentences, one behind the other."""
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part).removesuffix(".")
