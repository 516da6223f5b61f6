"""Health of a bid at its edges: each thing is told by one check alone, and nothing that no longer matters is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from made_up_bids import (
    TODAY,
    MadeUpRegister,
    body,
    check,
    know,
    line,
    look,
    make_record,
    make_workspace,
    passes,
    school,
    stream,
)

from kb.register import NoRegister
from kb.workspaces.entries import AgreementPoint, Entry, Outcome
from kb.workspaces.health import check_health, examine
from kb.workspaces.live import look_up

HILL, HELP = ("hill", school()), ("help", body())
S, T = ("s", stream()), ("t", stream("other"))
OVER = {"status": "closed"}
NOTED = {"combine": {"note": "Ask us first"}}


def told(*entries: Entry | tuple[str, Entry], **fields: Any) -> set[str]:
    """The rules that tell something of a school's bid for a stream that states these fields."""
    return set(check(make_workspace(HILL, *entries), make_record(**fields)))


@pytest.mark.parametrize(
    ("baseline", "target", "lacks"),
    [("9%", "", "no target"), ("", "5%", "no baseline"), ("", "", "no baseline and no target")],
)
def test_what_an_outcome_lacks_beside_its_measure_is_named(baseline: str, target: str, lacks: str) -> None:
    outcome = Outcome(outcome="Better", measure="Days", baseline=baseline, target=target)
    assert check(make_workspace(outcome))["outcome-baseline"].says == f"The outcome “Better” has {lacks}."


def test_a_register_that_cannot_be_read_is_told_once_and_no_school_is_said_to_be_gone() -> None:
    class Broken(MadeUpRegister):
        def get_school(self, urn: int) -> None:
            raise NoRegister(f"No {urn}: the register is broken.")

    workspace = make_workspace(HILL, ("valley", school("Valley", 200002)))
    live = look_up(workspace, know(), Broken(), TODAY)
    (found,) = [each for each in examine(workspace, live, TODAY).checks if each.rule == "school-unknown"]
    assert (found.level, found.why, found.entry_id) == ("unknown", "No 200001: the register is broken.", None)


def test_the_agreement_does_not_wait_for_money_that_nobody_bids_for() -> None:
    closes = TODAY + timedelta(days=9)
    entries = (HELP, stream(closes=closes), AgreementPoint(point="roles"))
    assert "point-agreed" in told(*entries)
    assert "point-agreed" not in told(*entries, route="formula")


def test_many_lines_paid_too_much_are_told_the_largest_first_and_the_rest_in_one() -> None:
    workspace = make_workspace(*[line(100, {"other": 100 + 100 * number}) for number in range(1, 9)])
    found = [each for each in check_health(workspace, look(workspace), TODAY) if each.rule == "double-funded"]
    assert [each.says.partition("paid ")[2][:4] for each in found[:5]] == ["£800", "£700", "£600", "£500", "£400"]
    assert (found[5].says, found[5].why) == ("3 more lines are paid more than they cost.", "£600 in all.")


def test_somebody_else_who_pays_is_not_gone() -> None:
    assert passes("payer-gone", make_workspace(line(100, {"other": 100})))


def test_a_stream_that_pays_nothing_of_a_line_does_not_share_it() -> None:
    barred = make_record(combine={"not_with": [{"id": "other", "why": "One or the other"}]})
    entries = (S, T, line(100, {"t": 100}))
    for shared in ({"s": 100, "t": 0}, {"s": 0, "t": 100}):
        workspace = make_workspace(HILL, *entries, line(100, {"s": 100}), line(100, shared))
        assert passes("same-line", workspace, barred, make_record("other"))
        assert passes("combining-unknown", workspace, make_record(**NOTED), make_record("other"))
    workspace = make_workspace(HILL, *entries, line(100, {"s": 50, "t": 50}))
    assert "same-line" in check(workspace, barred, make_record("other"))
    assert "combining-unknown" in check(workspace, make_record(**NOTED), make_record("other"))


def test_a_stream_that_asks_for_no_match_leaves_no_match_to_look_at() -> None:
    assert not passes("match", make_workspace(S, line(100, {"s": 100})), make_record(match_funding={"percent": 0}))
    assert "match" not in told(S, line(100, {"s": 100}), match_funding={"percent": 0})


def test_a_payment_of_nothing_does_not_make_a_bid_one_that_brings_other_money() -> None:
    asked = {"route": "competitive-bid", "match_funding": None}
    assert "match-unknown" in told(S, line(100, {"s": 100, "other": 0}), **asked)
    assert "match-unknown" not in told(S, line(100, {"s": 99, "other": 1}), **asked)


@pytest.mark.parametrize("state", ["submitted", "awarded"])
def test_what_cannot_be_changed_once_a_bid_is_in_is_not_told(state: str) -> None:
    there = {"amount": {"max": 50, "per": "award"}, "route": "competitive-bid", "match_funding": None}
    cost = line(100, {"s": 100})
    assert {"amount-range", "match-unknown"} <= told(("s", stream(state="applying", amount=100)), cost, **there)
    assert not {"amount-range", "match-unknown"} & told(("s", stream(state=state, amount=100)), cost, **there)


def test_what_was_asked_of_a_stream_that_refused_is_not_held_against_the_budget() -> None:
    cost = line(100, {"other": 100})
    assert "asked-differs" in told(("s", stream(amount=50)), cost)
    assert "asked-differs" not in told(("s", stream(amount=50, state="refused")), cost)


def test_a_stream_that_is_over_is_told_as_ended_and_as_nothing_else() -> None:
    chosen = stream(closes=TODAY - timedelta(days=9))
    stale = {"review_by": "2020-01", "checked": {"on": "2019-01", "evidence": "The page"}}
    aside = {"no-bid", "past-review", "closing-passed", "not-eligible"}
    open_still = told(chosen, **stale)
    assert {"past-review", "closing-passed"} <= open_still
    assert "stream-ended" not in open_still
    ended = told(chosen, **stale, **OVER)
    assert "stream-ended" in ended
    assert not aside & ended
    assert "no-bid" in told(stream(), route="formula")
    assert "no-bid" not in told(stream(), route="formula", **OVER)


def test_facts_that_were_never_kept_leave_no_change_to_look_at() -> None:
    assert not passes("record-changed", make_workspace(stream()), make_record())
    assert "record-changed" not in told(stream())


def test_a_stream_that_was_chosen_twice_is_not_asked_whether_it_goes_with_itself() -> None:
    workspace = make_workspace(HILL, ("a", stream()), ("b", stream()), line(100, {"a": 50, "b": 50}))
    assert passes("combining-unknown", workspace, make_record(**NOTED))


@pytest.mark.parametrize("says", ["fund", "other"])
def test_either_record_may_say_that_the_two_go_together(says: str) -> None:
    with_ = {"fund": {"note": "Ask us", "with": ["other"]}, "other": {"note": "Ask us", "with": ["fund"]}}
    records = [make_record(name, combine=with_[name] if name == says else {"note": "Ask us"}) for name in with_]
    workspace = make_workspace(HILL, S, T, line(100, {"s": 50, "t": 50}))
    assert passes("combining-unknown", workspace, *records)


def test_a_bid_that_cannot_be_ready_in_time_is_not_told_to_start_its_plan_as_well() -> None:
    soon, later = (stream(closes=TODAY + timedelta(days=days)) for days in (3, 90))
    assert {"too-late", "no-task"} & told(soon) == {"too-late"}
    assert {"too-late", "no-task"} & told(later) == {"no-task"}


def test_a_post_on_money_of_one_year_that_continues_does_not_hang_on_it() -> None:
    post = line(100, {"s": 100}, is_post=True)
    assert "short-post" in told(S, post, sustainability={"after": "ends"})
    assert "short-post" not in told(S, post, sustainability={"after": "continues"})


def test_the_sixth_of_a_kind_is_named_and_not_counted_alone() -> None:
    workspace = make_workspace(*[Outcome(outcome=f"Outcome {number}") for number in range(6)])
    found = [each.says for each in check_health(workspace, look(workspace), TODAY) if each.rule == "outcome-measure"]
    assert found == [f"The outcome “Outcome {number}” has no measure." for number in range(6)]
