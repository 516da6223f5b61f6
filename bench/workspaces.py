"""The store of joint bids measured: a full workspace among a hundred, beside an empty one, and one alone in its store.

    python -m bench.workspaces

A full workspace has 30 partners and 200 tasks, and 300 saves behind it. Times are medians, of the processor and by the
clock; a save waits for the disk, so its clock time is mostly the disk's. Pages are those of the site over its own
content, from request to bytes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median

from kb.app import create_app
from kb.build import build_generation
from kb.config import PROJECT, Settings
from kb.workspaces.entries import Entry, Partner, Task
from kb.workspaces.store import Links, WorkspaceStore
from kb.workspaces.workspace import start_entries

WORKSPACES = 100
PARTNERS = 30
TASKS = 200
SAVES = 300  # of the one that is measured
RUNS = 41
PAGES = {"overview": "", "streams": "/streams", "health": "/health", "plan": "/plan", "pack": "/pack"}
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TEXT = "Runs the after-school club on two days a week, in rooms of its own and with staff who know the families. "


@dataclass(frozen=True)
class Took:
    """Milliseconds: of the processor, and by the clock."""

    cpu: float
    wall: float


def measure_workspaces() -> dict[str, dict[str, Took]]:
    """For each workspace (full, empty beside it, empty alone) what opening, saving and reading the history take."""
    with tempfile.TemporaryDirectory() as folder:
        crowded, alone = (
            WorkspaceStore(Path(folder) / "crowded", b"key"),
            WorkspaceStore(Path(folder) / "alone", b"key"),
        )
        full = [start_full(crowded, number) for number in range(WORKSPACES)][WORKSPACES // 2]
        empty = crowded.create(start_entries("An empty scheme", ["roles"]), NOW, "empty")
        single = alone.create(start_entries("An empty scheme", ["roles"]), NOW, "empty")
        save_often(crowded, full)
        measured = {
            "full, among 100 full ones": measure_one(crowded, full),
            "empty, beside them": measure_one(crowded, empty),
            "empty, alone in its store": measure_one(alone, single),
        }
        crowded.close()
        alone.close()
    return measured


def measure_pages() -> dict[str, dict[str, Took]]:
    """For a full workspace among a hundred and an empty one beside it, what each of PAGES takes."""
    with tempfile.TemporaryDirectory() as folder:
        build_generation(PROJECT / "content", Path(folder), NOW)
        app = create_app(Settings(PROJECT / "content", Path(folder)), lambda: NOW)
        store, client = app.config["WORKSPACES"], app.test_client()
        full = [start_full(store, number) for number in range(WORKSPACES)][WORKSPACES // 2]
        empty = store.create(start_entries("An empty scheme", ["roles"]), NOW, "empty")

        def read(links: Links, path: str) -> None:
            status = client.get(f"/bids/{links.edit}{path}").status_code
            if status != 200:
                raise RuntimeError(f"{status} for {path}")

        return {
            name: {page: measure(partial(read, links, path)) for page, path in PAGES.items()}
            for name, links in (("full, among 100 full ones", full), ("empty, beside them", empty))
        }


def start_full(store: WorkspaceStore, number: int) -> Links:
    """A workspace with 30 partners and 200 tasks."""
    entries: list[Entry] = [*start_entries(f"Scheme {number}", ["roles", "financing", "data-sharing"])]
    entries += [
        Partner(name=f"Partner {each}", body="school", urn=100_000 + each, does=TEXT * 2, gives=TEXT, gets=TEXT)
        for each in range(PARTNERS)
    ]
    entries += [
        Task(what=f"Task {each}: gather evidence", who="Lead school", due=date(2027, 1, 1) + timedelta(each))
        for each in range(TASKS)
    ]
    return store.create(entries, NOW, f"client {number}")


def save_often(store: WorkspaceStore, links: Links) -> None:
    """Give a workspace a history."""
    opened = store.open(links.edit, NOW)
    tasks = [(item.id, item.value) for item in opened.workspace.list_items(Task)]
    revisions: dict[str, int] = {}
    for number in range(SAVES):
        entry_id, task = tasks[number % len(tasks)]
        changed = task.model_copy(update={"who": f"Partner {number}"})
        revisions[entry_id] = store.save_entry(opened.id, entry_id, changed, revisions.get(entry_id, 1), NOW)


def measure_one(store: WorkspaceStore, links: Links) -> dict[str, Took]:
    """What each step takes in one workspace."""
    workspace_id = store.open(links.edit, NOW).id
    (task,) = store.add_entries(workspace_id, [Task(what="The one that is saved")], NOW)
    revision = store.open(links.edit, NOW).workspace.find_item(task)
    base, numbers = (revision.revision if revision else 0), count()

    def save() -> None:
        nonlocal base
        base = store.save_entry(workspace_id, task, Task(what=f"Saved {next(numbers)}"), base, NOW)

    return {
        "open": measure(lambda: store.open(links.edit, NOW)),
        "save an entry": measure(save),
        "20 newest changes": measure(lambda: store.list_changes(workspace_id, None, 20)),
    }


def measure(work: Callable[[], object]) -> Took:
    """The median of many runs."""
    cpu, wall = [], []
    for _ in range(RUNS):
        begun, clock = time.process_time(), time.monotonic()
        work()
        cpu.append((time.process_time() - begun) * 1000)
        wall.append((time.monotonic() - clock) * 1000)
    return Took(median(cpu), median(wall))


def write_workspaces_report() -> Iterator[str]:
    """The figures as a Markdown table: milliseconds, and how many times those of the empty workspace alone."""
    measured = measure_workspaces()
    least = measured["empty, alone in its store"]
    yield "## Joint bids\n"
    yield f"Milliseconds of the processor (by the clock); {PARTNERS} partners and {TASKS} tasks in a full workspace.\n"
    yield f"| | {' | '.join(least)} |\n|---|{'---|' * len(least)}"
    for name, row in measured.items():
        yield f"| {name} | {' | '.join(f'{took.cpu:.2f} ({took.wall:.2f})' for took in row.values())} |"
    for name, row in list(measured.items())[:2]:
        ratios = [
            f"{took.cpu / least[step].cpu:.1f} ({took.wall / least[step].wall:.1f})" for step, took in row.items()
        ]
        yield f"| {name}: times the last | {' | '.join(ratios)} |"
    pages = measure_pages()
    yield f"\n| a page of it | {' | '.join(PAGES)} |\n|---|{'---|' * len(PAGES)}"
    for name, row in pages.items():
        yield f"| {name} | {' | '.join(f'{took.cpu:.1f} ({took.wall:.1f})' for took in row.values())} |"


if __name__ == "__main__":
    print("\n".join(write_workspaces_report()))
