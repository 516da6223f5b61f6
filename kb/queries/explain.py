"""Why a search shows what it shows, record by record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kb.generations import Generation
from kb.index import TextQuery, parse_query
from kb.index.weights import ELSEWHERE
from kb.queries.needs import make_need_lookup
from kb.queries.search import SearchResults, find_elsewhere, make_lookup
from kb.records.card import Card
from kb.records.guide import address_of

WORTH_TELLING = 0.05  # the least weight of a need, or of what words lead to, that a reader is told of


def explain_results(generation: Generation, results: SearchResults) -> dict[str, list[str]]:
    """Why each record of a page is there, as lines, by its address: what each part of the query matches and adds,
    whether it is for other places, which needs that the query is for it answers, how well it answers what is asked in
    such words, and how like the first records it is."""
    wanted = parse_query(results.request.text)
    elsewhere = find_elsewhere(generation.derive(make_lookup), results.mentioned)
    hits = generation.index.find(wanted, elsewhere)
    led = generation.index.explain_leads(wanted)
    alike = dict(zip(hits.alike[0].tolist(), hits.alike[1].tolist(), strict=True))
    numbers = {
        item.card.url: generation.catalogue.find_number(item.card.type, item.card.id) for item in results.results
    }
    return {
        item.card.url: [
            *_explain_words(generation, wanted, elsewhere, numbers[item.card.url]),
            *_explain_needs(generation, results, item.card),
            *_explain_leads(led, numbers[item.card.url]),
            *_explain_likeness(alike, numbers[item.card.url]),
            f"score {item.score:g}{', every word' if item.has_all_words else ''}",
        ]
        for item in results.results
    }


def _explain_words(generation: Generation, wanted: TextQuery, elsewhere: int, number: int | None) -> Iterator[str]:
    if number is None:
        return
    for reason in generation.index.reasons.explain(wanted, number):
        if not reason.matched:
            yield f"{reason.typed}: not here"
        else:
            other = f", as {reason.matched}" if reason.matched != reason.typed else ""
            yield f"{reason.typed}: {reason.score:g}{other}"
    if generation.index.explain_names(wanted, number):
        yield "has a name that the search says"
    if elsewhere >> number & 1:
        yield f"limited to other places than the search names, so for {ELSEWHERE:g} of that"


def _explain_needs(generation: Generation, results: SearchResults, card: Card) -> Iterator[str]:
    needs = generation.derive(make_need_lookup).in_order
    for place, weight in results.needs:
        if weight < WORTH_TELLING:
            continue
        for named, grade in needs[place].answers.items():
            if address_of(named) == card.url:
                yield f'answers "{needs[place].need}" with grade {grade} of 3, which this search is for by {weight:.0%}'


def _explain_leads(led: Mapping[int, float], number: int | None) -> Iterator[str]:
    share = 0.0 if number is None else led.get(number, 0.0)
    if share >= WORTH_TELLING:
        yield f"answers by {min(share, 1):.0%} what is asked in such words, whatever the need"


def _explain_likeness(alike: Mapping[int, float], number: int | None) -> Iterator[str]:
    if number is not None and number in alike:
        yield f"like the first records by {alike[number]:.0%}"
