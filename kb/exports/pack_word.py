"""A document of neutral blocks as a Word file: A4, real headings, tables whose header rows come back on each page."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kb.exports.pack_blocks import Block, Bullets, Contents, Facts, Heading, Pack, PageBreak, Paragraph, Table
from kb.exports.pack_word_table import CELL_STYLE, WordTable, write_table
from kb.records.text import clean_line, clean_text

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.text.paragraph import Paragraph as WordParagraph

FONT = "Arial"
INK, BRAND = "0B0C0C", "16423C"
PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 21.0, 29.7, 2.0  # centimetres: A4
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
FACT_SHARES = (0.27, 0.73)  # of a label, and of what is said of it
# Name of a style, its size in points, bold, space before and after in points.
STYLES = (
    ("Normal", 10.5, False, 0, 6),
    ("Title", 26, True, 0, 4),
    ("Subtitle", 14, False, 0, 18),
    ("Heading 1", 17, True, 22, 8),
    ("Heading 2", 13, True, 16, 5),
    ("Heading 3", 11, True, 10, 3),
    ("List Bullet", 10.5, False, 0, 3),
    ("Caption", 10, True, 8, 4),
    (CELL_STYLE, 9.5, False, 0, 0),
    ("Footer", 8.5, False, 0, 0),
)


def write_word(pack: Pack, now: datetime) -> bytes:
    """The document as a .docx file; the same arguments give the same bytes. `now` must have a time zone."""
    from docx import Document  # here, because loading it takes a third of a second

    document = Document()
    moment = now.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    _set_properties(document, pack, moment)
    _set_page(document)
    styles = _set_styles(document)
    _write_footer(document, pack.footer)
    document.add_paragraph(clean_line(pack.title), style="Title")
    document.add_paragraph(clean_line(pack.kind), style="Subtitle")
    _Writer(document, pack, styles).write(pack.blocks)
    written = io.BytesIO()
    document.save(written)
    return _date_parts(written.getvalue(), moment)


def _set_properties(document: WordDocument, pack: Pack, moment: datetime) -> None:
    properties = document.core_properties
    properties.title = clean_line(pack.title)[:255]
    properties.subject = clean_line(pack.kind)[:255]
    properties.language = "en-GB"
    properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
    properties.created = properties.modified = moment
    properties.revision = 1


def _set_page(document: WordDocument) -> None:
    from docx.shared import Cm

    page = document.sections[0]
    page.page_width, page.page_height = Cm(PAGE_WIDTH), Cm(PAGE_HEIGHT)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(MARGIN)
    page.header_distance = page.footer_distance = Cm(1)


def _set_styles(document: WordDocument) -> dict[str, str]:
    """Fonts and spaces of the styles used; returns their ids by name, for the library takes long to look one up.

    The template names fonts by its theme, which would win over ours.
    """
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor
    from docx.styles.style import ParagraphStyle

    document.styles.add_style(CELL_STYLE, WD_STYLE_TYPE.PARAGRAPH).base_style = document.styles["Normal"]
    for name, size, bold, before, after in STYLES:
        style = document.styles[name]
        if not isinstance(style, ParagraphStyle) or style.type != WD_STYLE_TYPE.PARAGRAPH:
            raise TypeError(f"the template has no paragraph style {name}")
        style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
        style.font.color.rgb = RGBColor.from_string(BRAND if name.startswith(("Title", "Heading")) else INK)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        if name == CELL_STYLE:
            style.paragraph_format.line_spacing = 1
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in [key for key in fonts.attrib if "Theme" in str(key)]:
            del fonts.attrib[key]
        for key in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(key), FONT)
    _remove(document.styles["Title"].element, "w:pBdr")
    _remove(document.styles["Subtitle"].element.get_or_add_rPr(), "w:spacing")
    defaults = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    if defaults is not None:
        language = _remove(defaults, "w:lang")
        defaults.append(_make("w:lang", val="en-GB", eastAsia="en-GB", bidi=language or "ar-SA"))
    return {name: document.styles[name].style_id for name, *_ in STYLES}


def _remove(element: Any, tag: str) -> str:
    """Take every part of a name out of an element; returns the text direction language of the last, if it had one."""
    from docx.oxml.ns import qn

    bidi = ""
    for found in list(element.iter(qn(tag))):
        bidi = found.get(qn("w:bidi")) or ""
        found.getparent().remove(found)
    return bidi


def _make(tag: str, **attributes: str) -> BaseOxmlElement:
    """An element of Word's own language, such as <w:lang w:val="en-GB"/>."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _write_footer(document: WordDocument, text: str) -> None:
    """What stands at the foot of each page: the document's words, then "Page 2 of 9"."""
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.add_run(f"{clean_line(text)}. Page ")
    _add_field(paragraph, "PAGE")
    paragraph.add_run(" of ")
    _add_field(paragraph, "NUMPAGES")


def _add_field(paragraph: WordParagraph, code: str) -> None:
    for kind in ("begin", "separate", "end"):
        if kind == "separate":
            instruction = _make("w:instrText")
            instruction.text = code
            paragraph.add_run()._r.append(instruction)
        if kind == "end":
            paragraph.add_run("1")
        paragraph.add_run()._r.append(_make("w:fldChar", fldCharType=kind))


class _Writer:
    """Writes blocks at the end of a document, one after another."""

    def __init__(self, document: WordDocument, pack: Pack, styles: dict[str, str]) -> None:
        self._document = document
        self._styles = styles
        self._pack = pack
        self._bookmarks = 0
        self._breaks_page = False

    def write(self, blocks: Sequence[Block]) -> None:
        """Write all blocks."""
        for number, block in enumerate(blocks):
            if isinstance(block, Heading):
                self._write_heading(block)
            elif isinstance(block, Paragraph):
                is_lead = isinstance(next(iter(blocks[number + 1 : number + 2]), None), Table | Facts | Bullets)
                self._write_paragraph(block, is_lead)
            elif isinstance(block, Bullets):
                for item in block.items:
                    self._add(item, "List Bullet")
            elif isinstance(block, Table):
                self._write_table(block)
            elif isinstance(block, Facts):
                self._write_facts(block)
            elif isinstance(block, Contents):
                self._write_contents()
            elif isinstance(block, PageBreak):
                self._breaks_page = True

    def _add(self, text: str, style: str = "Normal") -> WordParagraph:
        paragraph = self._document.add_paragraph(clean_text(text))
        if style != "Normal":
            paragraph._p.style = self._styles[style]
        if self._breaks_page:
            paragraph.paragraph_format.page_break_before = True
            self._breaks_page = False
        return paragraph

    def _write_heading(self, block: Heading) -> None:
        paragraph = self._add(clean_line(block.text), f"Heading {block.level}")
        if block.name:
            self._bookmarks += 1
            number = str(self._bookmarks)
            paragraph._p.insert(1, _make("w:bookmarkStart", id=number, name=block.name))
            paragraph._p.append(_make("w:bookmarkEnd", id=number))

    def _write_paragraph(self, block: Paragraph, is_lead: bool) -> None:
        """A paragraph; one that leads to a table stays on its page."""
        from docx.shared import Pt

        paragraph = self._add(f"{block.text} " if block.link else block.text)
        if block.link:
            relation = self._document.part.relate_to(block.link, HYPERLINK, is_external=True)
            self._add_link(paragraph, block.link, "r:id", relation)
        paragraph.paragraph_format.keep_with_next = is_lead or None
        if block.note:
            paragraph.paragraph_format.space_after = Pt(3)
            for run in (*paragraph.runs, *(run for link in paragraph.hyperlinks for run in link.runs)):
                run.font.size = Pt(9)

    def _write_contents(self) -> None:
        for part in self._pack.parts:
            self._add_link(self._add(""), part.text, "w:anchor", part.name)

    def _add_link(self, paragraph: WordParagraph, text: str, key: str, target: str) -> None:
        from docx.oxml.ns import qn
        from docx.shared import RGBColor

        run = paragraph.add_run(clean_line(text))
        run.font.underline = True
        run.font.color.rgb = RGBColor.from_string(BRAND)
        link = _make("w:hyperlink")
        link.set(qn(key), target)
        link.append(run._r)
        paragraph._p.append(link)

    def _write_table(self, block: Table) -> None:
        if block.caption:
            self._add(block.caption, "Caption").paragraph_format.keep_with_next = True
        shares = [TEXT_WIDTH * width / sum(block.widths) for width in block.widths]
        self._add_table(WordTable(block.header, block.rows, shares, block.caption, block.numbers, block.total))

    def _write_facts(self, block: Facts) -> None:
        self._add_table(WordTable(None, block.rows, [TEXT_WIDTH * share for share in FACT_SHARES]))

    def _add_table(self, table: WordTable) -> None:
        """A table, and the paragraph that keeps it apart from what follows."""
        from docx.oxml import parse_xml

        if self._breaks_page:
            self._add("")
        after = self._add("")
        after.paragraph_format.space_after = 0
        after._p.addprevious(parse_xml(write_table(table)))


def _date_parts(written: bytes, moment: datetime) -> bytes:
    """The file with `moment` as the time of all its parts, which else bear that of the computer."""
    dated = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written)) as old, zipfile.ZipFile(dated, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            stamp = zipfile.ZipInfo(part.filename, moment.timetuple()[:6])
            stamp.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(stamp, old.read(part))
    return dated.getvalue()
