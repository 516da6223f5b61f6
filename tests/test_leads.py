"""What the words of a search lead to, learned from how people ask for all needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli import main
from kb.index import IndexDocument, NeedTexts, TextIndex, open_index, parse_query, write_index

THINGS = ("minibus", "greenhouse", "climbing wall", "piano", "canteen", "bicycle shed")
MINIBUS, TAXI, OTHER = 0, len(THINGS), len(THINGS) + 1  # records: after one for each thing, two that no title is about


@pytest.fixture
def index(tmp_path: Path) -> TextIndex:
    """Searches eight records; each thing has needs of its own, and three of a minibus name a record on taxis too."""
    turns = ("{} grant", "who pays a grant for our {}", "grant towards a {}", "new {} grant", "{} broken, which grant")
    needs = [
        NeedTexts(f"Grant for a {thing}", tuple(turn.format(thing) for turn in turns), {number: 3})
        for number, thing in enumerate(THINGS)
    ]
    needs += [
        NeedTexts(title, (f"{title} by minibus", f"minibus for {title}"), {MINIBUS: 2, TAXI: 3})
        for title in ("Away matches", "Lifts home", "Village children")
    ]
    write_index(
        tmp_path / "index",
        (IndexDocument(number, "", {}, "", "", f"grant {number}") for number in range(OTHER + 1)),
        needs=needs,
    )
    return open_index(tmp_path / "index")


def lead(index: TextIndex, text: str) -> dict[int, float]:
    return index.explain_leads(parse_query(text))


def test_a_word_leads_to_the_records_of_needs_that_say_it(index: TextIndex) -> None:
    led = lead(index, "piano")
    assert max(led, key=lambda number: led[number]) == THINGS.index("piano")
    assert led[THINGS.index("greenhouse")] < 0.05


def test_a_word_that_all_say_leads_to_none_in_particular(index: TextIndex) -> None:
    assert max(lead(index, "grant").values()) < max(lead(index, "piano").values()) / 2


def test_a_record_comes_further_up_by_words_where_the_need_searched_for_leaves_it_out(index: TextIndex) -> None:
    hits = index.find(parse_query("grant for a minibus"))
    assert hits.needs[0][0] == MINIBUS
    assert hits.rank(hits.some_words)[:2] == [MINIBUS, TAXI]
    assert hits.scores[TAXI] > 3 * hits.scores[OTHER]  # without leads it would be twice that


def test_a_word_of_which_little_can_be_learned_leads_nowhere(index: TextIndex) -> None:
    assert set(lead(index, "village").values()) == {0.0}


def test_a_word_that_no_need_has_leads_nowhere(index: TextIndex) -> None:
    assert set(lead(index, "zebra").values()) == {0.0}


def test_an_index_without_needs_leads_nowhere(tmp_path: Path) -> None:
    write_index(tmp_path / "index", [IndexDocument(0, "", {}, "", "", "piano")])
    assert lead(open_index(tmp_path / "index"), "piano") == {}


def test_the_command_says_how_far_a_record_answers_what_is_asked_in_such_words(built_data: Path) -> None:
    result = CliRunner().invoke(main, ["search", "leaking roof", "--explain"], env={"KB_DATA": str(built_data)})
    assert result.exit_code == 0
    assert re.search(r"answers by \d\d% what is asked in such words", result.stdout)
