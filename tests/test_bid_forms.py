"""Forms of a joint bid: what is typed becomes an entry, or a sentence for each input that cannot be used."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.records.vocabulary import Entry as Value
from kb.records.vocabulary import Vocabulary
from kb.workspaces.conflict import compare_versions, merge_forms
from kb.workspaces.entries import (
    MODELS,
    About,
    CostLine,
    Ending,
    Evidence,
    Figure,
    Partner,
    Payment,
    Risk,
    Task,
    Turn,
)
from kb.workspaces.forms import Form, list_fields, parse_form, read_day, read_pounds, write_blank, write_form
from kb.workspaces.words import Names

LISTS = {
    "bodies": ["school", "charity"],
    "risk_levels": ["low", "medium", "high"],
    "duties": ["bid", "return"],
    "bid_states": ["considering"],
    "agreement_points": ["roles"],
}
VOCABULARY = Vocabulary({name: [Value(each, each.title()) for each in values] for name, values in LISTS.items()})
CHOICES = {
    "stream": ["stream11"],
    "partner": ["partner1"],
    "payer": ["stream:stream11", "partner:partner1", "other"],
    "mechanism": ["charging"],
}
LINE = {"what": "Worker", "year": "2027", "money": "revenue", "cost": "20000"}


def read_problems(model: type, form: Form) -> dict[str, str]:
    parsed = parse_form(model, form, VOCABULARY, CHOICES)
    assert (parsed.entry is None) == bool(parsed.problems)
    return dict(parsed.problems)


def test_a_form_asks_for_every_field_but_those_that_the_site_sets() -> None:
    assert [field.name for field in list_fields(Partner)] == [
        "name", "body", "charity", "roll", "fsm", "trust", "does", "gives", "gets", "cannot_lead", "cannot_lead_until",
    ]  # fmt: skip
    assert [field.name for field in list_fields(Evidence)] == ["why"]
    body = list_fields(Partner)[1]
    assert (body.label, body.widget, body.list_name, body.required) == (
        "What kind of body it is", "list", "bodies", True,
    )  # fmt: skip


@pytest.mark.parametrize("model", [Figure, Risk, Turn, CostLine, Partner, Task])
def test_an_empty_form_says_what_to_fill_in_first(model: type) -> None:
    needed = {field.name for field in list_fields(model) if field.required}
    assert needed <= read_problems(model, write_blank(model)).keys()


def test_every_problem_is_said_at_once_in_the_order_of_the_form() -> None:
    form = {**LINE, "what": "w" * 201, "year": "1066", "cost": "lots", "payer-2": "partner:gone1234", "pounds-2": "1"}
    assert list(read_problems(CostLine, form).items()) == [
        ("what", "Use at most 200 letters. There are 201 here, so take out 1"),
        ("year", "Choose one from the list"),
        ("cost", "Enter whole pounds, like 25000"),
        ("payer-2", "Choose one from the list"),
    ]


@pytest.mark.parametrize(
    ("typed", "pounds"),
    [("25000", 25000), ("£25,000", 25000), ("25 000", 25000), (" £1,234.00 ".strip(), 1234), ("0", 0), ("", None)],
)
def test_pounds_are_read_as_people_write_them(typed: str, pounds: int | None) -> None:
    assert read_pounds(typed) == pounds


@pytest.mark.parametrize("typed", ["25k", "25.50", "-5", "1,00", "²", "٣", "£", "NaN", "1e3", "20000 pounds"])
def test_what_is_not_whole_pounds_is_said_to_be_so(typed: str) -> None:
    with pytest.raises(ValueError, match="Enter whole pounds, like 25000"):
        read_pounds(typed)


@pytest.mark.parametrize("typed", ["1000000001", "9" * 5000])
def test_no_sum_is_larger_than_a_billion(typed: str) -> None:
    with pytest.raises(ValueError, match="Enter at most £1 billion"):
        read_pounds(typed)


@pytest.mark.parametrize(
    "typed", ["2027-03-05", "5/3/2027", "05.03.2027", "5 March 2027", "5th mar 2027", "Friday 5 March 2027"]
)
def test_days_are_read_as_people_write_them(typed: str) -> None:
    assert read_day(typed) == date(2027, 3, 5)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("31/2/2027", "There is no such day"),
        ("next week", "Enter a day, like 2027-03-15 or 15/3/2027"),
        ("5 Smarch 2027", "There is no such day"),
        ("1066-10-14", "The year 1066 cannot be meant here. Enter a day of the years 2000 to 2100"),
        ("9999-12-31", "The year 9999 cannot be meant here. Enter a day of the years 2000 to 2100"),
    ],
)
def test_what_is_no_day_is_said_to_be_so(typed: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_day(typed)


def test_ticks_and_yes_or_no_are_read_as_they_stand() -> None:
    form = {"name": "Hill Trust", "body": "charity", "charity": "no", "cannot_lead": "yes"}
    entry = parse_form(Partner, form, VOCABULARY, CHOICES).entry
    assert entry == Partner(name="Hill Trust", body="charity", charity=False, cannot_lead=True)
    unsaid = parse_form(Partner, {"name": "Hill Trust", "body": "charity", "charity": ""}, VOCABULARY, CHOICES).entry
    assert unsaid == Partner(name="Hill Trust", body="charity")
    assert read_problems(Partner, {"name": "x", "body": "charity", "charity": "perhaps"}).keys() == {"charity"}


def test_only_what_is_there_can_be_chosen() -> None:
    assert read_problems(Partner, {"name": "x", "body": "gang"}) == {"body": "Choose one from the list"}
    form = {"stream": "gone1234", "route": "magic"}
    assert read_problems(Ending, form) == dict.fromkeys(("stream", "route"), "Choose one from the list")
    good = parse_form(Ending, {"stream": "stream11", "route": "charging"}, VOCABULARY, CHOICES).entry
    assert good == Ending(stream="stream11", route="charging")


def test_who_pays_is_read_row_by_row_and_empty_rows_are_left_out() -> None:
    form = {**LINE, "payer-2": "stream:stream11", "pounds-2": "£18,000", "payer-6": "other", "pounds-6": "0"}
    entry = parse_form(CostLine, form, VOCABULARY, CHOICES).entry
    assert isinstance(entry, CostLine)
    assert entry.payments == (Payment(by="stream:stream11", pounds=18000), Payment(by="other", pounds=0))


@pytest.mark.parametrize(
    ("rows", "where", "says"),
    [
        ({"payer-1": "other"}, "pounds-1", "Say how much they pay"),
        ({"pounds-1": "5"}, "payer-1", "Say who pays this sum"),
        ({"payer-1": "other", "pounds-1": "5 or so"}, "pounds-1", "Enter whole pounds"),
        (
            {"payer-1": "other", "pounds-1": "5", "payer-3": "other", "pounds-3": "6"},
            "payer-3",
            "stands above already",
        ),
    ],
)
def test_half_a_payer_is_said_to_be_so(rows: dict[str, str], where: str, says: str) -> None:
    found = read_problems(CostLine, LINE | rows)
    assert found.keys() == {where}
    assert says in found[where]


def test_a_payer_that_is_not_offered_is_said_once() -> None:
    parsed = parse_form(CostLine, {**LINE, "payer-1": "0", "pounds-1": "0"}, VOCABULARY, CHOICES)
    assert parsed.problems == (("payer-1", "Choose one from the list"),)


def test_what_nobody_types_is_kept() -> None:
    kept = {"step": "evidence"}
    entry = parse_form(Task, {"what": "Ask"}, VOCABULARY, CHOICES, kept).entry
    assert entry == Task(what="Ask", step="evidence")
    sneaky = parse_form(Task, {"what": "Ask", "step": "other"}, VOCABULARY, CHOICES, kept).entry
    assert sneaky == entry


def test_line_ends_and_odd_signs_do_not_count_against_a_text() -> None:
    entry = parse_form(About, {"title": " A\r\nB\0 ", "summary": "one\r\n\r\ntwo\x07"}, VOCABULARY, CHOICES).entry
    assert entry == About(title="A B", summary="one\n\ntwo")


TEXT = st.one_of(
    st.text(max_size=30), st.sampled_from(["yes", "2027", "revenue", "£5", "1/2/2027", "other", "charity"])
)


@given(model=st.sampled_from(MODELS), data=st.data())
def test_any_form_gives_an_entry_or_sentences(model: type, data: st.DataObject) -> None:
    names = [field.name for field in list_fields(model)] + ["payer-1", "pounds-1", "odd"]
    form = data.draw(st.dictionaries(st.sampled_from(names), TEXT))
    parsed = parse_form(model, form, VOCABULARY, CHOICES)
    if parsed.entry is None:
        assert parsed.problems
        assert all(problem.says[0].isupper() for problem in parsed.problems)
    else:
        kept = {name: getattr(parsed.entry, name) for name in model.model_fields}
        again = parse_form(model, write_form(parsed.entry), VOCABULARY, CHOICES, kept)
        assert again.entry == parsed.entry


BASE = Risk(risk="Rain", response="Tents", holder="Lead")


def test_versions_are_compared_field_by_field() -> None:
    mine, theirs = BASE.model_copy(update={"response": "Roof"}), BASE.model_copy(update={"holder": "Council"})
    found = compare_versions(mine, theirs, BASE, Names(VOCABULARY))
    assert [(row.name, row.mine, row.theirs, row.usual) for row in found] == [
        ("response", "Roof", "Tents", "mine"),
        ("holder", "Lead", "Council", "theirs"),
    ]
    assert compare_versions(mine, mine, BASE, Names(VOCABULARY)) == []


def test_without_a_common_version_mine_is_the_usual_choice() -> None:
    theirs = BASE.model_copy(update={"holder": "Council"})
    assert [row.usual for row in compare_versions(BASE, theirs, None, Names(VOCABULARY))] == ["mine"]


def test_a_form_is_put_together_from_both() -> None:
    mine = {"what": "Mine", "cost": "5", "payer-1": "other", "pounds-1": "5", "csrf_token": "x"}
    theirs = {"what": "Theirs", "cost": "9", "payer-1": "partner:partner1", "pounds-1": "4", "payer-2": "other"}
    merged = merge_forms(CostLine, mine, theirs, {"payments": "theirs", "cost": "mine"})
    assert merged == {"what": "Mine", "cost": "5", **{name: theirs[name] for name in theirs if "-" in name}}


def test_figures_of_a_school_may_be_left_out_and_are_whole_numbers() -> None:
    form = {"name": "Hill Top", "body": "school", "roll": "", "fsm": " 44 "}
    entry = parse_form(Partner, form, VOCABULARY, CHOICES).entry
    assert entry == Partner(name="Hill Top", body="school", fsm=44)
    wrong = parse_form(Partner, form | {"roll": "many", "fsm": "101"}, VOCABULARY, CHOICES)
    assert wrong.problems == (("roll", "Enter a whole number, like 3"), ("fsm", "Enter 100 or less"))
    empty = parse_form(Turn, {"what": "Bid", "duty": "bid", "due": "2027-03-05", "load": ""}, VOCABULARY, CHOICES)
    assert empty.problems == (("load", "Enter a whole number, like 3"),)
