"""Generations: what a build made, opened, handed out, swapped when a newer one is live, and dropped when old.

KB_DATA/current                       the id of the live generation, replaced in one step
KB_DATA/generations/<id>/             catalogue.sqlite and index/, never changed once live
KB_DATA/generations/<id>.partial/     a build that has not finished, or died
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from kb.catalogue import Catalogue, open_catalogue
from kb.errors import NoGeneration
from kb.index import TextIndex, open_index

PARTIAL = ".partial"
KEEP = 3  # the live one and two before it, for readers that are still on them
ID = re.compile(r"[0-9]{8}T[0-9]{12}Z-[0-9a-f]{12}")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Generation:
    """One whole state of the knowledge base: its facts, its index, and what is worked out from them once."""

    id: str
    catalogue: Catalogue
    index: TextIndex
    _derived: dict[Callable[..., object], object] = field(default_factory=dict, repr=False)

    def derive(self, work_out: Callable[[Generation], Value]) -> Value:
        """What `work_out` makes of this generation, worked out at its first use and then kept."""
        if work_out not in self._derived:
            self._derived[work_out] = work_out(self)
        return self._derived[work_out]  # type: ignore[return-value]


def folder_of(data: Path, generation_id: str) -> Path:
    """Where a generation lives."""
    return data / "generations" / generation_id


def open_generation(data: Path, generation_id: str) -> Generation:
    """Open a generation; raises NoGeneration when a part of it is missing or damaged."""
    folder = folder_of(data, generation_id)
    return Generation(generation_id, open_catalogue(folder / "catalogue.sqlite"), open_index(folder / "index"))


def read_current_id(data: Path) -> str | None:
    """The id of the live generation; None if nothing is live."""
    try:
        found = (data / "current").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return found if ID.fullmatch(found) else None


def make_current(data: Path, generation_id: str) -> None:
    """Make a finished generation the live one, in one step that survives a power cut."""
    new = data / f"current.{os.getpid()}.new"
    with new.open("w", encoding="ascii") as file:
        file.write(generation_id + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(data / "current")
    sync_folder(data)


def sync_folder(folder: Path) -> None:
    """Make sure that what was renamed in a folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def drop_old_generations(data: Path) -> list[str]:
    """Delete what no reader needs: dead builds, and all but the newest generations. Returns what was deleted.

    Call it only while holding the build's lock, or a running build is taken for a dead one.
    """
    live = read_current_id(data)
    folders = sorted((path for path in (data / "generations").glob("*") if path.is_dir()), reverse=True)
    whole = [path for path in folders if ID.fullmatch(path.name)]
    kept = {path.name for path in whole[:KEEP]} | {live}
    dropped = [path for path in folders if path.name.endswith(PARTIAL) or (path in whole and path.name not in kept)]
    for path in dropped:
        shutil.rmtree(path, ignore_errors=True)
    for path in data.glob("current.*.new"):
        path.unlink(missing_ok=True)
    return [path.name for path in dropped]


class Generations:
    """Hands out the live generation and follows it when a build makes another one live. Safe between threads."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._current: Generation | None = None

    def current(self) -> Generation:
        """The live generation; raises NoGeneration if there is none that can be opened.

        Costs one look at a file when nothing has changed. When the newest cannot be opened, the one in use stays.
        """
        try:
            status = (self._data / "current").stat()
            seen = (status.st_mtime_ns, status.st_ino)
        except OSError:
            seen = None
        if self._current is not None and seen in (self._seen, None):
            return self._current
        with self._lock:
            return self._follow(seen)

    def _follow(self, seen: tuple[int, int] | None) -> Generation:
        generation_id = read_current_id(self._data)
        if generation_id is None:
            if self._current is None:
                raise NoGeneration("Nothing has been built yet. Run: kb build")
            return self._current
        if self._current is None or self._current.id != generation_id:
            try:
                self._current = open_generation(self._data, generation_id)
            except NoGeneration:
                if self._current is None:
                    raise
                return self._current
        self._seen = seen
        return self._current
