"""The shortlist in the address: taken from each request, carried on by every link and form of the page that answers,
and links that add a record or remove it.

Pages are written without it. It is added to the finished page, so no template can forget it, and one that is asked for
without a shortlist is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlencode

from flask import Flask, Response, g, request
from markupsafe import Markup, escape
from werkzeug.datastructures import ImmutableMultiDict

from kb.errors import NoGeneration
from kb.queries.match_request import CORRECTION
from kb.queries.request import IGNORED, IGNORED_PREFIXES
from kb.queries.shortlist import MAX_SHORTLIST, PARAMETER, Shortlist, parse_shortlist
from kb.views.site import hash_file, live_generation, make_url

READERS = ("shortlist.show_shortlist", "bids.show_start")  # pages that read the parameter themselves
WHO = ("urn", "partner", "lead", "profile", "answer")  # parameters of a match that say who asks
NO_SHORTLIST = Shortlist()
# Addresses of our pages, as templates write them: not of files, of the API, of a bid, of another site, or made with
# a shortlist of their own.
LINK = re.compile(r'(?<=\shref=")/(?!/|static/|api/|bids/)([^"#]*)(?=(?:#[^"]*)?"(?! data-shortlist))')
FORM = re.compile(r"<form\b[^>]*>")
FORM_OF_PAGE = re.compile(r'(?=.* action="/(?!/|static/|api/|bids/))(?=.* method="get")')


def read_shortlist() -> Shortlist:
    """What this request has on its shortlist."""
    shortlist: Shortlist = g.get("shortlist", NO_SHORTLIST)
    return shortlist


def keep_shortlist(shortlist: Shortlist) -> None:
    """Let the page that answers carry a shortlist that came in a form and not in the address."""
    g.shortlist = shortlist


def take_shortlist() -> None:
    """Read the shortlist and take it out of the parameters, of which each page refuses those it does not know.

    The API does not take it, and pages of a bid neither read it nor carry it on.
    """
    if PARAMETER not in request.args or request.path.startswith("/api/"):
        return
    given = request.args.getlist(PARAMETER)
    if request.endpoint not in READERS:
        request.args = ImmutableMultiDict(_list_others())
    if request.path.startswith("/bids/"):
        return
    try:
        g.shortlist = parse_shortlist(given, live_generation())
    except NoGeneration:
        return  # the page itself says so


def carry_shortlist(response: Response) -> Response:
    """Add the shortlist to every link and form of a page. Search engines need not read the site once for each."""
    values = read_shortlist().values
    if values and response.mimetype == "text/html":
        response.set_data(add_values(response.get_data(as_text=True), values))
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def add_values(page: str, values: Sequence[str]) -> str:
    """A page of this site whose links and forms that ask for another one carry the values."""
    query = escape(urlencode(_pair(values)))
    fields = "".join(f'<input type="hidden" name="{PARAMETER}" value="{escape(value)}">' for value in values)

    def add_to_link(found: re.Match[str]) -> str:
        address = found[0]
        if "format=" in address:  # a file, which has no links to carry it on
            return address
        return f"{address}{'&amp;' if '?' in address else '?'}{query}"

    def add_to_form(found: re.Match[str]) -> str:
        return found[0] + fields if FORM_OF_PAGE.match(found[0]) else found[0]

    return FORM.sub(add_to_form, LINK.sub(add_to_link, page))


def list_match_pairs() -> list[tuple[str, str]]:
    """The parameters of this request that say who asks, on pages of the match and on the shortlist itself."""
    if not request.path.startswith(("/match", "/shortlist")):
        return []
    return [
        (name, value) for name, value in request.args.items(multi=True) if name in WHO or CORRECTION.fullmatch(name)
    ]


def draw_toggle(value: str, title: str, fragment: str = "") -> Markup:
    """A link that adds a record to the shortlist, or removes it, and comes back to where the reader was."""
    return prepare_toggle()(value, title, fragment)


def prepare_toggle() -> Callable[[str, str, str], Markup]:
    """What draws such links on the page of this request, of which a list has twenty."""
    shortlist = read_shortlist()
    values = shortlist.values
    start = escape(make_url(request.path, [*_list_others(), *_pair(values), (PARAMETER, "")]))

    def draw(value: str, title: str, fragment: str) -> Markup:
        if value in values:
            address = escape(address_without(value, fragment))
            return Markup("On your shortlist: {}").format(_draw_link(address, "remove", title))
        if shortlist.is_full:
            return escape(f"Your shortlist is full: it holds {MAX_SHORTLIST}")
        place = f"#{fragment}" if fragment else ""
        return _draw_link(f"{start}{value.replace(':', '%3A')}{place}", "Add to shortlist", title)

    return draw


def _draw_link(address: str, words: str, title: str) -> Markup:
    """By hand and not by a template, because a page of results has a hundred. The address is escaped already."""
    return Markup(  # noqa: S704
        f'<a class="govuk-link" href="{address}" data-shortlist rel="nofollow">{words}'
        f'<span class="govuk-visually-hidden">: {escape(title)}</span></a>'
    )


def address_without(value: str, fragment: str = "") -> str:
    """The address of this page with one record less on the shortlist."""
    return make_url(request.path, [*_list_others(), *_pair(read_shortlist().without(value))], fragment)


def _list_others() -> list[tuple[str, str]]:
    """The other parameters of this request, without those of campaigns."""
    return [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name != PARAMETER and name not in IGNORED and not name.startswith(IGNORED_PREFIXES)
    ]


def _pair(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(PARAMETER, value) for value in values]


def register(app: Flask) -> None:
    """Take the shortlist from every request and add it to every page. Call it after compression is set up, which has
    to come last."""
    app.before_request(take_shortlist)
    app.after_request(carry_shortlist)
    app.jinja_env.globals.update(
        shortlist_toggle=draw_toggle,
        without_from_shortlist=address_without,
        shortlist_match_pairs=list_match_pairs,
        shortlist_style_version=hash_file("shortlist.css"),
        shortlist_bar_version=hash_file("shortlist-bar.css"),
    )
