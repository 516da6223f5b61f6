"""Health of the chosen streams: may this set bid, who leads, is the record still good, do they go together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from kb.eligibility.findings import Finding
from kb.eligibility.rules import PAST_STATUSES
from kb.queries.deadlines import is_past_review
from kb.records.funding import FundingStream
from kb.workspaces.changed import list_record_changes
from kb.workspaces.health_check import (
    Answer,
    Bid,
    HealthCheck,
    HealthRule,
    cap_streams,
    quote,
    say_count,
    say_list,
    say_sentence,
)
from kb.workspaces.live import LiveStream

SECTION = "streams"


def _make(
    rule: str, level: str, stream: LiveStream, says: str, why: str, mend: str, section: str = SECTION
) -> HealthCheck:
    source = stream.url if stream.record else None
    return HealthCheck(rule, level, says, why, mend, section, stream.item.id, source)  # type: ignore[arg-type]


def _check_chosen(bid: Bid) -> Answer:
    if bid.workspace.streams:
        return []
    return [
        HealthCheck(
            "no-stream",
            "to-do",
            "No funding stream is chosen yet.",
            "The lead, the dates and the rules of the bid all follow from the streams.",
            "Choose one or more streams that this set of partners can bid for.",
            SECTION,
        )
    ]


def _check_gone(bid: Bid) -> Answer:
    if not bid.streams:
        return None
    return [
        _make(
            "stream-gone",
            "problem",
            stream,
            f"The knowledge base no longer has a record of {quote(stream.item.value.stream)}.",
            "Its rules and dates cannot be checked here any more.",
            "Ask the funder whether it still runs, and take it out if it does not.",
        )
        for stream in bid.streams
        if stream.record is None
    ]


def _check_ended(bid: Bid) -> Answer:
    if not bid.open_streams:
        return None
    found = []
    for stream in bid.open_streams:
        record = stream.record
        if record and record.status in PAST_STATUSES:
            status = bid.live.vocabulary.label("statuses", record.status or "").lower()
            why = f"Its record says: {status}. {say_sentence(record.status_note) if record.status_note else ''}".strip()
            found.append(
                _make("stream-ended", "problem", stream, f"{quote(stream.title)} has ended.", why, _say_instead(record))
            )
    return found


def _say_instead(record: FundingStream) -> str:
    if record.replaced_by:
        return "Look at what took its place, named on its page, or choose another stream."
    return "Take it out, or choose another stream."


def _check_no_bid(bid: Bid) -> Answer:
    if not bid.open_streams:
        return None
    found = []
    for stream in bid.open_streams:
        verdict = stream.verdict
        reaches = verdict.how_it_reaches_you if verdict and verdict.group == "reaches-you" else None
        reason = reaches or stream.no_bid
        is_past = stream.record is not None and stream.record.status in PAST_STATUSES
        if reason is None or is_past or (verdict and verdict.group == "not-eligible"):
            continue
        says = f"These partners do not bid for {quote(stream.title)} themselves."
        mend = "Ask whoever holds the money, and count it in the budget only once they have said yes."
        found.append(_make("no-bid", "warning", stream, says, say_sentence(reason), mend))
    return found


def _list_judged(bid: Bid) -> list[LiveStream]:
    """The streams still to bid for that have a verdict and are not over."""
    return [
        stream
        for stream in bid.open_streams
        if stream.verdict and stream.record and stream.record.status not in PAST_STATUSES
    ]


def _is_shut_to_lead_alone(stream: LiveStream) -> bool:
    """True if another partner could lead a bid that the chosen lead cannot."""
    return any(unlock.change == "lead" for unlock in stream.unlocks)


def _check_lead_fits(bid: Bid) -> Answer:
    judged = _list_judged(bid)
    if not judged or bid.workspace.lead is None:
        return None
    name = bid.workspace.lead.value.name
    found = []
    for stream in judged:
        verdict = stream.verdict
        if verdict and verdict.group == "not-eligible" and _is_shut_to_lead_alone(stream):
            says = f"{name} cannot lead the bid for {quote(stream.title)}."
            others = [bid.name_member(unlock.id) for unlock in stream.unlocks if unlock.change == "lead"]
            mend = f"Let another partner lead this bid: {say_list(others)} could."
            found.append(_make("lead-shut-out", "problem", stream, says, _say_blocks(verdict.blocks), mend, "partners"))
    return found


def _check_eligible(bid: Bid) -> Answer:
    judged = _list_judged(bid)
    if not judged:
        return None
    found = []
    for stream in judged:
        verdict = stream.verdict
        if verdict and verdict.group == "not-eligible" and not _is_shut_to_lead_alone(stream):
            says = f"These partners cannot bid for {quote(stream.title)}."
            unlocks = " ".join(unlock.says for unlock in stream.unlocks[:3])
            mend = f"{unlocks} Otherwise take it out." if unlocks else "Take it out, or ask the funder."
            found.append(_make("not-eligible", "problem", stream, says, _say_blocks(verdict.blocks), mend))
    return found


def _say_blocks(blocks: tuple[Finding, ...]) -> str:
    """The rules that stand in the way, each with what it was held against; two are enough to understand it."""
    said = [f"{say_sentence(found.says)} Here: {say_sentence(found.compared)}" for found in blocks[:2]]
    if len(blocks) > 2:
        said.append(f"And {say_count(len(blocks) - 2, 'more rule')}.")
    return " ".join(said)


def _check_open_points(bid: Bid) -> Answer:
    judged = _list_judged(bid)
    if not judged:
        return None
    found = []
    for stream in judged:
        verdict = stream.verdict
        if verdict is None or verdict.group != "check":
            continue
        points = [point for point in verdict.open_points if not _is_told_by_budget(bid, stream, point)]
        if not points:
            continue
        says = f"{quote(stream.title)}: {say_count(len(points), 'point')} still to be checked."
        why = " ".join(say_sentence(point.says) for point in points[:3])
        more = f" And {len(points) - 3} more." if len(points) > 3 else ""
        mend = "Answer what you know on the stream's entry; ask the funder the rest."
        found.append(_make("open-points", "unknown", stream, says, why + more, mend))
    return cap_streams(found, "have points still to be checked.")


def _is_told_by_budget(bid: Bid, stream: LiveStream, point: Finding) -> bool:
    """True for the question of match funding once the budget has the stream pay: other rules look at that."""
    return point.rule == "match_funding" and bool(bid.budget.find_stream(stream.item.id).lines)


def _check_recorded(bid: Bid) -> Answer:
    judged = _list_judged(bid)
    if not judged:
        return None
    return [
        _make(
            "little-known",
            "unknown",
            stream,
            f"Too little is recorded of {quote(stream.title)} to say whether you can bid.",
            "Its sources name no rules and nobody who may apply.",
            "Ask the funder who may apply before you start.",
        )
        for stream in judged
        if stream.verdict and stream.verdict.group == "not-enough-recorded"
    ]


def _check_review(bid: Bid) -> Answer:
    if not bid.open_streams:
        return None
    found = []
    for stream in bid.open_streams:
        record = stream.record
        if record is None or record.status in PAST_STATUSES or not is_past_review(record.review_by, bid.today):
            continue
        on = record.checked.on if record.checked else None
        known = f"Last known {on.words}" if on else "No source says of when it is"
        by = record.review_by.words if record.review_by else ""
        why = f"{known}; it was to be looked at again by {by}."
        says = f"What is known of {quote(stream.title)} may be out of date."
        found.append(_make("past-review", "unknown", stream, says, why, f"{known}: ask the funder."))
    return cap_streams(found, "may be out of date.")


def _check_changed(bid: Bid) -> Answer:
    if not any(stream.item.value.facts for stream in bid.streams):
        return None
    found = []
    for stream in bid.streams:
        if stream.record is None:
            continue
        changes = list_record_changes(stream.item.value, stream.record, bid.live.vocabulary)
        if not changes or {change.fact for change in changes} == {"checked"}:
            continue
        what = say_list(change.label.lower() for change in changes)
        says = f"The record of {quote(stream.title)} has changed since you chose it."
        mend = "Read what changed, put right what rests on it, then keep the record as it is now."
        found.append(_make("record-changed", "unknown", stream, says, f"Changed: {what}.", mend))
    return found


def _list_pairs(bid: Bid) -> Iterator[tuple[LiveStream, LiveStream, str | None]]:
    """Each pair of different streams, with why they may not be used together; None if no record says so."""
    for one, other in combinations(bid.streams, 2):
        if one.item.value.stream != other.item.value.stream:
            yield one, other, find_bar(one, other)


def find_bar(one: LiveStream, other: LiveStream) -> str | None:
    """Why two streams may not be used together, by either's record; None if neither says so."""
    for this, that in ((one, other), (other, one)):
        combine = this.record.combine if this.record else None
        for bar in (combine.not_with if combine else None) or ():
            if bar.id == that.item.value.stream:
                return bar.why
    return None


def _check_combined(bid: Bid) -> Answer:
    if len(bid.streams) < 2:
        return None
    return [
        _make(
            "not-combined",
            "problem",
            one,
            f"{quote(one.title)} and {quote(other.title)} cannot be used together.",
            say_sentence(why),
            "Keep one of the two, or ask both funders in writing.",
        )
        for one, other, why in _list_pairs(bid)
        if why is not None
    ]


def _check_combining_known(bid: Bid) -> Answer:
    if len(bid.streams) < 2:
        return None
    found = []
    for one, other, why in _list_pairs(bid):
        notes = [note for note in (_find_note(one), _find_note(other)) if note]
        if why is not None or not notes or _is_said_to_combine(one, other):
            continue
        shared = [
            line.item
            for line in bid.budget.find_stream(one.item.id).lines
            if line.payers.get(f"stream:{other.item.id}")
        ]
        if shared:
            says = f"{quote(one.title)} and {quote(other.title)} pay for the same line, {quote(shared[0].value.what)}."
            mend = "Ask both funders whether they may pay for the same cost."
            found.append(
                HealthCheck(
                    "combining-unknown", "unknown", says, " ".join(notes), mend, "budget", shared[0].id, one.url
                )
            )
    return found


def _find_note(stream: LiveStream) -> str:
    """What a record says in words of other money."""
    combine = stream.record.combine if stream.record else None
    return f"{quote(stream.title)}: {say_sentence(combine.note)}" if combine and combine.note else ""


def _is_said_to_combine(one: LiveStream, other: LiveStream) -> bool:
    """True if either record names the other as money that may stand beside it."""
    return any(
        that.item.value.stream in (this.record.combine.with_ or ())
        for this, that in ((one, other), (other, one))
        if this.record and this.record.combine
    )


RULES = (
    HealthRule("no-stream", "A funding stream is chosen", SECTION, _check_chosen),
    HealthRule("stream-gone", "The knowledge base has a record of each stream", SECTION, _check_gone),
    HealthRule("stream-ended", "No chosen stream has ended", SECTION, _check_ended),
    HealthRule("no-bid", "You bid for each stream yourselves", SECTION, _check_no_bid),
    HealthRule("lead-shut-out", "The lead can lead each bid", "partners", _check_lead_fits),
    HealthRule("not-eligible", "This set of partners can bid for each stream", SECTION, _check_eligible),
    HealthRule("open-points", "Every rule of the streams is settled", SECTION, _check_open_points),
    HealthRule("little-known", "The rules of each stream are known", SECTION, _check_recorded),
    HealthRule("past-review", "What is known of each stream is recent", SECTION, _check_review),
    HealthRule("record-changed", "No record has changed since its stream was chosen", SECTION, _check_changed),
    HealthRule("not-combined", "The streams may be used together", SECTION, _check_combined),
    HealthRule("combining-unknown", "Streams that share a line may do so", "budget", _check_combining_known),
)
