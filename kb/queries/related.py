"""Records tied to a record: stated links from both ends, and others like it."""

from __future__ import annotations

from dataclasses import dataclass

from kb.catalogue.read import Link
from kb.generations import Generation
from kb.queries.likeness import make_vectors
from kb.records.card import Card
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream

SIMILAR = 3


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
    """Up to three records of the same type that are most like this one, without those its page shows beside it."""
    number = generation.catalogue.find_number(record.record_type, record.id)
    if number is None:
        return []
    beside = _list_beside(generation, record) if isinstance(record, FundingStream) else ()
    vectors = generation.derive(make_vectors)[record.record_type]
    return generation.catalogue.list_cards(vectors.rank(number, SIMILAR, beside))


def _list_beside(generation: Generation, stream: FundingStream) -> list[int]:
    """Numbers of the streams that a page lists beside a stream: before it, after it, and what it carries on."""
    catalogue = generation.catalogue
    ids = {*(stream.replaces or ()), *(stream.replaced_by or ())}
    for kind in ("replaces", "replaced-by", "exit-route"):
        ids |= {link.card.id for link in catalogue.list_links_to("funding", stream.id, kind)}
    numbers = (catalogue.find_number("funding", other) for other in ids)
    return [number for number in numbers if number is not None]
