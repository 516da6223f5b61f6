"""Health of the budget and of what lasts: gaps, double payments, match, ranges, kinds of money, and exit routes."""

from __future__ import annotations

from datetime import date

import pytest
from made_up_bids import TODAY, body, check, fill, line, look, make_record, make_workspace, passes, school, stream

from kb.workspaces.entries import About, Ending
from kb.workspaces.health import check_health

S = ("s", stream())
T = ("t", stream("other"))


def paid(*lines, s=S, **fields):
    """The checks of a budget of which the one stream states these fields."""
    return check(make_workspace(s, *lines), make_record(**fields))


def test_an_empty_budget_is_something_to_do() -> None:
    assert check(make_workspace())["no-budget"].level == "to-do"
    assert passes("no-budget", make_workspace(line(1)))


def test_a_gap_is_told_with_what_is_missing_and_who_pays_the_rest() -> None:
    workspace = make_workspace(S, ("hill", school()), ("l", line(24000, {"s": 9000, "partner:hill": 5000})))
    found = check(workspace, make_record())["gap"]
    assert (found.level, found.entry_id) == ("problem", fill("l"))
    assert found.says == "£10,000 of “Worker” (2027-28) is not paid for."
    assert found.why == "It costs £24,000; “Fund” pays £9,000 and Hill Top pays £5,000."
    assert paid(line(100))["gap"].why == "It costs £100; nobody pays for it yet."
    assert passes("gap", make_workspace(line(100, {"other": 100})))


def test_a_double_funded_line_is_told_and_one_paid_to_the_pound_is_not() -> None:
    found = paid(line(100, {"s": 80, "other": 40}))["double-funded"]
    assert (found.level, found.says) == ("problem", "“Worker” (2027-28) is paid £20 too much.")
    assert passes("double-funded", make_workspace(line(100, {"other": 100})))


def test_many_gaps_are_told_the_largest_first_and_the_rest_in_one() -> None:
    workspace = make_workspace(*[line(100 * number) for number in range(1, 9)])
    found = [each for each in check_health(workspace, look(workspace), TODAY) if each.rule == "gap"]
    assert [each.says[:4] for each in found[:5]] == ["£800", "£700", "£600", "£500", "£400"]
    assert (found[5].says, found[5].why) == ("3 more lines are not paid for in full.", "£600 in all.")


@pytest.mark.parametrize("payer", ["s", "partner:gone"])
def test_a_payer_that_is_gone_or_a_stream_that_was_refused_is_a_problem(payer) -> None:
    refused = ("s", stream(state="refused"))
    found = paid(line(100, {payer: 100}), s=refused)["payer-gone"]
    assert found.level == "problem"
    assert "£100" in found.says
    assert passes("payer-gone", make_workspace(S, line(100, {"s": 100})), make_record())


def test_one_line_paid_by_two_streams_that_do_not_combine_is_a_problem() -> None:
    records = make_record(combine={"not_with": [{"id": "other", "why": "One or the other"}]}), make_record("other")
    found = check(make_workspace(S, T, ("l", line(100, {"s": 50, "t": 50}))), *records)["same-line"]
    assert (found.level, found.entry_id, found.why) == ("problem", fill("l"), "One or the other.")
    assert passes("same-line", make_workspace(S, T, line(50, {"s": 50}), line(50, {"t": 50})), *records)
    free = make_record(), make_record("other")
    assert passes("same-line", make_workspace(S, T, line(100, {"s": 50, "t": 50})), *free)


def test_match_that_is_not_covered_is_a_problem_with_its_figures() -> None:
    quarter = {"match_funding": {"percent": 25}}
    found = paid(line(1000, {"s": 900, "other": 100}), **quarter)["match"]
    assert (found.level, found.says) == ("problem", "The match for “Fund” is £150 short.")
    assert "asks for 25%. Of the £1,000 that its lines cost, others pay £100 (10%)." in found.why
    covered = make_workspace(S, line(1000, {"s": 750, "other": 250}))
    assert passes("match", covered, make_record(**quarter))
    assert "match" not in paid(line(1000, {"s": 900, "other": 100}))


def test_match_that_only_the_whole_budget_covers_cannot_be_told() -> None:
    lines = (line(1000, {"s": 1000}), line(1000, {"other": 1000}))
    assert paid(*lines, match_funding={"percent": 25})["match"].level == "unknown"


@pytest.mark.parametrize(
    ("route", "match", "pays", "answers", "is_told"),
    [
        ("competitive-bid", None, {"s": 100}, {}, True),
        ("competitive-bid", {"note": "Scored"}, {"s": 100}, {}, True),
        ("competitive-bid", {"percent": 0}, {"s": 100}, {}, False),
        ("competitive-bid", None, {"s": 90, "other": 10}, {}, False),
        ("competitive-bid", None, {"s": 100}, {"match_funding": True}, False),
        ("rolling-application", None, {"s": 100}, {}, False),
        ("competitive-bid", None, {"other": 100}, {}, False),
    ],
)
def test_match_that_nothing_is_known_of_is_a_hint_for_competitive_bids_alone(
    route, match, pays, answers, is_told
) -> None:
    found = paid(line(100, pays), s=("s", stream(answers=answers)), route=route, match_funding=match)
    assert ("match-unknown" in found) == is_told
    if is_told:
        assert found["match-unknown"].level == "unknown"


@pytest.mark.parametrize(
    ("asked", "amount", "level"),
    [
        (20_001, {"min": 300, "max": 20_000, "per": "award"}, "problem"),
        (299, {"min": 300, "max": 20_000, "per": "award"}, "problem"),
        (20_000, {"min": 300, "max": 20_000, "per": "award"}, None),
        (300, {"min": 300, "per": "award"}, None),
        (2001, {"max": 1000, "per": "school"}, "problem"),
        (2000, {"max": 1000, "per": "school"}, None),
        (20_001, {"max": 20_000}, "unknown"),
        (20_000, {"max": 20_000}, None),
        (500, {"max": 900, "per": "pupil"}, "unknown"),
        (500, {"max": 900, "per": "year"}, "unknown"),
        (500, {"note": "It varies"}, None),
        (None, {"max": 1, "per": "award"}, None),
    ],
)
def test_an_amount_outside_a_streams_range_is_told_where_it_can_be_compared(asked, amount, level) -> None:
    workspace = make_workspace(school(), school("Valley", 200002), body(), stream(amount=asked))
    found = check(workspace, make_record(amount=amount)).get("amount-range")
    assert (found.level if found else None) == level
    assert passes("amount-range", workspace, make_record(amount=amount)) == (
        level is None and asked is not None and "note" not in amount
    )


def test_an_amount_for_each_school_says_what_that_is_for_these_schools() -> None:
    workspace = make_workspace(school(), school("Valley", 200002), stream(amount=2500))
    found = check(workspace, make_record(amount={"max": 1000, "per": "school"}))["amount-range"]
    assert "up to £1,000 for each school, which is £2,000 for 2 schools" in found.why
    alone = check(make_workspace(body(), stream(amount=2500)), make_record(amount={"max": 1000, "per": "school"}))
    assert alone["amount-range"].level == "unknown"


def test_without_an_amount_what_the_budget_has_the_stream_pay_is_compared() -> None:
    assert paid(line(900, {"s": 900}), amount={"max": 800, "per": "award"})["amount-range"].level == "problem"


def test_what_is_asked_for_and_what_the_budget_says_are_to_agree() -> None:
    asking = ("s", stream(amount=1000))
    found = paid(line(900, {"s": 900}), s=asking)["asked-differs"]
    assert (found.level, found.why) == ("warning", "You ask for £1,000; in the budget it pays £900.")
    assert passes("asked-differs", make_workspace(asking, line(1000, {"s": 1000})), make_record())
    assert "asked-differs" not in paid(s=asking)
    assert "asked-differs" not in paid(line(900, {"s": 900}))


@pytest.mark.parametrize(
    ("gives", "kind", "is_told"),
    [
        ("capital", "revenue", True),
        ("revenue", "capital", True),
        ("capital", "capital", False),
        ("both", "capital", False),
        (None, "revenue", False),
        ("capital", "in-kind", False),
    ],
)
def test_capital_and_revenue_money_pay_for_their_own_kind(gives, kind, is_told) -> None:
    found = paid(line(100, {"s": 100}, money=kind), money=gives)
    assert ("money-kind" in found) == is_told
    if is_told:
        assert found["money-kind"].says == f"“Fund” gives {gives} money, but is down for 1 {kind} line."


@pytest.mark.parametrize(
    ("starts", "months", "year", "is_told"),
    [
        (date(2027, 9, 1), 12, 2028, False),  # to August 2028, within the year from April 2028
        (date(2027, 4, 1), 12, 2028, True),
        (date(2027, 4, 2), 12, 2027, False),
        (date(2027, 9, 1), 36, 2030, False),
        (date(2027, 9, 1), 36, 2031, True),
        (None, 12, 2028, True),  # counted from April 2027, the first year it pays in
        (None, None, 2040, False),
    ],
)
def test_spending_beyond_a_streams_duration_is_a_problem(starts, months, year, is_told) -> None:
    about = About(title="Scheme", starts=starts)
    workspace = make_workspace(S, line(1, {"s": 1}, 2027), line(1, {"s": 1}, year), about=about)
    record = make_record(duration={"max_months": months} if months else None)
    assert ("beyond-duration" in check(workspace, record)) == is_told
    assert passes("beyond-duration", workspace, record) == (months is not None and not is_told)


@pytest.mark.parametrize(
    ("spend_by", "year", "is_told"),
    [("2028-03", 2028, True), ("2028-03", 2027, False), ("2026-10", 2028, False), ("2028-04-01", 2028, False)],
)
def test_spending_after_the_last_day_of_a_window_that_is_not_over_is_a_problem(spend_by, year, is_told) -> None:
    found = paid(line(1, {"s": 1}, year), windows=[{"spend_by": spend_by}])
    assert ("spend-by" in found) == is_told
    if is_told:
        assert "must be spent by March 2028" in found["spend-by"].why


def test_the_latest_of_several_last_days_counts() -> None:
    windows = [{"spend_by": "2028-03"}, {"spend_by": "2029-03"}]
    assert passes("spend-by", make_workspace(S, line(1, {"s": 1}, 2028)), make_record(windows=windows))


def test_a_post_on_one_years_money_is_told_until_an_exit_route_has_its_cost_and_mechanism() -> None:
    post = line(100, {"s": 100}, is_post=True)
    found = paid(post)["short-post"]
    assert (found.level, found.says) == ("warning", "“Worker” hangs on one year's money.")
    assert "pays only in 2027-28" in found.why
    two_years = (post, line(100, {"s": 100}, 2028, is_post=True))
    assert "short-post" not in paid(*two_years)
    assert "lasts at most 12 months" in paid(*two_years, duration={"max_months": 12})["short-post"].why
    assert "short-post" not in paid(line(100, {"s": 100}))
    for cost, route, is_told in ((500, "lettings", False), (500, "", True), (None, "lettings", True), (0, "", False)):
        ending = Ending(stream=fill("s"), yearly_cost=cost, route=route)
        assert ("short-post" in paid(post, ending)) == is_told


def test_each_stream_is_to_have_an_exit_route_unless_its_money_continues() -> None:
    record = make_record(
        sustainability={"after": "tapers", "exit_routes": [{"mechanism": "lettings", "basis": "ours"}]}
    )
    found = check(make_workspace(stream()), record)["no-ending"]
    assert found.level == "to-do"
    assert found.why == "Its record says that the money tapers. Our suggestions: Letting rooms."
    assert check(make_workspace(stream(state="applying")), record)["no-ending"].level == "warning"
    assert passes("no-ending", make_workspace(S, Ending(stream=fill("s"))), record)
    assert "no-ending" not in check(make_workspace(stream(state="refused")), record)
    assert "no-ending" not in check(make_workspace(S), make_record(sustainability={"after": "continues"}))


def test_an_exit_route_without_a_mechanism_is_a_problem_while_something_must_be_paid() -> None:
    costly = ("end", Ending(stream=fill("s"), yearly_cost=18_000))
    found = check(make_workspace(S, costly), make_record())["ending-route"]
    assert (found.level, found.entry_id) == ("problem", fill("end"))
    assert found.why.startswith("It costs £18,000 a year and no exit route is chosen.")
    chosen = Ending(stream=fill("s"), yearly_cost=18_000, route="lettings")
    assert passes("ending-route", make_workspace(S, chosen), make_record())
    assert "ending-route" not in check(make_workspace(S, Ending(stream=fill("s"), yearly_cost=0)), make_record())


def test_an_exit_route_is_to_say_its_yearly_cost() -> None:
    bare = Ending(stream=fill("s"), goes_on="The warden")
    assert check(make_workspace(S, bare), make_record())["ending-cost"].why == "This must go on: “The warden”."
    assert passes("ending-cost", make_workspace(S, Ending(stream=fill("s"), yearly_cost=0)), make_record())


def test_an_exit_route_gone_from_the_knowledge_base_is_told() -> None:
    assert check(make_workspace(Ending(stream=fill("s"), route="bake-sales")))["route-gone"].level == "warning"
    assert passes("route-gone", make_workspace(Ending(stream=fill("s"), route="lettings")))


def test_a_post_on_several_short_streams_is_told_once_with_all_of_them() -> None:
    post = line(100, {"s": 50, "t": 50}, is_post=True)
    records = make_record(duration={"max_months": 9}), make_record("other")
    workspace = make_workspace(S, T, post)
    found = [each for each in check_health(workspace, look(workspace, *records), TODAY) if each.rule == "short-post"]
    assert len(found) == 1
    assert found[0].why.startswith("“Fund” lasts at most 9 months and “Other” pays only in 2027-28.")
