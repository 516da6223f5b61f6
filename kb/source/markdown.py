"""Markdown bodies: sections, safe HTML and plain text.

Python-Markdown lets raw HTML and `javascript:` links through, so nothing leaves here that nh3 has not cleaned.
"""

from __future__ import annotations

import html
import re
import threading
from dataclasses import dataclass

import markdown
import nh3

TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "code", "blockquote", "h3", "h4", "br", "hr"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
HEADING = re.compile(r"^##[ \t]+(.+?)[ \t]*#*[ \t]*$")
FENCE = re.compile(r"^\s{0,3}(```|~~~)")
TAG = re.compile(r"<[^>]+>")
# Browsers drop control signs and blanks from an address and take "\\" for "/", so neither may stand in one.
SAFE_ADDRESS = re.compile(r"(?:https?://[^\s\x00-\x20\\/]|/(?![/\\])|#)[^\s\x00-\x20\\]*", re.IGNORECASE)
BLOCK_END = re.compile(r"</(?:p|li|h3|h4|tr|td|th|blockquote)>|<br ?/?>|<hr ?/?>")
CLASSES = {
    "p": "govuk-body",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
    "a": "govuk-link",
    "h3": "govuk-heading-s",
    "h4": "govuk-heading-s",
    "table": "govuk-table",
    "thead": "govuk-table__head",
    "tbody": "govuk-table__body",
    "tr": "govuk-table__row",
    "th": "govuk-table__header",
    "td": "govuk-table__cell",
    "blockquote": "govuk-inset-text",
}


def _keep_safe_address(_tag: str, attribute: str, value: str) -> str | None:
    return value if attribute != "href" or SAFE_ADDRESS.fullmatch(value) else None


CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes={"a": {"href"}, "*": set()},
    url_schemes={"http", "https"},
    link_rel=None,
    attribute_filter=_keep_safe_address,
    set_tag_attribute_values={tag: {"class": names} for tag, names in CLASSES.items()},
)


@dataclass(frozen=True)
class Section:
    """One `## Heading` of a body: its title, Markdown text, and the line of the heading in the file."""

    title: str
    text: str
    line: int


def split_sections(body: str, first_line: int = 1) -> tuple[str, list[Section]]:
    """Split a body at its second-level headings: (text before the first heading, sections in order)."""
    before: list[str] = []
    sections: list[tuple[str, int, list[str]]] = []
    fenced = False
    for number, line in enumerate(body.split("\n"), first_line):
        if FENCE.match(line):
            fenced = not fenced
        heading = None if fenced else HEADING.match(line)
        if heading:
            sections.append((heading.group(1), number, []))
        elif sections:
            sections[-1][2].append(line)
        else:
            before.append(line)
    return "\n".join(before).strip(), [Section(title, "\n".join(text).strip(), n) for title, n, text in sections]


_local = threading.local()  # a converter keeps state while it works, so each thread has its own


def _get_converter() -> markdown.Markdown:
    """Making a converter takes as long as rendering a section with it."""
    if not hasattr(_local, "converter"):
        _local.converter = markdown.Markdown(extensions=["tables", "sane_lists"], output_format="html")
    converter: markdown.Markdown = _local.converter
    return converter


def render_markdown(text: str) -> str:
    """Markdown to HTML that is safe to show: no scripts, styles, images or foreign attributes.

    Links may go to this site (`/case-studies/...`, `#...`) or to http and https in full; any other link keeps its text
    and loses its address (`has_lost_link`). Elements carry the classes of the design system. Raises ValueError, with a
    sentence for the author, when lists stand in lists without end.
    """
    try:
        raw = _get_converter().reset().convert(text)
    except RecursionError:
        del _local.converter  # it may be left in the middle of something
        raise ValueError("lists or quotations stand in each other too deeply. Write it flatter") from None
    return CLEANER.clean(raw).strip()


def has_lost_link(safe_html: str) -> bool:
    """True if rendered Markdown holds a link whose address was not safe to keep."""
    return f'<a class="{CLASSES["a"]}">' in safe_html


def html_to_text(safe_html: str) -> str:
    """Safe HTML to plain text with single spaces, for the index, excerpts and exports."""
    spaced = BLOCK_END.sub(" ", safe_html)
    return " ".join(html.unescape(TAG.sub("", spaced)).split())
