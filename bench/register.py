"""What an import of a full download costs, and what a search over the shipped schools does.

    python -m bench.register

The download is made up: 50,000 rows of 140 columns in the publisher's form, the size of the real one. Times are CPU
time of this process, memory the most that a process of its own held while it imported.
"""

from __future__ import annotations

import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from kb.register import Register, ensure_register, import_register
from kb.register.authorities import read_csv
from kb.register.seed import SEED, read_seed_schools

ROWS = 50_000
COLUMNS = 140
REPEATS = 7
TAKEN = (
    "URN", "LA (code)", "LA (name)", "EstablishmentName", "TypeOfEstablishment (name)", "EstablishmentTypeGroup (name)",
    "EstablishmentStatus (name)", "PhaseOfEducation (name)", "OpenDate", "StatutoryLowAge", "StatutoryHighAge",
    "ReligiousCharacter (name)", "CensusDate", "NumberOfPupils", "PercentageFSM", "TrustSchoolFlag (name)",
    "Trusts (code)", "Trusts (name)", "LastChangedDate", "Town", "Postcode", "GOR (name)",
    "DistrictAdministrative (code)",
)  # fmt: skip
QUERIES = (
    "100000", "1000", "EC3A 5DE", "E8", "St. Mary's CofE", "st marys catholic primary newcastle", "st jos", "s",
    "primary school", "school", "holy trinity guildford", "harris academy", "hakney primary", "zzzz qqqq",
    "st josephs catholic primary school wandsworth", "queen elizabeths grammar school", "all saints",
    "church of england primary academy lincolnshire", "kings", "the",
)  # fmt: skip


def list_rows() -> Iterator[list[str]]:
    """A header and made-up establishments, about half of them closed, named like real ones."""
    chance = random.Random(1)
    names = [school.name for school in read_seed_schools(SEED)]
    authorities = list(read_csv(SEED / "local-authorities.csv"))
    filler = COLUMNS - len(TAKEN)
    yield [*TAKEN, *(f"Other{number} (name)" for number in range(filler))]
    rest = [chance.choice(("Not applicable", "", "999", "Does not have boarders")) for _ in range(filler)]
    for number in range(ROWS):
        authority = chance.choice(authorities)
        status = chance.choice(("Open", "Closed"))
        yield [
            str(100000 + number), authority["la_code"], authority["la_name"], chance.choice(names), "Community school",
            "Local authority maintained schools", status, "Primary", "01-09-1998", "4", "11", "Does not apply",
            "15-01-2026", str(chance.randrange(30, 900)), f"{chance.random() * 60:.1f}",
            "Supported by a multi-academy trust", str(chance.randrange(2000, 4000)), "A Trust", "18-11-2026", "Leeds",
            f"LS{chance.randrange(1, 28)} {chance.randrange(1, 9)}AB", authority["region"], "E08000035", *rest,
        ]  # fmt: skip


def write_download(path: Path) -> None:
    """Write the made-up download in the publisher's form: Windows-1252, text cells quoted."""
    with path.open("w", encoding="cp1252", errors="replace", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(list_rows())


def import_alone(path: Path, data: Path) -> None:
    """Import in this process and print what it took; run in a process of its own for the memory to be its own."""
    started, cpu = time.monotonic(), time.process_time()
    report = import_register(path, data, datetime.now(UTC))
    figures = {
        "schools": report.schools,
        "seconds": time.monotonic() - started,
        "cpu": time.process_time() - cpu,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        / (1 << 20 if sys.platform == "darwin" else 1024),
    }
    print(json.dumps(figures))


def measure_cpu(work: Callable[[], object]) -> float:
    """The middle of several runs, in milliseconds of CPU time."""
    times = []
    for _ in range(REPEATS):
        started = time.process_time()
        work()
        times.append((time.process_time() - started) * 1000)
    return median(times)


def write_register_report() -> Iterator[str]:
    """The figures as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        download = here / "edubasealldata20261118.csv"
        write_download(download)
        command = [sys.executable, "-m", "bench.register", "import", str(download), str(here / "imported")]
        figures = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        size = download.stat().st_size / 1e6
        started = time.process_time()
        ensure_register(here / "seeded")
        seeding = time.process_time() - started
        register = Register(here / "seeded")
        yield "## The register of schools\n\n| | |\n|---|---|"
        yield f"| import of {ROWS:,} rows x {COLUMNS} columns, {size:.0f} MB: wall s | {figures['seconds']:.1f} |"
        yield f"| its processor s | {figures['cpu']:.1f} |"
        yield f"| its memory at most, MB | {figures['megabytes']:.0f} |"
        yield f"| seeding from the shipped data, processor s | {seeding:.1f} |"
        found = {query: measure_cpu(lambda query=query: register.search_schools(query, 20)) for query in QUERIES}  # type: ignore[misc]
        schools = register.read_meta()["schools"]
        middle = median(found.values())
        yield f"| search of {schools:,} schools, processor ms, median of {len(found)} queries | {middle:.1f} |"
        slowest = max(found, key=found.__getitem__)
        yield f'| the slowest of them, "{slowest}", ms | {found[slowest]:.1f} |'


if __name__ == "__main__":
    if sys.argv[1:2] == ["import"]:
        import_alone(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        print("\n".join(write_register_report()))
