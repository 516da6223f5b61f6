"""English words that no record has: each means itself, and is no slip for a word that records have."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.generations import Generation
from kb.index import IndexDocument, TextIndex, open_index, parse_query, write_index
from kb.index.english import make_american


@pytest.fixture
def index(tmp_path: Path) -> TextIndex:
    """A few records with words that others are near to."""
    bodies = (
        "an action plan for the colour of the theatre",
        "head sets",
        "a base, and far from it a ball",
        "quornburn",
    )
    write_index(
        tmp_path / "index",
        (IndexDocument(number, "", {}, "", "", body) for number, body in enumerate(bodies)),
        places=["Quornbury and Ham"],
    )
    return open_index(tmp_path / "index")


def list_guessed(index: TextIndex, word: str) -> list[tuple[str, ...]]:
    (concept,) = index.reader.read_concepts(parse_query(word))
    return list(concept.others)


@pytest.mark.parametrize(
    "word", ["auction", "sheep", "presidents", "hereford", "tyres", "flavours", "conductor", "tameside"]
)
def test_an_english_word_is_not_put_right_however_near_another_is(generation: Generation, word: str) -> None:
    wanted = parse_query(word)
    reader = generation.index.reader
    assert not generation.index.find(wanted, like_of_first=0).all_words, "a record has the word: choose another"
    assert reader.suggest_spelling(wanted) is None
    assert reader.read_concepts(wanted)[0].others == ()


@pytest.mark.parametrize(("slip", "meant"), [("actoin", "action"), ("actionn", "action"), ("theatrre", "theatre")])
def test_what_is_no_word_is_put_right(index: TextIndex, slip: str, meant: str) -> None:
    assert index.reader.suggest_spelling(parse_query(slip)) == meant
    assert len(list_guessed(index, slip)) == 1


def test_a_word_of_a_place_is_no_slip(index: TextIndex) -> None:
    assert list_guessed(index, "quornbury") == []
    assert list_guessed(index, "quornburry") == [("quornburn",)]


@pytest.mark.parametrize(("american", "british"), [("color", "colour"), ("theater", "theatre")])
def test_an_american_word_means_the_british_one(index: TextIndex, american: str, british: str) -> None:
    assert index.reader.suggest_spelling(parse_query(american)) == british


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("neighbourhoods", "neighborhoods"),
        ("organisation", "organization"),
        ("analysed", "analyzed"),
        ("centres", "centers"),
        ("travelling", "traveling"),
        ("dialogue", "dialog"),
        ("licence", "license"),
        ("programmes", "programs"),
        ("paediatric", "pediatric"),
        ("tyres", "tires"),
        ("maths", "math"),
    ],
)
def test_british_spelling_is_known_by_the_american(british: str, american: str) -> None:
    assert make_american(british) == make_american(american) == american


@pytest.mark.parametrize("word", ["hour", "wise", "school", "library", "promise", "premises", "fire"])
def test_a_word_that_both_spell_alike_stays_one_word(word: str) -> None:
    assert make_american(make_american(word)) == make_american(word)


def test_an_english_word_is_parted_only_where_a_record_has_its_parts_side_by_side(index: TextIndex) -> None:
    assert list_guessed(index, "headset") == [("head", "set")]
    assert list_guessed(index, "baseball") == []


def test_a_small_word_is_parted_from_what_is_no_english_word_alone(index: TextIndex) -> None:
    assert list_guessed(index, "outplan") == [("plan",)]
    assert list_guessed(index, "offset") == []


def test_a_search_for_what_no_record_has_says_so_and_offers_no_other_word(client: FlaskClient) -> None:
    page = client.get("/search?q=auction").get_data(as_text=True)
    assert "0 results" in page
    assert "Did you mean" not in page
