"""What a bid pack is made of: a workspace, what is known of it today, and what follows from both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kb.exports.pack_blocks import say_number, shorten
from kb.records.guide import Document
from kb.records.vocabulary import Vocabulary
from kb.workspaces.budget import Budget, add_up
from kb.workspaces.health_check import HealthCheck
from kb.workspaces.live import LiveFacts
from kb.workspaces.rota import Rota, make_rota
from kb.workspaces.words import Names, gather_names, say_day
from kb.workspaces.workspace import Workspace

# The levels of checks as a pack counts them, one and several, gravest first.
COUNTED = {
    "problem": ("problem", "problems"),
    "warning": ("to look at", "to look at"),
    "unknown": ("to check", "to check"),
    "to-do": ("still to do", "still to do"),
}


@dataclass(frozen=True)
class PackFacts:
    """What goes into a pack. `documents` are titles of source documents by id, `site` the start of this site's
    addresses without a slash at the end, `now` a moment with a time zone."""

    workspace: Workspace
    live: LiveFacts
    checks: Sequence[HealthCheck]
    budget: Budget
    rota: Rota
    names: Names
    documents: Mapping[str, str]
    site: str
    now: datetime

    @property
    def today(self) -> date:
        """The day the pack is made."""
        return self.now.date()

    @property
    def vocabulary(self) -> Vocabulary:
        """The closed lists."""
        return self.live.vocabulary

    @property
    def foot(self) -> str:
        """What stands at the foot of each page: the scheme, the day, and the day of the knowledge base."""
        built = self._read_built()
        base = f"of {say_day(built)}" if built else self.live.generation
        return f"{shorten(self.workspace.title, 45)}, {say_day(self.today)}, knowledge base {base}"

    @property
    def made(self) -> str:
        """When this was made and what it rests on, in a sentence."""
        return f"Made {say_day(self.today)} from knowledge base {self.live.generation}."

    @property
    def knowledge_base(self) -> str:
        """The generation the pack rests on, with the day it was built."""
        built = self._read_built()
        return f"{self.live.generation}, built {say_day(built)}" if built else self.live.generation

    def _read_built(self) -> date | None:
        """The day the generation was built, which its id begins with."""
        try:
            return datetime.strptime(self.live.generation[:8], "%Y%m%d").date()
        except ValueError:
            return None

    @property
    def checks_open(self) -> str:
        """How many checks are open and of which weight: "3 (1 problem, 2 points to find out)"."""
        if not self.checks:
            return "None"
        levels = [check.level for check in self.checks]
        counts = ", ".join(
            say_number(levels.count(level), *words) for level, words in COUNTED.items() if level in levels
        )
        return f"{len(levels)} ({counts})"


def gather_facts(
    workspace: Workspace,
    live: LiveFacts,
    checks: Sequence[HealthCheck],
    documents: Iterable[Document],
    site: str,
    now: datetime,
) -> PackFacts:
    """Everything a pack, a summary or a table of a workspace is made of. `documents` are all source documents."""
    titles = {stream.item.value.stream: stream.title for stream in live.streams}
    titles |= {found.id: found.title for found in (*live.mechanisms.values(), *live.cases.values())}
    return PackFacts(
        workspace,
        live,
        checks,
        add_up(workspace),
        make_rota(workspace, now.date()),
        gather_names(workspace, live.vocabulary, titles),
        {document.id: document.title for document in documents},
        site,
        now,
    )
