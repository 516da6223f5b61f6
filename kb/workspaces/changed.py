"""What a chosen stream's record said when it was chosen, and what has changed in it since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.eligibility.applicants import KIND_NAMES
from kb.eligibility.rules import compile_rules
from kb.records.amounts import describe_amount
from kb.records.dates import StatedDate
from kb.records.funding import Duration, FundingStream, Partners, Window
from kb.records.vocabulary import Vocabulary
from kb.workspaces.entries import Stream

NOT_STATED = "Not stated"
GONE = "The knowledge base no longer has this record"
MOST_CHARACTERS = 4000  # of one fact: enough for any record, and twenty streams stay small
# The facts that are kept, by name, with their labels. A name is never used for another fact again.
FACTS = {
    "status": "Status",
    "who": "Who can apply",
    "schools": "Which schools",
    "lead": "Who must lead",
    "partners": "Partners it asks for",
    "where": "Where",
    "amount": "How much",
    "money": "Capital or revenue",
    "match": "Match funding",
    "how-long": "How long",
    "dates": "Dates",
    "effort": "Effort",
    "conditions": "Conditions",
    "duties": "What the lead takes on",
    "monitoring": "What must be reported",
    "after": "When the money ends",
    "not-with": "Cannot be used with",
    "checked": "Last known",
}


@dataclass(frozen=True)
class RecordChange:
    """One fact of a record (a name of FACTS, or "record" for the whole of it) as it was and as it is now."""

    fact: str
    before: str
    now: str

    @property
    def label(self) -> str:
        """The fact's name for readers."""
        return FACTS.get(self.fact, "Record")


def describe_stream(stream: FundingStream, vocabulary: Vocabulary) -> dict[str, str]:
    """The facts of a record in words, by name in the order of FACTS; one that is not stated says so."""
    rules = compile_rules(stream, vocabulary)
    says = {rule.key: _drop_start(rule.says) for rule in rules.members}
    found = {
        "status": _join(
            [vocabulary.label("statuses", stream.status) if stream.status else "", stream.status_note], ". "
        ),
        "who": _drop_start(rules.applicants_says) if stream.applicants is not None else "",
        "schools": _join(
            [
                f"phases: {says['phases']}" if stream.phases is not None else "",
                f"types: {says['establishment_types']}" if stream.establishment_types is not None else "",
            ]
        ),
        "lead": _describe_lead(stream, vocabulary),
        "partners": _describe_partners(stream.partners),
        "where": says["geography"] if stream.geography is not None else "",
        "amount": _join(
            [describe_amount(stream.amount, vocabulary), stream.amount.note if stream.amount else None], ". "
        ),
        "money": vocabulary.label("money", stream.money) if stream.money else "",
        "match": _describe_match(stream),
        "how-long": _describe_duration(stream.duration),
        "dates": "\n".join(_describe_window(window, vocabulary) for window in stream.windows or ()),
        "effort": _describe_effort(stream, vocabulary),
        "conditions": "\n".join(rule.says for rule in stream.eligibility or ()),
        "duties": "\n".join(stream.lead_duties or ()),
        "monitoring": stream.monitoring or "",
        "after": _describe_after(stream, vocabulary),
        "not-with": "\n".join(
            f"{bar.id}: {bar.why}" for bar in (stream.combine.not_with if stream.combine else None) or ()
        ),
        "checked": stream.checked.on.words if stream.checked and stream.checked.on else "",
    }
    return {name: (found[name].strip() or NOT_STATED)[:MOST_CHARACTERS] for name in FACTS}


def list_record_changes(entry: Stream, live: FundingStream | None, vocabulary: Vocabulary) -> list[RecordChange]:
    """What has changed in a stream's record since it was chosen, in the order of FACTS.

    A fact that was not kept then is left out, for nobody can tell whether it has changed.
    """
    if live is None:
        return [RecordChange("record", "In the knowledge base", GONE)]
    if not entry.facts:
        return []
    now = describe_stream(live, vocabulary)
    return [
        RecordChange(name, entry.facts[name], text)
        for name, text in now.items()
        if name in entry.facts and _squeeze(entry.facts[name]) != _squeeze(text)
    ]


def _squeeze(text: str) -> str:
    """Text without what carries no meaning: a store or a form may have changed spaces and line ends."""
    return " ".join(text.split())


def _drop_start(says: str) -> str:
    """A rule's sentence without the name of its fact, which stands beside it: "Where: England." is "England"."""
    return says.partition(": ")[2].rstrip(".")


def _join(parts: Iterable[str | None], between: str = "; ") -> str:
    return between.join(part.rstrip(".") if between == ". " else part for part in parts if part)


def _describe_lead(stream: FundingStream, vocabulary: Vocabulary) -> str:
    if stream.lead is None:
        return ""
    named = ", ".join(vocabulary.label("applicants", value) for value in stream.lead.may_be or ())
    return _join([named, stream.lead.note], ". ")


def _describe_partners(needed: Partners | None) -> str:
    if needed is None:
        return ""
    return _join(
        [
            f"at least {needed.min} beside the lead" if needed.min else "",
            f"at least {needed.schools_min} schools in all" if needed.schools_min else "",
            f"among them {', '.join(KIND_NAMES[kind] for kind in needed.must_include)}" if needed.must_include else "",
            f"one of them {' or '.join(KIND_NAMES[kind] for kind in needed.one_of)}" if needed.one_of else "",
            needed.note,
        ]
    )


def _describe_match(stream: FundingStream) -> str:
    match = stream.match_funding
    if match is None:
        return ""
    if match.percent is None:
        return match.note or ""
    return _join([f"{match.percent:g}% of the cost" if match.percent else "None needed", match.note], ". ")


def _describe_duration(duration: Duration | None) -> str:
    if duration is None:
        return ""
    low, high = duration.min_months, duration.max_months
    if low is not None and high is not None and low != high:
        words = f"{low} to {high} months"
    elif high is not None:
        words = f"{high} months" if low == high else f"up to {high} months"
    else:
        words = f"at least {low} months" if low is not None else ""
    return _join([words, duration.note], ". ")


def _describe_window(window: Window, vocabulary: Vocabulary) -> str:
    def say(start: str, found: StatedDate | None) -> str:
        return f"{start} {found.words}" if found else ""

    return _join(
        [
            say("opens", window.opens),
            say("closes", window.closes),
            say("decision by", window.decision_by),
            say("spend from", window.spend_from),
            say("spend by", window.spend_by),
            f"comes back: {vocabulary.label('recurrences', window.recurs).lower()}" if window.recurs else "",
            window.note,
        ]
    )


def _describe_effort(stream: FundingStream, vocabulary: Vocabulary) -> str:
    if stream.effort is None:
        return ""
    return _join([vocabulary.label("effort_levels", stream.effort.level), stream.effort.basis], ". ")


def _describe_after(stream: FundingStream, vocabulary: Vocabulary) -> str:
    after = stream.sustainability
    if after is None:
        return ""
    return _join([vocabulary.label("after_states", after.after), after.risk, after.note], ". ")
