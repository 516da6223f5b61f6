"""What every page must be, whatever it shows. Each fault found is a sentence, so that a test reports all at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.test import TestResponse

SERVICE_NAME = "Find school funding and partnerships"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# A parser of HTML takes five times as long as these, and pages are many. A comment is read over.
TAG = re.compile(r"""<!--.*?-->|<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^"'>]|"[^"]*"|'[^']*')*)>""", re.DOTALL)
ATTRIBUTE = re.compile(r"""([^\s=/"'>]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?""")
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-errormessage")


class PageReader:
    """Reads pages of a site as a browser without scripts or cookies would, and checks the whole of each."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client(use_cookies=False)
        self._answers: dict[str, TestResponse] = {}
        self._sound: set[str] = set()
        self._pages: dict[tuple[str, int], BeautifulSoup] = {}

    def __call__(self, address: str, status: int = 200) -> BeautifulSoup:
        """The page at an address; fails on another status, on any fault, and on a link that leads nowhere."""
        if (address, status) not in self._pages:
            self._pages[address, status] = self._read(address, status)
        return self._pages[address, status]

    def _read(self, address: str, status: int) -> BeautifulSoup:
        response = self._get(address)
        assert response.status_code == status, f"{address} answered {response.status}"
        page = read_page(response)
        faults = [*list_faults(response.text, page), *list_header_faults(response)]
        self._sound.add(urlsplit(address).path)
        faults += [f"{link} leads nowhere" for link in list_links(page, address) if not self._leads_somewhere(link)]
        assert not faults, f"{address}: {'; '.join(faults)}"
        return page

    def _leads_somewhere(self, link: str) -> bool:
        path = link.partition("?")[0].partition("#")[0]
        if path not in self._sound and self._get(path).status_code == 200:
            self._sound.add(path)
        return path in self._sound

    def _get(self, address: str) -> TestResponse:
        """The answer to an address, asked for once."""
        if address not in self._answers:
            with self.client.get(address) as response:  # closed, because a static file is an open file
                response.get_data()
                self._answers[address] = response
        return self._answers[address]


def read_page(response: TestResponse) -> BeautifulSoup:
    """The answer as a page."""
    return BeautifulSoup(response.text, "lxml")


def read_text(tag: Tag | Part | None) -> str:
    """The text of a part as a reader sees it, on one line."""
    assert tag is not None, "the page has no such part"
    return " ".join(tag.get_text().split())


def list_links(page: BeautifulSoup, at: str) -> list[str]:
    """Every address of this site that the page links to, loads or sends a form to, each once, fragments included."""
    tags = page.find_all(True)
    found = [tag.attrs[name] for tag in tags for name in ("href", "src") if name in tag.attrs]
    # A form asks for another page than its bare action, so what is on that page says nothing of the fragment.
    # One that writes cannot be read where it is sent to.
    forms = [tag for tag in tags if tag.name == "form" and "action" in tag.attrs and tag.get("method") != "post"]
    found += [form["action"].partition("#")[0] for form in forms]
    inside = (urljoin(at, address) for address in dict.fromkeys(found) if not urlsplit(address).scheme)
    return [address for address in dict.fromkeys(inside) if not address.startswith("//")]


@dataclass(frozen=True)
class Part:
    """Neighbouring tags of a page, to be asked as one; not copied, because that takes long."""

    tags: list[Tag]

    def select(self, selector: str) -> list[Tag]:
        """Every tag of the part that a selector names, in order."""
        return [
            found
            for tag in self.tags
            for found in ([tag] if tag.css.match(selector) else []) + list(tag.select(selector))
        ]

    def get_text(self) -> str:
        """All that it says."""
        return "".join(tag.get_text() for tag in self.tags)


def find_part(page: BeautifulSoup, heading: str) -> Part:
    """What stands under a heading of the main part, up to the next of its kind."""
    found = [tag for tag in page.main.find_all(["h2", "h3"]) if read_text(tag) == heading]
    assert len(found) == 1, f"{heading} stands {len(found)} times"
    return Part(list(takewhile(lambda tag: tag.name != found[0].name, found[0].find_next_siblings())))


def list_addresses(part: Tag | Part) -> list[str]:
    """Where the links of a part lead, in order."""
    return [link["href"] for link in part.select("a")]


def list_header_faults(response: TestResponse) -> Iterator[str]:
    """What is wrong with how a page is sent."""
    if response.content_type != "text/html; charset=utf-8":
        yield f"sent as {response.content_type}"
    if "Set-Cookie" in response.headers and 'name="csrf_token"' not in response.text:
        yield "sets a cookie without a form that needs it"


def list_faults(html: str, page: BeautifulSoup) -> list[str]:
    """What is wrong with a page, apart from where its links lead."""
    tags = page.find_all(True)  # once, because each walk over a page takes time
    checks = (
        _check_frame,
        _check_headings,
        _check_ids,
        _check_forms,
        _check_links,
        _check_scripts,
        _check_tables,
        _check_words,
    )
    return [*_check_tags(html), *(fault for check in checks for fault in check(page, tags))]


def _check_tags(html: str) -> list[str]:
    """The first tag that is not closed where it should be, or has an attribute twice."""
    waiting: list[str] = []
    for found in TAG.finditer(html):
        closing, tag, inside = found.groups()
        names = ATTRIBUTE.findall(inside or "")
        if closing and (not waiting or waiting.pop() != tag):
            return [f"</{tag}> on line {_count_lines(html, found)} closes another"]
        if len(set(names)) < len(names):
            return [f"<{tag}> on line {_count_lines(html, found)} has an attribute twice"]
        if tag and not closing and tag not in VOID and not inside.endswith("/"):
            waiting.append(tag)
    return [f"<{tag}> is not closed" for tag in waiting]


def _count_lines(html: str, found: re.Match[str]) -> int:
    return html.count("\n", 0, found.start()) + 1


def _check_frame(page: BeautifulSoup, tags: list[Tag]) -> Iterator[str]:
    if page.html is None or page.html.get("lang") != "en":
        yield "no lang"
    if [tag.get("id") for tag in tags if tag.name == "main"] != ["main-content"]:
        yield "not one main part for the skip link"
    if not any(tag.get("content") for tag in tags if tag.name == "meta" and tag.get("name") == "description"):
        yield "no description"


def _check_headings(page: BeautifulSoup, tags: list[Tag]) -> Iterator[str]:
    headings = [tag for tag in tags if tag.name in ("h1", "h2", "h3", "h4", "h5", "h6")]
    tops = [read_text(heading) for heading in headings if heading.name == "h1"]
    title = read_text(page.title)
    if len(tops) != 1:
        yield f"{len(tops)} h1"
    elif not tops[0] or not title.startswith(tops[0]) or not title.endswith(SERVICE_NAME):
        yield f'the title "{title}" does not name the h1 "{tops[0]}" and the site'
    inside = [int(heading.name[1]) for heading in headings if heading.find_parent("main")]
    for before, after in pairwise(inside):
        if after > before + 1:
            yield f"h{after} follows h{before}"


def _check_ids(_page: BeautifulSoup, tags: list[Tag]) -> Iterator[str]:
    counts = Counter(tag["id"] for tag in tags if "id" in tag.attrs)
    yield from (f"id {found} stands {count} times" for found, count in counts.items() if count > 1)
    for tag in tags:
        for name in REFERENCES:
            yield from (f"{name} {found} is nowhere" for found in tag.get(name, "").split() if found not in counts)
        if tag.name == "a" and tag.get("href", "").startswith("#") and tag["href"][1:] not in counts:
            yield f"{tag['href']} is nowhere on the page"


def _check_forms(_page: BeautifulSoup, tags: list[Tag]) -> Iterator[str]:
    fields = [tag for tag in tags if tag.name in ("input", "select", "textarea") and tag.get("type") != "hidden"]
    labels = {tag.get("for"): read_text(tag) for tag in tags if tag.name == "label"}
    nothing = labels.keys() - {field.get("id") for field in fields}
    yield from (f"the label for {name} is for nothing" for name in sorted(map(str, nothing)))
    yield from (f"the field {tag.get('name')} has no label" for tag in fields if not labels.get(tag.get("id")))
    yield from ("a fieldset has no legend" for tag in tags if tag.name == "fieldset" and not tag.legend)
    for form in tags:
        is_guarded = form.get("method") == "post" and form.find("input", attrs={"name": "csrf_token"})
        if form.name == "form" and (not (form.get("method") == "get" or is_guarded) or not form.get("action")):
            yield "a form does not say where it leads, or writes without a guard"
        if form.name == "form" and not form.find("button", type="submit"):
            yield "a form has no button"


def _check_links(_page: BeautifulSoup, tags: list[Tag]) -> Iterator[str]:
    for link in tags:
        if link.name == "a" and not read_text(link):
            yield f"the link to {link.get('href')} has no words"
        if link.name == "a" and urlsplit(link.get("href") or "no:").scheme not in ("", "http", "https"):
            yield f"{link.get('href')} is no address"
        if link.name == "img" and "alt" not in link.attrs:
            yield f"{link.get('src')} has no alt"


def _check_scripts(_page: BeautifulSoup, tags: list[Tag]) -> Iterator[str]:
    if any(tag.name == "style" or "style" in tag.attrs for tag in tags):
        yield "inline style"
    handlers = {name for tag in tags for name in tag.attrs if name.startswith("on")}
    yield from (f"inline handler {name}" for name in sorted(handlers))
    scripts = [tag.get_text() for tag in tags if tag.name == "script" and "src" not in tag.attrs]
    if any("js-enabled" not in script for script in scripts) or len(scripts) > 1:
        yield "inline script"


def _check_tables(_page: BeautifulSoup, tags: list[Tag]) -> Iterator[str]:
    yield from ("a table has no caption" for tag in tags if tag.name == "table" and not tag.caption)
    yield from (f"{read_text(tag)} heads nothing" for tag in tags if tag.name == "th" and "scope" not in tag.attrs)


def _check_words(page: BeautifulSoup, _tags: list[Tag]) -> Iterator[str]:
    text = read_text(page.main or page)
    for found in re.finditer(r"(?<!\.)\.\.(?!\.)| [,.;:] |\{\{|\}\}| object at 0x", text):
        yield f"odd signs: {text[max(0, found.start() - 40) : found.end()]}"


CHECKS = (
    _check_frame,
    _check_headings,
    _check_ids,
    _check_forms,
    _check_links,
    _check_scripts,
    _check_tables,
    _check_words,
)
