"""A workspace as a file: what is written is read back whole, and nothing else gets in."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project_content import read_corpus

from kb.workspaces.entries import (
    ENTRY_ID,
    KINDS,
    About,
    AgreementPoint,
    CostLine,
    Ending,
    Entry,
    Evidence,
    Figure,
    Lead,
    Need,
    Outcome,
    Partner,
    Payment,
    Risk,
    Stream,
    Task,
    Turn,
)
from kb.workspaces.transfer import make_ids, remap_entries, write_transfer
from kb.workspaces.transfer_read import MAX_BYTES, TransferProblems, read_transfer
from kb.workspaces.workspace import Item, Workspace

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
VOCABULARY = read_corpus().vocabulary
ENTRIES: dict[str, Entry] = {
    "aaaaaaa1": About(title="Wardens «für alle» – £5", summary="One line\nand another", starts=date(2027, 9, 1)),
    "aaaaaaa2": Need(words="Too many are absent"),
    "aaaaaaa3": Lead(partner="bbbbbbb1"),
    "bbbbbbb1": Partner(name="Hill School", body="school", urn=100001, charity=False),
    "bbbbbbb2": Partner(name="River Trust", body="charity", cannot_lead=True, cannot_lead_until=date(2027, 1, 1)),
    "ccccccc1": Stream(
        stream="youth-fund", state="applying", amount=20_000, answers={"youth-fund:age": True},
        facts={"status": "Open"}, generation="20261121-abc",
    ),
    "ddddddd1": CostLine(
        what="Youth worker", year=2027, money="revenue", cost=24_000, is_post=True,
        payments=(
            Payment(by="stream:ccccccc1", pounds=20_000), Payment(by="partner:bbbbbbb1", pounds=1),
            Payment(by="other", pounds=3),
        ),
    ),
    "eeeeeee1": Figure(says="Absent", value="23%", source="A survey of 2026"),
    "eeeeeee2": Outcome(outcome="Fewer are absent", by=date(2028, 7, 1)),
    "eeeeeee3": Evidence(case="portsmouth-wardens"),
    "eeeeeee4": Task(what="Ask the council", due=date(2027, 1, 4), stream="ccccccc1", step="decide", done=True),
    "eeeeeee5": AgreementPoint(point="roles"),
    "eeeeeee6": Ending(stream="ccccccc1", yearly_cost=0, route="top-slice"),
    "eeeeeee7": Risk(risk="Nobody applies", likelihood="low"),
    "eeeeeee8": Turn(what="Bid", due=date(2027, 3, 1), partner="bbbbbbb2"),
}  # fmt: skip


def make_workspace(entries: dict[str, Entry]) -> Workspace:
    return Workspace(1, tuple(Item(entry_id, 1, entry) for entry_id, entry in entries.items()))


def write(entries: dict[str, Entry]) -> bytes:
    return write_transfer(make_workspace(entries), "https://funding.example", "20261121-abc", NOW).encode()


def read(content: bytes) -> list[tuple[str, Entry]]:
    return read_transfer(content, VOCABULARY)


def list_problems(content: bytes) -> list[str]:
    with pytest.raises(TransferProblems) as caught:
        read(content)
    return [str(problem) for problem in caught.value.problems]


def spoil(change: Callable[[dict[str, Any]], object]) -> list[str]:
    """What is said of a sound file after a change to it; entries stand in it in the order of ENTRIES."""
    found = json.loads(write(ENTRIES))
    change(found)
    return list_problems(json.dumps(found).encode())


def test_a_workspace_of_every_kind_of_entry_is_read_back_as_it_was() -> None:
    assert {entry.kind for entry in ENTRIES.values()} == set(KINDS)
    assert dict(read(write(ENTRIES))) == ENTRIES


def test_a_file_says_what_it_is_when_it_was_written_and_what_it_rests_on() -> None:
    found = json.loads(write(ENTRIES))
    frame = {name: value for name, value in found.items() if name != "entries"}
    assert frame == {
        "format": "joint-bid", "version": 1, "written": "2026-11-21T12:00:00+00:00",
        "site": "https://funding.example", "knowledge_base": "20261121-abc",
    }  # fmt: skip


def test_a_file_saved_by_an_editor_with_a_byte_order_mark_is_read() -> None:
    assert dict(read(b"\xef\xbb\xbf" + write(ENTRIES))) == ENTRIES


def test_new_ids_are_followed_by_everything_that_refers_to_them() -> None:
    entries = list(ENTRIES.items())
    moved = dict(zip(ENTRIES, make_ids(len(entries), random.Random(1)), strict=True))
    found = dict(remap_entries(entries, list(moved.values())))
    line, lead = found[moved["ddddddd1"]], found[moved["aaaaaaa3"]]
    assert isinstance(line, CostLine)
    assert isinstance(lead, Lead)
    assert [payment.by for payment in line.payments] == [
        f"stream:{moved['ccccccc1']}", f"partner:{moved['bbbbbbb1']}", "other",
    ]  # fmt: skip
    assert lead.partner == moved["bbbbbbb1"]
    back = remap_entries(list(found.items()), list(ENTRIES))
    assert dict(back) == ENTRIES


def test_ids_are_as_many_as_asked_for_and_all_different() -> None:
    class Repeating(random.Random):
        """Draws every id twice."""

        calls = 0

        def choices(self, population: Any, *_: Any, k: int = 1, **__: Any) -> list[Any]:
            self.calls += 1
            return [population[(self.calls - 1) // 2]] * k

    assert make_ids(3, Repeating()) == ["aaaaaaaa", "bbbbbbbb", "cccccccc"]
    ids = make_ids(1000, random.Random(1))
    assert len(set(ids)) == 1000
    assert all(ENTRY_ID.fullmatch(entry_id) for entry_id in ids)


def test_what_refers_to_an_entry_taken_out_is_left_open_in_the_file_and_its_payment_shows_as_a_gap() -> None:
    left = {entry_id: entry for entry_id, entry in ENTRIES.items() if entry_id not in ("bbbbbbb1", "ccccccc1")}
    found = dict(read(write(left)))
    line, task = found["ddddddd1"], found["eeeeeee4"]
    assert found["aaaaaaa3"] == Lead()
    assert isinstance(line, CostLine)
    assert isinstance(task, Task)
    assert [payment.by for payment in line.payments] == ["other"]
    assert (task.stream, task.step) == ("", "decide")


def test_single_entries_that_a_file_lacks_are_added_empty() -> None:
    found = read(write({"need0000": Partner(name="Hill", body="school")}))
    assert [entry for _, entry in found] == [
        About(title="Joint bid"), Need(), Lead(), Partner(name="Hill", body="school"),
    ]  # fmt: skip
    assert len({entry_id for entry_id, _ in found}) == 4


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe{}", "not text in UTF-8"),
        (b"", "line 1: it is not whole or not JSON"),
        (b'{"format": "joint-bid",\n "version": 1, ', "line 2: it is not whole or not JSON"),
        (b"[]", "not an exported workspace"),
        (b'"joint-bid"', "not an exported workspace"),
        (b'{"format": "joint-bad"}', 'format: this must be "joint-bid"'),
        (b'{"format": "joint-bid", "version": true}', "version: this must be 1"),
        (b'{"format": "joint-bid", "version": 2}', "from a newer site"),
        (b'{"format": "joint-bid", "version": 1}', '"entries" is not there'),
        (b'{"format": "joint-bid", "version": 1, "entries": {}}', "entries: this must be a list"),
        (b'{"format": "joint-bid", "version": 1, "entries": [], "more": 1}', 'no field "more"'),
        (b'{"format": "joint-bid", "version": 1, "entries": [3]}', "entry 1: this must be a group"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b" " * (MAX_BYTES + 1), "larger than 2 MB"),
        (b'{"format": NaN}', "NaN is not a number"),
        (b'{"format": -Infinity}', "-Infinity is not a number"),
        (b'{"format": 1e999}', "1e999 is not a whole number"),
        (b'{"format": ' + b"9" * 5000 + b"}", "is too large a number"),
        (b'{"format": 1, "format": 2}', '"format" stands twice'),
    ],
)
def test_a_file_that_is_no_workspace_is_refused_with_what_to_do(content: bytes, says: str) -> None:
    assert any(says in problem for problem in list_problems(content))


@pytest.mark.parametrize(
    ("number", "change", "says"),
    [
        (1, {"kind": "abuot"}, 'entry 1: kind: "abuot" is no kind of entry. Did you mean about?'),
        (1, {"kind": ["about"]}, "is no kind of entry"),
        (1, {"id": "AAAA"}, "entry 1 (scheme): id: this must be 8 small letters or digits"),
        (1, {"id": 5}, "entry 1 (scheme): id: this must be 8 small letters or digits"),
        (1, {"extra": 5}, 'entry 1: there is no field "extra"'),
        (1, {"data": []}, "entry 1 (scheme): this must be a group of fields"),
        (2, {"id": "aaaaaaa1"}, 'entry 2 (need): the id "aaaaaaa1" is that of entry 1 (scheme) too'),
    ],
)
def test_an_entry_that_is_framed_wrongly_is_named(number: int, change: dict[str, Any], says: str) -> None:
    assert any(says in problem for problem in spoil(lambda found: found["entries"][number - 1].update(change)))


@pytest.mark.parametrize(
    ("number", "data", "says"),
    [
        (1, {"titel": "x"}, 'entry 1 (scheme): titel: there is no field "titel". Did you mean title?'),
        (1, {"title": " "}, "entry 1 (scheme): title: this is empty"),
        (1, {"title": "x" * 201}, "this is too long. Write at most 200 characters"),
        (1, {"title": None}, "entry 1 (scheme): title: this must be text in quotes"),
        (1, {"starts": "2027-02-30"}, "entry 1 (scheme): starts: this must be a day that there is"),
        (1, {"starts": 0}, "entry 1 (scheme): starts: this must be a day in quotes"),
        (
            1,
            {"starts": "1066-10-14"},
            "entry 1 (scheme): starts: this day is not in the years 2000 to 2100. Write one that is, or null",
        ),
        (1, {"starts": "2101-01-01"}, "entry 1 (scheme): starts: this day is not in the years 2000 to 2100"),
        (4, {"body": "scool"}, 'entry 4 (partner): body: "scool" is not in the list bodies. Did you mean school?'),
        (4, {"cannot_lead": 1}, "cannot_lead: this must be true or false"),
        (6, {"amount": "20000"}, "amount: this must be a whole number without quotes"),
        (6, {"amount": -1}, "amount: this must be 0 or more"),
        (6, {"amount": 10**10}, "amount: this must be 1000000000 or less"),
        (6, {"facts": {"status": 4}}, "facts.status: this must be text"),
        (7, {"payments": [{"by": "me", "pounds": 1}]}, 'payments[1].by: "me" is not somebody who pays here'),
        (7, {"payments": [{"by": "other", "pound": 1}]}, 'payments[1].pound: there is no field "pound". Did you mean'),
        (7, {"payments": [{"by": "other", "pounds": 1}] * 7}, "payments: there are too many of these. Keep at most 6"),
        (7, {"payments": 4}, "payments: this must be a list"),
        (7, {"money": "gold"}, "money: this must be one of 'capital', 'revenue' or 'in-kind'"),
        (3, {"partner": "ccccccc1"}, 'entry 3 (lead): partner: no partner of this file has the id "ccccccc1"'),
        (
            7,
            {"payments": [{"by": "stream:zzzzzzz9", "pounds": 1}]},
            "payments[1].by: no stream of this file has the id",
        ),
        (13, {"route": "not an id"}, 'route: "not an id" is not an id'),
    ],
)
def test_a_wrong_value_is_said_with_its_place_and_what_to_write(number: int, data: dict[str, Any], says: str) -> None:
    problems = spoil(lambda found: found["entries"][number - 1]["data"].update(data))
    assert any(says in problem for problem in problems)
    assert len(problems) <= 2  # the wrong name and the one that is then missing


def test_too_many_of_a_kind_and_of_all_are_refused() -> None:
    def add(entry: Entry, count: int) -> Callable[[dict[str, Any]], None]:
        def change(found: dict[str, Any]) -> None:
            for entry_id in make_ids(count, random.Random(1)):
                found["entries"].append({"id": entry_id, "kind": entry.kind, "data": entry.model_dump(mode="json")})

        return change

    assert spoil(add(Need(), 1)) == ["entries: 2 are of the kind need (need). Keep at most 1"]
    assert spoil(add(Partner(name="Hill", body="school"), 39)) == [
        "entries: 41 are of the kind partner (partner). Keep at most 40"
    ]
    [problem] = spoil(add(Need(), 3000))
    assert problem.startswith("entries: there are 3,015, and a workspace holds at most ")


def test_all_problems_are_said_at_once_up_to_twenty_and_the_rest_are_counted() -> None:
    wrong = [{"id": f"{n:08}", "kind": "risk", "data": {"risk": ""}} for n in range(25)]
    content = json.dumps({"format": "joint-bid", "version": 1, "entries": wrong}).encode()
    with pytest.raises(TransferProblems, match="25 problems in the file, so nothing was imported") as caught:
        read(content)
    assert [len(caught.value.problems), caught.value.more] == [20, 5]


def test_signs_that_no_file_can_show_stand_in_no_problem() -> None:
    problems = spoil(lambda found: found["entries"][0].update({"ki\x00nd\ud800": 1}))
    assert problems
    assert all(problem.isprintable() for problem in problems)


OFTEN = settings(max_examples=150, deadline=None, derandomize=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(sorted({name for model in KINDS.values() for name in model.model_fields}))
ODD_ENTRY = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["aaaaaaa1", "bbbbbbb1"]) | JSON,
        "kind": st.sampled_from(sorted(KINDS)) | JSON,
        "data": st.dictionaries(NAMES, JSON, max_size=5) | JSON,
    }
)


@OFTEN
@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_nothing_but_problems_comes_of_any_bytes(content: bytes) -> None:
    assert list_problems(content)


@OFTEN
@given(st.lists(ODD_ENTRY, max_size=4), st.sampled_from(list(ENTRIES)), NAMES, JSON)
def test_odd_entries_are_read_or_refused_and_what_is_read_can_be_written_again(odd, entry_id, name, value) -> None:
    found = json.loads(write(ENTRIES))
    found["entries"][list(ENTRIES).index(entry_id)]["data"][name] = value
    found["entries"] += odd
    try:
        entries = dict(read(json.dumps(found).encode()))
    except TransferProblems:
        return
    assert dict(read(write(entries))) == entries
