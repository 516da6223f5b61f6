"""Generations of any size: the project's own records and varied copies of them, written by the project's own build.

A copy has its own id and title. Of its words, 20 to 60 in a hundred are replaced by words of the project's records, as
often as these stand there, and by a few made-up ones, so that the vocabulary grows with the records. Each of its facets
is that of a record of its kind drawn at random, so that every value keeps its share. A size always gives the same set.
"""

from __future__ import annotations

import hashlib
import html
import inspect
import json
import os
import random
import re
import resource
import shutil
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

from bench.datasette_page import write_table
from bench.fts5 import write_fts5
from bench.tantivy_page import make_schema, write_tantivy
from kb.build import check_content, smoke_search, write_generation
from kb.config import PROJECT
from kb.generations import folder_of, make_current
from kb.index.weights import EXACT_NAMES, FIELDS
from kb.index.words import STOP_WORDS
from kb.records.case_study import CaseStudy
from kb.records.corpus import Corpus
from kb.records.funding import FundingStream
from kb.records.needs import GRADES, Need
from kb.source.reader import list_content_paths

VAR = PROJECT / "bench" / "var"
PEERS = {"fts5": write_fts5, "datasette_page": write_table, "tantivy_page": write_tantivy}  # by module
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SEED = 20261121
REPLACED = (0.2, 0.6)  # the share of a copy's words that are replaced, drawn evenly between these
MADE_UP = 0.04  # the share of those that no record has, as names of places and schemes are
LONGEST_TITLE, LONGEST_ID = 200, 80
WORD = re.compile(r"[A-Za-z]{3,}")
STREAM_FACETS = ("status", "route", "phases", "applicants", "geography", "service_areas", "key_features", "money",
                 "amount", "windows", "checked", "review_by")  # fmt: skip
CASE_FACETS = ("phases", "service_areas", "key_features", "partners", "results", "sustained")
Kept = TypeVar("Kept")
# May change without a new generation.
READERS = {"find.py", "excerpt.py", "query.py", "read.py", "reading.py", "scores.py", "weights.py", "__init__.py"}


def list_words(text: str) -> list[str]:
    """The words of a text that carry meaning, in lower case."""
    return [word for word in WORD.findall(text.lower()) if word not in STOP_WORDS]


class WordSource:
    """Words as often as a corpus uses them, and made-up ones: the head of one of its words, the tail of another."""

    def __init__(self, corpus: Corpus) -> None:
        counts = Counter(word for record in corpus.records for word in list_words(f"{record.summary} {record.text}"))
        self.rng = random.Random(SEED)
        self._words, self._steps = list(counts), list(accumulate(counts.values()))

    def make_up(self) -> str:
        """A word that is hardly in the corpus."""
        head, tail = self.rng.choices(self._words, k=2)
        return head[: self.rng.randint(3, 5)] + tail[-self.rng.randint(3, 5) :]

    def vary(self, text: str, share: float) -> str:
        """The text with about this share of its words replaced; stop words stay."""

        def swap(found: re.Match[str]) -> str:
            if self.rng.random() >= share or found.group().lower() in STOP_WORDS:
                return found.group()
            made_up = self.rng.random() < MADE_UP
            return self.make_up() if made_up else self.rng.choices(self._words, cum_weights=self._steps)[0]

        return WORD.sub(swap, text)


def multiply_corpus(real: Corpus, size: int) -> Corpus:
    """A sample of the corpus with every key feature's page or, where it holds fewer records than `size`, all of it with
    varied copies of its streams and case studies."""
    words, pool = WordSource(real), [*real.funding, *real.case_studies]
    if size < len(real.records) + len(real.glossary):
        return sample_corpus(real, size, words.rng)
    copies = size - len(pool) - len(real.framework) - len(real.glossary)
    made = [vary_record(pool[number % len(pool)], number, real, words) for number in range(copies)]
    streams = [record for record in made if isinstance(record, FundingStream)]
    cases = [record for record in made if isinstance(record, CaseStudy)]
    return replace(real, funding=(*real.funding, *streams), case_studies=(*real.case_studies, *cases))


def sample_corpus(real: Corpus, size: int, rng: random.Random) -> Corpus:
    """The corpus with only `size` records, drawn evenly from all kinds but the key features, which all stay."""
    spread = [*real.funding, *real.case_studies, *real.glossary]
    kept = {id(record) for record in rng.sample(spread, size - len(real.framework))}

    def keep(records: Iterable[Kept]) -> tuple[Kept, ...]:
        return tuple(record for record in records if id(record) in kept)

    sample = replace(
        real, funding=keep(real.funding), case_studies=keep(real.case_studies), glossary=keep(real.glossary)
    )
    needs = {theme: keep_answers(sample, needs) for theme, needs in real.needs.items()}
    known = {need.id for kept in needs.values() for need in kept}
    return replace(sample, needs={theme: tuple(_keep_wider(known, kept)) for theme, kept in needs.items()})


def _keep_wider(known: Collection[str], needs: Iterable[Need]) -> Iterator[Need]:
    for need in needs:
        yield need if need.wider in known else need.model_copy(update={"wider": None})


def keep_answers(sample: Corpus, needs: Iterable[Need]) -> tuple[Need, ...]:
    """The needs that a sample of the records still answers, with these answers."""
    folders = {"funding": sample.funding, "case-studies": sample.case_studies, "framework": sample.framework}
    known = {f"{folder}/{record.id}" for folder, records in folders.items() for record in records}
    known |= {f"glossary/{term.id}" for term in sample.glossary}

    def keep(addresses: Iterable[str] | None) -> tuple[str, ...] | None:
        return tuple(address for address in addresses or () if address in known) or None

    kept = (need.model_copy(update={name: keep(getattr(need, name)) for name in GRADES}) for need in needs)
    return tuple(need for need in kept if need.best or need.useful)


def vary_record(record: Any, number: int, real: Corpus, words: WordSource) -> FundingStream | CaseStudy:
    """A copy of a stream or case study with other words and facets."""
    rng, share = words.rng, words.rng.uniform(*REPLACED)
    sections = [(section, words.vary(section.text, share)) for section in record.body]
    changes: dict[str, Any] = {
        "id": f"{record.id[: LONGEST_ID - 8]}-{number}",
        "title": f"{words.make_up().title()}: {words.vary(record.title, share)}"[:LONGEST_TITLE],
        "summary": words.vary(record.summary, share)[:LONGEST_TITLE],
        "aliases": tuple(f"{alias} {words.make_up()}" for alias in record.aliases or ()) or None,
        "body": tuple(old.model_copy(update={"text": new, "html": html.escape(new)}) for old, new in sections),
    }
    if isinstance(record, FundingStream):
        same = [stream for stream in real.funding if stream.kind == record.kind]
        changes |= {name: getattr(rng.choice(same), name) for name in STREAM_FACETS} | {"acronym": None}
    else:
        changes |= {name: getattr(rng.choice(real.case_studies), name) for name in CASE_FACETS}
        name = f"{words.make_up().title()}, {record.place.name}"
        changes["place"] = rng.choice(real.case_studies).place.model_copy(update={"name": name})
    copy: FundingStream | CaseStudy = record.model_copy(update=changes)
    return copy


def compute_fingerprint(size: int) -> str:
    """Twelve hex digits that change with anything a generation of this size and its peers are made from."""
    rooms = ("source", "records", "catalogue", "index")
    program = [path for room in rooms for path in sorted((PROJECT / "kb" / room).glob("*.py"))]
    program += [PROJECT / "kb" / "build.py", PROJECT / "requirements.txt"]
    program += [PROJECT / "bench" / name for name in ("generation.py", "entries.py")]
    makers: list[Any] = [*PEERS.values(), make_schema]
    writers = [inspect.getsource(maker) for maker in makers]
    digest = hashlib.sha256(f"{size} {list(FIELDS)} {list(EXACT_NAMES)} {writers}".encode())
    for path in [*list_content_paths(PROJECT / "content"), *program]:
        if path.name not in READERS:
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def provide_generation(size: int) -> None:
    """Build a generation and the peers' files and note what it took, unless those there are of the same making."""
    fingerprint, folder = compute_fingerprint(size), VAR / str(size)
    note = folder / "built.json"
    if note.is_file() and json.loads(note.read_text(encoding="utf-8"))["fingerprint"] == fingerprint:
        return
    print(f"Building {size:,} records", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    corpus = multiply_corpus(check_content(PROJECT / "content")[0].corpus, size)
    generation_id = f"{NOW:%Y%m%dT%H%M%S%f}Z-{fingerprint}"
    target = folder_of(folder, generation_id)
    target.mkdir(parents=True)
    wall, cpu = time.perf_counter(), time.process_time()

    def report(done: int, total: int) -> None:
        if done % max(1, total // 5) == 0:
            print(f"  {done:,} of {total:,} records read, {time.perf_counter() - wall:.0f} s", flush=True)

    write_generation(target, corpus, generation_id, NOW, report)
    smoke_search(folder, generation_id, corpus)
    figures = {
        "build, processor s": time.process_time() - cpu,
        "build, wall s": time.perf_counter() - wall,
        "build, memory at most, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "index, MB": measure_files(target / "index"),
        "catalogue, MB": measure_files(target / "catalogue.sqlite"),
    }
    for name, write in PEERS.items():
        path, cpu = folder / f"{name}.peer", time.process_time()
        print(f"  writing {name}", flush=True)
        write(path, corpus)
        figures[f"{name}: build, processor s"] = time.process_time() - cpu
        figures[f"{name}: files, MB"] = measure_files(path)
    make_current(folder, generation_id)
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    noted = {"fingerprint": fingerprint, "figures": figures, "on": f"{date.today()}, load {load}"}
    note.write_text(json.dumps(noted), encoding="utf-8")


def measure_files(path: Path) -> float:
    """The size of a file, or of all files in a folder, in MB."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(each.stat().st_size for each in files if each.is_file()) / 2**20


if __name__ == "__main__":
    provide_generation(int(sys.argv[1]))
