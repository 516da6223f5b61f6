"""What a document is made of before anybody says whether it becomes a Word file or a web page: neutral blocks of text.

Every text is plain text; who writes it into a file escapes it. `form` names the kind of block for templates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class Heading:
    """A heading. `level` 1 is a part of the document, 2 and 3 are below it; `name` is its address within the page."""

    form: ClassVar[str] = "heading"
    level: int
    text: str
    name: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; line ends in it are kept. `link` is a web address that stands after the text; `note`: small."""

    form: ClassVar[str] = "paragraph"
    text: str
    link: str = ""
    note: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list of points."""

    form: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table with a header row.

    `widths` are shares of the page's width, one a column. `numbers` are the positions of columns of figures, set to
    the right. `total`: the last row sums the rest up.
    """

    form: ClassVar[str] = "table"
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    numbers: tuple[int, ...] = ()
    total: bool = False

    @property
    def percents(self) -> list[int]:
        """The widths in whole percent, for the style sheet's classes: from 5 to 70."""
        return [min(70, max(5, round(100 * width / sum(self.widths)))) for width in self.widths]


@dataclass(frozen=True)
class Facts:
    """Labels with what is said of each."""

    form: ClassVar[str] = "facts"
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Contents:
    """The parts of the document, in order, each leading to its heading."""

    form: ClassVar[str] = "contents"


@dataclass(frozen=True)
class PageBreak:
    """What follows begins a new page on paper."""

    form: ClassVar[str] = "page-break"


Block = Heading | Paragraph | Bullets | Table | Facts | Contents | PageBreak


@dataclass(frozen=True)
class Pack:
    """A document. `kind` says what it is, `made` when it was made (with a time zone); `footer` stands on every page."""

    title: str
    kind: str
    made: datetime
    footer: str
    blocks: tuple[Block, ...]

    @property
    def parts(self) -> list[Heading]:
        """The headings of the parts."""
        return [block for block in self.blocks if isinstance(block, Heading) and block.level == 1]


def write_text(text: str) -> list[Block]:
    """Somebody's text as paragraphs: a blank line begins another."""
    found = ("\n".join(line.rstrip() for line in part.splitlines()).strip() for part in _split_paragraphs(text))
    return [Paragraph(part) for part in found if part]


def _split_paragraphs(text: str) -> list[str]:
    parts: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            parts[-1].append(line)
        elif parts[-1]:
            parts.append([])
    return ["\n".join(lines) for lines in parts]


def shorten(text: str, most: int) -> str:
    """A text on one line and cut at a word, for where there is little room; the whole stands elsewhere."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return f"{line[: most - 1].rsplit(' ', 1)[0].rstrip(' ,;:.')}…"


def end_sentence(text: str) -> str:
    """The text with a full stop if it has none at its end; nothing stays nothing."""
    return text if not text or text.endswith((".", "?", "!", "…")) else f"{text}."


def say_number(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun: "1 partner", "3 partners"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def number_parts(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks with their parts numbered from 1, so that a printed list of contents leads to them."""
    numbered: list[Block] = []
    count = 0
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            count += 1
            numbered.append(Heading(1, f"{count}. {block.text}", block.name))
        else:
            numbered.append(block)
    return tuple(numbered)
