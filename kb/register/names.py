"""School names as people write them: folded to plain words, with the spellings that mean the same made one.

"St. Mary's C of E Primary" and "Saint Marys Church of England" both begin (saint, mary, ce). Register and question are
folded alike, so that a spelling need not be guessed, only be the same on both sides.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Longest first where one begins another. What stands for the same thing becomes one word.
PHRASES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("church", "of", "england"), "ce"),
    (("c", "of", "e"), "ce"),
    (("c", "e"), "ce"),
    (("cofe",), "ce"),
    (("coe",), "ce"),
    (("roman", "catholic"), "catholic"),
    (("r", "c"), "catholic"),
    (("rc",), "catholic"),
    (("voluntary", "aided"), "va"),
    (("v", "a"), "va"),
    (("aided",), "va"),
    (("voluntary", "controlled"), "vc"),
    (("v", "c"), "vc"),
    (("controlled",), "vc"),
    (("st",), "saint"),
    (("ss",), "saints"),
    (("sts",), "saints"),
    (("jnr",), "junior"),
    (("inf",), "infant"),
    (("prim",), "primary"),
    (("sch",), "school"),
    (("prep",), "preparatory"),
    (("sec",), "secondary"),
    (("6th",), "sixth"),
)
_PHRASES_BY_FIRST: dict[str, list[tuple[tuple[str, ...], str]]] = {}
for _phrase, _one in PHRASES:
    _PHRASES_BY_FIRST.setdefault(_phrase[0], []).append((_phrase, _one))
# Spellings that the index holds beside the one word, so that half a word finds them while it is being typed.
ALSO_SPELT = {
    "ce": "cofe church england",
    "catholic": "rc roman",
    "va": "voluntary aided",
    "vc": "voluntary controlled",
    "saint": "st",
}
# Words that people leave out or add. They order schools that are otherwise alike and never shut one out.
OPTIONAL = frozenset(
    "school primary academy junior infant va vc the of and at a for in on".split()  # noqa: SIM905 (shorter to read)
)
APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "´": "'", "ʼ": "'"})
POSSESSIVE = re.compile(r"['`]s\b")
WORD = re.compile(r"[a-z0-9]+")
KEPT_PLURALS = frozenset({"saints"})  # or All Saints would be a St
MAX_WORDS = 12  # the longest name in the register has 14; more words than this only narrow what is narrow already


@dataclass(frozen=True)
class NameQuery:
    """The words someone looks for. `required` must be found; `prefix` is how the last word was typed so far.

    `prefix` is None when the last word is one of several that were folded into one, or was finished by a space.
    """

    words: tuple[str, ...]
    required: tuple[str, ...]
    prefix: str | None

    @property
    def optional(self) -> tuple[str, ...]:
        """The words that only order what is found."""
        return tuple(word for word in self.words if word not in self.required)


def split_words(text: str) -> list[str]:
    """The words of a text in plain small letters and digits: no accents, apostrophes or possessive s."""
    plain = text.casefold()
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain.translate(APOSTROPHES))
        plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    if "'" in plain or "`" in plain:
        plain = POSSESSIVE.sub("", plain).replace("'", "").replace("`", "")
    return WORD.findall(plain.replace("&", " and ").replace("+", " and "))


@lru_cache(maxsize=5000)  # towns and councils come again and again
def fold_name(text: str) -> tuple[str, ...]:
    """A name as words that can be compared with those of another spelling."""
    words, found = split_words(text), []
    at = 0
    while at < len(words):
        word, length = _fold_at(words, at)
        found.append(word)
        at += length
    return tuple(found)


def _fold_at(words: list[str], at: int) -> tuple[str, int]:
    """The folded word that starts at a place, and how many of the words it stands for."""
    for phrase, one in _PHRASES_BY_FIRST.get(words[at], ()):
        if tuple(words[at : at + len(phrase)]) == phrase:
            return one, len(phrase)
    return fold_plural(words[at]), 1


def fold_plural(word: str) -> str:
    """The word without a last s, so that Marys, Infants and Kings meet Mary, Infant and King."""
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss") and word not in KEPT_PLURALS:
        return word[:-1]
    return word


def list_index_words(words: tuple[str, ...]) -> str:
    """The words of a folded name as the index holds them, with their other spellings."""
    return " ".join((*words, *(ALSO_SPELT[word] for word in words if word in ALSO_SPELT)))


def list_core_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that tell a name from others; all of them if none does."""
    return tuple(word for word in words if not _is_optional(word)) or words


def _is_optional(word: str) -> bool:
    return word in OPTIONAL or (len(word) == 1 and not word.isdigit())


def parse_name_query(text: str) -> NameQuery:
    """The words of a question; a last word without a space behind it may be the beginning of one."""
    typed = split_words(text)
    words = tuple(dict.fromkeys(fold_name(text)))[:MAX_WORDS]
    if not words:
        return NameQuery((), (), None)
    required = list_core_words(words)
    is_open = not text[-1].isspace() and fold_name(typed[-1]) == words[-1:] and required[-1] == words[-1]
    return NameQuery(words, required, typed[-1] if is_open else None)
