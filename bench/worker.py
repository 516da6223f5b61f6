"""What one worker of the site costs: a process of its own that opens a generation and answers searches.

python -m bench.worker SIZE           notes times and memory in worker.json
python -m bench.worker SIZE ENGINE    answers "ready"; for each line loops over searches for so many seconds, and tells
                                      how many and what it took; see throughput.py
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from bench.generation import VAR

SEARCHES = 200
WARM_UP = 10  # searches before the loop: few, since Datasette takes seconds for some
ENGINES = {
    "the site": 6_000,
    "the site, not compressed": 6_000,
    "tantivy, the same page": 12_000,
    "Datasette, all words": 2_000,
    "Datasette, any word": 2_000,
}  # by name, how many searches a loop has at hand


def read_memory() -> tuple[float, float]:
    """What this process holds of the machine's memory now and what of it no other process shares, in MB."""
    status = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    found = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in status.splitlines()[1:]}
    return found["Rss"], found["Anonymous"]


def note_costs(size: str) -> None:
    """Open a generation as a worker does, answer searches, and note what that took."""
    from bench.measure import Site, time_call
    from bench.queries import Readers

    searches = Readers().draw(SEARCHES + 1)
    before = read_memory()
    site = Site(VAR / size)
    opened = time_call(lambda: site.generation.index.count)[0]
    first = time_call(lambda: site.search(searches[0].pairs))[0]
    page = time_call(lambda: site.show(searches[1].pairs))[0]
    for search in searches[2:]:
        site.show(search.pairs)
    whole, own = read_memory()
    figures = {
        "opening a generation, ms": opened,
        "the first search in it, ms": first,
        "the first page, ms": page,
        "memory of a worker after 200 pages, MB": whole,
        "of it its own, not files it maps, MB": own,
        "of its own, what it held before it opened the generation, MB": before[1],
    }
    (VAR / size / "worker.json").write_text(json.dumps(figures), encoding="utf-8")


def loop(size: str, engine: str, part: int) -> None:
    """For each line that comes, answer one search after the other for so many seconds; print how many, and the times
    that took on the clock and of the processor."""
    from bench.measure import ACCEPTED, Site, open_engines
    from bench.queries import Readers

    searches = Readers().draw(2 * ENGINES[engine])[part::2]
    site = Site(VAR / size)
    other = None if engine.startswith("the site") else open_engines(VAR / size)[engine]
    encoding = "identity" if engine.endswith("not compressed") else ACCEPTED

    def answer(at: int) -> None:
        if other is None:
            site.show(searches[at].pairs, encoding)
        else:
            other.search(searches[at].words, searches[at].filters)

    for at in range(WARM_UP):
        answer(at)
    print("ready", flush=True)
    at = WARM_UP
    for line in sys.stdin:
        first, wall, cpu = at, time.perf_counter(), time.process_time()
        while at < len(searches) and time.perf_counter() - wall < float(line):
            answer(at)
            at += 1
        print(json.dumps([at - first, time.perf_counter() - wall, time.process_time() - cpu]), flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        note_costs(sys.argv[1])
    else:
        loop(sys.argv[1], sys.argv[2], int(sys.argv[3]))
