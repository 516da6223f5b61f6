"""`make bench`: build what is not there, measure it, print the tables and keep them in bench/var/report.md."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import whoosh

from bench.generation import VAR
from bench.match import measure_match, write_match_report
from bench.measure import QUERIES, SEARCHES
from bench.register import write_register_report

SIZES = (250, 2_500, 25_000)


def run_apart(module: str, size: int) -> None:
    """Run a module in a process of its own, so that its memory is its own."""
    subprocess.run([sys.executable, "-m", module, str(size)], check=True)


def read_note(size: int, name: str) -> dict[str, Any]:
    """What a process noted of a size."""
    noted: dict[str, Any] = json.loads((VAR / str(size) / name).read_text(encoding="utf-8"))
    return noted


def write_report(measured: dict[int, dict[str, Any]]) -> Iterator[str]:
    """The report, line by line, as Markdown, from the rows and figures of each size."""
    yield f"Processor time in milliseconds, {QUERIES} distinct queries a row. {os.cpu_count()} cores,"
    yield f"Python {platform.python_version()}, Whoosh {'.'.join(map(str, whoosh.__version__))};"
    yield f"load {', '.join(f'{load:.1f}' for load in os.getloadavg())} at the end.\n"
    columns = ("p50", "p95", "longest", "mean", "wall_p50")
    for size, note in measured.items():
        yield f"## {size:,} records\n"
        yield "| | p50 | p95 | longest | mean | wall p50 | found |\n|---|---|---|---|---|---|---|"
        for name, row in note["rows"].items():
            amount = f"{row['found'] / 1024:.1f} kB" if name.startswith("page") else f"{row['found']:,.0f}"
            yield f"| {name} | {' | '.join(f'{row[column]:.1f}' for column in columns)} | {amount} |"
        yield ""
    yield f"## Beside each other\n\n| | {' | '.join(f'{size:,}' for size in measured)} |\n|---|{'---|' * len(measured)}"
    ours = f"search: {SEARCHES[0]}"
    for peer in ("FTS5, any word", "FTS5, all words"):
        rows = [note["rows"] for note in measured.values()]
        ratios = [found[f"{peer}: {SEARCHES[0]}"]["mean"] / found[ours]["mean"] for found in rows]
        yield f"| {peer}: times our mean | {' | '.join(f'{ratio:.1f}' for ratio in ratios)} |"
    for name in next(iter(measured.values()))["figures"]:
        values = [f"{note['figures'][name]:,.1f}" for note in measured.values()]
        yield f"| {name} | {' | '.join(values)} |"


def main() -> None:
    """Build, measure, report."""
    measured = {}
    for size in SIZES:
        run_apart("bench.generation", size)
        print(f"Measuring {size:,} records", flush=True)
        run_apart("bench.measure", size)
        measured[size] = read_note(size, "measured.json")
        measured[size]["figures"] |= read_note(size, "built.json")["figures"]
    print("Measuring the match", flush=True)
    match = list(write_match_report(measure_match()))
    print("Measuring the register of schools", flush=True)
    report = "\n".join([*write_report(measured), "", *match, "", *write_register_report()]) + "\n"
    (VAR / "report.md").write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
