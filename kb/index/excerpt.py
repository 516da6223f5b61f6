"""The piece of a record that shows why it was found, with the matched words marked."""

from __future__ import annotations

import html
import re
from functools import lru_cache

LENGTH = 220  # characters: three lines of a result
LEAD = 60  # characters before the first match, so that it is read in its sentence


@lru_cache(maxsize=512)
def compile_forms(forms: tuple[str, ...]) -> re.Pattern[str] | None:
    """A pattern for any of these folded words as a whole word, "lukes" also as "Luke's"; None if there are none."""
    if not forms:
        return None
    longest_first = sorted(forms, key=len, reverse=True)
    written = [f"{form[:-1]}['’]?s" if form[1:].endswith("s") else form for form in longest_first]
    return re.compile(rf"\b(?:{'|'.join(written)})\b", re.IGNORECASE)


def cut_excerpt(text: str, forms: tuple[str, ...]) -> str:
    """About 220 characters around the window with the most different matched words, as safe HTML with <mark>.

    Without a match, the start of the text. Everything but the marks is escaped.
    """
    pattern = compile_forms(forms)
    matches = list(pattern.finditer(text)) if pattern else []
    start = _choose_start(text, matches)
    end = min(len(text), start + LENGTH)
    if end < len(text):
        end = text.rfind(" ", start + LENGTH // 2, end) if " " in text[start + LENGTH // 2 : end] else end
    pieces = ["… "] if start else []
    at = start
    for match in matches:
        if match.start() < start or match.end() > end:
            continue
        pieces += [html.escape(text[at : match.start()]), f"<mark>{html.escape(match.group())}</mark>"]
        at = match.end()
    pieces.append(html.escape(text[at:end]))
    if end < len(text):
        pieces.append(" …")
    return "".join(pieces)


def _choose_start(text: str, matches: list[re.Match[str]]) -> int:
    """Where to cut so that most different words are seen; early windows win ties."""
    best, best_count = None, 0
    for number, match in enumerate(matches):
        limit = match.start() + LENGTH - LEAD
        seen = set()
        for other in matches[number : number + 12]:
            if other.end() > limit:
                break
            seen.add(other.group().lower())
        if len(seen) > best_count:
            best, best_count = match.start(), len(seen)
    if best is None or best <= LEAD:
        return 0
    cut = text.find(" ", best - LEAD)
    return cut + 1 if 0 <= cut < best else best
