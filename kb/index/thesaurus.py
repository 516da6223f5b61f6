"""Words that readers type and words that records use: what a query is widened by.

content/thesaurus.yml holds the groups with their reasons. Every word of `same` finds the others of it; the words of
`same` and `typed` find those of `finds`, and not the other way round. Expressions may have several words. One that
without its small words would be a single word is meant only where it stands with them: "in care" is not every care, and
records, whose small words are not indexed, are not looked through for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.index.words import SMALL, STOP_WORDS, WORD, fold_text, stem_or_mark, stem_word

FILE = "thesaurus.json"
LONGEST = 4  # words of an expression, stop words left out
Stems = tuple[str, ...]


@dataclass(frozen=True)
class Concept:
    """Words of a query that stand for one thing, with other expressions for it; `key` are all the words that it is
    known by, where small ones are among them."""

    words: Stems
    others: tuple[Stems, ...] = ()
    key: Stems = ()


def list_stems(concepts: Iterable[Concept], is_known: Callable[[str], bool]) -> list[str]:
    """The stems of what a query says: of each part its words, or the first other expression for it where these are not
    all known and the other's are."""
    stems: list[str] = []
    for concept in concepts:
        ways = (words for words in (concept.words, *concept.others) if all(map(is_known, words)))
        stems += next(ways, concept.words)
    return stems


def stem_expression(text: str) -> Stems:
    """The stems of an expression without stop words."""
    return tuple(stem_word(word) for word in WORD.findall(fold_text(text)) if word not in STOP_WORDS)


def key_expression(text: str) -> Stems:
    """What an expression is known by where it is typed: its stems without stop words, or with them where only one would
    be left."""
    stems, words = stem_expression(text), WORD.findall(fold_text(text))
    return tuple(map(stem_or_mark, words)) if len(stems) == 1 < len(words) else stems


def has_small(key: Stems) -> bool:
    """True for what an expression is known by together with its small words."""
    return any(stem.startswith(SMALL) for stem in key)


def link_expressions(groups: Iterable[Mapping[str, Sequence[str]]]) -> dict[Stems, tuple[Stems, ...]]:
    """What each expression finds besides itself, from groups with `same`, `typed` and `finds`. Those known by their
    small words are found by nobody."""
    links: dict[Stems, dict[Stems, None]] = {}
    for group in groups:
        same, typed, finds = ([*map(key_expression, group.get(name) or ())] for name in ("same", "typed", "finds"))
        for key, others in [*((each, same + finds) for each in same), *((each, finds) for each in typed)]:
            if key:
                found = (other for other in others if other and other != key and not has_small(other))
                links.setdefault(key, {}).update(dict.fromkeys(found))
    return {key: tuple(others) for key, others in links.items() if others}


class Thesaurus:
    """The links of one generation, its expressions as they are written, and all their stems. Read only, safe between
    threads."""

    def __init__(self, links: Mapping[Stems, tuple[Stems, ...]], written: Mapping[Stems, str]) -> None:
        self._links = {key: others for key, others in links.items() if not has_small(key)}
        self._with_small = {key: others for key, others in links.items() if key not in self._links}
        self._longest_with_small = max(map(len, self._with_small), default=0)
        self.written = written
        self.stems = frozenset(stem for key in links for stem in key)

    def list_concepts(self) -> list[Concept]:
        """Every expression that others stand for, those known by their small words last."""
        known = [Concept(words, others) for words, others in self._links.items()]
        return [*known, *(self._join(key) for key in self._with_small)]

    def split_concepts(self, words: Stems, sequence: Stems) -> list[Concept]:
        """The words of a query in order, joined where an expression of several words is known, longest first.
        `sequence` are all words as they stand in it, small ones too: children in care are not child care."""
        concepts, with_small = [], self._find_with_small(sequence)
        at = 0
        while at < len(words):
            for length in range(min(LONGEST, len(words) - at), 0, -1):
                part = words[at : at + length]
                if length == 1 or (part in self._links and not any((stem,) in with_small for stem in part)):
                    concepts.append(with_small.get(part) or Concept(part, self._links.get(part, ())))
                    at += length
                    break
        return concepts

    def _find_with_small(self, sequence: Stems) -> dict[Stems, Concept]:
        """The expressions known by their small words that stand in a query, by the one word they have besides; of
        several with the same word the longest of the last place."""
        found: dict[Stems, Concept] = {}
        for at in range(len(sequence)):
            for length in range(2, self._longest_with_small + 1):
                key = sequence[at : at + length]
                if key in self._with_small:
                    concept = self._join(key)
                    found[concept.words] = concept
        return found

    def _join(self, key: Stems) -> Concept:
        """An expression known by its small words: "in charge" finds none of what "charge" does."""
        words = tuple(stem for stem in key if not stem.startswith(SMALL))
        return Concept(words, self._with_small[key], key)


def list_written(groups: Iterable[Mapping[str, Sequence[str]]]) -> dict[Stems, str]:
    """Each expression as it is written, by what it is known by; of several with the same the first."""
    texts = [text for group in groups for name in ("same", "typed", "finds") for text in group.get(name) or ()]
    return {key: text for text in reversed(texts) if (key := key_expression(text))}


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
