"""Measure one generation: pages, searches without Flask and Jinja, and the peer.

No query is timed twice, since caches would answer the second: every row has its own QUERIES queries, drawn from the
project's own records, which are in every generation. "Warm" words were searched for before in this generation, alone;
at "first use" none of a query's words was. What is timed is this process's processor time, with the wall clock beside.
"""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple
from urllib.parse import urlencode

from werkzeug.test import create_environ

from bench.generation import NOW, SEED, list_words
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
Pairs = list[tuple[str, str]]


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
        """Queries of a kind (text and filters, text, filters, misspelt, phrase) that were not drawn before."""
        drawn: list[Pairs] = []
        while len(drawn) < count:
            pairs = self._draw_one(kind)
            key = frozenset([*parse_query(dict(pairs).get("q", "")).words, *(pairs if kind == "filters" else [])])
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
        if kind == "phrase":
            at = rng.randrange(len(body) - 1)
            return [("q", f'"{body[at]} {body[at + 1]}"')]
        if kind == "misspelt":
            at = rng.randrange(2, len(words[0]))
            words[0] = f"{words[0][:at]}{rng.choice('qxz')}{words[0][at:]}"
        text = [] if kind == "filters" else [("q", " ".join(words))]
        return [*text, *(filters if "filters" in kind else [])]


def time_call(call: Callable[[], int]) -> tuple[float, float, int]:
    """Processor time and wall time of one call in ms, and what it returned."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = call()
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000, found


def sum_up(timings: Iterable[tuple[float, float, int]]) -> Row:
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

    def search(self, pairs: Pairs) -> tuple[float, float, int]:
        """Time everything but Flask and Jinja; returns how many records were found."""
        generation = self.generation
        vocabulary = generation.catalogue.vocabulary
        return time_call(lambda: run_search(generation, parse_request(pairs, vocabulary), NOW.date()).total)

    def show(self, pairs: Pairs) -> tuple[float, float, int]:
        """Time a whole page as a server asks for it, compression included; returns how many bytes were sent."""
        environ = create_environ("/search", query_string=urlencode(pairs), headers=BROWSER)

        def start(status: str, *_: object) -> Callable[[bytes], None]:
            if status != "200 OK":
                raise RuntimeError(f"{status} for {pairs}")
            return lambda _written: None

        return time_call(lambda: sum(map(len, self._app(environ, start))))

    def forget_words(self) -> None:
        """Make every word new to the generation again, which nothing on the site does: hence a private name."""
        self.generation.index._kept.clear()


def measure_generation(data: Path) -> dict[str, Any]:
    """Rows by name, and other figures by name, for the generation in a data folder and the peer beside it."""
    readers, site = Readers(), Site(data)
    warm_up = readers.draw("text and filters", WARM_UP)
    pages = {kind: readers.draw(kind) for kind in ("text and filters", "text", "filters")}
    searches = {kind: readers.draw(kind) for kind in ("text and filters", "text", "misspelt", "phrase")}
    first = {kind: readers.draw("text and filters") for kind in ("page", "search")}
    memory = {"memory before opening, MB": read_memory()}
    opening = time_call(lambda: site.generation.index.count)[0]
    first_search = site.search(warm_up[0])[0]
    memory["memory after the first search, MB"] = read_memory()
    for pairs in warm_up:
        site.show(pairs)
    texts = [pairs[0][1] for drawn in (*pages.values(), *searches.values()) for pairs in drawn]
    for word in {word for text in texts for word in text.replace('"', "").split()}:
        site.generation.index.find(parse_query(word))
    memory["memory with the words of all queries, MB"] = read_memory()
    rows = {f"page: {kind}": sum_up(map(site.show, drawn)) for kind, drawn in pages.items()}
    peer, agreeing = Peer(data / "peer.sqlite"), 0
    for kind, drawn in searches.items():
        if "text" in kind:
            compared, agreed = compare(site, peer, drawn, warm_up)
            rows |= {f"{name}: {kind}": row for name, row in compared.items()}
            agreeing += agreed
        else:
            rows[f"search: {kind}"] = sum_up(map(site.search, drawn))
    for name, call in (("search", site.search), ("page", site.show)):
        timings = []
        for pairs in first[name]:
            site.forget_words()
            timings.append(call(pairs))
        rows[f"{name}: text and filters, first use"] = sum_up(timings)
    memory["memory at most, peer included, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"opening a generation, ms": opening, "the first search in it, ms": first_search, **memory}
    return {"rows": rows, "figures": figures | {f"same count of all words as FTS5, of {2 * QUERIES}": agreeing}}


def compare(site: Site, peer: Peer, queries: list[Pairs], warm_up: list[Pairs]) -> tuple[dict[str, Row], int]:
    """The same searches by us and the peer, turn by turn, and for how many both count as many with all words."""

    def ask(pairs: Pairs, operator: str) -> tuple[float, float, int]:
        return time_call(lambda: peer.search(pairs[0][1].split(), dict(pairs[1:]), operator)[0])

    for pairs in warm_up:
        ask(pairs, "OR")
    timings = [(site.search(pairs), ask(pairs, "OR"), ask(pairs, "AND")) for pairs in queries]
    vocabulary = site.generation.catalogue.vocabulary
    found = [run_search(site.generation, parse_request(pairs, vocabulary), NOW.date()) for pairs in queries]
    agreeing = sum(ours.matching_all == both[2] for ours, (_, _, both) in zip(found, timings, strict=True))
    columns = zip(("search", "FTS5, any word", "FTS5, all words"), zip(*timings, strict=True), strict=True)
    return {name: sum_up(column) for name, column in columns}, agreeing
