"""`make bench`: build what is not there, measure it, print the tables and keep them in bench/var/report.md.

    python -m bench [SIZE ...]    measures these sizes anew; the report is of every size that was ever measured

The plot of docs/performance.md is drawn anew when all of SIZES were measured.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import whoosh

from bench.generation import VAR
from bench.match import measure_match, write_match_report
from bench.plot import write_plot
from bench.register import write_register_report
from bench.workspaces import write_workspaces_report
from kb.config import PROJECT

SIZES = (350, 3_500, 35_000)
OURS = {"page": "our page", "everything but Flask and Jinja": "our search"}
NOTES = ("built", "measured", "worker", "throughput")
Notes = Mapping[int, Mapping[str, Any]]


def run_apart(module: str, size: int) -> None:
    """Run a module in a process of its own, so that its memory is its own."""
    subprocess.run([sys.executable, "-m", module, str(size)], check=True)


def measure_size(size: int) -> None:
    """Build a size where its generation is not of today's program, and measure it."""
    run_apart("bench.generation", size)
    for module in ("measure", "worker", "throughput"):
        print(f"{size:,} records: {module}", flush=True)
        run_apart(f"bench.{module}", size)


def read_notes() -> dict[int, dict[str, Any]]:
    """What was noted of each size that was measured whole."""
    found: dict[int, dict[str, Any]] = {}
    for size in SIZES:
        paths = [VAR / str(size) / f"{name}.json" for name in NOTES]
        if all(path.is_file() for path in paths):
            found[size] = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}
    return found


def write_table(head: list[str], rows: Iterator[list[str]]) -> Iterator[str]:
    """A table as Markdown."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def write_report(notes: Notes) -> Iterator[str]:
    """The report, line by line, as Markdown."""
    yield f"Processor time in milliseconds. {date.today()}, {os.cpu_count()} cores, Python {platform.python_version()},"
    yield f"Whoosh {'.'.join(map(str, whoosh.__version__))}. Load and yardstick of each run stand in its table.\n"
    columns = ("calls", "p50", "p95", "longest", "mean", "wall_p50", "found")
    for size, note in notes.items():
        yield f"## {size:,} records\n"
        rows = note["measured"]["rows"].items()
        cells = ([name, *(f"{row[column]:,.1f}" for column in columns)] for name, row in rows)
        yield from write_table(["", *columns], cells)
        odd = ([name, f"{cost:.1f}"] for name, cost in note["measured"]["odd"].items())
        yield from write_table(["the oddest searches, words at first use", "ms"], odd)
    yield from write_sides(notes)


def write_sides(notes: Notes) -> Iterator[str]:
    """What is compared between sizes and between engines."""
    sizes = [f"{size:,}" for size in notes]
    yield "## Beside each other\n"
    yield from write_table(["times our mean", *sizes], _list_ratios(notes))
    yield from write_table(["pages a second, two processes", *sizes], _list_throughput(notes))
    figures = [{**note["built"]["figures"], **note["worker"]} for note in notes.values()]
    costs = ([name, *(f"{figure[name]:,.1f}" for figure in figures)] for name in figures[0])
    yield from write_table(["what it takes", *sizes], costs)
    conditions = (
        ["load while measured", *(f"{note['measured']['load']:.1f}" for note in notes.values())],
        ["yardstick, ms", *(", ".join(f"{ms:.1f}" for ms in note["measured"]["yardstick"]) for note in notes.values())],
        ["built", *(note["built"]["on"] for note in notes.values())],
    )
    yield from write_table(["conditions", *sizes], iter(conditions))


def _list_ratios(notes: Notes) -> Iterator[list[str]]:
    rows = [note["measured"]["rows"] for note in notes.values()]
    for ours, label in OURS.items():
        for name in rows[0]:
            if name.startswith(("tantivy", "FTS5", "Datasette")):
                yield [f"{name}: {label}", *(f"{found[name]['mean'] / found[ours]['mean']:.1f}" for found in rows)]


def _list_throughput(notes: Notes) -> Iterator[list[str]]:
    measured = [note["throughput"] for note in notes.values()]
    for engine in measured[0]:
        for how in measured[0][engine]:
            yield [f"{engine}, {how}", *(f"{found[engine][how]:,.2f}" for found in measured)]


def main() -> None:
    """Build, measure, report."""
    for size in [int(given) for given in sys.argv[1:]] or SIZES:
        measure_size(size)
    notes = read_notes()
    print("The match, the register of schools, joint bids", flush=True)
    match = list(write_match_report(measure_match()))
    rest = [*match, "", *write_register_report(), "", *write_workspaces_report()]
    report = "\n".join([*write_report(notes), "", *rest]) + "\n"
    (VAR / "report.md").write_text(report, encoding="utf-8")
    print(report)
    if set(notes) == set(SIZES):
        costs = {
            size: {name: row["mean"] for name, row in note["measured"]["rows"].items()} for size, note in notes.items()
        }
        write_plot(costs, PROJECT / "docs" / "images" / "page-cost.svg")


if __name__ == "__main__":
    main()
