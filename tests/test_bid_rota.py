"""The rota: who takes which turn, why, and that it stays fair and stays put."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.records.funding import Duration, Effort, Funder, FundingStream
from kb.records.model import BodySection, Source
from kb.workspaces.entries import About, Ending, Entry, Lead, Need, Partner, Stream, Turn
from kb.workspaces.rota import CONFIRM, Rota, make_rota, shift_years
from kb.workspaces.turns import StreamDates, propose_turns
from kb.workspaces.workspace import Item, Workspace

TODAY = date(2026, 11, 21)
START = date(2027, 1, 4)
NAMES = ("hillhill", "lakelake", "moormoor", "woodwood")


def make_partner(name: str, **fields: object) -> Item[Entry]:
    return Item(name, 1, Partner(name=name, body="school", **fields))


def make_turn(number: int, load: int = 3, partner: str = "", due: date | None = None) -> Item[Entry]:
    """A turn due `number` months or so after START, unless a day is given."""
    value = Turn(what=f"Bid {number}", due=due or START + timedelta(days=30 * number), load=load, partner=partner)
    return Item(f"turn{number:04}", 1, value)


def make_workspace(*items: Item[Entry], starts: date | None = None) -> Workspace:
    single = (Item("about000", 1, About(title="Wardens", starts=starts)), Item("need0000", 1, Need()))
    return Workspace(1, (*single, Item("lead0000", 1, Lead()), *items))


def share(*items: Item[Entry], today: date = TODAY) -> Rota:
    return make_rota(make_workspace(*items), today)


def list_takers(rota: Rota) -> list[str | None]:
    return [given.partner.id[:4] if given.partner else None for given in rota.turns]


HILL, LAKE, MOOR, WOOD = (make_partner(name) for name in NAMES)


def test_equal_turns_go_round_in_the_order_of_partners() -> None:
    found = share(HILL, LAKE, MOOR, *(make_turn(number) for number in range(5)))
    assert list_takers(found) == ["hill", "lake", "moor", "hill", "lake"]
    assert [each.load for each in found.loads] == [6, 6, 3]
    assert [each.turns for each in found.loads] == [2, 2, 1]


def test_turns_are_given_in_the_order_of_their_dates_and_on_one_day_in_that_in_which_they_were_added() -> None:
    later = START + timedelta(days=1)
    found = share(HILL, LAKE, MOOR, make_turn(1, due=later), make_turn(3, due=START), make_turn(2, due=START))
    assert [given.turn.value.what for given in found.turns] == ["Bid 3", "Bid 2", "Bid 1"]
    assert list_takers(found) == ["hill", "lake", "moor"]


def test_who_has_had_the_least_work_takes_the_next_turn_and_is_told_so() -> None:
    found = share(HILL, LAKE, make_turn(1, load=6), make_turn(2, load=3), make_turn(3))
    assert list_takers(found) == ["hill", "lake", "lake"]
    assert found.turns[2].why == "Least work so far: 3 against 6."


def test_reasons_say_what_decided_between_equals() -> None:
    turns = [make_turn(number) for number in range(4)]
    assert [given.why for given in share(HILL, LAKE, *turns).turns] == [
        "Nobody has had a turn yet: it comes first in the list of partners.",
        "Least work so far: 0 against 3.",
        "As much work so far as lakelake, 3: its last turn is longer ago.",
        "Least work so far: 3 against 6.",
    ]
    three = share(HILL, LAKE, MOOR, *turns[:3])
    assert [given.why for given in three.turns][1:] == [
        "As much work so far as moormoor, 0: it comes first in the list of partners.",
        "Least work so far: 0 against 3 or more.",
    ]
    assert share(HILL, turns[0]).turns[0].why == "The only partner."


def test_one_that_has_had_no_turn_comes_before_one_whose_work_no_longer_counts() -> None:
    found = share(HILL, LAKE, make_turn(1, due=date(2020, 1, 1), partner="hillhill"), make_turn(2))
    assert list_takers(found) == ["hill", "lake"]
    assert found.turns[1].why == "As much work so far as hillhill, 0: it has had no turn yet."


def test_work_of_more_than_three_years_before_a_turn_does_not_count() -> None:
    due = date(2027, 3, 1)
    old = [make_turn(1, 9, "hillhill", date(2024, 2, 29)), make_turn(2, 1, "lakelake", date(2025, 1, 1))]
    assert list_takers(share(HILL, LAKE, *old, make_turn(3, due=due)))[-1] == "hill"
    counted = [make_turn(1, 9, "hillhill", date(2024, 3, 1)), old[1]]
    assert list_takers(share(HILL, LAKE, *counted, make_turn(3, due=due)))[-1] == "lake"


def test_a_partner_that_cannot_lead_is_skipped_and_the_page_can_say_why() -> None:
    never = make_partner("neverlea", cannot_lead=True)
    found = share(never, LAKE, make_turn(1), make_turn(2))
    assert list_takers(found) == ["lake", "lake"]
    assert found.turns[0].why == "The only partner that can lead then."
    assert [each.cannot_lead for each in found.loads] == ["cannot lead", ""]


@pytest.mark.parametrize("ticked", [True, False])
def test_a_partner_that_cannot_lead_for_a_time_is_skipped_to_the_end_of_its_last_day(ticked: bool) -> None:
    away = make_partner("awayaway", cannot_lead=ticked, cannot_lead_until=date(2027, 3, 1))
    turns = [make_turn(1, due=date(2027, 3, 1)), make_turn(2, due=date(2027, 3, 2))]
    found = share(away, LAKE, *turns)
    assert list_takers(found) == ["lake", "away"]
    assert found.loads[0].cannot_lead == "cannot lead until 1 March 2027"


def test_who_joins_later_takes_no_turn_that_was_due_before() -> None:
    turns = [make_turn(number) for number in range(4)]
    before = share(HILL, LAKE, *turns)
    new = make_partner("newlynew", joined=turns[2].value.due)
    found = share(HILL, LAKE, new, *turns)
    assert found.turns[:2] == before.turns[:2]
    assert list_takers(found) == ["hill", "lake", "newl", "hill"]
    assert list_takers(share(new, HILL, *turns)) == ["hill", "hill", "newl", "newl"]


def test_a_turn_from_before_anybody_joined_goes_to_who_joined_first() -> None:
    first, second = make_partner("firstone", joined=START), make_partner("secondly", joined=START + timedelta(days=1))
    assert list_takers(share(second, first, make_turn(1, due=START - timedelta(days=9)))) == ["firs"]


def test_a_turn_fixed_by_hand_stays_even_with_one_that_cannot_lead_and_says_so() -> None:
    never = make_partner("neverlea", cannot_lead=True)
    found = share(HILL, never, make_turn(1, partner="hillhill"), make_turn(2, partner="neverlea"), make_turn(3))
    assert list_takers(found) == ["hill", "neve", "hill"]
    assert [given.is_fixed for given in found.turns] == [True, True, False]
    assert [given.why for given in found.turns[:2]] == ["Chosen by hand.", "Chosen by hand, though it cannot lead."]


def test_a_turn_of_a_partner_since_taken_out_is_open_again() -> None:
    found = share(HILL, make_turn(1, partner="gonegone"))
    assert list_takers(found) == ["hill"]
    assert not found.turns[0].is_fixed


def test_a_turn_that_nobody_can_take_is_listed_with_the_reason() -> None:
    never = make_partner("neverlea", cannot_lead=True)
    assert [given.why for given in share(never, make_turn(1)).untaken] == ["No partner can lead then."]
    assert [given.why for given in share(make_turn(1)).untaken] == ["There are no partners yet."]
    assert share(HILL, make_turn(1)).untaken == []


def test_a_turn_that_is_over_asks_who_took_it_unless_that_was_chosen() -> None:
    over = TODAY - timedelta(days=1)
    found = share(HILL, make_turn(1, due=over), make_turn(2, due=over, partner="hillhill"), make_turn(3, due=TODAY))
    assert [given.is_over for given in found.turns] == [True, True, False]
    assert [CONFIRM in given.why for given in found.turns] == [True, False, False]


def test_the_rota_of_a_later_day_gives_the_turns_alike_and_only_counts_other_loads() -> None:
    items = [HILL, LAKE, *(make_turn(number, load=number % 4 + 1) for number in range(12))]
    now, later = share(*items), share(*items, today=date(2031, 6, 1))
    assert list_takers(now) == list_takers(later)
    assert [each.load for each in later.loads] == [0, 0]


def test_dates_at_the_ends_of_the_calendar_break_nothing() -> None:
    ends = [make_turn(1, due=date.min), make_turn(2, due=date.max)]
    assert list_takers(share(HILL, LAKE, *ends)) == ["hill", "lake"]
    assert shift_years(date(2028, 2, 29), -3) == date(2025, 2, 28)


LOADS = st.lists(st.integers(1, 10), max_size=20)
OFTEN = settings(max_examples=120, deadline=None, derandomize=True)


@OFTEN
@given(st.integers(1, 6), st.integers(0, 40), st.integers(1, 10), st.integers(1, 400))
def test_turns_of_equal_load_differ_by_one_at_most_among_all_who_can_lead(partners, turns, load, days) -> None:
    items = [make_partner(f"partner{n}") for n in range(partners)]
    dates = [START + timedelta(days=days * n) for n in range(turns)]
    takers = list_takers_whole(share(*items, *(make_turn(n, load, due=due) for n, due in enumerate(dates))))
    counts = Counter(takers)
    assert max(counts.values(), default=0) - min(counts[item.id] for item in items) <= 1
    if partners > 1:
        assert all(one != two for one, two in pairwise(takers))


@OFTEN
@given(st.integers(2, 5), LOADS)
def test_nobody_has_more_than_one_largest_turn_above_another(partners, loads) -> None:
    items = [make_partner(f"partner{n}") for n in range(partners)]
    found = share(*items, *(make_turn(n, load, due=START + timedelta(n)) for n, load in enumerate(loads)))
    sums = [each.load for each in found.loads]
    assert sum(sums) == sum(loads)
    assert max(sums) - min(sums) <= max(loads, default=0)


@OFTEN
@given(LOADS, st.integers(-1, 20), st.integers(1, 10), st.sampled_from(["", *NAMES]))
def test_a_turn_added_later_changes_nobodys_turn_before_it(loads, after, load, partner) -> None:
    items = [HILL, LAKE, MOOR, WOOD, *(make_turn(number, load) for number, load in enumerate(loads))]
    due = START + timedelta(days=30 * after)
    before = [given for given in share(*items).turns if given.turn.value.due <= due]
    assert before == list(share(*items, make_turn(999, load, partner, due)).turns[: len(before)])


@OFTEN
@given(LOADS, st.integers(-1, 20))
def test_a_partner_added_later_changes_nobodys_turn_before_it(loads, after) -> None:
    items = [HILL, LAKE, MOOR, *(make_turn(number, load) for number, load in enumerate(loads))]
    joined = START + timedelta(days=30 * after)
    before = [given for given in share(*items).turns if given.turn.value.due < joined]
    found = share(*items, make_partner("woodwood", joined=joined))
    assert [given.partner for given in found.turns[: len(before)]] == [given.partner for given in before]


def list_takers_whole(rota: Rota) -> list[str]:
    return [given.partner.id for given in rota.turns if given.partner]


def make_record(**fields: object) -> FundingStream:
    return FundingStream(
        id="youth-fund", title="Youth Fund", summary="Pays for youth work.", kind="programme",
        funder=Funder(name="The funder", kind="charity"), service_areas=("youth-services",),
        sources=(Source(id="page", title="Page", supports=("summary",)),),
        body=(BodySection(title="What it pays for", html="<p>Work</p>", text="Work"),), **fields,
    )  # fmt: skip


def propose(state: str, closes: date | None, *others: Item[Entry], starts: date | None = None, **fields: object):
    item = Item("stream00", 1, Stream(stream="youth-fund", state=state))
    workspace = make_workspace(item, *others, starts=starts)
    return propose_turns(workspace, [StreamDates(item, make_record(**fields), closes)], TODAY)


def test_a_bid_is_proposed_for_its_closing_day_with_the_load_of_its_stated_effort() -> None:
    [turn] = propose("considering", START, effort=Effort(level="heavy", basis="Two stages"))
    assert (turn.duty, turn.what, turn.due, turn.load) == ("bid", "Bid: Youth Fund", START, 6)
    assert propose("applying", START)[0].load == 3


def test_no_bid_is_proposed_without_a_closing_day_after_it_or_once_it_is_in() -> None:
    assert propose("applying", None) == []
    assert propose("applying", TODAY - timedelta(days=1)) == []
    assert [propose(state, START) for state in ("submitted", "awarded", "refused")] == [[], [], []]


def test_what_the_rota_has_already_is_not_proposed_again() -> None:
    there = Item("turn0001", 1, Turn(what="Bid: Youth Fund", due=date(2027, 2, 1)))
    assert propose("applying", START, there) == []


def test_returns_fall_on_the_anniversaries_of_the_start_while_the_money_lasts_and_are_our_suggestion() -> None:
    starts = date(2027, 9, 1)
    turns = propose("awarded", None, starts=starts, monitoring="Yearly", duration=Duration(max_months=30))
    assert [turn.due.year for turn in turns] == [2028, 2029, 2030]
    assert turns[0].what == "Return, year 1: Youth Fund (date is our suggestion)"
    assert {turn.duty for turn in turns} == {"return"}


def test_the_partners_own_end_date_counts_before_that_of_the_record_and_else_one_return_is_proposed() -> None:
    starts = date(2027, 9, 1)
    ending = Item("ending00", 1, Ending(stream="stream00", ends=date(2029, 8, 31)))
    said = propose("awarded", None, ending, starts=starts, monitoring="Yearly", duration=Duration(max_months=60))
    assert len(said) == 2
    assert len(propose("awarded", None, starts=starts, monitoring="Yearly")) == 1


def test_no_return_is_made_up_without_a_start_or_a_duty_to_report() -> None:
    assert propose("awarded", None, monitoring="Yearly") == []
    assert propose("awarded", None, starts=START) == []
    assert propose("awarded", None, starts=date(2020, 9, 1), monitoring="Yearly") == []


def test_no_turn_is_proposed_in_a_year_that_a_bid_cannot_have() -> None:
    turns = propose("awarded", None, starts=date(2098, 9, 1), monitoring="Yearly", duration=Duration(max_months=120))
    assert [turn.due.year for turn in turns] == [2099, 2100]


def test_a_long_title_is_cut_to_fit_a_turn() -> None:
    item = Item("stream00", 1, Stream(stream="youth-fund", state="awarded"))
    record = make_record(monitoring="Yearly").model_copy(update={"title": "x" * 200})
    [turn] = propose_turns(make_workspace(item, starts=START), [StreamDates(item, record, None)], TODAY)
    assert len(turn.what) == 200
    assert turn.what.endswith("x… (date is our suggestion)")
