"""Tables of a Word file, written as the text of Word's own language.

The library builds a table cell by cell and looks up every one of them anew, which takes seconds for a long plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from kb.records.text import clean_line, clean_text

CELL_STYLE = "PackCell"  # id of the style of paragraphs in cells, which the document has to have
SHADE, TINT, LINE = "E8F0EE", "F3F2F1", "8C9396"
TWIPS = 567  # to a centimetre
PADDING = 90  # left and right in a cell, in twips
SPLIT_FROM = 900  # signs in a cell from which its row may be split over two pages: a taller one might fill a page
SMALL_ROWS, SMALL_SIGNS = 8, 1500  # of a table that is not split over two pages
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True)
class WordTable:
    """A table to be written. `header` is None for one without; then `rows` begin with labels.

    `widths` are those of the columns in centimetres; the rest is as in pack_blocks.Table.
    """

    header: Sequence[str] | None
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    caption: str = ""
    numbers: Sequence[int] = ()
    total: bool = False

    @property
    def is_small(self) -> bool:
        """True for a table that stays whole on a page: a few rows with little text."""
        return len(self.rows) <= SMALL_ROWS and sum(len(text) for row in self.rows for text in row) <= SMALL_SIGNS


def write_table(table: WordTable) -> str:
    """The table as a <w:tbl> element. Lines stand between rows alone, and its edges in line with the text around.

    Each part stands where the standard wants it: Word calls a file damaged whose parts are out of order.
    """
    widths = [round(width * TWIPS) for width in table.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    keep = len(table.rows) - 1 if table.is_small else 0
    rows = []
    if table.header is not None:
        rows.append(_write_row(table.header, widths, table, bold=True, keeps=True, is_header=True))
    for number, row in enumerate(table.rows):
        is_total = table.total and number == len(table.rows) - 1
        rows.append(_write_row(row, widths, table, bold=is_total, keeps=number < keep))
    settings = _write_settings(table, sum(widths))
    return f'<w:tbl xmlns:w="{NAMESPACE}">{settings}<w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'


def _write_settings(table: WordTable, width: int) -> str:
    lines = "".join(
        f'<w:{side} w:val="{"single" if is_drawn else "nil"}" w:sz="4" w:space="0" w:color="{LINE}"/>'
        for side, is_drawn in (
            ("top", True), ("left", False), ("bottom", True), ("right", False), ("insideH", True), ("insideV", False),
        )
    )  # fmt: skip
    room = "".join(
        f'<w:{side} w:w="{space}" w:type="dxa"/>'
        for side, space in (("top", 50), ("left", PADDING), ("bottom", 50), ("right", PADDING))
    )
    first = "firstRow" if table.header is not None else "firstColumn"
    caption = f"<w:tblCaption w:val={quoteattr(clean_line(table.caption))}/>" if table.caption else ""
    return (
        f'<w:tblPr><w:tblW w:w="{width}" w:type="dxa"/><w:tblInd w:w="{PADDING}" w:type="dxa"/>'
        f"<w:tblBorders>{lines}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{room}</w:tblCellMar><w:tblLook w:{first}="1"/>{caption}</w:tblPr>'
    )


def _write_row(
    texts: Sequence[str], widths: Sequence[int], table: WordTable, bold: bool, keeps: bool, is_header: bool = False
) -> str:
    """A row; one that `keeps` stays on the page of the row after it. A header row comes back on each page."""
    settings = "<w:cantSplit/>" if max(map(len, texts)) < SPLIT_FROM else ""
    if is_header:
        settings += "<w:tblHeader/>"
    cells = []
    for position, (text, width) in enumerate(zip(texts, widths, strict=True)):
        is_label = table.header is None and position == 0
        shade = SHADE if is_header else TINT if is_label else ""
        fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
        layout = "<w:keepNext/>" if keeps else ""
        layout += '<w:jc w:val="right"/>' if position in table.numbers else ""
        weight = "<w:rPr><w:b/></w:rPr>" if bold or is_label else ""
        cells.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{fill}</w:tcPr>'
            f'<w:p><w:pPr><w:pStyle w:val="{CELL_STYLE}"/>{layout}</w:pPr>'
            f"<w:r>{weight}{_write_text(text)}</w:r></w:p></w:tc>"
        )
    return f"<w:tr>{f'<w:trPr>{settings}</w:trPr>' if settings else ''}{''.join(cells)}</w:tr>"


def _write_text(text: str) -> str:
    """Somebody's text, escaped; line ends in it are kept."""
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in clean_text(text).split("\n"))
    return "<w:br/>".join(lines)
