"""Turns for the rota that the chosen streams give rise to: a bid to lead, and returns once money is awarded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kb.records.funding import FundingStream
from kb.workspaces.entries import MAX_LINE, About, Ending, Stream, Turn
from kb.workspaces.limits import is_in_years
from kb.workspaces.rota import shift_years
from kb.workspaces.workspace import Item, Workspace

BID_LOADS = {"light": 1, "moderate": 3, "heavy": 6}  # by the effort a record states, on the scale of 1 to 10
USUAL_BID_LOAD = 3
RETURN_LOAD = 2
MOST_RETURNS = 10
OUR_DATE = "(date is our suggestion)"


@dataclass(frozen=True)
class StreamDates:
    """A chosen stream with its record (None: the knowledge base no longer has it) and the day it closes, if known."""

    item: Item[Stream]
    record: FundingStream | None
    closes: date | None


def propose_turns(workspace: Workspace, streams: Iterable[StreamDates], today: date) -> list[Turn]:
    """Turns that the rota lacks, for the reader to take or leave: none whose duty and words it has already.

    A bid for every stream that is still to be applied for and has a closing day. For an awarded one whose record says
    that it wants reports, a return on each anniversary of the scheme's start while its money lasts, marked as our
    suggestion; none if no start is given. Nothing that is over.
    """
    there = {(item.value.duty, item.value.what) for item in workspace.list_items(Turn)}
    starts = workspace.get_single(About).value.starts
    proposed = []
    for each in streams:
        if each.item.value.state in ("considering", "applying"):
            proposed += _propose_bid(each)
        elif each.item.value.state == "awarded" and starts is not None:
            proposed += _propose_returns(each, starts, _find_end(workspace, each, starts))
    coming = [turn for turn in proposed if turn.due >= today and is_in_years(turn.due)]
    fresh = [turn for turn in coming if (turn.duty, turn.what) not in there]
    return sorted(fresh, key=lambda turn: turn.due)


def _propose_bid(each: StreamDates) -> list[Turn]:
    if each.closes is None:
        return []
    effort = each.record.effort.level if each.record and each.record.effort else ""
    what = cut_line("Bid: {}", _title(each))
    return [Turn(duty="bid", what=what, due=each.closes, load=BID_LOADS.get(effort, USUAL_BID_LOAD))]


def _propose_returns(each: StreamDates, starts: date, ends: date) -> list[Turn]:
    """A return a year after the start and so on, the last one when the money has ended."""
    if each.record is None or each.record.monitoring is None:
        return []
    turns = []
    for year in range(1, MOST_RETURNS + 1):
        due = shift_years(starts, year)
        what = cut_line(f"Return, year {year}: {{}} {OUR_DATE}", _title(each))
        turns.append(Turn(duty="return", what=what, due=due, load=RETURN_LOAD))
        if due >= ends:
            break
    return turns


def _find_end(workspace: Workspace, each: StreamDates, starts: date) -> date:
    """When a stream's money ends: as the partners say, else as long as its record says, else after a year."""
    said = [e.value.ends for e in workspace.list_items(Ending) if e.value.stream == each.item.id and e.value.ends]
    if said:
        return max(said)
    duration = each.record.duration if each.record else None
    months = (duration.max_months or duration.min_months if duration else None) or 12
    return shift_years(starts, -(-months // 12))


def _title(each: StreamDates) -> str:
    return each.record.title if each.record else each.item.value.stream


def cut_line(pattern: str, title: str) -> str:
    """A title put into a line, cut short where the line would be too long for an entry."""
    room = MAX_LINE - len(pattern.replace("{}", ""))
    return pattern.replace("{}", title if len(title) <= room else f"{title[: room - 1].rstrip()}…")
