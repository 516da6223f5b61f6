"""The last case on either side of a rule of joint bids: what still counts, and what does not any more."""

from __future__ import annotations

from datetime import date, timedelta

from made_up_bids import TODAY, body, make_record, make_workspace, school, stream
from made_up_cases import VOCABULARY

from kb.workspaces.budget import Match
from kb.workspaces.changed import MOST_CHARACTERS, describe_stream, list_record_changes
from kb.workspaces.entries import Entry, Turn
from kb.workspaces.rota import make_rota, shift_years
from kb.workspaces.turns import StreamDates, propose_turns
from kb.workspaces.workspace import Workspace


def make_turns(*entries: Entry | tuple[str, Entry]) -> Workspace:
    return make_workspace(("hill", school()), ("help", body()), *entries)


def test_the_load_of_a_partner_counts_turns_from_three_years_back_to_the_day_and_none_before() -> None:
    since = shift_years(TODAY, -3)
    days = (since - timedelta(days=1), since, TODAY + timedelta(days=30))
    workspace = make_turns(*(Turn(what=f"Bid of {day}", due=day, load=2, partner="hill0000") for day in days))
    hill, helper = make_rota(workspace, TODAY).loads
    assert (hill.turns, hill.load) == (2, 4)
    assert (helper.turns, helper.load) == (0, 0)


def test_a_bid_that_closes_today_is_proposed_as_a_turn_and_one_that_closed_yesterday_is_not() -> None:
    workspace = make_turns(("fund", stream(state="applying")))
    (item,) = workspace.streams

    def propose(closes: date) -> list[date]:
        return [turn.due for turn in propose_turns(workspace, [StreamDates(item, make_record(), closes)], TODAY)]

    assert propose(TODAY) == [TODAY]
    assert propose(TODAY - timedelta(days=1)) == []


def test_match_is_covered_by_the_whole_budget_at_the_very_pound() -> None:
    assert Match(percent=25, total=100, others=0, all_total=400, all_others=100).is_covered_by_all
    assert not Match(percent=25, total=100, others=0, all_total=400, all_others=99).is_covered_by_all


def test_spaces_and_line_ends_are_no_change_of_a_record() -> None:
    record = make_record(monitoring="A report each term. And one at the end.")
    facts = describe_stream(record, VOCABULARY) | {"monitoring": " A report each\r\nterm.  And one\nat the end. "}
    assert list_record_changes(stream(facts=facts), record, VOCABULARY) == []
    (change,) = list_record_changes(stream(facts=facts | {"monitoring": "No report"}), record, VOCABULARY)
    assert change.now == record.monitoring


def test_a_record_with_very_much_to_say_can_be_chosen_and_is_not_told_as_changed() -> None:
    duties = [f"Report {number}: " + "to say how it went. " * 25 for number in range(60)]
    record = make_record(lead_duties=duties)
    facts = describe_stream(record, VOCABULARY)
    assert len("".join(duties)) > 20_000  # more than an entry takes
    assert len(facts["duties"]) == MOST_CHARACTERS
    assert list_record_changes(stream(facts=facts), record, VOCABULARY) == []
