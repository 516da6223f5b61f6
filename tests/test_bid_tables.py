"""The tables and the calendar of a joint bid, read back as a spreadsheet and a calendar program would."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from format_readers import read_calendar, read_table
from icalendar import Calendar
from made_up_bids import body, line, look, make_record, make_workspace, school, stream

from kb.exports.pack_facts import PackFacts, gather_facts
from kb.exports.pack_tables import write_budget_table, write_plan_calendar, write_plan_table
from kb.workspaces.entries import Entry, Task, Turn

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FORMULA = '=HYPERLINK("https://bad.example","click")'


def gather(*entries: Entry | tuple[str, Entry]) -> PackFacts:
    workspace = make_workspace(*entries)
    return gather_facts(workspace, look(workspace, make_record()), [], [], "https://site.example", NOW)


def read_events(facts: PackFacts) -> list[Any]:
    return list(Calendar.from_ical(write_plan_calendar(facts)).walk("VEVENT"))


def test_each_budget_line_is_a_row_with_what_is_paid_and_by_whom() -> None:
    cost = line(9000, {"fund": 5000, "partner:hill": 1000}, year=2027, is_post=True)
    (row,) = read_table(write_budget_table(gather(("fund", stream()), ("hill", school()), cost)))
    assert (row["What"], row["Financial year"], row["Kind of money"], row["Post"]) == (
        "Worker", "2027-28", "Revenue", "Yes",
    )  # fmt: skip
    assert (row["Cost"], row["Paid for"], row["Not paid for"], row["Paid twice"]) == ("9000", "6000", "3000", "0")
    assert (row["Payer 1"], row["Pays 1"], row["Payer 2"], row["Pays 2"]) == ("Fund", "5000", "Hill Top", "1000")


def test_a_line_with_as_many_payers_as_there_may_be_has_a_column_for_each() -> None:
    partners = [(f"p{number}", body(name=f"Body {number}")) for number in range(6)]
    cost = line(60, {f"partner:p{number}": 10 for number in range(6)})
    (row,) = read_table(write_budget_table(gather(*partners, cost)))
    assert [row[f"Payer {number}"] for number in range(1, 7)] == [f"Body {number}" for number in range(6)]


def test_tables_say_when_they_were_made_and_from_which_knowledge_base() -> None:
    facts = gather(line(1), Task(what="Ask"))
    for table in (write_budget_table(facts), write_plan_table(facts)):
        (row,) = read_table(table)
        assert (row["Made on"], row["Knowledge base"]) == ("2026-11-21", "made-up")


def test_an_empty_workspace_gives_tables_with_a_header_alone_and_an_empty_calendar() -> None:
    facts = gather()
    assert read_table(write_budget_table(facts)) == read_table(write_plan_table(facts)) == []
    assert read_calendar(write_plan_calendar(facts)) == []


def test_text_that_a_spreadsheet_would_run_is_guarded() -> None:
    facts = gather(("bad", body(name=FORMULA)), line(1, {"partner:bad": 1}, what=FORMULA), Task(what=FORMULA, who="@x"))
    (cost,) = read_table(write_budget_table(facts))
    (task,) = read_table(write_plan_table(facts))
    assert cost["What"] == cost["Payer 1"] == task["What"] == f"'{FORMULA}"
    assert task["Who"] == "'@x"


def test_tasks_stand_in_the_order_they_are_due_with_their_state_and_stream() -> None:
    late = Task(what="Late", due=date(2026, 11, 20))
    done = Task(what="Done", due=date(2026, 11, 19), done=True)
    coming = Task(what="Coming", who="The lead", starts=date(2026, 11, 30), due=date(2026, 12, 4), stream="fund0000")
    rows = read_table(write_plan_table(gather(("fund", stream()), Task(what="Some day"), coming, late, done)))
    assert [(row["What"], row["State"]) for row in rows] == [
        ("Done", "Done"), ("Late", "Overdue"), ("Coming", "To do"), ("Some day", "To do"),
    ]  # fmt: skip
    assert (rows[2]["Who"], rows[2]["From"], rows[2]["To be done by"], rows[2]["Stream"]) == (
        "The lead", "2026-11-30", "2026-12-04", "Fund",
    )  # fmt: skip


def test_a_task_lasts_from_its_first_day_to_its_last_in_the_calendar() -> None:
    (event,) = read_events(gather(("task", Task(what="Survey", starts=date(2027, 1, 4), due=date(2027, 1, 8)))))
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2027, 1, 4), date(2027, 1, 9))
    assert event["UID"] == "task-task0000@find-school-funding"


def test_a_task_without_a_day_is_not_in_the_calendar() -> None:
    assert read_events(gather(Task(what="Some day"))) == []


def test_a_task_that_was_to_begin_after_it_is_due_is_in_the_calendar_on_the_day_it_is_due() -> None:
    (event,) = read_events(gather(Task(what="Odd", starts=date(2027, 2, 1), due=date(2027, 1, 8))))
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2027, 1, 8), date(2027, 1, 9))


def test_turns_of_the_rota_are_in_the_calendar_with_who_takes_them() -> None:
    turn = Turn(duty="return", what="First report", due=date(2028, 1, 31))
    (event,) = read_events(gather(("hill", school()), ("turn", turn)))
    assert "First report (Hill Top)" in event["SUMMARY"]
    assert event["UID"] == "turn-turn0000@find-school-funding"


def test_the_calendar_says_what_it_rests_on() -> None:
    (event,) = read_events(gather(Task(what="Ask", due=date(2027, 1, 8))))
    assert "Made 21 November 2026 from knowledge base made-up." in event["DESCRIPTION"]
