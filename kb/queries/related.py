"""Records tied to a record: stated links from both ends, and others like it."""

from __future__ import annotations

from dataclasses import dataclass

from kb.catalogue.read import Link
from kb.generations import Generation
from kb.index import parse_query
from kb.queries.search import make_lookup
from kb.records.card import Card
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream

SIMILAR = 3
LEAST_SHARED = 0.1  # of the record's own words by weight: fewer in common is chance


@dataclass(frozen=True)
class StreamLinks:
    """What a stream is tied to, each list from whichever side states it."""

    cases: list[Link]
    replaces: list[Link]
    replaced_by: list[Link]
    with_: list[Link]
    not_with: list[Link]
    exit_routes: list[Link]
    exit_route_of: list[Link]


def find_stream_links(generation: Generation, stream: FundingStream) -> StreamLinks:
    """All links of a stream; a link that only the other record states counts as much as its own."""
    catalogue = generation.catalogue

    def both(kind: str, reverse: str) -> list[Link]:
        links = catalogue.list_links_from("funding", stream.id, kind) + catalogue.list_links_to(
            "funding", stream.id, reverse
        )
        return list({link.card.id: link for link in reversed(links)}.values())[::-1]

    return StreamLinks(
        cases=catalogue.list_links_to("funding", stream.id, "paid-by"),
        replaces=both("replaces", "replaced-by"),
        replaced_by=both("replaced-by", "replaces"),
        with_=both("with", "with"),
        not_with=both("not-with", "not-with"),
        exit_routes=catalogue.list_links_from("funding", stream.id, "exit-route"),
        exit_route_of=catalogue.list_links_to("funding", stream.id, "exit-route"),
    )


def find_case_funding(generation: Generation, case: CaseStudy) -> list[Link]:
    """The streams that paid for a case."""
    return generation.catalogue.list_links_from("case-study", case.id, "paid-by")


def find_similar(generation: Generation, record: FundingStream | CaseStudy) -> list[Card]:
    """Up to three records of the same type that share most of this one's title and summary words."""
    lookup = generation.derive(make_lookup)
    number = generation.catalogue.find_number(record.record_type, record.id)
    same_type = lookup.sets.get("type", {}).get(record.record_type, 0)
    if number is not None:
        same_type &= ~(1 << number)
    words = parse_query(f"{record.title} {record.summary}".replace('"', " ").replace("-", " "))
    hits = generation.index.find(words, share_of_best=LEAST_SHARED)
    return generation.catalogue.list_cards(hits.rank(same_type)[:SIMILAR])
