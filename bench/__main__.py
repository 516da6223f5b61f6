"""`make bench`: build what is not there, measure it, print the tables and keep them in bench/var/report.md."""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import whoosh

from bench.generation import provide_generation
from bench.match import measure_match, write_match_report
from bench.measure import QUERIES, SEARCHES, Row, measure_generation
from kb.config import PROJECT

SIZES = (250, 2_500, 25_000)
VAR = PROJECT / "bench" / "var"


def run_apart(task: Any, *values: Any) -> Any:
    """Run a function in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(task, *values).result()


def write_report(measured: Mapping[int, tuple[dict[str, Row], dict[str, float]]]) -> Iterator[str]:
    """The report, line by line, as Markdown."""
    yield f"Processor time in milliseconds, {QUERIES} distinct queries a row. {os.cpu_count()} cores,"
    yield f"Python {platform.python_version()}, Whoosh {'.'.join(map(str, whoosh.__version__))};"
    yield f"load {', '.join(f'{load:.1f}' for load in os.getloadavg())} at the end.\n"
    for size, (rows, _) in measured.items():
        yield f"## {size:,} records\n"
        yield "| | p50 | p95 | longest | mean | wall p50 | found |\n|---|---|---|---|---|---|---|"
        for name, row in rows.items():
            amount = f"{row.found / 1024:.1f} kB" if name.startswith("page") else f"{row.found:,.0f}"
            yield f"| {name} | {' | '.join(f'{value:.1f}' for value in row[:5])} | {amount} |"
        yield ""
    yield f"## Beside each other\n\n| | {' | '.join(f'{size:,}' for size in measured)} |\n|---|{'---|' * len(measured)}"
    for peer in ("FTS5, any word", "FTS5, all words"):
        pairs = [(rows[f"{peer}: {SEARCHES[0]}"], rows[f"search: {SEARCHES[0]}"]) for rows, _ in measured.values()]
        yield f"| {peer}: times our mean | {' | '.join(f'{theirs.mean / ours.mean:.1f}' for theirs, ours in pairs)} |"
    for name in next(iter(measured.values()))[1]:
        yield f"| {name} | {' | '.join(f'{figures[name]:,.1f}' for _, figures in measured.values())} |"


def main() -> None:
    """Build, measure, report."""
    measured = {}
    for size in SIZES:
        folder = VAR / str(size)
        run_apart(provide_generation, size, folder)
        print(f"Measuring {size:,} records", flush=True)
        measured[size] = run_apart(measure_generation, folder)
        measured[size][1].update(json.loads((folder / "built.json").read_text(encoding="utf-8"))["figures"])
    print("Measuring the match", flush=True)
    match = run_apart(measure_match)
    report = "\n".join([*write_report(measured), "", *write_match_report(match)]) + "\n"
    (VAR / "report.md").write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
