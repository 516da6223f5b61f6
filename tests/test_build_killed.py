"""A build may be killed at any moment: readers always find a whole generation, and the next build clears up."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kb.build import build_generation
from kb.generations import KEEP, Generation, Generations, read_current_id
from kb.index import parse_query
from kb.queries.request import SearchRequest
from kb.queries.search import run_search

COMMAND = Path(sys.executable).with_name("kb")
TODAY = date(2026, 11, 21)
BEFORE = datetime(2026, 11, 21, tzinfo=UTC)
KILLS_OF_COMMAND = 3  # over the later part of its duration: before that it starts up, and has nothing to spoil
KILLS_OF_BUILD = 24  # in processes that have started already, over the build alone
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["kb.build", "pytest"])


class Reader(threading.Thread):
    """Reads the live generation over and over, as a worker that follows it and as one that has just started."""

    def __init__(self, data: Path) -> None:
        super().__init__()
        self._data = data
        self._terms = len(Generations(data).current().catalogue.list_ids("glossary"))
        self._stop_asked, self.has_read = threading.Event(), threading.Event()
        self.seen: list[str] = []
        self.failures: list[str] = []

    def run(self) -> None:
        following = Generations(self._data)
        last = False
        while not last:
            last = self._stop_asked.wait(0.1)  # so that it leaves the builds some of the processor
            for open_live in (following.current, Generations(self._data).current):
                try:
                    self.check(open_live())
                except Exception as error:
                    self.failures.append(repr(error))
            self.has_read.set()

    def check(self, generation: Generation) -> None:
        """One read of everything that must belong together."""
        meta = generation.catalogue.read_meta()
        counts = {kind: count for kind, count in meta["counts"].items() if kind != "question"}
        assert meta["id"] == generation.id
        assert counts["glossary"] - self._terms in (0, 1)
        assert {kind: len(generation.catalogue.list_ids(kind)) for kind in counts} == counts
        assert generation.index.count == sum(counts.values())
        assert run_search(generation, SearchRequest(), TODAY).total == sum(counts.values())
        first = run_search(generation, SearchRequest("hall fund"), TODAY).results[0]
        assert generation.catalogue.get_funding_stream(first.card.id).id == "hall-fund"
        added = generation.index.find(parse_query("zebraic")).all_words.bit_count()
        assert added == counts["glossary"] - self._terms
        self.seen.append(generation.id)

    def stop(self) -> None:
        self._stop_asked.set()
        self.join()


@pytest.fixture
def contents(small_content: Path, tmp_path: Path) -> list[Path]:
    """Two small content folders, since a build does the same for few records; the second has one glossary term more."""
    longer = Path(shutil.copytree(small_content, tmp_path / "longer"))
    with (longer / "glossary.yml").open("a", encoding="utf-8") as file:
        file.write("\n- {id: zebraic, name: Zebraic, means: Of zebra crossings., era: today}\n")
    return [small_content, longer]


@pytest.fixture
def data(contents: list[Path], tmp_path: Path) -> Path:
    """A data folder with one live generation."""
    build_generation(contents[0], tmp_path / "data", BEFORE)
    return tmp_path / "data"


@pytest.fixture
def reader(data: Path) -> Iterator[Reader]:
    """A reader at work on the data folder for as long as the test goes on."""
    found = Reader(data)
    found.start()
    found.has_read.wait()
    try:
        yield found
    finally:
        found.stop()


def kill_command(content: Path, data: Path, after: float | None) -> int | None:
    """Kill `kb build` after a time, if it still runs; returns how it ended."""
    env = {**os.environ, "KB_CONTENT": str(content), "KB_DATA": str(data)}
    process = subprocess.Popen([COMMAND, "build"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def kill_build(content: Path, data: Path, after: float | None) -> int | None:
    """Kill a build in a process of its own after a time, if it still runs; returns how it ended."""
    process = FORKS.Process(target=build_generation, args=(content, data, datetime.now(UTC)))
    process.start()
    process.join(timeout=after)
    process.kill()
    process.join()
    return process.exitcode


Kill = Callable[[Path, Path, float | None], int | None]


def kill_at_many_moments(kill: Kill, count: int, since: float, contents: list[Path], data: Path) -> list[int | None]:
    """Kill builds at random moments, one in each of `count` equal parts of their time; returns how each ended.

    `since` is the share of their time that is left out at the start.

    The first build is left to end, and later ones that end by themselves, to know how long a build takes.
    """
    chance = random.Random(count)
    moments = [since + (part + chance.random()) / count * (1.1 - since) for part in range(count)]
    endings, duration = [], 0.0
    for number, moment in enumerate([None, *chance.sample(moments, count)]):
        started = time.monotonic()
        endings.append(kill(contents[1 - number % 2], data, moment and moment * duration))
        if endings[-1] == 0:
            duration = time.monotonic() - started
    return endings


def check_next_build_is_whole(content: Path, data: Path, build: Kill) -> None:
    assert build(content, data, None) == 0
    folders = sorted(path.name for path in (data / "generations").iterdir())
    assert read_current_id(data) == folders[-1]
    terms = Generations(data).current().catalogue.list_ids("glossary")
    assert ("zebraic" in terms) == ("id: zebraic" in (content / "glossary.yml").read_text(encoding="utf-8"))
    assert not [name for name in folders if name.endswith(".partial")]
    assert len(folders) <= KEEP + 2  # the live one counts apart when builds died before they made theirs live
    assert [path.name for path in data.glob("current*")] == ["current"]


@pytest.mark.parametrize(
    ("kill", "count", "since"), [(kill_command, KILLS_OF_COMMAND, 0.4), (kill_build, KILLS_OF_BUILD, 0)]
)
def test_a_build_killed_at_any_moment_leaves_a_whole_generation_live(
    contents: list[Path], data: Path, reader: Reader, kill: Kill, count: int, since: float
) -> None:
    before = read_current_id(data)
    endings = kill_at_many_moments(kill, count, since, contents, data)
    check_next_build_is_whole(contents[1], data, kill)
    reader.stop()
    assert reader.failures == []
    assert set(endings) <= {0, -signal.SIGKILL}
    assert endings.count(-signal.SIGKILL) > count / 3
    assert {before, read_current_id(data)} <= set(reader.seen)


def build_and_die(step: str, moment: str, content: Path, data: Path) -> None:
    """Build in this process and kill it just before or after its first step of a kind."""
    do = getattr(Path, step)

    def die(path: Path, target: Path) -> None:
        if moment == "after":
            do(path, target)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(Path, step, die)
    build_generation(content, data, datetime.now(UTC))


@pytest.mark.parametrize("step", ["rename", "replace"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_build_killed_at_the_swap_leaves_the_old_or_the_new_generation_live(
    contents: list[Path], data: Path, reader: Reader, step: str, moment: str
) -> None:
    before = read_current_id(data)
    process = FORKS.Process(target=build_and_die, args=(step, moment, contents[1], data))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert (read_current_id(data) != before) == ((step, moment) == ("replace", "after"))
    check_next_build_is_whole(contents[0], data, kill_build)
    reader.stop()
    assert reader.failures == []
    assert {before, read_current_id(data)} <= set(reader.seen)
