"""`make bench`: build what is not there, measure it, print the tables and keep them in bench/var/report.md."""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import whoosh

from bench.generation import provide_generation
from bench.measure import QUERIES, Row, measure_generation
from kb.config import PROJECT

SIZES = (250, 2_500, 25_000)
VAR = PROJECT / "bench" / "var"


def run_apart(task: Any, *values: Any) -> Any:
    """Run a function in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(task, *values).result()


def write_report(measured: dict[int, dict[str, Any]]) -> Iterator[str]:
    """The report, line by line, as Markdown."""
    yield f"Processor time in milliseconds over {QUERIES} distinct queries a row, {os.cpu_count()} cores,"
    yield f"Python {platform.python_version()}, Whoosh {'.'.join(map(str, whoosh.__version__))}; "
    yield f"{os.getloadavg()[0]:.1f} processes at work at the end.\n"
    for size, found in measured.items():
        yield f"## {size:,} records\n"
        yield "| | p50 | p95 | longest | mean | wall p50 | found |\n|---|---|---|---|---|---|---|"
        for name, row in found["rows"].items():
            amount = f"{row.found / 1024:.1f} kB" if name.startswith("page") else f"{row.found:,.0f}"
            yield f"| {name} | {' | '.join(f'{value:.1f}' for value in row[:5])} | {amount} |"
        yield ""
    yield f"## Beside each other\n\n| | {' | '.join(f'{size:,}' for size in measured)} |\n|---|{'---|' * len(measured)}"
    first = next(iter(measured.values()))
    for kind in ("text and filters", "text"):
        for peer in ("FTS5, any word", "FTS5, all words"):
            shares = [compute_ratio(found["rows"], f"{peer}: {kind}", f"search: {kind}") for found in measured.values()]
            yield f"| {peer}, as many times our mean: {kind} | {' | '.join(shares)} |"
    for name in first["figures"]:
        figures = [f"{found['figures'][name]:,.1f}" for found in measured.values()]
        yield f"| {name} | {' | '.join(figures)} |"


def compute_ratio(rows: dict[str, Row], above: str, below: str) -> str:
    """How many times the mean of one row is that of another."""
    return f"{rows[above].mean / rows[below].mean:.1f}"


def main() -> None:
    """Build, measure, report."""
    measured = {}
    for size in SIZES:
        folder = VAR / str(size)
        run_apart(provide_generation, size, folder)
        print(f"Measuring {size:,} records", flush=True)
        measured[size] = run_apart(measure_generation, folder)
        measured[size]["figures"] |= json.loads((folder / "built.json").read_text(encoding="utf-8"))["figures"]
    report = "\n".join(write_report(measured)) + "\n"
    (VAR / "report.md").write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
