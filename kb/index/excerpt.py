"""The piece of a record that shows why it was found, with the matched words marked."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Sequence

from kb.index.spots import Spot

LENGTH = 220  # characters: three lines of a result
LEAD = 60  # characters before the first match, so that it is read in its sentence
SIGNS = re.compile("[&<>\"']")  # that HTML may read as more than text


def cut_excerpt(text: str, spots: Sequence[Spot], first: int = 0) -> str:
    """About 220 characters around the window with the most different matched words, as safe HTML with <mark>.

    `spots` are where matched words stand, in the order of the text. Without any, the start of the text. What stands
    before `first`, a summary that readers see anyway, is shown only where nothing behind it matches. Everything but the
    marks is escaped.
    """
    behind = spots[bisect_left(spots, (first,)) :]
    spots, first = (behind, first) if behind else (spots, 0)
    start = max(_choose_start(text, spots), first)
    end = min(len(text), start + LENGTH)
    if end < len(text):
        end = text.rfind(" ", start + LENGTH // 2, end) if " " in text[start + LENGTH // 2 : end] else end
    escape = html.escape if SIGNS.search(text, start, end) else str  # nearly all texts have nothing to escape there
    pieces = ["… "] if start > first else []
    at = start
    for begins, ends, _word in spots:
        if begins < at or ends > end:
            if begins > end:
                break
            continue
        pieces += [escape(text[at:begins]), "<mark>", escape(text[begins:ends]), "</mark>"]
        at = ends
    pieces.append(escape(text[at:end]))
    if end < len(text):
        pieces.append(" …")
    return "".join(pieces)


def _choose_start(text: str, spots: Sequence[Spot]) -> int:
    """Where to cut so that most different words are seen; early windows win ties."""
    best, best_count, end = None, 0, 0
    most = len({word for _begins, _ends, word in spots})
    seen: dict[int, int] = {}
    for number, (begins, _ends, first) in enumerate(spots):
        while end < len(spots) and spots[end][1] <= begins + LENGTH - LEAD:
            word = spots[end][2]
            seen[word] = seen.get(word, 0) + 1
            end += 1
        if end <= number:  # a word longer than the window
            end = number + 1
            continue
        if len(seen) > best_count:
            best, best_count = begins, len(seen)
            if best_count == most:
                break
        seen[first] -= 1
        if not seen[first]:
            del seen[first]
    if best is None or best <= LEAD:
        return 0
    cut = text.find(" ", best - LEAD)
    return cut + 1 if 0 <= cut < best else best
