"""What is said of a file that cannot be imported repeats little of it, and names what an id may be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from project_content import read_corpus

from kb.workspaces.transfer_read import TransferProblems, read_transfer

LONG = "z" * 5000
VOCABULARY = read_corpus().vocabulary


def list_problems(content: str) -> list[str]:
    with pytest.raises(TransferProblems) as caught:
        read_transfer(content.encode(), VOCABULARY)
    return [str(problem) for problem in caught.value.problems]


def write(*entries: Any, **frame: Any) -> str:
    return json.dumps({"format": "joint-bid", "version": 1, "entries": entries} | frame)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (write(**{LONG: 1}), "there is no field"),
        (write({"id": "ab12cd34", "kind": LONG, "data": {}}), "is no kind of entry"),
        (write({"id": "ab12cd34", "kind": "need", "data": {LONG: 1}}), "there is no field"),
        (f'{{"{LONG}": 1, "{LONG}": 2}}', "stands twice"),
        (f'{{"format": {"9" * 5000}}}', "is too large a number"),
        (f'{{"format": 1.{"9" * 5000}}}', "is not a whole number"),
    ],
)
def test_a_problem_quotes_no_more_of_a_file_than_a_line_holds(content: str, says: str) -> None:
    problems = list_problems(content)
    assert any(says in problem for problem in problems)
    assert max(map(len, problems)) < 400


@pytest.mark.parametrize(
    "entry_id", ["ab12cd3", "ab12cd345", "ab12cd34\n", "AB12CD34", "ab12-d34", "é" * 8, "", 12345678]
)
def test_what_is_no_id_is_refused(entry_id: object) -> None:
    found = {"id": entry_id, "kind": "need", "data": {"words": "Many are absent"}}
    (problem,) = list_problems(write(found))
    assert "must be 8 small letters or digits" in problem
