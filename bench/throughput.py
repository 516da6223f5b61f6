"""Pages a second of two processes, each in a closed loop over searches of its own, none asked twice.

The engines take turns of some seconds, so that all meet the same machine, which is shared and by turns half as fast.
"""

from __future__ import annotations

import json
import subprocess
import sys

from bench.generation import VAR
from bench.worker import ENGINES

PROCESSES = 2
ROUNDS = 10
SECONDS = 2.0  # of a turn; a search that is begun is ended
Worker = subprocess.Popen[str]


def start_workers(size: str, engine: str) -> list[Worker]:
    """The processes of an engine, ready."""
    command = [sys.executable, "-m", "bench.worker", size, engine]
    workers = [
        subprocess.Popen([*command, str(part)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for part in range(PROCESSES)
    ]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline().strip() == "ready"
    return workers


def take_turn(workers: list[Worker]) -> list[list[float]]:
    """What each process did in a turn: how many searches, seconds on the clock, and seconds of the processor."""
    for worker in workers:
        assert worker.stdin
        worker.stdin.write(f"{SECONDS}\n")
        worker.stdin.flush()
    return [json.loads(worker.stdout.readline()) for worker in workers if worker.stdout]


def sum_up_turns(turns: list[list[list[float]]]) -> dict[str, float]:
    """Pages a second on the clock, and what two cores with nothing else to do would give by the processor time used."""
    sums = [[sum(figures) for figures in zip(*of_worker, strict=True)] for of_worker in zip(*turns, strict=True)]
    return {
        "on the clock": sum(done / wall for done, wall, _cpu in sums),
        "by processor time": sum(done / cpu for done, _wall, cpu in sums),
    }


def main(size: str) -> None:
    """Measure every engine and note it."""
    workers = {engine: start_workers(size, engine) for engine in ENGINES}
    turns: dict[str, list[list[list[float]]]] = {engine: [] for engine in ENGINES}
    for _ in range(ROUNDS):
        for engine, own in workers.items():
            turns[engine].append(take_turn(own))
    for own in workers.values():
        for worker in own:
            worker.communicate()  # its input ends, and so does it
    figures = {engine: sum_up_turns(done) for engine, done in turns.items()}
    (VAR / size / "throughput.json").write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
