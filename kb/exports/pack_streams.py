"""The chosen funding streams in a bid pack: what each is, whether this set of partners can, and what has changed."""

from __future__ import annotations

from kb.eligibility.findings import Result
from kb.eligibility.verdict import Group, Verdict
from kb.exports.pack_blocks import Block, Bullets, Facts, Heading, Paragraph, Table, shorten
from kb.exports.pack_facts import PackFacts
from kb.exports.pack_parts import say_text, say_when
from kb.queries.deadlines import is_past_review
from kb.queries.plan import Closing
from kb.records.amounts import write_pounds
from kb.records.funding import FundingStream
from kb.workspaces.changed import NOT_STATED, describe_stream, list_record_changes
from kb.workspaces.entries import About
from kb.workspaces.live import LiveStream
from kb.workspaces.words import NOT_SAID, say_day

VERDICTS: dict[Group, str] = {
    "eligible": "Looks eligible: every condition on record is met",
    "check": "Some points are still to check; nothing on record stands against it",
    "reaches-you": "Nobody here bids for it; it comes another way",
    "not-enough-recorded": "Our sources state no conditions, so ask the funder",
    "not-eligible": "Not eligible: a condition on record stands against it",
}
RESULTS: dict[Result, str] = {"met": "Met", "not-met": "Not met", "cannot-tell": "To check"}
MOST_COMPARED = 160  # signs of what a condition was held against: thirty schools would fill a page with each
FIRST_SHOWN: dict[Result, int] = {"not-met": 0, "cannot-tell": 1, "met": 2}


def write_streams(facts: PackFacts) -> list[Block]:
    """Each stream that was not refused or dropped; those that were, in one line."""
    written: list[Block] = [Heading(1, "Funding streams", "streams")]
    streams = facts.live.live_streams
    if not streams:
        written.append(Paragraph("No funding stream has been chosen yet."))
    for stream in streams:
        written += write_stream(stream, facts)
    dropped = [stream.title for stream in facts.live.streams if stream not in streams]
    if dropped:
        written.append(Paragraph(f"Refused or dropped: {'; '.join(dropped)}."))
    return written


def write_stream(stream: LiveStream, facts: PackFacts) -> list[Block]:
    """One stream: what it is and asks for, its rules held against the partners, and what its record said before."""
    heading = Heading(2, stream.title)
    if stream.record is None:
        gone = "The knowledge base no longer has a record of this stream, so nothing can be checked. Ask the funder."
        return [heading, Paragraph(gone), Facts(tuple(_list_own_facts(stream, facts)))]
    rows = (*_list_own_facts(stream, facts), *_list_record_facts(stream.record, stream, facts))
    written: list[Block] = [heading, Paragraph(stream.record.summary), Facts(rows)]
    if stream.lead_duties:
        written += [Heading(3, "What the lead takes on"), Bullets(stream.lead_duties)]
    else:
        written.append(Paragraph("Its record names no duties of the lead."))
    if stream.verdict:
        written.append(_write_findings(stream.verdict))
    if stream.unlocks:
        written += [Heading(3, "What would open it"), Bullets(tuple(unlock.says for unlock in stream.unlocks))]
    return [*written, *_write_changes(stream, facts)]


def _list_own_facts(stream: LiveStream, facts: PackFacts) -> list[tuple[str, str]]:
    """What the partners themselves say of it, and the verdict."""
    chosen = stream.item.value
    if stream.verdict:
        verdict = VERDICTS[stream.verdict.group]
        if stream.verdict.how_it_reaches_you:
            verdict += f". {stream.verdict.how_it_reaches_you}"
    else:
        verdict = "Nobody bids for it" if facts.workspace.partners else "No partners to judge it for yet"
    return [
        ("For these partners", verdict),
        ("How far it has come", facts.vocabulary.label("bid_states", chosen.state)),
        ("Asked for", NOT_SAID if chosen.amount is None else write_pounds(chosen.amount)),
        ("In the budget", write_pounds(facts.budget.find_stream(stream.item.id).pounds)),
        ("Closing date", say_closing(stream.closing, stream.record)),
        ("Why it fits", say_text(chosen.why)),
    ]


def _list_record_facts(record: FundingStream, stream: LiveStream, facts: PackFacts) -> list[tuple[str, str]]:
    """What its record says."""
    said = describe_stream(record, facts.vocabulary)
    found = [
        ("Who pays", record.funder.name),
        ("Who runs it", record.administered_by or NOT_STATED),
        ("Status on record", said["status"]),
        ("How much it gives", said["amount"]),
        ("Capital or revenue", said["money"]),
        ("Match funding", said["match"]),
        ("How long", said["how-long"]),
        ("Effort of a bid", said["effort"]),
        ("What must be reported", said["monitoring"]),
        ("When its money ends", said["after"]),
        ("With other money", _say_combining(record)),
    ]
    rows = [(label, f"{text[:1].upper()}{text[1:]}") for label, text in found if text != NOT_STATED]
    silent = [label for label, text in found if text == NOT_STATED]
    if silent:
        rows.append(("Not stated in its record", "; ".join(silent)))
    return [*rows, ("Record", f"{say_last_known(record, facts)}. {facts.site}{stream.url}")]


def _say_combining(record: FundingStream) -> str:
    bars = [f"Not with {bar.id}: {bar.why}" for bar in (record.combine.not_with if record.combine else None) or ()]
    note = record.combine.note if record.combine else None
    return "\n".join([*bars, *([note] if note else [])]) or NOT_STATED


def say_closing(closing: Closing, record: FundingStream | None) -> str:
    """The closing date and what it rests on; one that is only expected is no date."""
    words = closing.window.words if closing.window else ""
    says = {
        "typed": f"{say_when(closing.day)}, as the partners typed it in",
        "stated": f"{say_when(closing.day)}, as stated in the record",
        "first-day": f"{words}; the record gives no day",
        "begun": f"{words}; the record gives no day, so it may be over",
        "expected": f"No date is stated: {words}",
    }
    if closing.basis in says:
        return says[closing.basis]
    return "At any time" if record and record.status == "rolling" else "No coming date is stated"


def say_last_known(record: FundingStream, facts: PackFacts) -> str:
    """How old what is known of a record is, as pages say it."""
    checked = record.checked.on if record.checked else None
    if checked is None:
        return "The date of its sources is not stated"
    if is_past_review(record.review_by, facts.today):
        return f"Last known {checked.words}: ask the funder"
    return f"As of {checked.words}"


def _write_findings(verdict: Verdict) -> Table:
    """Every rule with its result for these partners; what stands against it first, then what is to check."""
    found = sorted(verdict.findings, key=lambda finding: FIRST_SHOWN[finding.result])
    rows = tuple((finding.says, shorten(finding.compared, MOST_COMPARED), RESULTS[finding.result]) for finding in found)
    return Table("Its conditions, held against these partners", ("Condition", "Partners", "Result"), rows, (48, 38, 14))


def _write_changes(stream: LiveStream, facts: PackFacts) -> list[Block]:
    """What its record says today that it did not say when the stream was chosen."""
    chosen = stream.item.value
    if not chosen.facts:
        return [Paragraph("What its record said when it was chosen was not kept, so changes cannot be told.")]
    changes = list_record_changes(chosen, stream.record, facts.vocabulary)
    if not changes:
        return [Paragraph("Its record has not changed since it was chosen.")]
    rows = tuple((change.label, change.before, change.now) for change in changes)
    header = ("Fact", "When it was chosen", "Now")
    return [Table("What has changed in its record since it was chosen", header, rows, (20, 40, 40))]


def say_dates(facts: PackFacts) -> str:
    """The start of the scheme and the closing dates to come, a line each."""
    starts = facts.workspace.get_single(About).value.starts
    lines = [f"The work starts: {say_day(starts)}" if starts else "The work starts: not said yet"]
    lines += [
        f"{stream.title} closes: {say_closing(stream.closing, stream.record)}"
        for stream in facts.live.live_streams
        if stream.is_open and stream.no_bid is None
    ]
    return "\n".join(lines)
