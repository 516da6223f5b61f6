"""Who types a word that only names have wants the records of that name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli import main
from kb.generations import Generation
from kb.index import IndexDocument, TextIndex, open_index, parse_query, write_index
from kb.index.weights import NAME_HOLDERS

LABS = "grants for science labs: science kit, new labs and science rooms"
ASKED = "{} round for science labs and kit"


def make_index(folder: Path, names: Sequence[str]) -> TextIndex:
    """An index of some named funds that say little of science, after three that are about nothing else and before many
    that say nothing of it."""
    documents = [IndexDocument(number, "Science labs", {}, LABS, "", LABS) for number in range(3)]
    documents += [
        IndexDocument(3 + at, name, {}, "", "", "labs of science, and kit", called=(name.lower(),))
        for at, name in enumerate(names)
    ]
    documents += [IndexDocument(len(documents) + at, "", {}, "", "", "music") for at in range(60)]
    write_index(folder, documents, places=["Wigan"])
    return open_index(folder)


def rank(index: TextIndex, text: str) -> list[int]:
    hits = index.find(parse_query(text))
    return hits.rank(hits.some_words)


def test_the_record_with_the_name_comes_before_those_that_are_about_the_other_words(tmp_path: Path) -> None:
    assert rank(make_index(tmp_path, ["Wolfsonn trust"]), ASKED.format("wolfsonn"))[0] == 3


@pytest.mark.parametrize("name", ["garden", "gardens", "wigan", "2025"])
def test_english_words_names_of_places_and_numbers_say_no_name(tmp_path: Path, name: str) -> None:
    assert rank(make_index(tmp_path, [f"{name} trust"]), ASKED.format(name))[0] != 3


def test_a_word_that_many_records_have_in_a_name_says_no_name(tmp_path: Path) -> None:
    few = make_index(tmp_path / "few", ["Wolfsonn trust"] * NAME_HOLDERS)
    many = make_index(tmp_path / "many", ["Wolfsonn trust"] * (NAME_HOLDERS + 1))
    assert rank(few, ASKED.format("wolfsonn"))[0] >= 3
    assert rank(many, ASKED.format("wolfsonn"))[0] < 3


@pytest.mark.parametrize(("asked", "is_said"), [("green garden trust", True), ("garden of green trust", False)])
def test_a_whole_name_of_several_english_words_is_one_too(tmp_path: Path, asked: str, is_said: bool) -> None:
    named = {"title": ("green garden trust",)}
    documents = [IndexDocument(number, "Science labs", {}, LABS, "", LABS) for number in range(3)]
    documents += [IndexDocument(3, "Green garden trust", named, "", "", "labs of science, and kit")]
    documents += [IndexDocument(4 + at, "", {}, "", "", "music") for at in range(60)]
    write_index(tmp_path, documents)
    index = open_index(tmp_path)
    assert index.explain_names(parse_query(ASKED.format(asked)), 3) == is_said
    scores = [index.find(parse_query(ASKED.format(text))).scores[3] for text in (asked, "garden of green trust")]
    assert (scores[0] > 1.2 * scores[1]) == is_said


@pytest.mark.parametrize(
    ("asked", "record"),
    [
        ("Wolfson science labs", "wolfson-foundation-funding-for-secondary-schools-and-sixth-form-colleges"),
        ("does Greggs pay for breakfast toast", "greggs-foundation-feeding-brighter-futures"),
    ],
)
def test_a_fund_that_a_longer_search_names_comes_first(generation: Generation, asked: str, record: str) -> None:
    top = rank(generation.index, asked)[0]
    assert generation.catalogue.list_cards([top])[0].id == record


def test_an_explanation_says_when_a_search_says_a_name_of_the_record(built_data: Path, content: Path) -> None:
    environment = {"KB_DATA": str(built_data), "KB_CONTENT": str(content)}
    said = CliRunner(env=environment).invoke(main, ["search", "--explain", "HS2 consortium"]).output
    assert "has a name that the search says" in said
    said = CliRunner(env=environment).invoke(main, ["search", "--explain", "library consortium"]).output
    assert "has a name that the search says" not in said
