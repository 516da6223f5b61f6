"""Health of chosen streams and their dates: who may bid and lead, what goes together, what can be ready in time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from made_up_bids import TODAY, body, check, fill, line, make_record, make_workspace, passes, school, stream
from made_up_cases import VOCABULARY

from kb.workspaces.changed import describe_stream
from kb.workspaces.entries import Entry, Lead, Task, Turn

HILL, HELP = ("hill", school()), ("help", body())
LED = Lead(partner=fill("hill"))
SOON, LATER = TODAY + timedelta(days=5), TODAY + timedelta(days=90)
CHARITIES = ["voluntary-organisation"]


def told(rule: str, *entries: Entry | tuple[str, Entry], **fields: Any) -> bool:
    """True if a rule tells something of a stream that states these fields, chosen by a school."""
    workspace = make_workspace(HILL, *(entries or (stream(),)))
    found = rule in check(workspace, make_record(**fields))
    assert not (found and passes(rule, workspace, make_record(**fields)))
    return found


def test_a_stream_is_asked_for() -> None:
    assert check(make_workspace())["no-stream"].level == "to-do"
    assert passes("no-stream", make_workspace(stream()), make_record())


def test_a_stream_gone_from_the_knowledge_base_is_a_problem() -> None:
    found = check(make_workspace(("s", stream("gone-fund"))))["stream-gone"]
    assert (found.level, found.entry_id, found.source) == ("problem", fill("s"), None)
    assert passes("stream-gone", make_workspace(stream()), make_record())


@pytest.mark.parametrize(
    ("status", "is_told"), [("closed", True), ("historic", True), ("open", False), ("paused", False)]
)
def test_a_stream_that_has_ended_is_a_problem(status, is_told) -> None:
    assert told("stream-ended", status=status) == is_told
    assert not told("stream-ended", stream(state="awarded"), status=status)


def test_money_that_nobody_bids_for_says_how_it_comes() -> None:
    assert told("no-bid", route="formula")
    assert told("no-bid", stream("lettings"))
    assert not told("no-bid")
    record = make_record(route="allocated-via-council", how_it_reaches_you="Your council holds it")
    found = check(make_workspace(HILL, stream()), record)["no-bid"]
    assert (found.level, found.why) == ("warning", "Your council holds it.")


def test_a_set_that_cannot_bid_is_told_why_and_what_would_open_it() -> None:
    record = make_record(applicants=CHARITIES)
    found = check(make_workspace(HILL, stream()), record)["not-eligible"]
    assert (found.level, found.source) == ("problem", "/funding/fund")
    assert found.why.startswith("Who may apply: ")
    assert "Hill Top: a school" in found.why
    assert found.mend == "Adding a charity would open it. Otherwise take it out."
    assert passes("not-eligible", make_workspace(HILL, stream()), make_record())


def test_a_lead_that_cannot_lead_a_stream_is_told_who_could() -> None:
    record = make_record(applicants=CHARITIES)
    found = check(make_workspace(HILL, HELP, LED, stream()), record)
    assert found["lead-shut-out"].says == "Hill Top cannot lead the bid for “Fund”."
    assert found["lead-shut-out"].mend == "Let another partner lead this bid: Youth Charity could."
    assert "not-eligible" not in found
    assert passes("lead-shut-out", make_workspace(HILL, HELP, Lead(partner=fill("help")), stream()), record)


def test_an_ended_stream_is_not_judged_as_well() -> None:
    record = make_record(status="historic", applicants=CHARITIES)
    found = check(make_workspace(HILL, stream()), record)
    assert "stream-ended" in found
    assert not {"not-eligible", "lead-shut-out", "open-points"} & set(found)


JUDGED = {"eligibility": [{"kind": "judgement", "scope": "every", "says": "Only new work.", "source": "page"}]}


def test_points_still_to_check_are_counted_for_each_stream() -> None:
    found = check(make_workspace(HILL, stream()), make_record(**JUDGED))["open-points"]
    assert (found.level, found.says, found.why) == (
        "unknown", "“Fund”: 1 point still to be checked.", "Only new work.",
    )  # fmt: skip
    assert passes("open-points", make_workspace(HILL, stream(answers={"judgement-1": True})), make_record(**JUDGED))
    assert not told("open-points")


def test_match_is_no_open_point_once_the_budget_tells() -> None:
    record = make_record(match_funding={"percent": 10})
    assert "open-points" in check(make_workspace(HILL, stream()), record)
    paid = make_workspace(HILL, ("s", stream()), line(100, {"s": 90, "other": 10}))
    assert "open-points" not in check(paid, record)


def test_a_record_without_rules_is_told_as_too_little_known() -> None:
    bare = dict.fromkeys(
        ("applicants", "phases", "establishment_types", "geography", "match_funding", "route"), None
    )  # fmt: skip
    assert told("little-known", **bare)
    assert not told("little-known")


def test_a_record_past_its_review_says_when_it_was_last_known() -> None:
    dates = {"checked": {"on": "2024-04", "evidence": "A page"}, "review_by": "2026-11-20"}
    found = check(make_workspace(stream()), make_record(**dates))["past-review"]
    assert (found.level, found.mend) == ("unknown", "Last known April 2024: ask the funder.")
    assert not told("past-review", **dates | {"review_by": "2026-11-21"})
    assert not told("past-review")
    assert not told("past-review", stream(state="awarded"), **dates)


def test_a_record_that_changed_since_it_was_chosen_says_in_what() -> None:
    facts = describe_stream(make_record(amount={"max": 5000}), VOCABULARY)
    found = check(make_workspace(stream(facts=facts)), make_record(amount={"max": 4000}))["record-changed"]
    assert (found.level, found.why) == ("unknown", "Changed: how much.")
    assert passes("record-changed", make_workspace(stream(facts=facts)), make_record(amount={"max": 5000}))
    newer = make_record(amount={"max": 5000}, checked={"on": "2026-11", "evidence": "A page"})
    assert passes("record-changed", make_workspace(stream(facts=facts)), newer)


BAR = {"not_with": [{"id": "other", "why": "One or the other"}]}


@pytest.mark.parametrize(("fund", "other"), [({"combine": BAR}, {}), ({}, {"combine": {"not_with": [
    {"id": "fund", "why": "One or the other"}]}})])  # fmt: skip
def test_streams_that_do_not_combine_are_a_problem_whichever_says_so(fund, other) -> None:
    records = (make_record(**fund), make_record("other", **other))
    found = check(make_workspace(stream(), stream("other")), *records)["not-combined"]
    assert (found.level, found.why) == ("problem", "One or the other.")
    dropped = make_workspace(stream(), stream("other", state="refused"))
    assert "not-combined" not in check(dropped, *records)
    assert passes("not-combined", make_workspace(stream(), stream("other")), make_record(), make_record("other"))


def test_what_a_record_says_of_other_money_counts_where_two_streams_share_a_line() -> None:
    noted = make_record(combine={"note": "Not for work that others pay for"})
    named = make_record(combine={"note": "Not for work that others pay for", "with": ["other"]})
    other = make_record("other")
    shared = make_workspace(("s", stream()), ("t", stream("other")), line(100, {"s": 50, "t": 50}))
    found = check(shared, noted, other)["combining-unknown"]
    assert (found.level, found.section) == ("unknown", "budget")
    assert "Not for work that others pay for." in found.why
    apart = make_workspace(("s", stream()), ("t", stream("other")), line(50, {"s": 50}), line(50, {"t": 50}))
    assert passes("combining-unknown", apart, noted, other)
    assert passes("combining-unknown", shared, named, other)
    assert passes("combining-unknown", shared, make_record(), other)


def test_a_date_that_is_over_is_a_problem_and_says_what_comes_next() -> None:
    windows = [{"closes": "2027-06-01"}]
    found = check(make_workspace(stream(closes=date(2026, 11, 20))), make_record(windows=windows))["closing-passed"]
    assert (found.level, found.why) == ("problem", "It was 20 November 2026, by the closing date you entered.")
    assert "the next date is 1 June 2027" in found.mend
    assert not told("closing-passed", stream(closes=TODAY))
    assert not told("closing-passed", stream(closes=date(2026, 11, 20), state="submitted"))


def test_a_bid_that_cannot_be_ready_in_time_is_a_problem_until_its_steps_are_done() -> None:
    found = check(make_workspace(HILL, stream(closes=SOON)), make_record())["too-late"]
    assert found.level == "problem"
    assert "4 working days ago" in found.why
    assert not told("too-late", stream(closes=LATER))
    done = [Task(what=step, step=step, stream=fill("s"), done=True) for step in ("quotes", "check")]
    assert passes("too-late", make_workspace(HILL, ("s", stream(closes=SOON)), *done), make_record())


def test_a_bid_without_a_known_closing_date_is_told_unless_it_needs_none() -> None:
    came_back = {"status": "recurring", "windows": [{"closes": "2025-11-30", "recurs": "yearly"}]}
    found = check(make_workspace(stream()), make_record(**came_back))["no-closing-date"]
    assert found.level == "unknown"
    assert "so it is no deadline" in found.why
    over = make_record(status="open", windows=[{"closes": "2025-12"}])
    assert check(make_workspace(stream()), over)["no-closing-date"].why == "The last one known was December 2025."
    assert not told("no-closing-date", stream(closes=LATER), **came_back)
    assert not told("no-closing-date", status="rolling", windows=[{"closes": "2025-12"}])


def test_a_bid_with_a_date_is_to_have_a_plan() -> None:
    assert told("no-task", stream(closes=LATER))
    task = Task(what="Quotes", stream=fill("s"))
    assert not told("no-task", ("s", stream(closes=LATER)), task)
    assert not told("no-task", stream())


@pytest.mark.parametrize(
    ("task", "level"),
    [
        ({"due": LATER + timedelta(days=1), "step": "quotes"}, "problem"),
        ({"due": LATER + timedelta(days=1)}, "warning"),
        ({"due": LATER}, None),
        ({"due": LATER + timedelta(days=9), "starts": LATER + timedelta(days=1)}, None),
        ({"due": LATER + timedelta(days=1), "step": "quotes", "done": True}, None),
        ({"due": LATER + timedelta(days=1), "stream": "otherone"}, None),
    ],
)
def test_a_task_due_after_the_closing_date_is_told_unless_it_is_for_later(task, level) -> None:
    entries = (("s", stream(closes=LATER)), Task(**{"what": "Work", "stream": fill("s")} | task))
    found = check(make_workspace(HILL, *entries), make_record()).get("task-after-closing")
    assert (found.level if found else None) == level


def test_overdue_tasks_are_told_together_the_oldest_first() -> None:
    tasks = [Task(what="Newer", due=TODAY - timedelta(days=1)), ("old", Task(what="Older", due=date(2026, 11, 2)))]
    found = check(make_workspace(*tasks))["task-overdue"]
    assert (found.says, found.entry_id) == ("2 tasks are overdue.", fill("old"))
    assert "“Older”, due 2 November 2026" in found.why
    assert passes("task-overdue", make_workspace(Task(what="Due today", due=TODAY)))
    assert passes("task-overdue", make_workspace(Task(what="Done", due=date(2026, 1, 1), done=True)))
    dropped = (("s", stream(state="refused")), Task(what="Dropped", due=date(2026, 1, 1), stream=fill("s")))
    assert passes("task-overdue", make_workspace(*dropped), make_record())


def test_reporting_that_nobody_has_is_told_once_there_is_a_stream_that_asks_for_it() -> None:
    reports = {"monitoring": "A report each year"}
    assert check(make_workspace(stream(state="awarded")), make_record(**reports))["no-return"].level == "warning"
    assert check(make_workspace(stream()), make_record(**reports))["no-return"].level == "to-do"
    assert not told("no-return")
    task = Task(what="Write the yearly report", stream=fill("s"))
    assert not told("no-return", ("s", stream()), task, **reports)
    assert told("no-return", ("s", stream()), Task(what="Report the bid", stream=fill("s"), step="check"), **reports)
    assert not told("no-return", stream(), Turn(duty="return", what="Yearly return", due=LATER), **reports)
    assert told("no-return", stream(), Turn(duty="bid", what="Lead a bid", due=LATER), **reports)


def test_with_several_streams_a_turn_counts_for_the_one_it_names() -> None:
    records = (make_record(monitoring="A report"), make_record("other", monitoring="A report"))
    turn = Turn(duty="return", what="Return, year 1: Fund (date is our suggestion)", due=LATER)
    workspace = make_workspace(stream(), stream("other"), turn)
    assert check(workspace, *records)["no-return"].says == (
        "Nobody has the reporting to the funder of “Other” yet."
    )  # fmt: skip
