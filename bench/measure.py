"""Measure one generation: pages and searches of our own, and the other engines on the same searches, turn by turn.

Every search is asked once of each engine, since caches would answer the second time: pages and searches by themselves
have searches of their own. What is timed is this process's processor time, with the wall clock beside. Whoever comes
after a heavy engine finds the processor's own memory full of its things: so the order is shuffled at each turn, and the
site is measured by itself as well.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple
from urllib.parse import urlencode

from bench.datasette_page import DatasettePage
from bench.fts5 import Fts5
from bench.generation import NOW, SEED, VAR
from bench.queries import Readers, Search, list_odd
from bench.tantivy_page import Tantivy
from kb.app import create_app, set_memory_aside
from kb.config import PROJECT, Settings
from kb.generations import Generation
from kb.queries.related_searches import find_related_searches
from kb.queries.request import parse_request
from kb.queries.search import run_search
from kb.views import lists
from kb.views.results import Drawn

QUERIES = 200
WARM_UP = 40
ODD_TRIES = 3
PATIENCE = 30.0  # seconds of processor time after which an engine is asked no more at this size
FEWEST = 5
ACCEPTED = "gzip, deflate, br, zstd"  # what browsers of today say they take
Timing = tuple[float, float, int]  # processor ms, wall ms, what the call returned
Pairs = list[tuple[str, str]]


class Row(NamedTuple):
    """Calls of one kind: how many; their processor time in ms; the median on the wall clock; and the mean of
    what they returned."""

    calls: int
    p50: float
    p95: float
    longest: float
    mean: float
    wall_p50: float
    found: float


def time_call(call: Callable[[], int]) -> Timing:
    """Time one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = call()
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000, found


def sum_up(timings: Iterable[Timing]) -> Row:
    """The row of a set of calls."""
    cpu, wall, found = (sorted(column) for column in zip(*timings, strict=True))
    middle, high = len(cpu) // 2, int(len(cpu) * 0.95)
    return Row(len(cpu), cpu[middle], cpu[high], cpu[-1], fmean(cpu), wall[middle], fmean(found))


def time_yardstick() -> float:
    """Processor ms of a fixed piece of Python: what else runs on the machine makes it, and all else, dearer."""

    def work() -> int:
        return sum(number * number for number in range(200_000))

    return sorted(time_call(work)[0] for _ in range(9))[4]


class Site:
    """The site over one generation."""

    def __init__(self, data: Path) -> None:
        self._app = create_app(Settings(PROJECT / "content", data), lambda: NOW)
        set_memory_aside()  # as wsgi.py does

    @property
    def generation(self) -> Generation:
        """The generation that is measured; the first look opens it."""
        found: Generation = self._app.config["GENERATIONS"].current()
        return found

    def search(self, pairs: Pairs) -> int:
        """Everything but Flask and Jinja: the request read, the search, the related searches."""
        generation = self.generation
        results = run_search(generation, parse_request(pairs, generation.catalogue.vocabulary), NOW.date())
        find_related_searches(generation, results, "/search")
        return results.total

    def show(self, pairs: Pairs, encoding: str = ACCEPTED) -> int:
        """A whole page as a server asks for it; returns how many bytes were sent."""
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": "/search", "QUERY_STRING": urlencode(pairs),
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost", "HTTP_ACCEPT_ENCODING": encoding,
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": BytesIO(), "wsgi.errors": sys.stderr,
            "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
        }  # fmt: skip

        def start(status: str, *_: object) -> Callable[[bytes], None]:
            if status != "200 OK":
                raise RuntimeError(f"{status} for {pairs}")
            return lambda _written: None

        return sum(map(len, self._app(environ, start)))


@contextmanager
def count_causes() -> Iterator[dict[str, float]]:
    """While it lasts, add up what parts of the search view take, in processor seconds."""
    causes = {"search": 0.0, "HTML": 0.0}
    names = {"read_request": "search", "run_search": "search", "find_related_searches": "search"}
    places: list[tuple[Any, str, str]] = [(lists, name, cause) for name, cause in names.items()]
    places += [(lists, "render_page", "HTML"), (lists, "draw_filters", "HTML"), (Drawn, "draw_list", "HTML")]
    kept = [(owner, name, getattr(owner, name)) for owner, name, _cause in places]

    def wrap(function: Callable[..., object], cause: str) -> Callable[..., object]:
        def timed(*given: object, **named: object) -> object:
            begun = time.process_time()
            try:
                return function(*given, **named)
            finally:
                causes[cause] += time.process_time() - begun

        return timed

    for (owner, name, cause), (_owner, _name, function) in zip(places, kept, strict=True):
        setattr(owner, name, wrap(function, cause))
    try:
        yield causes
    finally:
        for owner, name, function in kept:
            setattr(owner, name, function)


def measure_turns(site: Site, data: Path, readers: Readers) -> dict[str, Row]:
    """Our pages and searches and every other engine, one search after the other, so that all meet the same machine."""
    pages, plain, searches = (readers.draw(QUERIES) for _ in range(3))
    causes: list[dict[str, float]] = []

    def show_page(number: int) -> int:
        with count_causes() as found:
            size = site.show(pages[number].pairs)
        causes.append(found)
        return size

    def ask(engine: Callable[[Search], int]) -> Callable[[int], int]:
        return lambda number: engine(searches[number])

    engines = {name: ask_plainly(engine) for name, engine in open_engines(data).items()}
    calls: dict[str, Callable[[int], int]] = {
        "page": show_page,
        "page, not compressed": lambda number: site.show(plain[number].pairs, "identity"),
        "everything but Flask and Jinja": ask(lambda search: site.search(search.pairs)),
        **{name: ask(engine) for name, engine in engines.items()},
    }
    for search in readers.draw(WARM_UP):
        site.show(search.pairs)
    for search in readers.draw(3):
        for engine in engines.values():
            engine(search)
    timings: dict[str, list[Timing]] = {name: [] for name in calls}
    order, chance = list(calls), random.Random(SEED)
    for number in range(QUERIES):
        chance.shuffle(order)
        for name in order:
            done = timings[name]
            if len(done) < FEWEST or sum(cpu for cpu, _wall, _found in done) < PATIENCE * 1000:
                done.append(time_call(partial(calls[name], number)))
    rows = {name: sum_up(done) for name, done in timings.items()}
    for cause in causes[0]:
        spent = fmean(found[cause] for found in causes) * 1000
        rows[f"of a page: {cause}"] = Row(QUERIES, spent, 0, 0, spent, 0, 0)
    rows["page, the same searches again"] = sum_up(time_call(partial(site.show, search.pairs)) for search in pages)
    return rows


def measure_alone(site: Site, readers: Readers) -> dict[str, Row]:
    """Searches and pages of their own with nothing between them, as on a server that runs nothing else."""
    calls = {"everything but Flask and Jinja, by itself": site.search, "page, by itself": site.show}
    return {
        name: sum_up(time_call(partial(call, search.pairs)) for search in readers.draw(QUERIES))
        for name, call in calls.items()
    }


def open_engines(data: Path) -> dict[str, Tantivy | Fts5 | DatasettePage]:
    """The other engines over the same records, by name."""
    return {
        "tantivy, the same page": Tantivy(data / "tantivy_page.peer"),
        "tantivy, five facets": Tantivy(data / "tantivy_page.peer", whole=False),
        "FTS5, any word": Fts5(data / "fts5.peer"),
        "FTS5, all words": Fts5(data / "fts5.peer", "AND"),
        "Datasette, all words": DatasettePage(data / "datasette_page.peer"),
        "Datasette, any word": DatasettePage(data / "datasette_page.peer", "OR"),
    }


def ask_plainly(engine: Tantivy | Fts5 | DatasettePage) -> Callable[[Search], int]:
    """Searches for an engine by their words and filters."""
    return lambda search: engine.search(search.words, search.filters)


def measure_first_use(site: Site, readers: Readers) -> dict[str, Row]:
    """Searches and pages of which no word was searched for before in this generation."""

    def forget(call: Callable[[Pairs], int], search: Search) -> Timing:
        site.generation.index.forget()
        return time_call(lambda: call(search.pairs))

    return {
        "everything but Flask and Jinja, words at first use": sum_up(
            forget(site.search, search) for search in readers.draw(QUERIES // 2)
        ),
        "page, words at first use": sum_up(forget(site.show, search) for search in readers.draw(QUERIES // 2)),
    }


def measure_odd(site: Site) -> dict[str, float]:
    """What the oddest searches take without Flask and Jinja, words at first use: the least of some tries, in ms."""
    times = {}
    for name, pairs in list_odd(site.generation.index).items():
        tries = []
        for _ in range(ODD_TRIES):
            site.generation.index.forget()
            tries.append(time_call(partial(site.search, pairs))[0])
        times[name] = min(tries)
    return times


def main(size: str) -> None:
    """Measure a size and note it."""
    data, yardsticks = VAR / size, [time_yardstick()]
    site, readers = Site(data), Readers()
    rows = measure_turns(site, data, readers)
    yardsticks.append(time_yardstick())
    rows |= measure_alone(site, readers)
    yardsticks.append(time_yardstick())
    rows |= measure_first_use(site, readers)
    odd = measure_odd(site)
    note = {
        "rows": {name: row._asdict() for name, row in rows.items()},
        "odd": odd,
        "yardstick": [*yardsticks, time_yardstick()],
        "load": os.getloadavg()[1],
    }
    (data / "measured.json").write_text(json.dumps(note), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
