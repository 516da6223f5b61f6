"""Judged queries and records: the measures, the files, the command, and that what readers see does not get worse."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import chain
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli import main
from kb.config import PROJECT
from kb.errors import KbError
from kb.generations import Generation
from kb.queries.judge import (
    SIMILAR_FILE,
    JudgedQuery,
    QueryScore,
    list_unknown_records,
    list_worst,
    read_judged_file,
    read_judged_folder,
    read_similar_file,
    score_queries,
    score_query,
    score_similar,
    sum_up,
)
from kb.queries.related import find_stream_links

TODAY = date(2026, 11, 21)
JUDGED = PROJECT / "judged"
FILES = sorted(path for path in JUDGED.glob("*.yml") if path.name != SIMILAR_FILE)
LATER = ("more", "later", "latest")
# What the search reached when the weights were set, a little below, so that a small loss for a good reason can pass.
FLOOR_NDCG, FLOOR_SUCCESS = 0.86, 0.98
FLOOR_MORE_NDCG, FLOOR_MORE_SUCCESS = 0.80, 0.96
FLOOR_SIMILAR_NDCG, FLOOR_SIMILAR_SUCCESS = 0.84, 0.96


@pytest.fixture(scope="module")
def queries() -> list[JudgedQuery]:
    return [query for path in FILES for query in read_judged_file(path)]


@pytest.fixture(scope="module")
def scores(generation: Generation, queries: list[JudgedQuery]) -> list[QueryScore]:
    return score_queries(generation, queries, TODAY)


@pytest.fixture(scope="module")
def judged_records() -> list[JudgedQuery]:
    return read_similar_file(JUDGED / SIMILAR_FILE)


def make_query(**grades: int) -> JudgedQuery:
    return JudgedQuery("text", "head", False, {f"/funding/{name}": grade for name, grade in grades.items()})


def answer(query: JudgedQuery, *names: str) -> QueryScore:
    return score_query(query, lambda _text: ([f"/funding/{name}" for name in names], len(names)))


def test_the_best_order_scores_one_and_nothing_scores_nought() -> None:
    query = make_query(a=3, b=2, c=1)
    assert answer(query, "a", "b", "c").ndcg == pytest.approx(1)
    assert answer(query).ndcg == 0


def test_a_worse_order_scores_less_and_a_known_case_what_it_should() -> None:
    query = make_query(a=3, b=1)
    assert answer(query, "b", "a").ndcg == pytest.approx((1 + 7 / 1.5849625) / (7 + 1 / 1.5849625))
    assert answer(query, "x", "a").ndcg < answer(query, "a", "x").ndcg


def test_success_wants_an_answer_of_grade_two_among_the_first_three() -> None:
    query = make_query(a=2, b=1)
    assert answer(query, "x", "y", "a").succeeded
    assert not answer(query, "b", "x", "y", "a").succeeded
    assert answer(query, "b", "x", "y", "a").reciprocal_rank == 1 / 4


def test_means_are_taken_over_all_queries_and_count_those_without_a_result() -> None:
    query = make_query(a=3)
    found = sum_up([answer(query, "a"), answer(query)])
    assert (found.count, found.ndcg, found.success, found.zero) == (2, 0.5, 0.5, 0.5)
    assert sum_up([]).count == 0


def test_the_worst_come_first() -> None:
    query = make_query(a=3)
    good, bad = answer(query, "a"), answer(query, "x")
    assert list_worst([good, bad], 1) == [bad]


def test_there_are_at_least_forty_queries_of_each_user_and_a_third_is_held_out(queries: list[JudgedQuery]) -> None:
    assert all(count >= 40 for count in Counter(query.user for query in queries).values())
    assert {query.user for query in queries} == {"head", "council", "cluster"}
    for user in ("head", "council", "cluster"):
        of_user = [query for query in queries if query.user == user]
        assert sum(query.held_out for query in of_user) == len(of_user) // 3


def test_queries_written_later_are_of_every_user_and_none_is_asked_twice(queries: list[JudgedQuery]) -> None:
    later = {name: read_judged_folder(JUDGED / name) for name in LATER}
    for name, found in later.items():
        of_user = Counter(query.user for query in found)
        assert set(of_user) == {"head", "council", "cluster"}
        assert min(of_user.values()) >= 19
        assert {query.held_out for query in found} == {name != "more"}
    asked = [(query.user, query.text.casefold()) for query in chain(queries, *later.values())]
    assert len(set(asked)) == len(asked)


def test_every_query_has_an_answer_and_every_graded_record_is_there(
    generation: Generation, queries: list[JudgedQuery]
) -> None:
    queries = [*queries, *(query for name in LATER for query in read_judged_folder(JUDGED / name))]
    assert [query.text for query in queries if max(query.grades.values()) < 2] == []
    assert list_unknown_records(generation, queries) == []


def test_no_judged_query_is_left_without_a_result(scores: list[QueryScore]) -> None:
    assert [score.query.text for score in scores if not score.total] == []


def test_the_search_answers_the_queries_its_weights_were_set_on_as_well_as_before(scores: list[QueryScore]) -> None:
    found = sum_up(score for score in scores if not score.query.held_out)
    assert found.ndcg >= FLOOR_NDCG
    assert found.success >= FLOOR_SUCCESS


def test_more_queries_that_needs_were_weighed_by_are_answered_as_well_as_before(generation: Generation) -> None:
    found = sum_up(score_queries(generation, read_judged_folder(JUDGED / "more"), TODAY))
    assert found.ndcg >= FLOOR_MORE_NDCG
    assert found.success >= FLOOR_MORE_SUCCESS
    assert found.zero == 0


def test_half_of_at_least_forty_judged_records_are_funding_and_a_third_is_held_out(
    judged_records: list[JudgedQuery], generation: Generation
) -> None:
    kinds = Counter(record.user for record in judged_records)
    assert sum(kinds.values()) >= 40
    assert min(kinds["funding"], kinds["case-study"]) >= 20
    assert sum(record.held_out for record in judged_records) == len(judged_records) // 3
    streams = [
        generation.catalogue.get_funding_stream(record.text.removeprefix("/funding/"))
        for record in judged_records
        if record.user == "funding"
    ]
    assert sum(stream.is_mechanism for stream in streams) >= 5
    assert sum(stream.status == "historic" for stream in streams) >= 5


def test_every_judged_record_has_a_record_like_it_that_is_there_and_not_listed_beside_it(
    judged_records: list[JudgedQuery], generation: Generation
) -> None:
    assert [record.text for record in judged_records if max(record.grades.values()) < 2] == []
    assert list_unknown_records(generation, judged_records) == []
    assert len({record.text for record in judged_records}) == len(judged_records)
    for record in (record for record in judged_records if record.user == "funding"):
        links = find_stream_links(
            generation, generation.catalogue.get_funding_stream(record.text.removeprefix("/funding/"))
        )
        beside = {link.card.url for link in (*links.replaces, *links.replaced_by, *links.exit_route_of)}
        assert not beside & set(record.grades)


def test_more_like_this_is_as_like_as_when_its_weights_were_set(
    judged_records: list[JudgedQuery], generation: Generation
) -> None:
    found = sum_up(score_similar(generation, [record for record in judged_records if not record.held_out]))
    assert found.ndcg >= FLOOR_SIMILAR_NDCG
    assert found.success >= FLOOR_SIMILAR_SUCCESS


def test_more_like_this_is_measured_at_the_places_a_page_shows() -> None:
    query = make_query(a=3, b=2, c=2, d=2)
    assert score_query(query, lambda _text: (["/funding/a", "/funding/b", "/funding/c"], 3), 3).ndcg == pytest.approx(1)


def test_a_file_with_a_fault_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text("- text: roof\n  relevant: {funding/a: 3}\n- text: bus\n  relevant: {fund/b: 9}\n")
    with pytest.raises(KbError, match=r'mine\.yml:3: "fund/b: 9" is no grade'):
        read_judged_file(path)
    path.write_text("- text: roof\n")
    with pytest.raises(KbError, match=r"mine\.yml:1: a query needs a text"):
        read_judged_file(path)


@pytest.mark.parametrize(
    "entry", ["{record: glossary/a, similar: {b: 3}}", "{record: funding/a}", "{similar: {b: 3}}", "text"]
)
def test_a_judged_record_without_a_type_an_id_or_grades_is_refused_with_its_line(tmp_path: Path, entry: str) -> None:
    path = tmp_path / SIMILAR_FILE
    path.write_text(f"- {{record: funding/x, similar: {{y: 1}}}}\n- {entry}\n")
    with pytest.raises(KbError, match=r"similar\.yml:2: a judged record is type/id"):
        read_similar_file(path)


def test_a_judged_record_is_alike_within_its_own_type(tmp_path: Path) -> None:
    path = tmp_path / SIMILAR_FILE
    path.write_text("- {record: case-study/x, held_out: yes, similar: {y: 2}}\n")
    assert read_similar_file(path) == [JudgedQuery("/case-studies/x", "case-study", True, {"/case-studies/y": 2})]


def test_the_command_scores_more_like_this_alone_by_its_file(built_data: Path) -> None:
    result = CliRunner().invoke(main, ["judge", str(JUDGED / SIMILAR_FILE)], env={"KB_DATA": str(built_data)})
    assert result.exit_code == 0
    assert "More like this" in result.stdout
    assert "nDCG@3" in result.stdout
    assert "nDCG@10" not in result.stdout


def test_the_command_scores_a_file_of_ones_own(built_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text("- text: pupil premium\n  relevant: {funding/pupil-premium: 3, funding/no-such-fund: 1}\n")
    result = CliRunner().invoke(main, ["judge", str(path)], env={"KB_DATA": str(built_data)})
    assert result.exit_code == 0
    assert "mine" in result.stdout
    assert "1 graded record that the generation does not have: /funding/no-such-fund" in result.stdout


def test_the_command_says_why_a_record_is_found(built_data: Path) -> None:
    result = CliRunner().invoke(main, ["search", "roof", "--explain"], env={"KB_DATA": str(built_data)})
    assert result.exit_code == 0
    assert "roof: " in result.stdout
    assert ", every word" in result.stdout
