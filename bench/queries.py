"""Searches as readers make them, each drawn once: sentences of the judged queries, parts of them, words of the records.

A search is (kind, text, filters). Of the searches 55 in a hundred have no filter, 30 have one, 15 have two; filters are
values of the five facets that every engine of the bench has, and of a record that has the words, so that something is
found as often as on a real site.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from bench.entries import FIVE_FACETS
from kb.build import check_content
from kb.config import PROJECT
from kb.index import TextIndex, parse_query
from kb.index.words import STOP_WORDS, WORD, fold_text
from kb.records.facets import NOT_STATED, assign_facets

SEED = 20261122
KINDS = {"a sentence": 20, "part of a sentence": 30, "words": 38, "a misspelt word": 7, "a phrase": 5}  # in a hundred
FILTERS = {0: 55, 1: 30, 2: 15}
FROM_NAMES = 0.6  # the share of words that stand in a title or summary
LONGEST_QUERY = 32


class Search(NamedTuple):
    """One search: `filters` by facet, one value each."""

    kind: str
    text: str
    filters: dict[str, str]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The search as URL parameters."""
        return [("q", self.text), *self.filters.items()]

    @property
    def words(self) -> list[str]:
        """The search for engines that know only words and phrases: without stop words, as our own leaves them out."""
        query = parse_query(self.text)
        return [*(f'"{" ".join(phrase)}"' for phrase in query.phrases), *(typed for _stem, typed in query.typed)]


class Readers:
    """Draws searches, none of them twice."""

    def __init__(self) -> None:
        corpus = check_content(PROJECT / "content")[0].corpus
        self._rng, self._seen = random.Random(SEED), set[frozenset[str]]()
        self._sentences = list(read_sentences())
        self._records = [
            (
                list_words(f"{record.title} {record.summary}"),
                list_words(record.text),
                assign_facets(record, corpus.vocabulary),
            )
            for record in (*corpus.funding, *corpus.case_studies)
        ]

    def draw(self, count: int) -> list[Search]:
        """So many searches that were not drawn before: no two have the same words."""
        drawn: list[Search] = []
        while len(drawn) < count:
            search = self._draw_one()
            stems = frozenset(parse_query(search.text).words)
            if stems and stems not in self._seen:
                self._seen.add(stems)
                drawn.append(search)
        return drawn

    def _draw_one(self) -> Search:
        rng = self._rng
        kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
        names, body, facets = rng.choice(self._records)
        stated = [name for name in FIVE_FACETS if name in facets and NOT_STATED not in facets[name]]
        chosen = rng.sample(stated, min(len(stated), rng.choices(list(FILTERS), list(FILTERS.values()))[0]))
        filters = {name: rng.choice(facets[name]) for name in FIVE_FACETS if name in chosen}
        return Search(kind, self._write(kind, names, body), filters)

    def _write(self, kind: str, names: list[str], body: list[str]) -> str:
        rng = self._rng
        if "sentence" in kind:
            parts = rng.choice(self._sentences).split()
            if kind == "part of a sentence":
                at, length = rng.randrange(len(parts)), rng.randint(2, 5)
                parts = parts[at : at + length]
            return " ".join(parts)
        words = [rng.choice(names if rng.random() < FROM_NAMES else body) for _ in range(rng.choice((2, 2, 3)))]
        if kind == "a misspelt word":
            at = rng.randrange(2, len(words[0]))
            words[0] = f"{words[0][:at]}{rng.choice('qxz')}{words[0][at:]}"
        if kind == "a phrase":
            at = rng.randrange(len(names) - 1)
            words = [f'"{names[at]} {names[at + 1]}"', words[0]]
        return " ".join(words)


def read_sentences() -> Iterator[str]:
    """The texts of the judged queries; what is judged of them is not read."""
    for path in sorted((PROJECT / "judged").glob("*.yml")):
        entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8")) or []
        yield from (entry["text"] for entry in entries if "text" in entry)


def list_words(text: str) -> list[str]:
    """The words of a text of three letters and more that carry meaning, folded."""
    return [
        word for word in WORD.findall(fold_text(text)) if word not in STOP_WORDS and word.isalpha() and len(word) > 2
    ]


def list_odd(index: TextIndex) -> dict[str, list[tuple[str, str]]]:
    """The oddest searches that can be thought of, by what they are, from the commonest words of an index."""
    common = index.list_commonest(LONGEST_QUERY * 2)
    most, rng = common[:LONGEST_QUERY], random.Random(SEED)
    slips = [f"{word[:2]}q{word[2:]}" for word in common if len(word) > 5][:LONGEST_QUERY]
    nonsense = ["".join(rng.choices("bcdfghjklmnpqrstvwz", k=40)) for _ in range(LONGEST_QUERY)]
    couples = list(zip(most[::2], most[1::2], strict=True))
    joined = [f"{one}{other}" for one, other in couples]
    texts = {
        "the 32 commonest words": " ".join(most),
        "a phrase of the two commonest words": f'"{most[0]} {most[1]}"',
        "a phrase of the 32 commonest words": f'"{" ".join(most)}"',
        "16 phrases of two common words": " ".join(f'"{one} {two}"' for one, two in couples),
        "the commonest word without 32 others": " ".join([most[0], *(f"-{word}" for word in common[1:33])]),
        "32 common words with a letter too many": " ".join(slips),
        "32 words of 40 letters that nobody has": " ".join(nonsense),
        "16 words written as one each with another": " ".join(joined),
        "2,000 times one letter": "x" * 2000,
        "stop words alone": "the of and to be or not",
        "signs alone": "??? *** ((( ))) \\ % _ AND OR NOT",
    }
    odd = {name: [("q", text)] for name, text in texts.items()}
    whole = [("per_page", "100")]
    odd["the 32 commonest words, a hundred a page"] = [("q", " ".join(most)), *whole]
    odd["the commonest word, by closing date, a hundred a page"] = [("q", most[0]), ("sort", "closing"), *whole]
    odd["everything, last checked first, page 40"] = [
        ("sort", "checked"),
        ("page", "4" if index.count < 1000 else "40"),
    ]
    return odd
