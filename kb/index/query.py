"""What a reader typed, as words, phrases and words to leave out. Nothing a reader types is an error."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.index.words import STOP_WORDS, WORD, fold_text, stem_or_mark, stem_word

MAX_CHARACTERS = 2000
MAX_WORDS = 32
PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
QUOTES = str.maketrans("“”„«»", '"""""')


@dataclass(frozen=True)
class TextQuery:
    """A parsed query; all words are stems.

    `words` are distinct and in order, `counts` how often each was typed; `phrases` must stand word for word; `excluded`
    words and phrases must not stand at all. `typed` pairs each stem with the word as typed, for did-you-mean. `exact`
    is the whole query folded, for titles and acronyms. `sequence` are all words as they stand, small ones marked
    (words.SMALL), with an empty one where something to leave out was. `cut` says that words beyond the limit were left
    out.
    """

    text: str
    exact: str
    words: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()
    typed: tuple[tuple[str, str], ...] = ()
    sequence: tuple[str, ...] = ()
    cut: bool = False

    @property
    def is_empty(self) -> bool:
        """True when nothing is left to search by, such as for "the" or "???"."""
        return not (self.words or self.phrases or self.excluded)


def parse_query(text: str) -> TextQuery:
    """Read a query: plain words, "quoted phrases", -not and -"not this". Anything else is read as words.

    An unclosed quote opens no phrase. At most 2,000 characters are used, and of these at most 32 words, 32 words in
    phrases and 32 words to leave out; `cut` says when there were more.
    """
    used = text[:MAX_CHARACTERS].replace("\0", " ").translate(QUOTES)
    words: dict[str, int] = {}
    typed: dict[str, str] = {}
    phrases: list[tuple[str, ...]] = []
    excluded: list[tuple[str, ...]] = []
    sequence: list[str] = []
    for part in PART.finditer(used):
        folded = WORD.findall(fold_text(part["phrase"] if part["phrase"] is not None else part["word"]))
        stems = tuple(stem_word(word) for word in folded if word not in STOP_WORDS)
        sequence += [""] if part["minus"] else map(stem_or_mark, folded)
        if not stems:
            continue
        if part["minus"]:
            excluded.append(stems)
            continue
        if part["phrase"] is not None and len(stems) > 1:
            phrases.append(stems)
        for word in folded:
            if word not in STOP_WORDS:
                words[stem_word(word)] = words.get(stem_word(word), 0) + 1
                typed.setdefault(stem_word(word), word)
    kept = dict(list(words.items())[:MAX_WORDS])
    kept_phrases, kept_excluded = _limit_words(phrases), _limit_words(excluded)
    dropped = len(kept) < len(words) or kept_phrases != _distinct(phrases) or kept_excluded != _distinct(excluded)
    return TextQuery(
        text=text,
        exact=" ".join(WORD.findall(fold_text(used))),
        words=tuple(kept),
        counts=tuple(kept.values()),
        phrases=kept_phrases,
        excluded=kept_excluded,
        typed=tuple((stem, typed[stem]) for stem in kept),
        sequence=tuple(sequence),
        cut=dropped or len(text) > MAX_CHARACTERS,
    )


def _distinct(phrases: list[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(phrases))


def _limit_words(phrases: list[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The distinct phrases up to the limit of words together; the one that crosses it is cut. Long phrases are slow."""
    kept: list[tuple[str, ...]] = []
    room = MAX_WORDS
    for phrase in _distinct(phrases):
        if room:
            kept.append(phrase[:room])
            room -= len(kept[-1])
    return tuple(kept)
