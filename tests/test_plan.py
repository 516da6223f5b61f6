"""A bid planned back from its closing date: what counts as a working day, in what order, and when it is too late."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project_content import read_corpus

from kb.build import check_content
from kb.generations import Generation
from kb.queries.calendar_days import BankHolidays
from kb.queries.plan import (
    Plan,
    SchoolBreak,
    choose_closing,
    count_working_days,
    find_window_after,
    list_school_breaks,
    make_plan,
)
from kb.records.bid_plan import PlanStep
from kb.records.dates import parse_stated_date
from kb.records.funding import Window

TODAY = date(2026, 11, 21)
BANK_HOLIDAYS = BankHolidays()
CHRISTMAS = SchoolBreak("christmas", "Christmas", date(2026, 12, 21), date(2027, 1, 1))


def make_step(step_id: str, days: int, needs_school: bool = False, joint_only: bool = False) -> PlanStep:
    return PlanStep(
        id=step_id, label=step_id, who="Lead", days=days, needs_school=needs_school, joint_only=joint_only,
        basis="ours", why="It takes that long.",
    )  # fmt: skip


STEPS = [
    make_step("quotes", 10, needs_school=True),
    make_step("partners", 5, needs_school=True, joint_only=True),
    make_step("check", 3),
]


def plan(closes: date, days: Mapping[str, int] | None = None, joint: bool = False, today: date = TODAY) -> Plan:
    return make_plan(STEPS, closes, today, [CHRISTMAS], BANK_HOLIDAYS, days or {}, joint)


def make_window(closes: str | None = None, recurs: str | None = None) -> Window:
    return Window(closes=parse_stated_date(closes) if closes else None, recurs=recurs)


def test_the_bank_holidays_are_those_of_england() -> None:
    assert date(2027, 3, 29) in BANK_HOLIDAYS  # Easter Monday, no holiday in Scotland
    assert date(2027, 12, 28) in BANK_HOLIDAYS  # in lieu of Boxing Day on a Sunday
    assert date(2027, 3, 17) not in BANK_HOLIDAYS  # Saint Patrick's Day, in Northern Ireland alone
    assert date(2027, 1, 4) not in BANK_HOLIDAYS


def test_the_last_step_ends_on_the_working_day_before_the_closing_date() -> None:
    check = plan(date(2027, 2, 1)).steps[-1]  # a Monday
    assert (check.start, check.finish) == (date(2027, 1, 27), date(2027, 1, 29))


def test_bank_holidays_and_weekends_are_no_working_days() -> None:
    check = plan(date(2027, 3, 30)).steps[-1]  # the Tuesday after Easter
    assert (check.start, check.finish) == (date(2027, 3, 23), date(2027, 3, 25))


def test_a_step_that_needs_school_goes_around_a_school_holiday_and_says_which() -> None:
    quotes, check = plan(date(2027, 1, 8)).steps
    assert (check.start, check.finish) == (date(2027, 1, 5), date(2027, 1, 7))
    assert (quotes.start, quotes.finish) == (date(2026, 12, 8), date(2027, 1, 4))
    assert quotes.skips == (CHRISTMAS,)
    assert check.skips == ()


def test_a_step_that_needs_no_school_uses_the_working_days_of_a_school_holiday() -> None:
    check = plan(date(2026, 12, 24)).steps[-1]
    assert check.start == date(2026, 12, 21)


def test_a_joint_bid_has_steps_that_a_single_school_goes_without() -> None:
    assert [each.step.id for each in plan(date(2027, 6, 1)).steps] == ["quotes", "check"]
    assert [each.step.id for each in plan(date(2027, 6, 1), joint=True).steps] == ["quotes", "partners", "check"]


def test_another_length_replaces_the_usual_one_and_nought_leaves_the_step_out() -> None:
    found = plan(date(2027, 6, 1), {"quotes": 0, "check": 4})
    assert [(each.step.id, each.days, each.is_changed) for each in found.steps] == [("check", 4, True)]
    with pytest.raises(ValueError, match="check cannot take -1 days"):
        plan(date(2027, 6, 1), {"check": -1})


def test_a_plan_that_should_have_begun_is_too_late_and_counts_the_working_days_it_is_short() -> None:
    found = plan(date(2026, 12, 4))
    assert found.too_late
    assert found.latest_start == date(2026, 11, 17)
    assert (found.days_short, found.days_left) == (4, 0)  # Tuesday to Friday
    assert [each.is_late for each in found.steps] == [True, False]


def test_a_plan_that_begins_today_is_in_time() -> None:
    found = plan(date(2026, 12, 4), today=date(2026, 11, 17))
    assert (found.too_late, found.days_short, found.days_left) == (False, 0, 0)


def test_a_plan_without_steps_begins_on_the_closing_date() -> None:
    found = make_plan([], date(2026, 12, 4), TODAY, [], BANK_HOLIDAYS, {}, joint=True)
    assert (found.latest_start, found.too_late, found.days_left) == (date(2026, 12, 4), False, 9)


LENGTHS = st.dictionaries(st.sampled_from([step.id for step in STEPS]), st.integers(0, 60))
CLOSINGS = st.dates(TODAY, TODAY + timedelta(days=5 * 365))
OFTEN = settings(max_examples=120, deadline=None, derandomize=True)


@OFTEN
@given(CLOSINGS, LENGTHS, st.booleans())
def test_steps_follow_each_other_on_working_days_before_the_closing_date(closes, days, joint) -> None:
    found = plan(closes, days, joint)
    ends = [each.start for each in found.steps[1:]] + [closes]
    for each, end in zip(found.steps, ends, strict=True):
        assert each.start <= each.finish < end
        for day in (each.start, each.finish):
            assert day.weekday() < 5
            assert day not in BANK_HOLIDAYS
            assert not (each.step.needs_school and CHRISTMAS.first <= day <= CHRISTMAS.last)
        assert count_working_days(each.start, each.finish + timedelta(days=1), BANK_HOLIDAYS) >= each.days


@OFTEN
@given(CLOSINGS, LENGTHS, st.sampled_from(STEPS), st.integers(0, 60), st.booleans())
def test_a_longer_step_never_makes_a_plan_begin_later(closes, days, step, more, joint) -> None:
    longer = {**days, step.id: days.get(step.id, step.days) + more}
    assert plan(closes, longer, joint).latest_start <= plan(closes, days, joint).latest_start


@OFTEN
@given(CLOSINGS, st.booleans())
def test_saying_the_usual_lengths_changes_nothing(closes, joint) -> None:
    assert plan(closes, {step.id: step.days for step in STEPS}, joint) == plan(closes, {}, joint)


@OFTEN
@given(CLOSINGS, LENGTHS)
def test_too_late_and_short_by_some_days_are_the_same_thing(closes, days) -> None:
    found = plan(closes, days)
    assert found.too_late == (found.latest_start < TODAY) == (found.days_short > 0)


@pytest.mark.parametrize(
    ("windows", "typed", "day", "basis"),
    [
        ([make_window("2027-01-29")], None, date(2027, 1, 29), "stated"),
        ([make_window("2027-01-29")], date(2027, 2, 5), date(2027, 2, 5), "typed"),
        ([make_window("2027-01-29")], date(2027, 1, 29), date(2027, 1, 29), "stated"),
        ([make_window("2027-02")], None, date(2027, 2, 1), "first-day"),
        ([make_window("spring 2027")], None, date(2027, 1, 1), "first-day"),
        ([make_window("2026-11")], None, None, "begun"),
        ([make_window("2025-11-12", "yearly")], None, None, "expected"),
        ([make_window("2025-11-12", "yearly")], date(2026, 11, 30), date(2026, 11, 30), "typed"),
        ([make_window("2025-11-12")], None, None, "none"),
        ([], None, None, "none"),
    ],
)
def test_only_a_stated_or_typed_date_is_counted_back_from(windows, typed, day, basis) -> None:
    closing = choose_closing(windows, typed, TODAY)
    assert (closing.day, closing.basis) == (day, basis)


def test_the_window_after_a_missed_one_is_the_next_stated_or_expected_one() -> None:
    windows = [make_window("2026-12-04", "yearly"), make_window("2027-03-05")]
    following = find_window_after(windows, choose_closing(windows, None, TODAY))
    assert following is not None
    assert (following.words, following.expected) == ("5 March 2027", False)
    last = find_window_after(windows, choose_closing(windows, date(2027, 3, 5), TODAY))
    assert last is not None
    assert (last.words, last.expected) == ("expected about December 2027, as in 2026", True)


def test_the_window_after_a_whole_month_is_not_that_month_again() -> None:
    windows = [make_window("2027-02")]
    assert find_window_after(windows, choose_closing(windows, None, TODAY)) is None


def test_the_readers_own_dates_replace_a_usual_holiday_and_none_takes_it_out(generation: Generation) -> None:
    usual = generation.catalogue.list_school_holidays()
    own = (date(2027, 2, 22), date(2027, 2, 26))
    breaks = list_school_breaks(usual, {"spring-half-term-2027": own, "easter-2027": None})
    changed = [each for each in breaks if each.is_changed]
    assert [(each.id, each.first, each.last) for each in changed] == [("spring-half-term-2027", *own)]
    assert len(breaks) == len(usual) - 1


def test_the_catalogue_holds_the_steps_and_holidays_of_the_content_files(generation: Generation) -> None:
    corpus = read_corpus()
    assert tuple(generation.catalogue.list_plan_steps()) == corpus.plan_steps != ()
    assert tuple(generation.catalogue.list_school_holidays()) == corpus.school_holidays != ()


def test_the_usual_holidays_begin_and_end_on_school_days_and_follow_each_other(generation: Generation) -> None:
    usual = generation.catalogue.list_school_holidays()
    days = [day for holiday in usual for day in (holiday.from_.first, holiday.to.first)]
    assert all(day.weekday() < 5 for day in days)
    assert days == sorted(days)
    assert len(usual) == 18  # six for each of three school years
    assert {holiday.note for holiday in usual} == {"Usual: your council's dates may differ"}


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("school-weeks.yml", "from: 2026-12-21", "from: 2026-12", 'from: "2026-12" is not a day. Write it in full'),
        ("school-weeks.yml", "to: 2027-01-01", "to: 2026-01-01", '"to" (2026-01-01) is before "from" (2026-12-21)'),
        ("school-weeks.yml", "to: 2027-01-01", "to: 2028-01-01", "377 days long. Write at most 70; look at the years"),
        (
            "plan-steps.yml",
            "needs_school: yes",
            "needs_school: maybe",
            'needs_school: "maybe" cannot be used. Write yes',
        ),
        ("plan-steps.yml", "days: 3", "days: 0", "days: this must be 1 or more"),
        ("plan-steps.yml", "id: partners", "id: decide", '"decide" stands in this file twice'),
        ("plan-steps.yml", "basis: ours", "basis: theirs", 'basis: "theirs" is not in the list bases'),
    ],
)
def test_check_names_what_is_wrong_in_the_files_of_the_plan(small_content: Path, name, old, new, says) -> None:
    path = small_content / name
    path.write_text(path.read_text().replace(old, new, 1))
    (problem,) = check_content(small_content)[1]
    assert str(problem).startswith(f"{name}:")
    assert problem.line > 0
    assert says in str(problem)


def test_check_misses_the_files_of_the_plan(content: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(content, tmp_path / "content"))
    (copy / "plan-steps.yml").unlink()
    (problem,) = check_content(copy)[1]
    assert str(problem) == "plan-steps.yml: this is missing from the content folder. Put it back"
