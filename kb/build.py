"""Build a generation: read all, check all, write beside the live one, smoke-search it, make it live in one step."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from kb.catalogue import CatalogueRow, write_catalogue
from kb.errors import ContentProblems, KbError, Problem
from kb.generations import (
    PARTIAL,
    drop_old_generations,
    folder_of,
    make_current,
    open_generation,
    read_current_id,
    sync_folder,
)
from kb.index import NeedTexts, describe_record, parse_query, write_index
from kb.records.card import Card, make_card
from kb.records.case_study import CaseStudy
from kb.records.check_set import check_set
from kb.records.corpus import Assembly, Corpus, assemble_corpus
from kb.records.facets import REACH, assign_facets, list_reach
from kb.records.funding import FundingStream
from kb.records.guide import FrameworkPage, Term, address_of
from kb.source.reader import list_content_paths, read_content

PACKAGE = Path(__file__).resolve().parent
SMOKE_SEARCHES = 5


@dataclass(frozen=True)
class BuildReport:
    """What a build made: the generation's id, how many records of each kind, and how long it took in seconds."""

    generation_id: str
    counts: dict[str, int]
    seconds: float
    dropped: list[str] = field(default_factory=list)


class BuildRunning(KbError):
    """Another build holds the lock."""


def check_content(content: Path) -> tuple[Assembly, list[Problem]]:
    """Read and check a content folder: the records that are sound, and every problem, by file and line."""
    assembly = assemble_corpus(read_content(content))
    return assembly, sorted({*assembly.problems, *check_set(assembly)})


def compute_fingerprint(content: Path) -> str:
    """Twelve hex digits that change when a content file or the program that builds from it changes."""
    digest = hashlib.sha256()
    for path in [*list_content_paths(content), *sorted(PACKAGE.rglob("*.py"))]:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def is_current(content: Path, data: Path) -> bool:
    """True if the live generation was built from this content by this program."""
    live = read_current_id(data)
    return live is not None and live.endswith(compute_fingerprint(content)) and folder_of(data, live).is_dir()


def build_generation(
    content: Path, data: Path, now: datetime, report: Callable[[int, int], None] = lambda _done, _total: None
) -> BuildReport:
    """Build from `content` into `data` and make the result live.

    `report(done, total)` is called as records are written. Raises ContentProblems, with all of them, when the content
    cannot be used, and BuildRunning when another build is at work; either way the live generation stays.
    """
    started = time.monotonic()
    fingerprint = compute_fingerprint(content)
    assembly, problems = check_content(content)
    if problems:
        raise ContentProblems(problems)
    (data / "generations").mkdir(parents=True, exist_ok=True)
    with _lock_builds(data):
        dropped = drop_old_generations(data)
        generation_id = f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}Z-{fingerprint}"
        partial = folder_of(data, generation_id + PARTIAL)
        partial.mkdir()
        counts = write_generation(partial, assembly.corpus, generation_id, now, report)
        smoke_search(data, partial.name, assembly.corpus)
        sync_tree(partial)
        partial.rename(folder_of(data, generation_id))
        sync_folder(data / "generations")
        make_current(data, generation_id)
    return BuildReport(generation_id, counts, time.monotonic() - started, dropped)


@contextmanager
def _lock_builds(data: Path) -> Iterator[None]:
    """One build at a time; the lock goes with the process, however it ends."""
    with (data / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BuildRunning(
                "Another build is running in this data folder. Wait for it, then run: kb build"
            ) from None
        yield


def write_generation(
    folder: Path, corpus: Corpus, generation_id: str, now: datetime, report: Callable[[int, int], None]
) -> dict[str, int]:
    """Write the catalogue and the index of a corpus into an empty folder and return the counts by kind."""
    records: list[FundingStream | CaseStudy | FrameworkPage | Term] = [*corpus.funding, *corpus.case_studies]
    records += [*corpus.framework, *corpus.glossary]
    documents = [describe_record(no, record, corpus.vocabulary) for no, record in enumerate(records)]
    rows = [
        CatalogueRow(
            no,
            record,
            make_card(record, corpus.vocabulary),
            assign_facets(record, corpus.vocabulary) | {REACH: list_reach(record, corpus.vocabulary)},
            documents[no].text,
        )
        for no, record in enumerate(records)
    ]
    counts = {
        "funding": len(corpus.funding),
        "case-study": len(corpus.case_studies),
        "framework": len(corpus.framework),
        "glossary": len(corpus.glossary),
        "question": len(corpus.questions),
    }
    meta = {"id": generation_id, "built": now.astimezone(UTC).isoformat(timespec="seconds"), "counts": counts}
    write_catalogue(folder / "catalogue.sqlite", corpus, rows, meta)
    groups = [group.model_dump(exclude={"because"}) for group in corpus.thesaurus]
    needs = list_need_texts(corpus, [row.card for row in rows])
    places = [entry.label for name in ("regions", "local_authorities") for entry in corpus.vocabulary.entries(name)]
    places += [typed for mention in corpus.mentions if mention.facet == "region" for typed in mention.typed]
    write_index(folder / "index", documents, groups, needs, places, lambda done: report(done, len(documents)))
    return counts


def list_need_texts(corpus: Corpus, cards: Sequence[Card]) -> list[NeedTexts]:
    """What the index is told of each need, in the order of themes and files. Records are known by their place in
    `cards`."""
    numbers = {card.url: number for number, card in enumerate(cards)}
    return [
        NeedTexts(
            need.need, need.asked_as, {numbers[address_of(named)]: grade for named, grade in need.answers.items()}
        )
        for needs in corpus.needs.values()
        for need in needs
    ]


def sync_tree(folder: Path) -> None:
    """Make sure that every file below a folder is on the disk."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())


def smoke_search(data: Path, generation_id: str, corpus: Corpus) -> None:
    """Open a generation as a reader would and find records in it by their titles; raises KbError when that fails."""
    generation = open_generation(data, generation_id)
    records = [*corpus.funding, *corpus.case_studies]
    if generation.index.count != len(records) + len(corpus.framework) + len(corpus.glossary):
        raise KbError("The new index does not hold every record. The live generation was not changed.")
    for record in records[:: max(1, len(records) // SMOKE_SEARCHES)]:
        hits = generation.index.find(parse_query(record.title))
        found = generation.catalogue.list_cards(hits.rank(hits.all_words))
        if record.id not in {card.id for card in found}:
            raise KbError(f'A search for "{record.title}" does not find it. The live generation was not changed.')
