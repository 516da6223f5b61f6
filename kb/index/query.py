"""What a reader typed, as words, phrases and words to leave out. Nothing a reader types is an error."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.index.words import STOP_WORDS, WORD, fold_text, stem_word

MAX_CHARACTERS = 2000
MAX_WORDS = 32
PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
QUOTES = str.maketrans("“”„«»", '"""""')


@dataclass(frozen=True)
class TextQuery:
    """A parsed query; all words are stems.

    `words` are distinct and in order, `counts` how often each was typed; `phrases` must stand word for word; `excluded`
    words and phrases must not stand at all. `typed` pairs each stem with the word as typed, for did-you-mean. `exact` is
    the whole query folded, for titles and acronyms. `cut` says that words beyond the limit were left out.
    """

    text: str
    exact: str
    words: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()
    typed: tuple[tuple[str, str], ...] = ()
    cut: bool = False

    @property
    def is_empty(self) -> bool:
        """True when nothing is left to search by, such as for "the" or "???"."""
        return not (self.words or self.phrases or self.excluded)


def parse_query(text: str) -> TextQuery:
    """Read a query: plain words, "quoted phrases", -not and -"not this". Anything else is read as words.

    An unclosed quote opens no phrase. At most 2,000 characters and 32 words are used; `cut` says when there were more.
    """
    used = text[:MAX_CHARACTERS].replace("\0", " ").translate(QUOTES)
    if used.count('"') % 2:
        head, _, tail = used.rpartition('"')
        used = f"{head} {tail}"
    words: dict[str, int] = {}
    typed: dict[str, str] = {}
    phrases: list[tuple[str, ...]] = []
    excluded: list[tuple[str, ...]] = []
    cut = len(text) > MAX_CHARACTERS
    for part in PART.finditer(used):
        folded = WORD.findall(fold_text(part["phrase"] if part["phrase"] is not None else part["word"]))
        stems = tuple(stem_word(word) for word in folded if word not in STOP_WORDS)
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
    cut = cut or len(words) > MAX_WORDS
    kept = dict(list(words.items())[:MAX_WORDS])
    return TextQuery(
        text=text,
        exact=" ".join(WORD.findall(fold_text(used))),
        words=tuple(kept),
        counts=tuple(kept.values()),
        phrases=tuple(dict.fromkeys(phrases))[:MAX_WORDS],
        excluded=tuple(dict.fromkeys(excluded))[:MAX_WORDS],
        typed=tuple((stem, typed[stem]) for stem in kept),
        cut=cut,
    )
