"""Find schools by what people type: a URN, a postcode, or a name with a town or a council beside it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from kb.register.names import NameQuery, list_core_words, parse_name_query
from kb.register.school import School

URN = re.compile(r"(?:urn\W*)?(\d{5,7})", re.IGNORECASE | re.ASCII)
PART_OF_URN = re.compile(r"\d{4,5}", re.ASCII)
POSTCODE = re.compile(r"([a-z]{1,2}\d[a-z\d]?)\s*(\d[a-z]{2})", re.IGNORECASE | re.ASCII)
OUTWARD = re.compile(r"([a-z]{1,2}\d[a-z\d]?)(?:\s+(\d[a-z]?))?", re.IGNORECASE | re.ASCII)
# How many rows of one match are looked at. They come closest first, and a page shows at most 50.
LOOKED_AT = 200
LAST = "\x7f"  # after every letter and digit
MAX_LEFT_OUT = 6  # words, one of which may be left out
MAX_MENDED = 2  # words; a question with more that nobody has is not misspelt but about something else


@dataclass(frozen=True)
class SchoolMatch:
    """A school with why it was found.

    `reason`: urn; former-urn (the number of a school it replaced); later-urn (the number of the school that replaced
    it); postcode; postcode-area; name; place (name with town, council, phase or faith); spelling (a word was taken
    for a near one); some-words (all but one of the words).
    """

    school: School
    reason: str


@dataclass(frozen=True)
class SchoolSearch:
    """What was found for a text, closest first: the first matches of `total`."""

    text: str
    total: int
    matches: tuple[SchoolMatch, ...]


@dataclass(frozen=True)
class Found:
    """The numbers of schools in a register file, each with its reason, and how many there are in all."""

    total: int
    numbers: tuple[tuple[int, str], ...]


NOTHING = Found(0, ())


def find_numbers(connection: sqlite3.Connection, text: str, limit: int) -> Found:
    """The schools that a text means, closest first, at most `limit` of them."""
    typed = " ".join(text.split())
    urn = URN.fullmatch(typed)
    if urn:
        found = find_by_urn(connection, int(urn[1]))
        if found.total or not PART_OF_URN.fullmatch(typed):
            return _cut(found, limit)
    if PART_OF_URN.fullmatch(typed):
        least, width = int(typed), 10 ** (6 - len(typed))
        sql = "select no from school where urn >= ? and urn < ? order by urn"
        found = _collect(connection.execute(sql, (least * width, (least + 1) * width)), "urn")
        if found.total:
            return _cut(found, limit)
    found = find_by_postcode(connection, typed)
    return _cut(found, limit) if found.total else find_by_name(connection, text, limit)


def find_by_urn(connection: sqlite3.Connection, urn: int) -> Found:
    """The school of a URN, or else those that replaced it or were replaced by it."""
    for reason, table in (("urn", "school"), ("former-urn", "former"), ("later-urn", "later")):
        found = _collect(connection.execute(f"select no from {table} where urn = ? order by no", (urn,)), reason)  # noqa: S608 (three fixed names)
        if found.total:
            return found
    return NOTHING


def find_by_postcode(connection: sqlite3.Connection, typed: str) -> Found:
    """The schools of a postcode; if it is a part of one, or none has it, those around it."""
    whole = POSTCODE.fullmatch(typed)
    if whole:
        outward, inward = whole[1].upper(), whole[2].upper()
        sql = "select no from school where postcode = ? order by no"
        found = _collect(connection.execute(sql, (f"{outward} {inward}",)), "postcode")
        if found.total:
            return found
        beginning = f"{outward} {inward[0]}"
    else:
        part = OUTWARD.fullmatch(typed)
        if not part:
            return NOTHING
        beginning = f"{part[1].upper()} {(part[2] or '').upper()}"
    sql = "select no from school where postcode >= ? and postcode < ? order by postcode, no"
    return _collect(connection.execute(sql, (beginning, beginning + LAST)), "postcode-area")


def _collect(rows: Iterable[tuple[int]], reason: str) -> Found:
    numbers = tuple((no, reason) for (no,) in rows)
    return Found(len(numbers), numbers)


def _cut(found: Found, limit: int) -> Found:
    return replace(found, numbers=found.numbers[:limit])


def find_by_name(connection: sqlite3.Connection, text: str, limit: int) -> Found:
    """Schools with the words in their name; or in name and place; or else near spellings; or else all words but one."""
    query = parse_name_query(text)
    if not query.words:
        return NOTHING
    found = _find_words(connection, query, limit, ("name", "place"))
    if found.total:
        return found
    mended = mend_spelling(connection, query)
    if mended != query:
        found = _find_words(connection, mended, limit, ("spelling", "spelling"))
    if not found.total and 1 < len(mended.required) <= MAX_LEFT_OUT:
        found = _find_most_words(connection, mended, limit)
    return found


def _find_words(connection: sqlite3.Connection, query: NameQuery, limit: int, reasons: tuple[str, str]) -> Found:
    """All words in the name, the optional ones too; all that are required; all of these in name and place."""
    by_name, by_place = reasons
    needed = [_write_term(query, word) for word in query.required]
    wanted = [_write_term(query, word) for word in query.optional]
    passes = [(f"name : ({' AND '.join(needed)})", by_name), (" AND ".join(needed), by_place)]
    if wanted:
        passes.insert(0, (f"name : ({' AND '.join(needed + wanted)})", by_name))
    numbers: dict[int, str] = {}
    for expression, reason in passes:
        if len(numbers) >= limit:
            break
        fresh = [no for no in _match(connection, expression, LOOKED_AT) if no not in numbers]
        numbers.update((no, reason) for no in _rank(connection, fresh, query))
    total = connection.execute("select count(*) from finder where finder match ?", (passes[-1][0],)).fetchone()[0]
    return Found(total, tuple(numbers.items())[:limit])


def _find_most_words(connection: sqlite3.Connection, query: NameQuery, limit: int) -> Found:
    """Schools with all required words but one, the closest names first."""
    numbers: set[int] = set()
    for left_out in query.required:
        terms = [_write_term(query, word) for word in query.required if word != left_out]
        numbers.update(_match(connection, " AND ".join(terms), LOOKED_AT))
    ranked = _rank(connection, sorted(numbers), query)
    return Found(len(ranked), tuple((no, "some-words") for no in ranked[:limit]))


def _match(connection: sqlite3.Connection, expression: str, limit: int) -> list[int]:
    sql = "select rowid from finder where finder match ? limit ?"
    return [no for (no,) in connection.execute(sql, (expression, limit))]


def _write_term(query: NameQuery, word: str) -> str:
    """A word as the text index takes it; the last word also as the beginning of one. Words are letters and digits."""
    if query.prefix is None or word != query.words[-1]:
        return f'"{word}"'
    return f'("{word}" OR "{query.prefix}"*)'


def _rank(connection: sqlite3.Connection, numbers: list[int], query: NameQuery) -> list[int]:
    """Numbers by closeness: whole words before beginnings, few other words, more of the optional ones, not replaced."""
    marks = ",".join("?" * len(numbers))
    sql = f"select no, words, place, replaced from school where no in ({marks})"  # noqa: S608 (question marks alone)
    asked, optional = set(query.words), set(query.optional)

    def measure(row: tuple[int, str, str, int]) -> tuple[int, ...]:
        no, text, place_text, replaced = row
        words = tuple(text.split())
        place = set(place_text.split())
        unmet = sum(word not in words and word not in place for word in query.required)
        in_place = sum(word not in words for word in query.required)
        extra = sum(word not in asked for word in list_core_words(words))
        missed = sum(2 if word not in place and word not in words else word not in words for word in optional)
        return unmet, in_place, extra, missed, replaced, len(words), no

    return [row[0] for row in sorted(connection.execute(sql, numbers), key=measure)]


def mend_spelling(connection: sqlite3.Connection, query: NameQuery) -> NameQuery:
    """The question with each word that no school has changed for the nearest that one has, if any is near."""
    unknown = [word for word in query.required if not _match(connection, _write_term(query, word), 1)]
    if len(unknown) > MAX_MENDED:
        return query
    changes = {word: mended for word in unknown for mended in _list_mendings(connection, word)}
    if not changes:
        return query
    words = tuple(changes.get(word, word) for word in query.words)
    required = tuple(changes.get(word, word) for word in query.required)
    return NameQuery(words, required, None if query.words[-1] in changes else query.prefix)


def _list_mendings(connection: sqlite3.Connection, word: str) -> Iterator[str]:
    """The word that is meant, if there is one near; words of three letters are near too many."""
    if len(word) < 4:
        return
    # One slip in a short word, two in a long one. A word that many schools have is likelier meant than a rare one.
    slips = 1 if len(word) < 7 else 2
    # Hardly anybody misses both the first letter and the last, and so most words need not be compared.
    sql = """select word, schools from word
             where length between ? and ? and (substr(word, 1, 1) = ? or substr(word, -1) = ?)"""
    counts = dict(connection.execute(sql, (len(word) - slips, len(word) + slips, word[0], word[-1])))
    near = extract(word, list(counts), scorer=OSA.distance, score_cutoff=slips, limit=20)
    if near:
        yield min(near, key=lambda found: (found[1], -counts[found[0]]))[0]
