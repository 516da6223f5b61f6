"""The measures of `python -m bench.ir` against values worked out by hand, and one small collection end to end."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from bench.ir import (
    DEPTH,
    Collection,
    compute_average_precision,
    compute_ndcg,
    compute_precision,
    estimate_difference,
    measure_collection,
    read_collection,
    read_collections,
    write_report,
)
from bench.ir_variants import VARIANTS, write_variants

GRADES = {3: 2, 5: 1, 8: 0, 9: 1}  # 8 was judged, and is not relevant


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one collection of three documents and three queries, two of them with a relevant document."""
    made = tmp_path / "small"
    made.mkdir()
    documents = [
        {"id": "a", "title": "wardens", "text": "wardens walk the estate"},
        {"id": "b", "title": "libraries", "text": "books are lent to schools"},
        {"id": "c", "title": "roofs", "text": "leaks are mended"},
    ]
    queries = [{"id": "1", "text": "lending books?"}, {"id": "2", "text": "a leak"}, {"id": "3", "text": "walking"}]
    (made / "docs.jsonl").write_text("\n".join(map(json.dumps, documents)) + "\n")
    (made / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)) + "\n")
    (made / "qrels.tsv").write_text("1\tb\t2\n2\tc\t1\n3\ta\t0\n")
    return tmp_path


def test_average_precision_divides_by_all_relevant_documents_also_those_not_found() -> None:
    assert compute_average_precision([7, 3, 8, 5], GRADES) == pytest.approx((1 / 2 + 2 / 4) / 3)


def test_average_precision_ends_at_the_thousandth_place() -> None:
    others = list(range(100, 100 + DEPTH))
    assert compute_average_precision([*others[1:], 3], GRADES) == pytest.approx(1 / DEPTH / 3)
    assert compute_average_precision([*others, 3], GRADES) == 0


def test_ndcg_takes_grades_as_they_are_beside_the_best_order() -> None:
    best = 2 + 1 / math.log2(3) + 1 / math.log2(4)
    assert compute_ndcg([5, 7, 3], GRADES) == pytest.approx((1 + 2 / math.log2(4)) / best)
    assert compute_ndcg([3, 9, 5], GRADES) == pytest.approx(1)


def test_ndcg_ends_at_the_tenth_place() -> None:
    others = list(range(100, 110))
    assert compute_ndcg([*others, 3], GRADES) == 0
    assert compute_ndcg([*others[1:], 3], GRADES) > 0


def test_precision_at_ten_counts_places_that_stayed_empty() -> None:
    assert compute_precision([3, 8, 5], GRADES) == pytest.approx(2 / 10)


def test_a_difference_that_every_query_shows_is_sure(folder: Path) -> None:
    rows = measure_collection(read_collections(folder)[0])
    (better, *_), worse = rows.values(), [score._replace(precision_at_all=0.25) for score in next(iter(rows.values()))]
    assert estimate_difference(worse, better) == pytest.approx((-0.75, -0.75, -0.75))


def test_queries_without_a_relevant_document_are_left_out(folder: Path) -> None:
    collection = read_collection(folder / "small")
    assert collection.queries == (("lending books?", {1: 2}), ("a leak", {2: 1}))


def test_every_engine_finds_by_the_stems_of_title_and_text(folder: Path) -> None:
    for name, scores in measure_collection(read_collection(folder / "small")).items():
        assert [score.precision_at_all for score in scores] == [1, 1], name


def test_the_report_names_every_engine_and_how_many_queries_were_cut(folder: Path) -> None:
    small = read_collection(folder / "small")
    long = " ".join(f"word{number}" for number in range(40))
    collection = Collection("small", small.documents, (*small.queries, (f"leak {long}", {2: 1})))
    report = "\n".join(write_report(collection, measure_collection(collection)))
    assert "3 documents, 3 judged queries, of which we cut 1." in report
    for name in (
        "ours, as the site answers",
        "ours, the whole ranking",
        "SQLite FTS5",
        "tantivy",
        "Whoosh as it comes",
    ):
        assert f"| {name}" in report


def test_a_folder_without_a_collection_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="has no collection"):
        read_collections(tmp_path)


def test_every_variant_is_measured_on_every_collection(folder: Path) -> None:
    small = read_collection(folder / "small")
    rows = list(write_variants([small, small]))
    assert len(rows) == 1 + len(VARIANTS)  # the first holds the whole head of the table
    assert rows[1].endswith("| 1.0000 | 1.0000 | 1.0000 | 1.0000 |")
    assert next(row for row in rows if "no stemmer" in row).endswith("| .5000 | .5000 | .5000 | .5000 |")
