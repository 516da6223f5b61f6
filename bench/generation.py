"""Generations of any size: the project's own records and varied copies of them, written by the project's own build.

A copy has its own id and title. Of its words, 20 to 60 in a hundred are replaced by words of the project's records, as
often as these stand there, and by a few made-up ones, so that the vocabulary grows with the records. Each of its facets
is that of a record of its kind drawn at random, so that every value keeps its share. A size always gives the same set.
"""

from __future__ import annotations

import hashlib
import html
import json
import random
import re
import resource
import shutil
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from bench.peer import write_peer
from kb.build import check_content, smoke_search, write_generation
from kb.config import PROJECT
from kb.generations import folder_of, make_current
from kb.index.words import STOP_WORDS
from kb.records.case_study import CaseStudy
from kb.records.corpus import Corpus
from kb.records.funding import FundingStream
from kb.source.reader import list_content_paths

VAR = PROJECT / "bench" / "var"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SEED = 20261121
REPLACED = (0.2, 0.6)  # the share of a copy's words that are replaced, drawn evenly between these
MADE_UP = 0.04  # the share of those that no record has, as names of places and schemes are
LONGEST_TITLE, LONGEST_ID = 200, 80
WORD = re.compile(r"[A-Za-z]{3,}")
STREAM_FACETS = ("status", "route", "phases", "applicants", "geography", "service_areas", "key_features", "money",
                 "amount", "windows", "checked", "review_by")  # fmt: skip
CASE_FACETS = ("phases", "service_areas", "key_features", "partners", "results", "sustained")
READERS = {"find.py", "excerpt.py", "query.py", "spelling.py", "read.py"}  # may change without a new generation


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
    """The corpus with varied copies of its streams and case studies until it holds `size` records in all."""
    words, pool = WordSource(real), [*real.funding, *real.case_studies]
    copies = size - len(pool) - len(real.framework) - len(real.glossary)
    made = [vary_record(pool[number % len(pool)], number, real, words) for number in range(copies)]
    streams = [record for record in made if isinstance(record, FundingStream)]
    cases = [record for record in made if isinstance(record, CaseStudy)]
    return replace(real, funding=(*real.funding, *streams), case_studies=(*real.case_studies, *cases))


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
    """Twelve hex digits that change with anything a generation of this size is made from."""
    rooms = ("source", "records", "catalogue", "index")
    program = [path for room in rooms for path in sorted((PROJECT / "kb" / room).glob("*.py"))]
    program += [PROJECT / name for name in ("kb/build.py", "bench/generation.py", "bench/peer.py", "requirements.txt")]
    digest = hashlib.sha256(str(size).encode())
    for path in [*list_content_paths(PROJECT / "content"), *program]:
        if path.name not in READERS:
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def provide_generation(size: int) -> None:
    """Build a generation and the peer's file and note what it took, unless those there are of the same making."""
    fingerprint, folder = compute_fingerprint(size), VAR / str(size)
    note = folder / "built.json"
    if note.is_file() and json.loads(note.read_text(encoding="utf-8"))["fingerprint"] == fingerprint:
        return
    print(f"Building {size:,} records", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    corpus = multiply_corpus(check_content(PROJECT / "content")[0].corpus, size)
    generation_id = f"{NOW:%Y%m%dT%H%M%S%f}Z-{fingerprint}"
    target, peer = folder_of(folder, generation_id), folder / "peer.sqlite"
    target.mkdir(parents=True)
    wall, cpu = time.perf_counter(), time.process_time()

    def report(done: int, total: int) -> None:
        if done % max(1, total // 5) == 0:
            print(f"  {done:,} of {total:,} records read, {time.perf_counter() - wall:.0f} s", flush=True)

    write_generation(target, corpus, generation_id, NOW, report)
    smoke_search(folder, generation_id, corpus)
    built, cpu = time.process_time() - cpu, time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wall = time.perf_counter() - wall
    write_peer(peer, corpus)
    figures = {
        "build, processor s": built,
        "build, wall s": wall,
        "build, memory at most, MB": memory,
        "index, MB": sum(path.stat().st_size for path in (target / "index").iterdir()) / 2**20,
        "catalogue, MB": (target / "catalogue.sqlite").stat().st_size / 2**20,
        "FTS5 build, processor s": time.process_time() - cpu,
        "FTS5 file, MB": peer.stat().st_size / 2**20,
    }
    make_current(folder, generation_id)
    note.write_text(json.dumps({"fingerprint": fingerprint, "figures": figures}), encoding="utf-8")


if __name__ == "__main__":
    provide_generation(int(sys.argv[1]))
