"""Pages a second of two processes, each in a closed loop over searches of its own, none asked twice."""

from __future__ import annotations

import json
import subprocess
import sys

from bench.generation import VAR
from bench.worker import ENGINES

PROCESSES = 2


def measure_engine(size: str, engine: str) -> dict[str, float]:
    """Pages a second on the clock, and what two cores with nothing else to do would give by the processor time used."""
    command = [sys.executable, "-m", "bench.worker", size, engine]
    workers = [
        subprocess.Popen([*command, str(part)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for part in range(PROCESSES)
    ]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline().strip() == "ready"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    results = [json.loads(worker.communicate()[0]) for worker in workers]
    return {
        "on the clock": sum(done / wall for done, wall, _cpu in results),
        "by processor time": sum(done / cpu for done, _wall, cpu in results),
    }


def main(size: str) -> None:
    """Measure every engine and note it."""
    figures = {engine: measure_engine(size, engine) for engine in ENGINES}
    (VAR / size / "throughput.json").write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
