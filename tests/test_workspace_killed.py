"""Writers of the store killed at random moments: every acknowledged save is there, and nothing is there by half."""

from __future__ import annotations

import json
import multiprocessing
import random
import signal
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from workspace_files import NOW, check_whole, make_store, start_workspace

from kb.workspaces.entries import Partner, Task
from kb.workspaces.schema import FILE
from kb.workspaces.store import EditConflict, Links, OpenWorkspace, WorkspaceStore

WRITERS = 3
ROUNDS = 68  # of three kills each: over 200 in all
ROUNDS_OF_ONE = 8  # in one workspace, since what the dead leave behind fills it
FORKS = multiprocessing.get_context("forkserver")
# The list of modules is one for the whole process, so this one has those of test_build_killed.py too.
FORKS.set_forkserver_preload(["kb.build", "pytest", "kb.workspaces.store"])
Told = tuple[str, str | None]  # an entry, and what it says from then on (None: it was removed)


class Writer:
    """Adds, changes and removes tasks of its own, and changes one partner that all writers change, by chance.

    Tells of each save once the store has acknowledged it.
    """

    def __init__(self, data: Path, token: str, seed: int, told: Connection) -> None:
        self._store, self._token, self._told = make_store(data), token, told
        self._chance, self._seed, self._number = random.Random(seed), seed, 0
        opened = self._open()
        self._id, self._partner = opened.id, opened.workspace.partners[0]
        self._mine: dict[str, int] = {}

    def _open(self) -> OpenWorkspace:
        return self._store.open(self._token, NOW)

    def write_for_ever(self) -> None:
        """Until it is killed."""
        while True:
            self._number += 1
            what = f"{self._seed}-{self._number}{' long' * self._chance.choice((0, 1, 30))}"
            step = self._chance.random()
            if not self._mine or (step < 0.2 and len(self._mine) < 20):
                self._add(what)
            elif step < 0.7:
                entry_id = self._chance.choice(list(self._mine))
                base = self._mine[entry_id]
                self._mine[entry_id] = self._store.save_entry(self._id, entry_id, Task(what=what), base, NOW)
                self._told.send([(entry_id, what)])
            elif step < 0.8:
                entry_id, revision = self._mine.popitem()
                self._store.remove_entry(self._id, entry_id, revision, NOW)
                self._told.send([(entry_id, None)])
            else:
                self._change_shared(what)

    def _add(self, what: str) -> None:
        ids = self._store.add_entries(self._id, [Task(what=what)] * self._chance.choice((1, 1, 3)), NOW)
        self._told.send([(entry_id, what) for entry_id in ids])
        self._mine |= {item.id: item.revision for item in self._open().workspace.entries if item.id in ids}

    def _change_shared(self, what: str) -> None:
        """With the newer revision again when another writer was faster."""
        saved = False
        while not saved:
            partner = Partner(name=what, body="school")
            try:
                self._store.save_entry(self._id, self._partner.id, partner, self._partner.revision, NOW)
                saved = True
            except EditConflict as conflict:
                self._partner = conflict.theirs or self._partner
        self._told.send([(self._partner.id, what)])


def write_for_ever(data: Path, token: str, seed: int, told: Connection) -> None:
    Writer(data, token, seed, told).write_for_ever()


@dataclass
class Running:
    """A writer at work, and the end of the pipe on which it tells."""

    process: Any
    pipe: Connection

    def kill_and_listen(self, after: float) -> list[Told]:
        """Kill it after a moment; returns what it had still told."""
        self.process.join(timeout=after)
        self.process.kill()
        self.process.join()
        assert self.process.exitcode == -signal.SIGKILL, "it died by itself"
        told: list[Told] = []
        with suppress(EOFError, OSError):  # the last word may be cut off
            while True:
                told += self.pipe.recv()
        self.pipe.close()
        return told


def start_writer(data: Path, links: Links, seed: int) -> Running:
    ours, theirs = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=write_for_ever, args=(data, links.edit, seed, theirs))
    process.start()
    theirs.close()
    return Running(process, ours)


def run_round(data: Path, links: Links, number: int) -> list[Told]:
    """Let three writers write at once and kill one after the other; returns all that they told."""
    chance = random.Random(number)
    running = [start_writer(data, links, number * WRITERS + writer) for writer in range(WRITERS)]
    told: list[Told] = []
    for writer in chance.sample(running, WRITERS):
        for _ in range(chance.randrange(6)):
            for pipe in wait([other.pipe for other in running]):
                assert isinstance(pipe, Connection)
                told += pipe.recv()
        running.remove(writer)
        told += writer.kill_and_listen(chance.random() * 0.01)
    return told


def check_told(path: Path, told: list[Told]) -> None:
    """Every save that was acknowledged is in the history."""
    with closing(sqlite3.connect(path)) as connection:
        sql = "select entry_id, kind, data from change where kind in ('task', 'partner')"
        changes = connection.execute(sql).fetchall()
    fields = {"task": "what", "partner": "name"}
    kept = {(entry_id, json.loads(data)[fields[kind]] if data else None) for entry_id, kind, data in changes}
    assert set(told) - kept == set()


def test_no_acknowledged_save_is_lost_and_none_is_half_applied_over_two_hundred_kills(tmp_path: Path) -> None:
    store: WorkspaceStore = make_store(tmp_path)
    told: list[Told] = []
    for number in range(ROUNDS):
        if number % ROUNDS_OF_ONE == 0:
            links = start_workspace(store, [Partner(name="Shared by all", body="school")])
        store.close()
        new = run_round(tmp_path, links, number)
        check_whole(tmp_path / FILE)  # the first to open the file after the last writer died
        check_told(tmp_path / FILE, new)
        told += new
    check_told(tmp_path / FILE, told)
    assert len(told) > ROUNDS * WRITERS
