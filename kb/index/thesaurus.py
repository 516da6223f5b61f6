"""Words that readers type and words that records use: what a query is widened by.

content/thesaurus.yml holds the groups with their reasons. Every word of a `same` group finds the others; the words of
`typed` find those of `finds`, and not the other way round. Expressions may have several words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.index.words import STOP_WORDS, WORD, fold_text, stem_word

FILE = "thesaurus.json"
LONGEST = 4  # words of an expression, stop words left out
Stems = tuple[str, ...]


@dataclass(frozen=True)
class Concept:
    """Words of a query that stand for one thing, with other expressions for it."""

    words: Stems
    others: tuple[Stems, ...] = ()


def stem_expression(text: str) -> Stems:
    """The stems of an expression without stop words."""
    return tuple(stem_word(word) for word in WORD.findall(fold_text(text)) if word not in STOP_WORDS)


def link_expressions(groups: Iterable[Mapping[str, Sequence[str]]]) -> dict[Stems, tuple[Stems, ...]]:
    """What each expression finds besides itself, from groups with `same`, or with `typed` and `finds`."""
    links: dict[Stems, dict[Stems, None]] = {}
    for group in groups:
        same = [stem_expression(text) for text in group.get("same") or ()]
        typed = [stem_expression(text) for text in group.get("typed") or ()]
        finds = [stem_expression(text) for text in group.get("finds") or ()]
        for key, others in [*((each, same) for each in same), *((each, finds) for each in typed)]:
            if key:
                links.setdefault(key, {}).update(dict.fromkeys(other for other in others if other and other != key))
    return {key: tuple(others) for key, others in links.items() if others}


class Thesaurus:
    """The links of one generation. Read only, safe between threads."""

    def __init__(self, links: Mapping[Stems, tuple[Stems, ...]]) -> None:
        self._links = links

    def split_concepts(self, words: Stems) -> list[Concept]:
        """The words of a query in order, joined where an expression of several words is known, longest first."""
        concepts = []
        at = 0
        while at < len(words):
            for length in range(min(LONGEST, len(words) - at), 0, -1):
                part = words[at : at + length]
                if part in self._links or length == 1:
                    concepts.append(Concept(part, self._links.get(part, ())))
                    at += length
                    break
        return concepts


def write_thesaurus(folder: Path, groups: Iterable[Mapping[str, Sequence[str]]]) -> None:
    """Write the links into an index folder."""
    links = [[list(key), [list(other) for other in others]] for key, others in link_expressions(groups).items()]
    (folder / FILE).write_text(json.dumps(links), encoding="utf-8")


def read_thesaurus(folder: Path) -> Thesaurus:
    """Read the links of an index folder; an index without a thesaurus finds by the words as typed."""
    path = folder / FILE
    links = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return Thesaurus({tuple(key): tuple(tuple(other) for other in others) for key, others in links})
