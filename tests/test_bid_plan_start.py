"""Tasks started from the backwards plan of a chosen stream: what they say, and that starting twice adds nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from project_content import read_corpus

from kb.queries.calendar_days import BankHolidays
from kb.records.bid_plan import PlanStep
from kb.records.dates import parse_stated_date
from kb.records.funding import Funder, FundingStream, Partners, Window
from kb.records.model import BodySection, Source
from kb.workspaces.entries import About, Entry, Lead, Need, Partner, Stream, Task
from kb.workspaces.plan_start import (
    CLOSING_STEP,
    PlanBasis,
    StartedPlan,
    find_missing_tasks,
    is_joint,
    list_moved_tasks,
    start_tasks,
)
from kb.workspaces.workspace import Item, Workspace

TODAY = date(2026, 11, 21)
CLOSES = date(2027, 2, 1)  # a Monday


def make_step(step_id: str, label: str, who: str, days: int, joint_only: bool = False) -> PlanStep:
    return PlanStep(id=step_id, label=label, who=who, days=days, joint_only=joint_only, basis="ours", why="It is so.")


STEPS = [
    make_step("evidence", "Gather evidence of need", "Lead school or service", 5),
    make_step("partners", "Partners' written agreement", "Partners", 3, joint_only=True),
    make_step("check", "Final check", "School business manager", 2),
]
BASIS = PlanBasis(STEPS, (), BankHolidays())


def make_record(closes: str | None = None, **fields: object) -> FundingStream:
    windows = (Window(closes=parse_stated_date(closes), recurs=fields.pop("recurs", None)),) if closes else None
    return FundingStream(
        id="youth-fund", title=fields.pop("title", "Youth Fund"), summary="Pays for youth work.", kind="programme",
        funder=Funder(name="The funder", kind="charity"), service_areas=("youth-services",), windows=windows,
        sources=(Source(id="page", title="Page", supports=("summary",)),),
        body=(BodySection(title="What it pays for", html="<p>Work</p>", text="Work"),), **fields,
    )  # fmt: skip


def make_stream(state: str = "considering", closes: date | None = None) -> Item[Stream]:
    return Item("stream00", 1, Stream(stream="youth-fund", state=state, closes=closes))


def make_workspace(*entries: Entry) -> Workspace:
    every = (About(title="Wardens"), Need(), Lead(), *entries)
    return Workspace(1, tuple(Item(f"entry{n:03}", 1, entry) for n, entry in enumerate(every)))


def start(chosen: Item[Stream], record: FundingStream | None, joint: bool = True, lead: str = "") -> StartedPlan:
    return start_tasks(chosen, record, BASIS, joint, lead, TODAY)


def test_each_step_becomes_a_task_with_its_dates_and_the_closing_date_one_of_its_own() -> None:
    found = start(make_stream(), make_record("2027-02-01"), lead="Hill School")
    assert [(task.what, task.who, task.starts, task.due, task.step) for task in found.tasks] == [
        ("Gather evidence of need: Youth Fund", "Hill School", date(2027, 1, 18), date(2027, 1, 22), "evidence"),
        ("Partners' written agreement: Youth Fund", "Partners", date(2027, 1, 25), date(2027, 1, 27), "partners"),
        ("Final check: Youth Fund", "School business manager", date(2027, 1, 28), date(2027, 1, 29), "check"),
        ("Submit: Youth Fund", "Hill School", None, CLOSES, CLOSING_STEP),
    ]
    assert {task.stream for task in found.tasks} == {"stream00"}
    assert found.says == "Counted back from 1 February 2027, the closing date its sources state."
    assert (found.closes, found.too_late) == (CLOSES, False)


def test_no_usual_step_has_the_name_of_the_closing_date() -> None:
    assert CLOSING_STEP not in {step.id for step in read_corpus().plan_steps}


def test_a_bid_without_partners_goes_without_the_steps_of_a_joint_one() -> None:
    found = start(make_stream(), make_record("2027-02-01"), joint=False)
    assert [task.step for task in found.tasks] == ["evidence", "check", CLOSING_STEP]


def test_while_the_lead_is_open_the_step_says_who_usually_does_it() -> None:
    tasks = start(make_stream(), make_record("2027-02-01")).tasks
    assert [task.who for task in tasks] == ["Lead school or service", "Partners", "School business manager", ""]


def test_a_typed_date_counts_before_the_stated_one_and_is_named_as_such() -> None:
    found = start(make_stream(closes=date(2027, 3, 1)), make_record("2027-02-01"))
    assert found.tasks[-1].due == date(2027, 3, 1)
    assert found.says == "Counted back from 1 March 2027, the date you gave."


def test_of_a_month_the_first_day_is_counted_from_and_the_words_of_the_source_are_kept() -> None:
    found = start(make_stream(), make_record("2027-02"))
    assert found.closes == CLOSES
    assert "the first day it can mean: the source says February 2027" in found.says


def test_a_stream_that_the_knowledge_base_no_longer_has_is_planned_from_a_typed_date_alone() -> None:
    assert start(make_stream(closes=CLOSES), None).tasks[-1].what == "Submit: youth-fund"
    assert start(make_stream(), None).tasks == ()


def test_an_expected_date_is_never_counted_from() -> None:
    found = start(make_stream(), make_record("2026-02-01", recurs="yearly"))
    assert found.tasks == ()
    assert found.says.startswith("No source states its next closing date: one is only expected. Ask the funder")


@pytest.mark.parametrize(
    ("state", "closes", "record", "says"),
    [
        ("considering", None, make_record(), "No closing date of it is known."),
        ("considering", None, make_record("2026-11"), "the first day they can mean is over"),
        ("considering", TODAY - timedelta(days=1), make_record(), "Its closing date, 20 November 2026, is over."),
        ("considering", date(9999, 12, 31), make_record(), "is too far off: plans reach to 21 November 2031"),
        ("considering", CLOSES, make_record(status="closed"), "It has ended"),
        ("considering", CLOSES, make_record(route="formula"), ""),
        ("submitted", CLOSES, make_record(), "The bid is in"),
        ("awarded", CLOSES, make_record(), "The money is awarded"),
        ("refused", CLOSES, make_record(), "It was refused or dropped"),
    ],
)
def test_where_there_is_nothing_to_plan_it_says_why(
    state: str, closes: date | None, record: FundingStream, says: str
) -> None:
    found = start(make_stream(state, closes), record)
    assert found.tasks == ()
    assert found.says
    assert says in found.says


def test_a_plan_that_should_have_begun_is_started_all_the_same_and_says_so() -> None:
    found = start(make_stream(closes=date(2026, 12, 1)), None)
    assert len(found.tasks) == 4
    assert found.too_late
    assert "Work should have begun on 17 November 2026, 4 working days ago: shorten some steps." in found.says


def test_a_long_title_is_cut_to_fit_a_task() -> None:
    tasks = start(make_stream(closes=CLOSES), make_record(title="x" * 200)).tasks
    assert [len(task.what) for task in tasks] == [200] * 4
    assert tasks[0].what.endswith("x…")


def test_several_partners_or_a_stream_that_asks_for_some_make_a_bid_joint() -> None:
    hill, lake = Partner(name="Hill", body="school"), Partner(name="Lake", body="school")
    assert not is_joint(make_workspace(hill), make_record())
    assert is_joint(make_workspace(hill, lake), None)
    assert is_joint(make_workspace(hill), make_record(partners=Partners(min=1)))


def test_starting_twice_adds_nothing_and_a_task_taken_out_comes_back_alone() -> None:
    chosen = make_stream(closes=CLOSES)
    started = start(chosen, make_record())
    assert find_missing_tasks(make_workspace(), chosen, started) == list(started.tasks)
    assert find_missing_tasks(make_workspace(*started.tasks), chosen, started) == []
    without = make_workspace(*started.tasks[1:])
    assert [task.step for task in find_missing_tasks(without, chosen, started)] == ["evidence"]


def test_tasks_of_another_stream_and_those_written_by_hand_do_not_stand_for_a_step() -> None:
    chosen = make_stream(closes=CLOSES)
    started = start(chosen, make_record())
    other = [task.model_copy(update={"stream": "another0"}) for task in started.tasks]
    by_hand = [task.model_copy(update={"step": ""}) for task in started.tasks]
    assert find_missing_tasks(make_workspace(*other, *by_hand), chosen, started) == list(started.tasks)


def test_after_a_new_closing_date_the_tasks_that_are_not_done_are_proposed_with_their_new_dates() -> None:
    old = start(make_stream(closes=CLOSES), make_record()).tasks
    done = old[0].model_copy(update={"done": True})
    renamed = old[1].model_copy(update={"what": "Sign the letters", "who": "Heads"})
    by_hand = Task(what="Book a room", due=CLOSES, stream="stream00")
    moved = make_stream(closes=CLOSES + timedelta(days=7))
    workspace = make_workspace(done, renamed, by_hand, old[3])
    found = list_moved_tasks(workspace, moved, start(moved, make_record()))
    assert [(each.proposed.what, each.proposed.who, each.proposed.starts, each.proposed.due) for each in found] == [
        ("Sign the letters", "Heads", date(2027, 2, 1), date(2027, 2, 3)),
        ("Submit: Youth Fund", "", None, date(2027, 2, 8)),
    ]
    assert [each.item.value for each in found] == [renamed, old[3]]


def test_tasks_whose_dates_agree_or_cannot_be_counted_are_not_proposed() -> None:
    chosen = make_stream(closes=CLOSES)
    started = start(chosen, make_record())
    workspace = make_workspace(*started.tasks)
    assert list_moved_tasks(workspace, chosen, started) == []
    assert list_moved_tasks(workspace, chosen, start(make_stream(), make_record())) == []
