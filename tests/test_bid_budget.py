"""The budget added up: by year, kind and payer, gaps and double payments, match, and what a stream is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_bids import fill, line, make_record, make_workspace, stream, sums

from kb.workspaces.budget import Match, Sums, add_up, compare_asked, compare_match
from kb.workspaces.entries import CostLine, Payment


def test_an_empty_budget_sums_to_nothing() -> None:
    found = sums()
    assert (found.total, found.by_year, found.by_payer, found.years) == (Sums(), {}, {}, [])


def test_a_line_that_is_not_paid_for_in_full_has_a_gap_and_no_excess() -> None:
    (found,) = sums(line(1000, {"s": 300, "other": 200})).lines
    assert (found.paid, found.gap, found.over) == (500, 500, 0)


def test_a_line_that_is_paid_more_than_it_costs_has_an_excess_and_no_gap() -> None:
    (found,) = sums(line(1000, {"s": 900, "other": 200})).lines
    assert (found.paid, found.gap, found.over) == (1100, 0, 100)


def test_one_lines_excess_does_not_hide_another_lines_gap() -> None:
    found = sums(line(1000, {"s": 1500}), line(1000))
    assert found.total == Sums(cost=2000, paid=1000, gap=1000, over=500)


def test_sums_are_by_financial_year_and_by_kind_of_money_in_order() -> None:
    found = sums(line(10, year=2028), line(20, year=2027, money="capital"), line(5, year=2028, money="in-kind"))
    assert {year: each.cost for year, each in found.by_year.items()} == {2027: 20, 2028: 15}
    assert found.years == [2027, 2028]
    assert {kind: each.cost for kind, each in found.by_kind.items()} == {"capital": 20, "revenue": 10, "in-kind": 5}
    assert list(found.by_kind) == ["capital", "revenue", "in-kind"]


def test_what_a_payer_pays_is_by_year_and_kind_with_its_lines() -> None:
    found = sums(line(10, {"s": 4}, 2028), line(20, {"s": 6, "other": 1}, 2027, money="capital"), line(5))
    paid = found.find_stream(fill("s"))
    assert (paid.pounds, dict(paid.by_year), dict(paid.by_kind)) == (
        10, {2027: 6, 2028: 4}, {"revenue": 4, "capital": 6},
    )  # fmt: skip
    assert [each.cost for each in paid.lines] == [10, 20]
    assert found.find_payer("other").pounds == 1
    assert found.find_payer("partner:nobody00").pounds == 0


def test_a_payer_that_stands_twice_in_a_line_is_added_up() -> None:
    twice = (Payment(by="other", pounds=3), Payment(by="other", pounds=4))
    found = sums(CostLine(what="Rooms", year=2027, money="revenue", cost=10, payments=twice))
    assert found.lines[0].payers == {"other": 7}


def test_a_payment_of_nothing_makes_no_line_the_payers() -> None:
    assert sums(line(10, {"s": 0})).find_stream(fill("s")).lines == ()


def match(percent: float | None, *lines: CostLine) -> Match | None:
    record = make_record(match_funding=None if percent is None else {"percent": percent})
    return compare_match(sums(*lines), fill("s"), record)


def test_match_is_what_others_pay_towards_the_lines_a_stream_pays_into() -> None:
    found = match(25, line(1000, {"s": 750, "other": 250}), line(5000, {"other": 5000}))
    assert found is not None
    assert (found.total, found.others, found.needed, found.short, found.has_percent) == (1000, 250, 250, 0, 25)


def test_match_that_is_short_says_by_how_much_and_whether_the_whole_budget_covers_it() -> None:
    found = match(25, line(1000, {"s": 900, "other": 100}))
    assert found is not None
    assert (found.short, found.is_covered_by_all) == (150, False)
    wider = match(25, line(1000, {"s": 900, "other": 100}), line(1000, {"partner:p": 1000}))
    assert wider is not None
    assert (wider.short, wider.is_covered_by_all) == (150, True)


def test_match_counts_no_more_than_a_line_costs() -> None:
    found = match(50, line(100, {"s": 100, "other": 900}), line(900, {"s": 900}))
    assert found is not None
    assert (found.others, found.short) == (100, 400)


def test_match_in_whole_pounds_rounds_up() -> None:
    found = match(33.3, line(1000, {"s": 667, "other": 333}))
    assert found is not None
    assert (found.needed, found.short) == (333, 0)
    assert match(10, line(1001, {"s": 901, "other": 100})).needed == 101


def test_there_is_no_match_to_compare_where_no_percentage_is_stated_or_nothing_is_paid() -> None:
    assert match(None, line(1000, {"s": 900})) is None
    assert match(25, line(1000, {"other": 900})) is None
    assert compare_match(sums(line(10, {"s": 1})), fill("s"), None) is None


@pytest.mark.parametrize(("asked", "differs"), [(None, False), (900, False), (1000, True), (0, True)])
def test_what_a_stream_is_asked_for_stands_beside_what_the_budget_has_it_pay(asked, differs) -> None:
    workspace = make_workspace(("s", stream(amount=asked)), line(1000, {"s": 900}))
    found = compare_asked(workspace, add_up(workspace))[fill("s")]
    assert (found.asked, found.paid, found.differs) == (asked, 900, differs)


PAYERS = st.dictionaries(st.sampled_from(["s", "t", "partner:p", "other"]), st.integers(0, 5000))
LINES = st.lists(
    st.builds(
        line, st.integers(0, 9000), PAYERS, st.integers(2026, 2029), money=st.sampled_from(["capital", "in-kind"])
    )
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(LINES)
def test_all_ways_of_adding_up_come_to_the_same(lines) -> None:
    found = sums(*lines)
    for parts in (found.by_year, found.by_kind):
        for name in ("cost", "paid", "gap", "over"):
            assert sum(getattr(each, name) for each in parts.values()) == getattr(found.total, name)
    assert found.total.cost == found.total.paid + found.total.gap
    assert sum(each.pounds for each in found.by_payer.values()) == found.total.paid + found.total.over
    for paid in found.by_payer.values():
        assert sum(paid.by_year.values()) == sum(paid.by_kind.values()) == paid.pounds
