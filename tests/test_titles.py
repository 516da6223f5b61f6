"""Records by what they are called: a search that is a part of a name finds its record."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.index import IndexDocument, NeedTexts, TextIndex, open_index, parse_query, write_index

CALLED = (
    ("blue lamp fund", "lamp money"),
    ("green lamp fund",),
    ("the long green and blue lamp fund for halls",),
)
OTHERS = 40


@pytest.fixture
def index(tmp_path: Path) -> TextIndex:
    """Three records with names, one with the same words that is of use for a need, and many about other things."""
    documents = [
        IndexDocument(no, ". ".join(names), {}, "", "", "a fund", called=names) for no, names in enumerate(CALLED)
    ]
    documents.append(IndexDocument(3, "", {}, "lamp", "", "green and blue lamp"))
    documents += [IndexDocument(4 + at, "", {}, "", "", f"music {at} blue green fund halls") for at in range(OTHERS)]
    write_index(tmp_path / "index", documents, needs=[NeedTexts("Blue lamp", ("green lamp",), {3: 2})])
    return open_index(tmp_path / "index")


def rank(index: TextIndex, text: str) -> list[int]:
    hits = index.find(parse_query(text))
    return hits.rank(hits.some_words)


def test_a_record_called_so_stands_before_one_that_is_of_use_for_the_need(index: TextIndex) -> None:
    assert index.find(parse_query("lamp")).needs == ((0, 1.0),)
    assert rank(index, "lamp blue")[0] == 0
    assert rank(index, "green lamp")[0] == 1


def test_a_name_that_is_mostly_said_counts_for_more_than_one_that_is_hardly_said(index: TextIndex) -> None:
    scores = index.find(parse_query("green lamp")).scores
    assert scores[1] > 1.3 * scores[2]


def test_all_words_must_stand_in_one_name(index: TextIndex) -> None:
    assert index.explain_names(parse_query("blue money"), 0) == 0
    assert index.explain_names(parse_query("lamp money"), 0) == 1


def test_a_misspelt_part_of_a_name_is_one_too(index: TextIndex) -> None:
    assert index.explain_names(parse_query("greeen lamp"), 1) == 1


def test_a_word_that_no_name_has_makes_a_search_no_part_of_a_name(index: TextIndex) -> None:
    assert index.explain_names(parse_query("blue lamp music"), 0) == 0
    assert index.explain_names(parse_query("zzqqzz lamp"), 0) == 0
    assert index.explain_names(parse_query("the"), 0) == 0
