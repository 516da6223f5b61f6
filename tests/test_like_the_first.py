"""Records that are like the first ones of a search come further up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from kb.cli import main
from kb.generations import Generation
from kb.index import IndexDocument, TextIndex, open_index, parse_query, write_index
from kb.index.feedback import WORDS_KEPT, RecordWords
from kb.index.postings import PostingArrays
from kb.index.scores import WordScores
from kb.index.weights import FIELDS, FIRST, LIKE_OF_FIRST

POOLS = (
    "pool pool pool with lifeguards and swimming lessons",
    "pool pool pool for lifeguards, swimming and diving lessons",
    "pool pool pool: swimming lessons and lifeguards to hire",
)
BUDGETS = "pool of money for a committee to share"
LESSONS = "pool where lifeguards give swimming lessons"
EVERYDAY = ("roof", "youth club", "mental health", "who pays after the grant stops", "police in school", "libraries")


@pytest.fixture
def make_index(tmp_path: Path) -> Callable[..., TextIndex]:
    """Builds an index of some bodies; `titles` are the names that some of them have, by number."""

    def make(bodies: Sequence[str], titles: dict[int, str] | None = None) -> TextIndex:
        named = titles or {}
        write_index(
            tmp_path / "index",
            (
                IndexDocument(no, "", {"title": (named[no],)} if no in named else {}, "", "", body)
                for no, body in enumerate(bodies)
            ),
        )
        return open_index(tmp_path / "index")

    return make


def rank(index: TextIndex, text: str, **settings: int) -> list[int]:
    hits = index.find(parse_query(text), **settings)
    return hits.rank(hits.some_words)


def test_of_two_records_with_the_word_the_one_like_the_first_three_comes_first(
    make_index: Callable[..., TextIndex],
) -> None:
    index = make_index((*POOLS, BUDGETS, LESSONS))
    assert rank(index, "pool")[-2:] == [4, 3]
    assert rank(index, "pool", like_of_first=0)[-2:] == [3, 4]


def test_the_first_three_say_what_the_rest_is_held_against_however_many_are_unlike_them(
    make_index: Callable[..., TextIndex],
) -> None:
    index = make_index((*POOLS, *[BUDGETS] * 8, LESSONS))
    assert rank(index, "pool")[3] == 11
    assert rank(index, "pool", like_of_first=0)[3] == 3


def test_who_types_a_name_gets_what_is_like_that_record_next(make_index: Callable[..., TextIndex]) -> None:
    bodies = (*POOLS, "pool for a committee, its money in a budget", BUDGETS)
    index = make_index(bodies, {4: "pool"})
    assert rank(index, "pool")[:2] == [4, 3]
    assert rank(index, "pool", like_of_first=0)[:2] != [4, 3]


def test_a_record_for_other_places_is_not_lifted_by_what_it_shares(make_index: Callable[..., TextIndex]) -> None:
    index = make_index((*POOLS, LESSONS, LESSONS))
    hits = index.find(parse_query("pool"), elsewhere=1 << 3)
    alone = index.find(parse_query("pool"), elsewhere=1 << 3, like_of_first=0)
    assert hits.scores[3] == alone.scores[3] > 0
    assert hits.scores[4] > alone.scores[4]


def test_only_the_first_records_are_lifted(make_index: Callable[..., TextIndex]) -> None:
    index = make_index([f"pool lesson {'pool ' * (60 - number)}" for number in range(30)])
    with_it, without = (index.find(parse_query("pool"), like_of_first=count).scores for count in (10, 0))
    first = rank(index, "pool", like_of_first=0)
    assert (with_it[first[:10]] > without[first[:10]]).all()
    assert (with_it[first[10:]] == without[first[10:]]).all()


@pytest.mark.parametrize("text", [*EVERYDAY, "sports premium", '"breakfast club" -grant', "fund in Leeds"])
def test_it_finds_nothing_and_loses_nothing(generation: Generation, text: str) -> None:
    found, alone = (generation.index.find(parse_query(text), like_of_first=count) for count in (LIKE_OF_FIRST, 0))
    assert (found.all_words, found.some_words, found.needs) == (alone.all_words, alone.some_words, alone.needs)
    assert (found.scores >= alone.scores).all()
    assert (found.scores > alone.scores).any()
    assert len(found.alike[0]) <= LIKE_OF_FIRST
    assert not len(alone.alike[0])


def test_likeness_is_the_cosine_of_the_weightiest_words_beside_that_of_the_most_alike(
    built_data: Path, generation: Generation
) -> None:
    folder = built_data / "generations" / generation.id / "index"
    count = generation.index.count
    words = WordScores(folder, PostingArrays(folder, FIELDS), count)
    kept: list[dict[int, float]] = [{} for _ in range(count)]
    for word, number, score in zip(*(each.tolist() for each in words.list_entries()), strict=True):
        kept[number][word] = score
    vectors = []
    for scores in kept:
        largest = dict(Counter(scores).most_common(WORDS_KEPT))
        length = sum(score**2 for score in largest.values()) ** 0.5
        vectors.append({word: score / length for word, score in largest.items()})
    first, weights = np.array([3, 77, 200])[:FIRST], np.array([3.0, 2.0, 1.0], dtype=np.float32)
    wanted: Counter[int] = Counter()
    for number, weight in zip(first.tolist(), weights.tolist(), strict=True):
        for word, share in vectors[number].items():
            wanted[word] += weight * share
    cosines = np.array([sum(wanted[word] * share for word, share in vector.items()) for vector in vectors])
    compared = RecordWords(folder, words.vocabulary).compare(first, weights, np.arange(count))
    # Two records may have several words of the same score at the edge of what is kept.
    np.testing.assert_allclose(compared, cosines / cosines.max(), atol=0.02)
    assert compared.max() == 1
    assert compared.argmax() in first


def test_the_command_says_how_like_the_first_records_each_is(built_data: Path) -> None:
    result = CliRunner().invoke(main, ["search", "leaking roof", "--explain"], env={"KB_DATA": str(built_data)})
    said = [int(share) for share in re.findall(r"like the first records by (\d+)%", result.output)]
    assert len(said) == 20
    assert max(said) == 100
    assert min(said) < 90
