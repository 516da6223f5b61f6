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
from typing import Any

from kb.errors import KbError
from kb.generations import Generation
from kb.queries.related import SIMILAR, find_similar
from kb.queries.request import SearchRequest
from kb.queries.search import run_search
from kb.source.yaml_lines import read_yaml_lines

DEPTH = 10  # places that nDCG looks at
SIMILAR_FILE = "similar.yml"  # the file of judged/ that holds no queries but records with those like them
ANSWERS_FROM = 2  # the grade from which a record answers the query
LIKENED = ("funding", "case-study")  # types whose pages show "More like this"
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
    """How one query was answered; `found` are the addresses of the first ten results. A judged record counts as a query
    whose answers are the records like it; its text is its own address, its user the type."""

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
    found = []
    for line, entry in _read_entries(path, "write a list of queries"):
        grades = entry.get("relevant")
        if not isinstance(grades, dict) or not entry.get("text"):
            raise KbError(f"{path.name}:{line}: a query needs a text and, under relevant, the grades of its records")
        found.append(
            JudgedQuery(entry["text"], path.stem, entry.get("held_out") == "yes", _read_grades(path, line, grades))
        )
    return found


def read_judged_folder(folder: Path) -> list[JudgedQuery]:
    """The queries of all files of a folder, in the order of their names."""
    return [query for path in sorted(folder.glob("*.yml")) for query in read_judged_file(path)]


def read_similar_file(path: Path) -> list[JudgedQuery]:
    """The judged records of a file, as queries; raises KbError with the line of the first fault."""
    found = []
    for line, entry in _read_entries(path, "write a list of records"):
        kind, _, record_id = str(entry.get("record", "")).partition("/")
        grades = entry.get("similar")
        if kind not in LIKENED or not record_id or not isinstance(grades, dict):
            raise KbError(
                f"{path.name}:{line}: a judged record is type/id with, under similar, the grades of those like it"
            )
        by_name = {f"{kind}/{near}": grade for near, grade in grades.items()}
        held_out = entry.get("held_out") == "yes"
        found.append(JudgedQuery(FOLDERS[kind] + record_id, kind, held_out, _read_grades(path, line, by_name)))
    return found


def _read_entries(path: Path, wanted: str) -> list[tuple[int, dict[str, Any]]]:
    """The entries of a list with their lines."""
    lined = read_yaml_lines(path.read_text(encoding="utf-8"))
    if lined.complaints or not isinstance(lined.data, list):
        line, sentence = lined.complaints[0] if lined.complaints else (1, wanted)
        raise KbError(f"{path.name}:{line}: {sentence}")
    return [
        (lined.line_of((number,)), entry if isinstance(entry, dict) else {}) for number, entry in enumerate(lined.data)
    ]


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


def score_similar(generation: Generation, records: Iterable[JudgedQuery]) -> list[QueryScore]:
    """What the page of each judged record shows under "More like this", scored; nDCG looks at those places alone."""
    catalogue = generation.catalogue

    def show(address: str) -> tuple[list[str], int]:
        is_stream, record_id = address.startswith(FOLDERS["funding"]), address.rpartition("/")[2]
        record = catalogue.get_funding_stream(record_id) if is_stream else catalogue.get_case_study(record_id)
        shown = find_similar(generation, record)
        return [card.url for card in shown], len(shown)

    return [score_query(record, show, SIMILAR) for record in records]


def score_query(query: JudgedQuery, search: Callable[[str], tuple[list[str], int]], depth: int = DEPTH) -> QueryScore:
    """Score one query by a search that answers (addresses best first, how many in all); nDCG at `depth` places."""
    found, total = search(query.text)
    gains = [2 ** query.grades.get(address, 0) - 1 for address in found[:depth]]
    ideal = sorted((2**grade - 1 for grade in query.grades.values()), reverse=True)[:depth]
    first = next((place for place, url in enumerate(found, 1) if query.grades.get(url, 0) >= ANSWERS_FROM), 0)
    ndcg = _discount(gains) / _discount(ideal) if ideal else 0.0
    return QueryScore(query, tuple(found[:depth]), total, ndcg, 1 / first if first else 0.0)


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
