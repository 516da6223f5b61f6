"""What every page has at hand: the live generation, today's date, template helpers, and the way to make a page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from urllib.parse import quote_plus

from flask import Flask, current_app, g, render_template
from markupsafe import Markup

from kb.config import PROJECT
from kb.generations import Generation
from kb.queries.deadlines import is_past_review
from kb.records.amounts import describe_amount, describe_result, write_number, write_pounds
from kb.records.dates import StatedDate
from kb.records.facets import NOT_STATED_LABEL
from kb.views.cards import choose_tag_colour, list_facts, say_closing, say_known

SERVICE_NAME = "Find school funding and partnerships"
FRONTEND = next((path.name for path in sorted((PROJECT / "static" / "built").glob("govuk-*"))), "govuk-not-built")
NAVIGATION = (
    ("/search", "Search"),
    ("/match", "What can we get?"),
    ("/bids", "Joint bids"),
    ("/funding", "Funding"),
    ("/case-studies", "Case studies"),
    ("/framework", "Good practice"),
    ("/glossary", "Glossary"),
    ("/about", "About"),
)


def live_generation() -> Generation:
    """The generation this request reads, the same from start to end; raises NoGeneration when there is none."""
    if "generation" not in g:
        g.generation = current_app.config["GENERATIONS"].current()
    generation: Generation = g.generation
    return generation


def today() -> date:
    """The date of this request."""
    day: date = current_app.config["CLOCK"]().date()
    return day


@lru_cache(maxsize=4096)
def quote_pair(name: str, value: str) -> str:
    """A parameter as it stands in an address. Kept, since the addresses of a page repeat most of them."""
    return f"{quote_plus(name)}={quote_plus(value)}"


def make_url(path: str, pairs: Iterable[tuple[str, str]] = (), fragment: str = "") -> str:
    """A URL of this site with its parameters in a fixed order, so that a state has one address."""
    query = "&".join(quote_pair(name, value) for name, value in pairs)
    return f"{path}{'?' if query else ''}{query}{'#' if fragment else ''}{fragment}"


def render_page(template: str, title: str, **values: object) -> str:
    """A page; `title` is its h1 and the start of its window title."""
    return render_template(template, title=title, **values)


def hash_file(name: str) -> str:
    """Ten hex digits that change with a static file, for its address."""
    path = PROJECT / "static" / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "missing"


def say_date(found: StatedDate | None) -> str:
    """A stated date in words, or "Not stated"."""
    return found.words if found else NOT_STATED_LABEL


def label(list_name: str, value: str) -> str:
    """The label of a value of a closed list; "All" for `all`."""
    return "All" if value == "all" else live_generation().catalogue.vocabulary.label(list_name, value)


def label_all(list_name: str, values: Iterable[str] | None) -> str:
    """The labels of values, joined by commas; "Not stated" for None."""
    return NOT_STATED_LABEL if values is None else ", ".join(label(list_name, value) for value in values)


def say_count(number: int, noun: str, plural: str = "") -> str:
    """A count with its noun: "1 result", "1,204 results"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def end_sentence(text: str) -> str:
    """The text with a full stop, if it has none at its end: records write notes either way."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def register(app: Flask) -> None:
    """Give templates their helpers."""
    app.jinja_env.filters.update(
        stated_date=say_date,
        pounds=write_pounds,
        number=write_number,
        result_line=describe_result,
        sentence=end_sentence,
        trusted=Markup,  # for HTML that kb.source.markdown or kb.index.excerpt made safe
    )
    app.jinja_env.globals.update(
        service_name=SERVICE_NAME,
        navigation=NAVIGATION,
        frontend=FRONTEND,
        style_version=hash_file("site.css"),
        script_version=hash_file("site.js"),
        label=label,
        label_all=label_all,
        entries=lambda name: live_generation().catalogue.vocabulary.entries(name),
        say_count=say_count,
        make_url=make_url,
        today=today,
        tag_colour=choose_tag_colour,
        say_known=say_known,
        say_closing=say_closing,
        list_facts=list_facts,
        is_past_review=is_past_review,
        describe_amount=lambda amount: describe_amount(amount, live_generation().catalogue.vocabulary),
        not_stated=NOT_STATED_LABEL,
    )
