"""A whole workspace as a file that another installation can read: written, and given new ids once it is read.

The file is JSON: its format, when it was written and where, the knowledge base it rests on, and every entry with its
id, kind and data. Links, revisions and history stay behind. What reads it is in transfer_read.py.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from random import Random
from string import ascii_lowercase, digits

from kb.workspaces.entries import Entry
from kb.workspaces.references import replace_references
from kb.workspaces.workspace import Workspace

FORMAT = "joint-bid"
FORMAT_VERSION = 1
ID_SIGNS = ascii_lowercase + digits
ID_LENGTH = 8


def write_transfer(workspace: Workspace, site: str, generation: str, now: datetime) -> str:
    """The workspace as a file. `site` is the installation's own name, `generation` its knowledge base.

    What refers to an entry since taken out is left open, as nothing in the file stands for it.
    """
    there = {(item.value.kind, item.id): item.id for item in workspace.entries}
    found = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "written": now.isoformat(),
        "site": site,
        "knowledge_base": generation,
        "entries": [
            {
                "id": item.id,
                "kind": item.value.kind,
                "data": replace_references(item.value, there).model_dump(mode="json"),
            }
            for item in workspace.entries
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def remap_entries(entries: Sequence[tuple[str, Entry]], new_ids: Sequence[str]) -> list[tuple[str, Entry]]:
    """The entries with new ids, given in their order, and what they refer to following them; a store takes them so."""
    renamed = [(entry, old, new) for (old, entry), new in zip(entries, new_ids, strict=True)]
    ids = {(entry.kind, old): new for entry, old, new in renamed}
    return [(new, replace_references(entry, ids)) for entry, _, new in renamed]


def make_ids(count: int, source: Random) -> list[str]:
    """So many different ids for entries, from a source of chance such as secrets.SystemRandom()."""
    ids: dict[str, None] = {}
    while len(ids) < count:
        ids["".join(source.choices(ID_SIGNS, k=ID_LENGTH))] = None
    return list(ids)
