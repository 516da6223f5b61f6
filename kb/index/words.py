"""How text becomes words, the same for records and queries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from whoosh.analysis.acore import Composable, Token
from whoosh.analysis.filters import Filter, LowercaseFilter, StopFilter
from whoosh.analysis.tokenizers import RegexTokenizer
from whoosh.lang.porter import stem as porter_stem
from whoosh.lang.stopwords import stoplists

# Whoosh's own short list keeps words such as "do" and "our"; the fuller one is the second repair of the search notes in
# docs/decisions/0002: without it, questions are answered by their small words.
STOP_WORDS = frozenset(stoplists["en"])
WORD = re.compile(r"[a-z0-9]+")
APOSTROPHES = re.compile("['’‘ʼ`´]")


def fold_text(text: str) -> str:
    """Lower case without accents and apostrophes: "St Luke’s Café" is "st lukes cafe"."""
    if text.isascii():
        return text.replace("'", "").replace("`", "").lower()
    decomposed = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).casefold()


@lru_cache(maxsize=50_000)
def stem_word(word: str) -> str:
    """The stem of a folded word (Porter); words with digits, such as 14 or ks2, stay as they are."""
    return word if any(sign.isdigit() for sign in word) else str(porter_stem(word))  # type: ignore[no-untyped-call]


def list_words(folded: str) -> list[str]:
    """The words of a folded text that are searched by, as written, repeats and all."""
    return [word for word in WORD.findall(folded) if word not in STOP_WORDS]


class FieldStemFilter(Filter):
    """Stems each token as queries are stemmed."""

    def __call__(self, tokens: Iterable[Token]) -> Iterator[Token]:  # type: ignore[override]  # as Whoosh's own do
        for token in tokens:
            token.text = stem_word(token.text)
            yield token


def make_stemming_analyzer() -> Composable:
    """Whoosh analyser for fields that are searched: words, without stop words, stemmed."""
    tokens = RegexTokenizer(WORD) | LowercaseFilter() | StopFilter(stoplist=STOP_WORDS, minsize=1)
    return tokens | FieldStemFilter()
