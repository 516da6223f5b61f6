"""What can go wrong, as values and exceptions that know nothing of HTTP or the terminal."""

from __future__ import annotations

from dataclasses import asdict, dataclass


class KbError(Exception):
    """Something a person can mend. The message says what is wrong and what to do next."""


class RecordNotFound(KbError):
    """No record of this kind has this id."""

    def __init__(self, kind: str, record_id: str) -> None:
        self.kind = kind
        self.record_id = record_id
        super().__init__(f'There is no {kind} called "{record_id}".')


class NoGeneration(KbError):
    """Nothing has been built yet, or what was built cannot be opened."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one place of a content file.

    `path` is relative to the content folder, `line` counts from 1 (0: the file as a whole), `field` is where it stands
    in the record, such as windows[1].closes ("" where there is none), `message` says what is wrong and what to write
    instead.
    """

    path: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"

    def to_json(self) -> dict[str, str | int]:
        """The problem as a plain dict, for `--json`."""
        return asdict(self)


class ContentProblems(KbError):
    """Content files that cannot be used as they are; carries all problems found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(f"{len(problems)} problem{'' if len(problems) == 1 else 's'} in the content files.")
