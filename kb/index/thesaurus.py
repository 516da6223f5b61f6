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
    """The links of one generation, and its expressions as they are written. Read only, safe between threads."""

    def __init__(self, links: Mapping[Stems, tuple[Stems, ...]], written: Mapping[Stems, str]) -> None:
        self._links, self.written = links, written

    def list_concepts(self) -> list[Concept]:
        """Every expression that others stand for, in the order of the file."""
        return [Concept(words, others) for words, others in self._links.items()]

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


def list_written(groups: Iterable[Mapping[str, Sequence[str]]]) -> dict[Stems, str]:
    """Each expression as it is written, by its stems; of several with the same ones the first."""
    texts = [text for group in groups for name in ("same", "typed", "finds") for text in group.get(name) or ()]
    return {stem_expression(text): text for text in reversed(texts)}


def write_thesaurus(folder: Path, groups: Sequence[Mapping[str, Sequence[str]]]) -> None:
    """Write the links and the expressions into an index folder."""
    links, written = link_expressions(groups), list_written(groups)
    (folder / FILE).write_text(json.dumps([list(links.items()), list(written.items())]), encoding="utf-8")


def read_thesaurus(folder: Path) -> Thesaurus:
    """Read the thesaurus of an index folder; an index without one finds by the words as typed."""
    path = folder / FILE
    links, written = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else ([], [])
    return Thesaurus(
        {tuple(key): tuple(tuple(other) for other in others) for key, others in links},
        {tuple(key): text for key, text in written},
    )
