"""The match measured: 160 schools against 250 streams, as a council officer's table would need, and one set's page."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import cycle, islice
from pathlib import Path

from kb.build import check_content
from kb.config import PROJECT
from kb.eligibility.changes import find_unlocks
from kb.eligibility.facts import ApplicantSet
from kb.eligibility.rules import compile_rules
from kb.eligibility.verdict import judge_stream
from kb.queries.applicants import make_school_member
from kb.queries.authority import judge_schools, make_single_applicants
from kb.register import Register, ensure_register

SCHOOLS = 160
STREAMS = 250
TODAY = date(2026, 11, 21)
RUNS = 5


def measure_match() -> dict[str, float]:
    """Processor seconds, the median of five runs: the table of schools by streams, and one set of six with changes.

    The streams are the project's programmes, taken again and again until there are 250; the schools are real ones.
    """
    corpus = check_content(PROJECT / "content")[0].corpus
    programmes = [stream for stream in corpus.funding if not stream.is_mechanism]
    rules = [compile_rules(stream, corpus.vocabulary) for stream in islice(cycle(programmes), STREAMS)]
    with tempfile.TemporaryDirectory() as folder:
        ensure_register(Path(folder))
        register = Register(Path(folder))
        schools = [school for name in ("leeds", "bradford") for school in register.list_schools_of(name)][:SCHOOLS]
    alone = make_single_applicants(schools, TODAY)
    members = tuple(make_school_member(school, TODAY) for school in schools)
    partners = ApplicantSet(members[:6])

    def judge_table() -> None:
        for each in rules:
            judge_schools(each, alone)

    def judge_set() -> None:
        for each in rules:
            find_unlocks(judge_stream(each, partners), partners)

    return {
        f"{len(schools)} schools by {len(rules)} streams, s": measure_median(judge_table),
        f"a set of 6 schools by {len(rules)} streams, with single changes, s": measure_median(judge_set),
    }


def measure_median(work: Callable[[], None]) -> float:
    """Processor seconds of some work, the median of five runs."""
    seconds = []
    for _ in range(RUNS):
        begun = time.process_time()
        work()
        seconds.append(time.process_time() - begun)
    return sorted(seconds)[RUNS // 2]


def write_match_report(measured: dict[str, float]) -> Iterator[str]:
    """The figures as a Markdown table."""
    yield "## The match\n\n| | processor |\n|---|---|"
    for name, seconds in measured.items():
        yield f"| {name} | {seconds:.2f} |"


def main() -> None:
    """Measure and print."""
    print("\n".join(write_match_report(measure_match())))


if __name__ == "__main__":
    main()
