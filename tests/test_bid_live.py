"""What the knowledge base and the register say of a workspace: partners as applicants, verdicts, dates and plans."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from made_up_bids import (
    HILL_TOP,
    TODAY,
    MadeUpRegister,
    body,
    fill,
    know,
    look,
    make_record,
    make_workspace,
    school,
    stream,
)
from register_files import make_seed

from kb.generations import Generation
from kb.register import Register, ensure_register
from kb.register.read import NoRegister
from kb.workspaces.entries import Ending, Evidence, Lead, Task
from kb.workspaces.live import look_up, read_live


def test_a_school_of_the_register_brings_its_facts_under_the_name_the_workspace_gives_it() -> None:
    live = look(make_workspace(("hill", school("Our infants"))))
    assert live.applicants is not None
    (member,) = live.applicants.members
    assert (member.id, member.name, member.local_authority) == ("urn:200001", "Our infants", "leeds")
    assert live.schools == {fill("hill"): HILL_TOP}


def test_ids_of_partners_and_members_lead_to_each_other() -> None:
    live = look(make_workspace(("hill", school()), ("one", body()), ("two", body()), ("pta", body("pta"))))
    assert list(live.member_of.values()) == ["urn:200001", "partner:charity:1", "partner:charity:2", "partner:pta:1"]
    assert {member: entry for entry, member in live.member_of.items()} == live.partner_of
    assert live.applicants is not None
    assert list(live.applicants.ids) == list(live.member_of.values())


def test_members_keep_the_order_of_the_partners() -> None:
    live = look(make_workspace(("one", body()), ("hill", school())))
    assert live.applicants is not None
    assert live.applicants.ids == ("partner:charity:1", "urn:200001")


def test_a_school_without_a_urn_is_a_school_that_nothing_is_known_of() -> None:
    live = look(make_workspace(school("New school", None)))
    assert live.applicants is not None
    (member,) = live.applicants.members
    assert (member.kind, member.name, member.phases, member.local_authority) == ("school", "New school", None, None)
    assert live.gone_schools == ()


def test_a_school_that_the_register_no_longer_has_is_said_and_stays_a_school() -> None:
    live = look(make_workspace(("gone", school("Old school", 299999)), ("hill", school())))
    assert live.gone_schools == (fill("gone"),)
    assert live.applicants is not None
    assert [(member.id, member.kind) for member in live.applicants.members] == [
        ("partner:school:1", "school"),
        ("urn:200001", "school"),
    ]


def test_a_school_that_is_put_in_twice_counts_once() -> None:
    live = look(make_workspace(("first", school("First name")), ("again", school("Second name"))))
    assert live.applicants is not None
    assert [member.name for member in live.applicants.members] == ["First name"]
    assert live.partner_of == {"urn:200001": fill("first")}
    assert live.member_of[fill("again")] == "urn:200001"


def test_a_register_that_cannot_be_read_is_said_and_the_rest_goes_on() -> None:
    class Broken(MadeUpRegister):
        def get_school(self, urn: int) -> None:
            raise NoRegister(f"No {urn}: the register is broken.")

    live = look_up(make_workspace(school(), stream()), know(make_record()), Broken(), TODAY)
    assert live.register_problem == "No 200001: the register is broken."
    assert live.gone_schools == ()
    assert live.streams[0].verdict is not None


@pytest.mark.parametrize(("said", "known"), [(True, True), (False, False), (None, None)])
def test_what_a_partner_says_of_being_a_charity_counts(said, known) -> None:
    live = look(make_workspace(school(charity=said)))
    assert live.applicants is not None
    assert live.applicants.members[0].charity is known


def test_what_a_school_says_of_its_figures_counts_in_place_of_what_the_register_has() -> None:
    for given in (school(roll=61, fsm=44, trust=3), school("Not in the register", None, roll=61, fsm=44, trust=3)):
        live = look(make_workspace(given))
        assert live.applicants is not None
        (member,) = live.applicants.members
        facts = (member.roll, member.fsm_percent, member.trust_size)
        assert [(fact.value, fact.source) for fact in facts if fact] == [
            (61, "as you said"), (44, "as you said"), (3, "as you said"),
        ]  # fmt: skip


def test_without_partners_there_is_no_set_and_no_verdict() -> None:
    live = look(make_workspace(stream()), make_record())
    assert live.applicants is None
    assert live.streams[0].record is not None
    assert live.streams[0].verdict is None


def test_the_chosen_lead_is_the_one_the_verdict_is_about() -> None:
    entries = (("hill", school()), ("help", body()))
    record = make_record(applicants=["voluntary-organisation"], partners={"min": 1})
    led = look(make_workspace(*entries, stream(), Lead(partner=fill("hill"))), record).streams[0]
    assert led.verdict is not None
    assert (led.verdict.lead, led.verdict.group) == ("urn:200001", "not-eligible")
    assert "Youth Charity as lead would open it." in [unlock.says for unlock in led.unlocks]
    open_lead = look(make_workspace(*entries, stream()), record).streams[0]
    assert open_lead.verdict is not None
    assert (open_lead.verdict.lead, open_lead.verdict.group) == ("partner:charity:1", "eligible")


def test_a_lead_that_was_taken_out_leaves_the_lead_open() -> None:
    live = look(make_workspace(school(), Lead(partner="gonegone")))
    assert live.applicants is not None
    assert live.applicants.lead is None


def test_answers_kept_with_a_stream_count_for_that_stream_alone() -> None:
    judged = {"eligibility": [{"kind": "judgement", "scope": "every", "says": "New work only.", "source": "page"}]}
    records = (make_record("fund", **judged), make_record("other", **judged))
    workspace = make_workspace(school(), stream(answers={"judgement-1": True}), stream("other"))
    one, other = look(workspace, *records).streams
    assert one.verdict is not None
    assert other.verdict is not None
    assert (one.verdict.group, other.verdict.group) == ("eligible", "check")


def test_a_stream_that_the_knowledge_base_no_longer_has_keeps_its_id_as_title() -> None:
    (found,) = look(make_workspace(school(), stream("gone-fund"))).streams
    assert (found.record, found.verdict, found.title, found.no_bid) == (None, None, "gone-fund", None)


def test_a_mechanism_chosen_as_a_stream_is_no_bid() -> None:
    (found,) = look(make_workspace(school(), stream("lettings"))).streams
    assert found.record is not None
    assert found.verdict is None
    assert found.no_bid == "It is a way to keep something going: nobody bids for it."


@pytest.mark.parametrize(
    ("windows", "typed", "day", "basis"),
    [
        ([{"closes": "2027-01-29"}], None, date(2027, 1, 29), "stated"),
        ([{"closes": "2027-01-29"}], date(2027, 2, 5), date(2027, 2, 5), "typed"),
        ([{"closes": "2025-11-12", "recurs": "yearly"}], None, None, "expected"),
        (None, None, None, "none"),
    ],
)
def test_a_date_the_partners_enter_comes_before_the_stated_one_and_an_expected_one_is_none(
    windows, typed, day, basis
) -> None:
    (found,) = look(make_workspace(school(), stream(closes=typed)), make_record(windows=windows)).streams
    assert (found.closing.day, found.closing.basis) == (day, basis)
    assert (found.plan is not None) == (day is not None)


def test_a_plan_leaves_out_the_steps_whose_tasks_are_done() -> None:
    record = make_record(windows=[{"closes": "2027-01-29"}])
    done = Task(what="Quotes", step="quotes", stream=fill("s"), done=True)
    elsewhere = Task(what="Check", step="check", stream="otherone", done=True)
    (found,) = look(make_workspace(school(), ("s", stream()), done, elsewhere), record).streams
    assert found.plan is not None
    assert [each.step.id for each in found.plan.steps] == ["check"]


def test_a_plan_for_several_partners_has_the_step_for_their_agreement() -> None:
    record = make_record(windows=[{"closes": "2027-01-29"}])
    (found,) = look(make_workspace(school(), body(), stream()), record).streams
    assert found.plan is not None
    assert "partners" in [each.step.id for each in found.plan.steps]


@pytest.mark.parametrize("typed", [date(1, 1, 1), date(2026, 11, 20), date(2200, 1, 1), date.max])
def test_no_plan_is_made_for_a_day_that_is_over_or_too_far_off(typed) -> None:
    (found,) = look(make_workspace(school(), stream(closes=typed)), make_record()).streams
    assert found.plan is None


@pytest.mark.parametrize(("state", "is_planned"), [("applying", True), ("submitted", False), ("awarded", False)])
def test_a_plan_is_made_while_the_bid_is_still_to_go_in(state, is_planned) -> None:
    workspace = make_workspace(school(), stream(state=state, closes=date(2027, 1, 29)))
    (found,) = look(workspace, make_record()).streams
    assert (found.plan is not None) == found.is_open == is_planned


def test_refused_streams_are_not_among_the_live_ones() -> None:
    live = look(make_workspace(school(), stream(state="refused"), ("keep", stream("other"))), make_record("other"))
    assert [each.item.id for each in live.live_streams] == [fill("keep")]
    assert len(live.streams) == 2


def test_mechanisms_and_cases_are_those_referred_to_and_known(generation: Generation, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    ensure_register(data, make_seed(tmp_path))
    case, other = generation.catalogue.list_ids("case-study")[:2]
    suggests = next(
        record for record in generation.catalogue.list_funding_streams()
        if record.sustainability and record.sustainability.exit_routes and not record.is_mechanism
    )  # fmt: skip
    workspace = make_workspace(
        school("Aldgate", 100000),
        Evidence(case=case),
        Evidence(case="no-such-case"),
        ("s", stream(suggests.id)),
        Ending(stream=fill("s"), route="lettings-and-adult-courses"),
    )
    live = read_live(workspace, generation, Register(data), TODAY)
    assert list(live.cases) == [case]
    assert other not in live.cases
    assert suggests.sustainability is not None
    routes = {route.mechanism for route in suggests.sustainability.exit_routes or ()}
    assert set(live.mechanisms) == routes | {"lettings-and-adult-courses"}
    assert live.schools[fill("e0")].name == "The Aldgate School"
    assert live.streams[0].lead_duties == (suggests.lead_duties or ())
    assert live.generation == generation.id
