"""A peer: Datasette, which publishes the same records as a table with full-text search and five facets.

Its pages are asked for as its server would ask for them, through its ASGI app, without a network. Its time limits are
raised, so that it leaves no facet out, and it makes no suggestions of facets: both in its favour or for a whole page.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlite_utils
from datasette.app import Datasette  # type: ignore[import-untyped]

from bench.entries import BOOSTS, FIVE_FACETS, PER_PAGE, list_entries
from kb.records.corpus import Corpus

SINGLE = ("type", "status")  # facets of one value; the others are lists
SETTINGS = {
    "default_page_size": PER_PAGE,
    "sql_time_limit_ms": 600_000,
    "facet_time_limit_ms": 600_000,
    "suggest_facets": False,
}
HIDDEN = [("_nocol", name) for name in ("names", "facts", "asked", "body") if name in BOOSTS]


def write_table(path: Path, corpus: Corpus) -> None:
    """Write a database with one table and its full-text index."""
    with sqlite_utils.Database(path) as database:
        table = database.table("record")
        table.insert_all(
            {
                "no": entry.no,
                "title": entry.card.title,
                "url": entry.card.url,
                "kind": entry.card.kind_label,
                "funder": entry.card.funder or "",
                "amount": entry.card.amount or "",
                **entry.parts,
                **{name: entry.facets.get(name, (None,))[0] for name in SINGLE},
                **{name: json.dumps(entry.facets.get(name, ())) for name in FIVE_FACETS if name not in SINGLE},
            }
            for entry in list_entries(corpus)
        )
        table.transform(pk="no")
        table.enable_fts(list(BOOSTS), tokenize="porter")
        for name in SINGLE:
            table.create_index([name])
        database.analyze()


class DatasettePage:
    """Datasette over the database. `operator` is AND (all words, as it comes) or OR (any word)."""

    def __init__(self, path: Path, operator: str = "AND") -> None:
        facets = [name if name in SINGLE else {"array": name} for name in FIVE_FACETS]
        tables = {"record": {"facets": facets, "size": PER_PAGE}}
        site = Datasette(
            immutables=[str(path)], settings=SETTINGS, metadata={"databases": {path.stem: {"tables": tables}}}
        )
        self._path, self._operator = f"/{path.stem}/record", operator
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(site.invoke_startup())
        self._app: Any = site.app()

    def search(self, words: Sequence[str], selected: Mapping[str, str]) -> int:
        """Ask for a page; returns how many bytes it has."""
        return self._loop.run_until_complete(self._ask(words, selected))

    async def _ask(self, words: Sequence[str], selected: Mapping[str, str]) -> int:
        pairs: list[tuple[str, str]] = [*HIDDEN]
        if words and self._operator == "OR":
            pairs += [("_search", " OR ".join(words)), ("_searchmode", "raw")]
        elif words:
            pairs += [("_search", " ".join(words))]
        pairs += [(name if name in SINGLE else f"{name}__arraycontains", value) for name, value in selected.items()]
        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": self._path,
            "raw_path": self._path.encode(), "query_string": urlencode(pairs).encode(),
            "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        if sent[0]["status"] != 200:
            raise RuntimeError(f"{sent[0]['status']} for {pairs}")
        return sum(len(message.get("body", b"")) for message in sent)
