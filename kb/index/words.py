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
# Porter makes a doubled letter single again where an ending is cut off: planning, plan. Whoosh's own looks for it in
# the wrong place. Staffing keeps its letters, as telling does.
DOUBLED = re.compile(r"..([^aeiouyflsz])\1$")
SMALL = "_"  # no word has it
APOSTROPHES = re.compile("['’‘ʼ`´]")
# Porter gives these the stem of a word that means something else (Ealing that of EAL, an authority that of an author),
# or none that they share with their own plural. Found by reading which words of the records share a stem.
OWN_STEMS = {
    word: words.split()[0]
    for words in (
        "authority authorities authoritys",  # author
        "bid bids bidding bidder bidders",
        "business businesses",  # busy
        "child children childrens childs",
        "communication communications communicate communicating",  # community
        "developer developers",  # development
        "diversion diversions",  # diversity
        "ealing ealings",  # EAL
        "evening evenings",  # even
        "experiment experiments experimental experimenting",  # experience
        "general generally",  # generation, generous
        "government governments",  # governing body
        "hospital hospitals",  # hospitality
        "international internationally",  # internal
        "letting lettings",  # let
        "levelling",  # level
        "lighting lights",  # light work
        "minority minorities",  # minor
        "officer officers",  # office
        "parking",  # park
        "pooled pooling",  # swimming pool
        "positive positively",  # position
        "posted",  # post
        "secondment secondments seconded seconding",  # second
        "sending",  # SEND
        "setting settings",  # set
        "several",  # severe
        "therapist therapists therapy therapies",
        "traveller travellers",  # travel
        "uniformed",  # school uniform
        "universal universally",  # university
        "woman women womens",
        "man men mens",
    )
    for word in words.split()
}


def fold_text(text: str) -> str:
    """Lower case without accents and apostrophes: "St Luke’s Café" is "st lukes cafe"."""
    if text.isascii():
        return text.replace("'", "").replace("`", "").lower()
    decomposed = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).casefold()


@lru_cache(maxsize=50_000)
def stem_word(word: str) -> str:
    """The stem of a folded word (Porter, but for OWN_STEMS and what DOUBLED puts right); words with digits, such as 14
    or ks2, stay as they are."""
    if word in OWN_STEMS or any(sign.isdigit() for sign in word):
        return OWN_STEMS.get(word, word)
    stem = str(porter_stem(word))  # type: ignore[no-untyped-call]
    return stem[:-1] if word.removesuffix("s").endswith(("ed", "ing")) and DOUBLED.search(stem) else stem


def stem_or_mark(word: str) -> str:
    """The stem of a folded word; a stop word as it is after SMALL, since the stem of "outing" is "out"."""
    return SMALL + word if word in STOP_WORDS else stem_word(word)


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
