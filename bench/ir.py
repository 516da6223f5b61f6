"""How well the ranking ranks: public test collections, searched by the project's own index and by others beside it.

    python -m bench.ir FOLDER [--variants]

FOLDER holds one folder a collection, each with docs.jsonl (id, title, text), queries.jsonl (id, text) and qrels.tsv
(query, document, grade; more is better, 0 is not relevant). Prints a Markdown table a collection and writes them to
bench/var/ir.md; `--variants` adds what other weights and ways to read words would give. The collections are not ours
to pass on, so they are not in the repository.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np

from bench.generation import VAR
from bench.ir_peers import PEERS
from kb.index import IndexDocument, open_index, parse_query, write_index
from kb.index.weights import LIKE_OF_FIRST, SHARE_OF_BEST

DEPTH = 1000  # how much of a ranking counts
FIRST = 10
ANY_WORD = 1e-9  # a share of the best record's words that any word reaches
EVERY = 1_000_000  # more records than any collection has
SAMPLES, SEED = 5000, 20261122

Grades = Mapping[int, int]  # grade by the number of a document
Ranking = Sequence[int]  # numbers of documents, best first
Searcher = Callable[[str], Ranking]


@dataclass(frozen=True)
class Collection:
    """Documents as (title, text), numbered by their place; judged queries with the grades of documents."""

    name: str
    documents: tuple[tuple[str, str], ...]
    queries: tuple[tuple[str, Grades], ...]


class Way(NamedTuple):
    """A way for ours to rank: the share of the best record's words that a record must have, and how many of the first
    are held against the first three."""

    share: float
    like_of_first: int


WHOLE = "ours, the whole ranking (any word), by its words"
WAYS = {
    f"ours, as the site answers ({SHARE_OF_BEST:.0%} of the best record's words)": Way(SHARE_OF_BEST, LIKE_OF_FIRST),
    WHOLE: Way(ANY_WORD, 0),
    "the same, and what is like the first three": Way(ANY_WORD, EVERY),
}


class Scores(NamedTuple):
    """What one query's ranking is worth, 0 to 1 each."""

    precision_at_all: float  # average precision; its mean over queries is MAP
    ndcg: float
    precision: float


def read_collections(folder: Path) -> list[Collection]:
    """All collections of a folder, in the order of their names."""
    found = [read_collection(path.parent) for path in sorted(folder.glob("*/qrels.tsv"))]
    if not found:
        raise FileNotFoundError(f"{folder} has no collection: no file */qrels.tsv")
    return found


def read_collection(folder: Path) -> Collection:
    """One collection; queries without a relevant document are left out, for no ranking can do well on them."""
    documents = _read_lines(folder / "docs.jsonl")
    numbers = {document["id"]: number for number, document in enumerate(documents)}
    judged: dict[str, dict[int, int]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, document, grade = line.split("\t")
        judged.setdefault(query, {})[numbers[document]] = int(grade)
    asked = [(query["text"], judged.get(query["id"], {})) for query in _read_lines(folder / "queries.jsonl")]
    return Collection(
        name=folder.name,
        documents=tuple((document["title"], document["text"]) for document in documents),
        queries=tuple((text, grades) for text, grades in asked if any(grade > 0 for grade in grades.values())),
    )


def _read_lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def compute_average_precision(ranking: Ranking, grades: Grades) -> float:
    """The precision at each relevant document, averaged over all of them; one not ranked in DEPTH counts 0."""
    relevant = {number for number, grade in grades.items() if grade > 0}
    found, total = 0, 0.0
    for place, number in enumerate(ranking[:DEPTH], 1):
        if number in relevant:
            found += 1
            total += found / place
    return total / len(relevant)


def compute_ndcg(ranking: Ranking, grades: Grades) -> float:
    """The grades of the first ten, each less by the logarithm of its place, beside those of the best possible ten."""

    def gain(ordered: Sequence[int]) -> float:
        return sum(grade / math.log2(place + 1) for place, grade in enumerate(ordered[:FIRST], 1))

    return gain([grades.get(number, 0) for number in ranking]) / gain(sorted(grades.values(), reverse=True))


def compute_precision(ranking: Ranking, grades: Grades) -> float:
    """The share of ten that is relevant, also when fewer were found."""
    return sum(grades.get(number, 0) > 0 for number in ranking[:FIRST]) / FIRST


def score_searcher(search: Searcher, collection: Collection) -> list[Scores]:
    """What each query's ranking is worth, in the order of the queries."""
    rankings = [(search(text), grades) for text, grades in collection.queries]
    return [
        Scores(compute_average_precision(*judged), compute_ndcg(*judged), compute_precision(*judged))
        for judged in rankings
    ]


def make_searcher(folder: Path, documents: Sequence[tuple[str, str]]) -> Callable[[Way], Searcher]:
    """The project's own index over documents: the title as names, the text as body; it gives a search for each way."""
    made = (IndexDocument(number, title, {}, "", "", text) for number, (title, text) in enumerate(documents))
    every = (1 << write_index(folder, made)) - 1
    index = open_index(folder)
    return lambda way: (
        lambda text: index.find(parse_query(text), share_of_best=way.share, like_of_first=way.like_of_first).rank(every)
    )


def estimate_difference(theirs: Sequence[Scores], ours: Sequence[Scores]) -> tuple[float, float, float]:
    """How much their MAP is above ours, and the bounds of 95 in 100 samples of the queries (bootstrap)."""
    differences = np.array([their[0] - our[0] for their, our in zip(theirs, ours, strict=True)])
    picks = np.random.default_rng(SEED).integers(0, len(differences), (SAMPLES, len(differences)))
    low, high = np.percentile(differences[picks].mean(axis=1), [2.5, 97.5])
    return float(differences.mean()), float(low), float(high)


def measure_collection(collection: Collection) -> dict[str, list[Scores]]:
    """The scores of every searcher by its name: ours in each way, then the others."""
    rows: dict[str, list[Scores]] = {}
    with tempfile.TemporaryDirectory() as folder:
        ours = make_searcher(Path(folder) / "index", collection.documents)
        for name, way in WAYS.items():
            rows[name] = score_searcher(ours(way), collection)
    for name, make_peer in PEERS.items():
        rows[name] = score_searcher(make_peer(collection.documents, DEPTH), collection)
    return rows


def write_report(collection: Collection, rows: Mapping[str, list[Scores]]) -> Iterator[str]:
    """The table of a collection, line by line."""
    cut = sum(parse_query(text).cut for text, _grades in collection.queries)
    yield f"## {collection.name.capitalize()}\n"
    yield f"{len(collection.documents):,} documents, {len(collection.queries)} judged queries, of which we cut {cut}.\n"
    yield "| | MAP | nDCG@10 | P@10 | MAP beside ours, whole ranking |\n|---|---|---|---|---|"
    whole = rows[WHOLE]
    for name, scores in rows.items():
        means = (f"{fmean(column):.4f}".lstrip("0") for column in zip(*scores, strict=True))
        more, low, high = estimate_difference(scores, whole)
        beside = "" if scores is whole else f"{more:+.3f} ({low:+.3f} to {high:+.3f})"
        yield f"| {name} | {' | '.join(means)} | {beside} |"
    yield ""


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m bench.ir", description="Measure the ranking on test collections.")
    parser.add_argument("folder", type=Path, help="holds one folder a collection")
    parser.add_argument("--variants", action="store_true", help="also measure other weights and ways to read words")
    wanted = parser.parse_args()
    try:
        collections = read_collections(wanted.folder)
    except FileNotFoundError as error:
        sys.exit(str(error))
    lines = ["# Ranking on public collections\n"]
    for collection in collections:
        print(f"Measuring {collection.name}", file=sys.stderr, flush=True)
        lines += write_report(collection, measure_collection(collection))
    if wanted.variants:
        from bench.ir_variants import write_variants  # it measures with what is above

        print("Measuring the variants", file=sys.stderr, flush=True)
        lines += write_variants(collections)
    report = "\n".join(lines) + "\n"
    VAR.mkdir(parents=True, exist_ok=True)
    (VAR / "ir.md").write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
