"""A person with a browser who works on a joint bid: follows links, fills in forms, keeps a cookie. No scripts."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterable, Mapping

from bs4 import BeautifulSoup, Tag
from flask import Flask
from page_checks import list_faults, list_header_faults, read_page, read_text
from werkzeug.test import TestResponse

ADDRESSES = itertools.count(1)
ODD_SIGNS = "odd signs"  # no fault where somebody typed them


class BidEditor:
    """One person; every one has an address of their own, because starting bids is rated by address."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        number = next(ADDRESSES)
        self.client.environ_base["REMOTE_ADDR"] = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
        self.edit = self.read = ""

    def start(self, title: str = "Youth wardens", query: str = "") -> BidEditor:
        """Start a bid; `query` as a shortlist or a match sends it."""
        answer = self.submit(self.get(f"/bids{query}"), "Start the bid", title=title)
        assert answer.status_code == 200, answer.text
        self.take_links(answer)
        return self

    def take_links(self, answer: TestResponse) -> None:
        """Keep the links that a page shows."""
        self.edit, self.read = (
            f"/bids/{found}" for found in (find_token(answer.text, "edit"), find_token(answer.text, "read"))
        )

    def join(self, other: BidEditor) -> BidEditor:
        """Open somebody else's bid by its edit link."""
        self.edit, self.read = other.edit, other.read
        return self

    def get(self, path: str, status: int = 200) -> BeautifulSoup:
        """A page, checked as every page is."""
        return self.check(self.client.get(path), status)

    def check(self, answer: TestResponse, status: int = 200) -> BeautifulSoup:
        """An answer as a page without faults."""
        assert answer.status_code == status, f"{answer.status}: {answer.text[-2000:]}"
        page = read_page(answer)
        # An editor has the cookie already; it may change, for the sentence that the next page shows.
        faults = [
            *list_faults(answer.text, page),
            *(each for each in list_header_faults(answer) if "cookie" not in each),
        ]
        faults = [fault for fault in faults if not fault.startswith(ODD_SIGNS)]
        assert not faults, "; ".join(faults)
        return page

    def open(self, part: str = "", status: int = 200) -> BeautifulSoup:
        """A page of the bid."""
        return self.get(f"{self.edit}/{part}".rstrip("/"), status)

    def submit(self, page: BeautifulSoup, button: str, **typed: str | Iterable[str]) -> TestResponse:
        """Send the form with this button as a browser would, with some inputs filled in anew."""
        return self.send(find_form(page, button), button, typed)

    def send(self, form: Tag, button: str, typed: Mapping[str, str | Iterable[str]]) -> TestResponse:
        """Send a form."""
        values = list_values(form, button)
        fresh = {name.replace("__", "."): value for name, value in typed.items()}
        data: dict[str, list[str]] = {}
        for name, value in values:
            data.setdefault(name, []).append(value)
        for name, given in fresh.items():
            data[name] = [given] if isinstance(given, str) else list(given)
        return self.client.post(str(form["action"]), data=data)

    def follow(self, answer: TestResponse) -> BeautifulSoup:
        """The page that a form leads to."""
        assert answer.status_code == 303, f"{answer.status}: {answer.text[-2000:]}"
        return self.get(answer.headers["Location"].partition("#")[0])

    def add(self, section: str, kind: str, **typed: str) -> BeautifulSoup:
        """Add an entry by its form; the page of its section."""
        page = self.open(f"{section}/new?kind={kind}")
        return self.follow(self.submit(page, "Save", **typed))

    def change(self, page: BeautifulSoup, called: str, **typed: str) -> TestResponse:
        """Change an entry by the link beside it."""
        return self.submit(self.get(find_link(page, f"Change {called}")), "Save", **typed)


def import_file(editor: BidEditor, content: bytes, status: int = 200) -> BeautifulSoup:
    """Start a bid from a file, through its form."""
    page = editor.get("/bids")
    form = page.select_one("form[action='/bids/import']")
    data = {**dict(list_values(form, "")), "file": (io.BytesIO(content), "bid.json")}
    answer = editor.client.post("/bids/import", data=data, content_type="multipart/form-data")
    page = editor.check(answer, status)
    if status == 200:
        editor.take_links(answer)
    return page


def find_token(text: str, right: str) -> str:
    """The token of a link that a page shows."""
    found = re.search(rf"/bids/({right}-[\w-]{{32}})(?![\w-])", text)
    assert found, f"no {right} link"
    return found[1]


def find_link(page: BeautifulSoup, words: str) -> str:
    """Where the link with these words leads."""
    found = [link["href"] for link in page.select("a") if read_text(link) == words]
    assert len(set(found)) == 1, f"{words}: {found}, of {[read_text(link) for link in page.select('main a')]}"
    return str(found[0])


def find_form(page: BeautifulSoup, button: str) -> Tag:
    """The form with a button of these words."""
    found = [form for form in page.select("form") if any(read_text(each) == button for each in form.select("button"))]
    assert len(found) == 1, f"{len(found)} forms with {button}"
    return found[0]


def list_values(form: Tag, button: str) -> list[tuple[str, str]]:
    """What a browser sends of a form, pressed at a button."""
    values = []
    for tag in form.select("input, select, textarea, button"):
        name, kind = tag.get("name"), tag.get("type", "")
        if not name:
            continue
        if tag.name == "select":
            chosen = tag.select_one("option[selected]") or tag.select_one("option")
            values.append((name, chosen["value"] if chosen else ""))
        elif tag.name == "textarea":
            values.append((name, tag.get_text().removeprefix("\n")))
        elif tag.name == "button":
            values += [(name, tag.get("value", ""))] if read_text(tag) == button else []
        elif kind not in ("checkbox", "radio") or "checked" in tag.attrs:
            values.append((name, tag.get("value", "on" if kind == "checkbox" else "")))
    return values
