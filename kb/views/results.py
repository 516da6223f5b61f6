"""The records of a list as HTML, put together from pieces that templates wrote once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain

from flask import get_template_attribute
from markupsafe import Markup, escape

from kb.generations import Generation
from kb.queries.search import ResultItem
from kb.records.card import Card
from kb.views.cards import list_facts, say_known
from kb.views.shortlist_links import prepare_toggle

KEPT_CARDS = 4_000  # some 6 MB
MARK = "\x01"  # a sign that no template has
CHOOSABLE = {"funding": "", "case-study": "case:"}  # what a shortlist can hold, with what stands before the id there


class Drawn:
    """The cards that a worker drew last, as HTML: what a list says of a record changes with its generation and the day
    alone.

    The template writes the card of each shape (type, status, names of facts) once, with a mark for each text of a
    record; a card fills these in.
    """

    def __init__(self, _generation: Generation) -> None:
        self._write = get_template_attribute("_card.html", "card_facts")
        write_result = get_template_attribute("_results.html", "result")
        self._results = {
            (excerpt, choose): str(write_result(MARK, MARK, excerpt and MARK, choose and MARK)).split(MARK)
            for excerpt in (False, True)
            for choose in (False, True)
        }
        self._shapes: dict[tuple[str | None, ...], list[str]] = {}
        self._kept: dict[tuple[str, date], Markup] = {}

    def draw_list(self, items: Iterable[ResultItem], day: date, before: int = 0) -> Markup:
        """The records of a list, each as an item of it. `before` is how many the page shows above them."""
        draw_toggle = prepare_toggle()
        drawn: list[str] = []
        for place, item in enumerate(items, before + 1):
            card = item.card
            texts: list[str] = [str(place), self._draw(card, day)]
            if item.shows_more:
                texts.append(item.excerpt)
            kind = CHOOSABLE.get(card.type)
            if kind is not None:
                texts.append(draw_toggle(kind + card.id, card.title, f"result-{place}"))
            drawn += _fill_in(self._results[item.shows_more, kind is not None], texts)
        return Markup("".join(drawn))  # noqa: S704 (the template and what is safe already)

    def _draw(self, card: Card, day: date) -> Markup:
        """What every list says of a record."""
        kept = self._kept.get((card.url, day))
        if kept is None:
            if len(self._kept) >= KEPT_CARDS:
                self._kept.clear()
            kept = self._kept[card.url, day] = self._write_card(card, day)
        return kept

    def _write_card(self, card: Card, day: date) -> Markup:
        facts = list_facts(card, day)
        names = [name for name, _value in facts]
        pieces = self._shapes.get((card.type, card.status, *names))
        if pieces is None:
            written = str(self._write(card.status, names, MARK))
            pieces = self._shapes[card.type, card.status, *names] = written.split(MARK)
        texts = [card.kind_label]
        if card.status:
            texts += [card.status_label or "", say_known(card.checked, card.review_by, card.status, day)]
        texts += [card.url, card.title, card.summary, *(value for _name, value in facts)]
        # Each text is escaped, the template wrote the rest.
        return Markup("".join(_fill_in(pieces, map(escape, texts))))  # noqa: S704


def _fill_in(pieces: Sequence[str], texts: Iterable[str]) -> Iterator[str]:
    """What a template wrote, parted at its marks, with a text for each mark."""
    yield from chain.from_iterable(zip(pieces, texts, strict=False))
    yield pieces[-1]
