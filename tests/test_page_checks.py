"""The check that every page test makes finds each of the faults it is for."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from page_checks import PageReader, list_faults, list_links

GOOD = """<!DOCTYPE html><html lang="en"><head>
<title>Funding - Find school funding and partnerships</title><meta name="description" content="Funding">
</head><body><script>document.body.className += ' js-enabled'</script>
<main id="main-content"><h1>Funding</h1><h2 id="two">Open</h2><section aria-labelledby="two"></section>
<form method="get" action="/search"><label for="q">Search</label><input id="q" name="q">
<fieldset><legend>Phase</legend><input type="hidden" name="sort"></fieldset><button type="submit">Go</button></form>
<table><caption>Dates</caption><tr><th scope="col">Opens</th></tr></table>
<svg role="img"><path d="M1 > 0"/></svg><!-- <b> is not closed -->
<img src="/a.png" alt=""><a href="#two">Open ones</a> <a href="/about?x=1#licences">About</a></main></body></html>"""
FAULTS = [
    ('lang="en"', "", "no lang"),
    ('name="description"', 'name="robots"', "no description"),
    ('<main id="main-content">', "<main>", "main part"),
    ("<h1>Funding</h1>", "<h2>Funding</h2>", "0 h1"),
    ("<h1>Funding</h1>", "<h1>Funding</h1><h1>Funding</h1>", "2 h1"),
    ("<h1>Funding</h1>", "<h1>Cases</h1>", "does not name the h1"),
    ("Funding - Find", "Funding - Seek", "and the site"),
    ('<h2 id="two">Open</h2>', '<h3 id="two">Open</h3>', "h3 follows h1"),
    ('<input id="q"', '<input id="two"', "id two stands 2 times"),
    ('aria-labelledby="two"', 'aria-labelledby="two three"', "aria-labelledby three is nowhere"),
    ('href="#two"', 'href="#three"', "#three is nowhere"),
    ('for="q"', 'for="r"', "the label for r is for nothing"),
    ('<label for="q">Search</label>', "", "the field q has no label"),
    (">Search</label>", "></label>", "the field q has no label"),
    ("<legend>Phase</legend>", "", "no legend"),
    ('action="/search"', "", "does not say where"),
    ('method="get"', 'method="post"', "does not say where"),
    ('type="submit"', 'type="button"', "no button"),
    ("Open ones", " ", "has no words"),
    ('href="#two"', 'href="javascript:alert(1)"', "is no address"),
    (' alt=""', "", "/a.png has no alt"),
    ("<h1>", '<h1 style="color: red">', "inline style"),
    ("<h1>", '<h1 onclick="go()">', "inline handler onclick"),
    ("</main>", "<script>go()</script></main>", "inline script"),
    ("<caption>Dates</caption>", "", "no caption"),
    (' scope="col"', "", "Opens heads nothing"),
    ("</section>", "", "closes another"),
    ("</body></html>", "", "<html> is not closed"),
    ("Open ones</a>", "Open ones</a> at once..", "odd signs: "),
    ("Open ones</a>", "Open ones</a> , or", "odd signs: "),
    ("<main ", '<main id="main-content" ', "<main> on line 4 has an attribute twice"),
]


def test_a_sound_page_has_no_fault() -> None:
    assert list_faults(GOOD, BeautifulSoup(GOOD, "html.parser")) == []


@pytest.mark.parametrize(("sound", "spoilt", "fault"), FAULTS)
def test_each_fault_of_a_page_is_found(sound: str, spoilt: str, fault: str) -> None:
    html = GOOD.replace(sound, spoilt, 1)
    assert html != GOOD
    assert fault in "; ".join(list_faults(html, BeautifulSoup(html, "html.parser")))


def test_links_are_read_from_links_forms_and_images_but_not_from_other_sites() -> None:
    page = BeautifulSoup(GOOD.replace("</main>", '<a href="https://www.gov.uk/">Out</a></main>'), "html.parser")
    assert list_links(page, "/funding") == ["/a.png", "/funding#two", "/about?x=1#licences", "/search"]


@pytest.mark.parametrize(
    ("status", "headers", "fault"),
    [
        (404, {}, "answered 404"),
        (200, {"Set-Cookie": "seen=1"}, "sets a cookie"),
        (200, {"Content-Type": "text/plain"}, "sent as text/plain"),
        (200, {}, "/about.x=1#licences leads nowhere"),
    ],
)
def test_a_page_reader_fails_on_a_bad_answer(status: int, headers: dict[str, str], fault: str) -> None:
    app = Flask("pages", static_folder=None)
    app.add_url_rule("/", "page", lambda: (GOOD, status, headers))
    with pytest.raises(AssertionError, match=fault):
        PageReader(app)("/")
