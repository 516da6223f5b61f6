"""Measure one generation: pages, searches without Flask and Jinja, and the peer.

No query is timed twice, since caches would answer the second: every row has its own QUERIES queries, drawn from the
project's own records, which are in every generation. "Warm" words were searched for before in this generation, alone;
at "first use" none of a query's words was. What is timed is this process's processor time, with the wall clock beside.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import fmean
from typing import NamedTuple
from urllib.parse import urlencode

from werkzeug.test import create_environ

from bench.generation import NOW, SEED, VAR, list_words
from bench.peer import Peer
from kb.app import create_app
from kb.build import check_content
from kb.config import PROJECT, Settings
from kb.generations import Generation
from kb.index import parse_query
from kb.queries.request import parse_request
from kb.queries.search import run_search
from kb.records.facets import NOT_STATED, assign_facets

QUERIES = 200
WARM_UP = 20
BROWSER = {"Accept-Encoding": "gzip, deflate, br"}
FROM_NAMES = 0.6  # the share of query words that stand in a title or summary
PAGES = ("text and two filters", "text alone", "two filters alone")
SEARCHES = ("text and two filters", "text alone", "misspelt text", "phrase in quotes")
Pairs = list[tuple[str, str]]
Timing = tuple[float, float, int]  # processor ms, wall ms, what the call returned


class Row(NamedTuple):
    """Calls of one kind: processor time in ms, the median on the wall clock, and the mean of what they returned."""

    p50: float
    p95: float
    longest: float
    mean: float
    wall_p50: float
    found: float


class Readers:
    """Draws distinct queries, each about one real record: two or three of its words, two of its facets."""

    def __init__(self) -> None:
        corpus = check_content(PROJECT / "content")[0].corpus
        self._rng, self._seen = random.Random(SEED), set[frozenset[object]]()
        self._records = [
            (
                list_words(f"{record.title} {record.summary}"),
                list_words(record.text),
                assign_facets(record, corpus.vocabulary),
            )
            for record in (*corpus.funding, *corpus.case_studies)
        ]

    def draw(self, kind: str, count: int = QUERIES) -> list[Pairs]:
        """Queries of a kind of PAGES or SEARCHES that were not drawn before."""
        drawn: list[Pairs] = []
        while len(drawn) < count:
            pairs = self._draw_one(kind)
            stems = parse_query(dict(pairs).get("q", "")).words
            key = frozenset(stems or pairs)
            if key not in self._seen and len(key) > 1:
                self._seen.add(key)
                drawn.append(pairs)
        return drawn

    def _draw_one(self, kind: str) -> Pairs:
        rng = self._rng
        names, body, facets = rng.choice(self._records)
        words = [rng.choice(names if rng.random() < FROM_NAMES else body) for _ in range(rng.choice((2, 2, 3)))]
        stated = sorted(name for name, values in facets.items() if NOT_STATED not in values)
        filters = [(name, rng.choice(facets[name])) for name in sorted(rng.sample(stated, 2))]
        if kind == "phrase in quotes":
            at = rng.randrange(len(body) - 1)
            return [("q", f'"{body[at]} {body[at + 1]}"')]
        if kind == "misspelt text":
            at = rng.randrange(2, len(words[0]))
            words[0] = f"{words[0][:at]}{rng.choice('qxz')}{words[0][at:]}"
        text = [("q", " ".join(words))] if "text" in kind else []
        return text + (filters if "filters" in kind else [])


def time_call(call: Callable[[], int]) -> Timing:
    """Time one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = call()
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000, found


def sum_up(timings: Iterable[Timing]) -> Row:
    """The row of a set of calls."""
    cpu, wall, found = (sorted(column) for column in zip(*timings, strict=True))
    middle, high = len(cpu) // 2, int(len(cpu) * 0.95)
    return Row(cpu[middle], cpu[high], cpu[-1], fmean(cpu), wall[middle], fmean(found))


def read_memory() -> float:
    """What this process holds of the machine's memory now, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


class Site:
    """The site over one generation."""

    def __init__(self, data: Path) -> None:
        self._app = create_app(Settings(PROJECT / "content", data), lambda: NOW)

    @property
    def generation(self) -> Generation:
        """The generation that is measured; the first look opens it."""
        found: Generation = self._app.config["GENERATIONS"].current()
        return found

    def search(self, pairs: Pairs) -> Timing:
        """Time everything but Flask and Jinja; returns how many records were found."""
        generation = self.generation
        vocabulary = generation.catalogue.vocabulary
        return time_call(lambda: run_search(generation, parse_request(pairs, vocabulary), NOW.date()).total)

    def show(self, pairs: Pairs) -> Timing:
        """Time a whole page as a server asks for it, compression included; returns how many bytes were sent."""
        environ = create_environ("/search", query_string=urlencode(pairs), headers=BROWSER)

        def start(status: str, *_: object) -> Callable[[bytes], None]:
            if status != "200 OK":
                raise RuntimeError(f"{status} for {pairs}")
            return lambda _written: None

        return time_call(lambda: sum(map(len, self._app(environ, start))))

    def at_first_use(self, call: Callable[[Pairs], Timing], queries: list[Pairs]) -> Row:
        """Every word made new to the generation again before each query, which only this does: hence a private name."""
        timings = []
        for pairs in queries:
            self.generation.index._words.forget()
            timings.append(call(pairs))
        return sum_up(timings)


def measure_generation(data: Path) -> tuple[dict[str, Row], dict[str, float]]:
    """Rows by name, and other figures by name, for the generation in a data folder and the peer beside it."""
    readers, site = Readers(), Site(data)
    warm_up = readers.draw(PAGES[0], WARM_UP)
    pages, searches = ({kind: readers.draw(kind) for kind in kinds} for kinds in (PAGES, SEARCHES))
    first_searches, first_pages = readers.draw(PAGES[0]), readers.draw(PAGES[0])
    figures = {
        "memory before opening, MB": read_memory(),
        "opening a generation, ms": time_call(lambda: site.generation.index.count)[0],
        "the first search in it, ms": site.search(warm_up[0])[0],
        "memory after it, MB": read_memory(),
    }
    texts = [dict(pairs).get("q", "") for drawn in (*pages.values(), *searches.values()) for pairs in drawn]
    for word in {word for text in texts for word in text.replace('"', "").split()}:
        site.generation.index.find(parse_query(word))
    figures["memory with the words of all queries, MB"] = read_memory()
    peer = Peer(data / "peer.sqlite")

    def ask(pairs: Pairs, operator: str) -> Timing:
        return time_call(lambda: peer.search(pairs[0][1].split(), dict(pairs[1:]), operator)[0])

    for pairs in warm_up:
        site.show(pairs)
        ask(pairs, "OR")
    rows = {f"page: {kind}": sum_up(map(site.show, drawn)) for kind, drawn in pages.items()}
    turns = [(site.search(pairs), ask(pairs, "OR"), ask(pairs, "AND")) for pairs in searches.pop(SEARCHES[0])]
    names = ("search", "FTS5, any word", "FTS5, all words")
    rows |= {
        f"{name}: {SEARCHES[0]}": sum_up(column) for name, column in zip(names, zip(*turns, strict=True), strict=True)
    }
    rows |= {f"search: {kind}": sum_up(map(site.search, drawn)) for kind, drawn in searches.items()}
    rows[f"search: {PAGES[0]}, words at first use"] = site.at_first_use(site.search, first_searches)
    rows[f"page: {PAGES[0]}, words at first use"] = site.at_first_use(site.show, first_pages)
    figures["memory at most, peer included, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return rows, figures


if __name__ == "__main__":
    rows, figures = measure_generation(VAR / sys.argv[1])
    note = {"rows": {name: row._asdict() for name, row in rows.items()}, "figures": figures}
    (VAR / sys.argv[1] / "measured.json").write_text(json.dumps(note), encoding="utf-8")
