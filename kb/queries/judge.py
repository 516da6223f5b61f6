"""Judged queries: how well the search finds what a reader meant, by measures that others use too.

A record counts as an answer from grade 2. nDCG@10 takes 2^grade - 1 as the gain and log2 of the place as the discount.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean

from kb.errors import KbError
from kb.generations import Generation
from kb.queries.request import SearchRequest
from kb.queries.search import run_search
from kb.source.yaml_lines import read_yaml_lines

DEPTH = 10  # places that nDCG looks at
ANSWERS_FROM = 2  # the grade from which a record answers the query
FOLDERS = {"funding": "/funding/", "case-study": "/case-studies/", "framework": "/framework/", "glossary": "/glossary#"}


@dataclass(frozen=True)
class JudgedQuery:
    """A query with the grades (1 to 3) of the records that answer it, by their addresses on the site."""

    text: str
    user: str
    held_out: bool
    grades: dict[str, int]


@dataclass(frozen=True)
class QueryScore:
    """How one query was answered; `found` are the addresses of the first ten results."""

    query: JudgedQuery
    found: tuple[str, ...]
    total: int
    ndcg: float
    reciprocal_rank: float

    @property
    def succeeded(self) -> bool:
        """True if one of the first three results answers the query."""
        return self.reciprocal_rank >= 1 / 3


@dataclass(frozen=True)
class Scores:
    """The means over a set of queries; `zero` is the share of them without any result."""

    count: int
    ndcg: float
    success: float
    reciprocal_rank: float
    zero: float


def read_judged_file(path: Path) -> list[JudgedQuery]:
    """The queries of a file, whose name is their user kind; raises KbError with the line of the first fault."""
    lined = read_yaml_lines(path.read_text(encoding="utf-8"))
    if lined.complaints or not isinstance(lined.data, list):
        line, sentence = lined.complaints[0] if lined.complaints else (1, "write a list of queries")
        raise KbError(f"{path.name}:{line}: {sentence}")
    found = []
    for number, entry in enumerate(lined.data):
        line = lined.line_of((number,))
        grades = entry.get("relevant") if isinstance(entry, dict) else None
        if not isinstance(grades, dict) or not entry.get("text"):
            raise KbError(f"{path.name}:{line}: a query needs a text and, under relevant, the grades of its records")
        found.append(
            JudgedQuery(entry["text"], path.stem, entry.get("held_out") == "yes", _read_grades(path, line, grades))
        )
    return found


def _read_grades(path: Path, line: int, grades: dict[str, str]) -> dict[str, int]:
    read = {}
    for name, grade in grades.items():
        folder, _, record_id = name.partition("/")
        if folder not in FOLDERS or grade not in ("1", "2", "3"):
            raise KbError(f'{path.name}:{line}: "{name}: {grade}" is no grade. Write type/id: 1, 2 or 3')
        read[FOLDERS[folder] + record_id] = int(grade)
    return read


def list_unknown_records(generation: Generation, queries: Iterable[JudgedQuery]) -> list[str]:
    """Addresses that queries name and the generation does not have."""
    known = {
        folder + record_id for kind, folder in FOLDERS.items() for record_id in generation.catalogue.list_ids(kind)
    }
    return sorted({address for query in queries for address in query.grades} - known)


def score_queries(generation: Generation, queries: Iterable[JudgedQuery], today: date) -> list[QueryScore]:
    """Search for every query as a reader would and score what comes."""

    def search(text: str) -> tuple[list[str], int]:
        results = run_search(generation, SearchRequest(text, per_page=DEPTH), today)
        return [item.card.url for item in results.results], results.total

    return [score_query(query, search) for query in queries]


def score_query(query: JudgedQuery, search: Callable[[str], tuple[list[str], int]]) -> QueryScore:
    """Score one query by a search that answers (addresses best first, how many in all)."""
    found, total = search(query.text)
    gains = [2 ** query.grades.get(address, 0) - 1 for address in found[:DEPTH]]
    ideal = sorted((2**grade - 1 for grade in query.grades.values()), reverse=True)[:DEPTH]
    first = next((place for place, url in enumerate(found, 1) if query.grades.get(url, 0) >= ANSWERS_FROM), 0)
    ndcg = _discount(gains) / _discount(ideal) if ideal else 0.0
    return QueryScore(query, tuple(found[:DEPTH]), total, ndcg, 1 / first if first else 0.0)


def _discount(gains: Iterable[int]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def sum_up(scores: Iterable[QueryScore]) -> Scores:
    """The means of some scores; all 0 without any."""
    found = list(scores)
    if not found:
        return Scores(0, 0.0, 0.0, 0.0, 0.0)
    return Scores(
        len(found),
        fmean(score.ndcg for score in found),
        fmean(score.succeeded for score in found),
        fmean(score.reciprocal_rank for score in found),
        fmean(score.total == 0 for score in found),
    )


def list_worst(scores: Iterable[QueryScore], count: int = 10) -> list[QueryScore]:
    """The queries answered worst, worst first."""
    return sorted(scores, key=lambda score: score.ndcg)[:count]
