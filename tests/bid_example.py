"""The worked example of a joint bid as a pack. Run as a program it writes the Word files in docs/examples anew."""

from __future__ import annotations

import csv
import gzip
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from kb.build import build_generation
from kb.config import PROJECT
from kb.errors import RecordNotFound
from kb.exports.pack import make_pack
from kb.exports.pack_facts import PackFacts, gather_facts
from kb.exports.pack_summary import make_partner_summary
from kb.exports.pack_word import write_word
from kb.generations import Generation, Generations
from kb.register import SEED
from kb.register.authorities import read_authorities
from kb.register.school import School
from kb.register.seed import SCHOOLS, read_seed_school
from kb.workspaces.entries import Entry, Partner
from kb.workspaces.health import check_health
from kb.workspaces.live import read_live
from kb.workspaces.transfer_read import read_transfer
from kb.workspaces.workspace import Item, Workspace

EXAMPLES = PROJECT / "docs" / "examples"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SITE = "https://funding.example.org"


class ShippedSchools:
    """The schools of a workspace as the shipped register has them, read without making the whole register."""

    def __init__(self, urns: set[str]) -> None:
        authorities = read_authorities(SEED)
        with gzip.open(SEED / SCHOOLS, "rt", encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["urn"] in urns]
        self._schools = {school.urn: school for school in (read_seed_school(row, authorities) for row in rows)}

    def get_school(self, urn: int) -> School:
        """The school of a URN; raises RecordNotFound."""
        if urn not in self._schools:
            raise RecordNotFound("school", str(urn))
        return self._schools[urn]


def make_workspace(entries: list[tuple[str, Entry]]) -> Workspace:
    """A workspace of entries, as if they had just been stored."""
    return Workspace(1, tuple(Item(entry_id, 1, entry) for entry_id, entry in entries))


def read_example(generation: Generation) -> Workspace:
    """The workspace of the worked example."""
    content = (EXAMPLES / "portsmouth-wardens.json").read_bytes()
    return make_workspace(read_transfer(content, generation.catalogue.vocabulary))


def gather_example(generation: Generation) -> PackFacts:
    """What the packs of the worked example are made of."""
    workspace = read_example(generation)
    urns = {str(item.value.urn) for item in workspace.list_items(Partner)}
    live = read_live(workspace, generation, ShippedSchools(urns), NOW.date())
    checks = check_health(workspace, live, NOW.date())
    return gather_facts(workspace, live, checks, generation.catalogue.list_documents(), SITE, NOW)


def write_examples(generation: Generation, folder: Path) -> None:
    """Write the bid pack and the partners' summary of the worked example."""
    facts = gather_example(generation)
    (folder / "portsmouth-wardens.docx").write_bytes(write_word(make_pack(facts), NOW))
    (folder / "portsmouth-wardens-summary.docx").write_bytes(write_word(make_partner_summary(facts), NOW))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as data:
        build_generation(PROJECT / "content", Path(data), NOW)
        write_examples(Generations(Path(data)).current(), EXAMPLES)
