"""What a record is tied to, from both ends, and which of its dates matters today."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from project_content import read_corpus

from kb.catalogue import CatalogueRow, open_catalogue, write_catalogue
from kb.catalogue.read import Link
from kb.generations import Generation
from kb.queries.deadlines import find_last_closing, find_next_closing, is_past_review
from kb.queries.likeness import PARTS, Part, join_parts, make_vectors
from kb.queries.related import StreamLinks, find_case_funding, find_similar, find_stream_links
from kb.records.card import make_card
from kb.records.corpus import Corpus
from kb.records.dates import StatedDate, parse_stated_date
from kb.records.funding import Bar, Combine

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read_corpus()


@pytest.fixture(scope="module")
def links(generation: Generation, corpus: Corpus) -> dict[str, StreamLinks]:
    """The links of every stream, by id."""
    return {stream.id: find_stream_links(generation, stream) for stream in corpus.funding}


def ids(found: list[Link]) -> set[str]:
    listed = [link.card.id for link in found]
    assert len(set(listed)) == len(listed)
    return set(listed)


def test_a_stream_shows_the_cases_that_name_it(corpus: Corpus, links: dict[str, StreamLinks]) -> None:
    for stream in corpus.funding:
        named = {case.id for case in corpus.case_studies for paid in case.funding or () if paid.stream == stream.id}
        assert ids(links[stream.id].cases) == named
    assert any(found.cases for found in links.values())


def test_a_case_shows_the_streams_it_names_with_what_they_paid_for(generation: Generation, corpus: Corpus) -> None:
    for case in corpus.case_studies:
        shown = [(link.card.id, link.note) for link in find_case_funding(generation, case)]
        assert shown == [(paid.stream, paid.note) for paid in case.funding or ()]
    assert any(case.funding for case in corpus.case_studies)


def test_a_succession_shows_at_both_ends(corpus: Corpus, links: dict[str, StreamLinks]) -> None:
    stated = {(old, stream.id) for stream in corpus.funding for old in stream.replaces or ()}
    stated |= {(stream.id, new) for stream in corpus.funding for new in stream.replaced_by or ()}
    assert stated
    assert {(old.card.id, id_) for id_, found in links.items() for old in found.replaces} == stated
    assert {(id_, new.card.id) for id_, found in links.items() for new in found.replaced_by} == stated


def test_streams_that_stand_together_show_at_both_ends(corpus: Corpus, links: dict[str, StreamLinks]) -> None:
    stated = {(s.id, other) for s in corpus.funding if s.combine for other in s.combine.with_ or ()}
    assert stated
    shown = {(id_, link.card.id) for id_, found in links.items() for link in found.with_}
    assert shown == stated | {(other, one) for one, other in stated}


def test_exit_routes_show_at_both_ends_with_who_says_so(corpus: Corpus, links: dict[str, StreamLinks]) -> None:
    stated = {
        (stream.id, route.mechanism, route.basis)
        for stream in corpus.funding
        if stream.sustainability
        for route in stream.sustainability.exit_routes or ()
    }
    assert stated
    assert {(id_, link.card.id, link.note) for id_, found in links.items() for link in found.exit_routes} == stated
    assert {(link.card.id, id_, link.note) for id_, found in links.items() for link in found.exit_route_of} == stated


def test_a_link_stated_by_both_sides_shows_once_with_the_note_of_the_record_shown(
    generation: Generation, corpus: Corpus, tmp_path: Path
) -> None:
    streams = [
        stream.model_copy(update={"id": name, "combine": Combine(not_with=(Bar(id=other, why=f"{name} says"),))})
        for stream, name, other in zip(corpus.funding, ["one", "two", "three"], ["two", "one", "one"], strict=False)
    ]
    rows = [CatalogueRow(no, s, make_card(s, corpus.vocabulary), {}, "") for no, s in enumerate(streams)]
    write_catalogue(tmp_path / "catalogue.sqlite", corpus, rows, {})
    tied = Generation("tied", open_catalogue(tmp_path / "catalogue.sqlite"), generation.index)
    shown = {s.id: [(link.card.id, link.note) for link in find_stream_links(tied, s).not_with] for s in streams}
    assert shown["one"] == [("two", "one says"), ("three", "three says")]
    assert shown["two"] == [("one", "two says")]
    assert shown["three"] == [("one", "three says")]


def test_similar_records_are_three_others_of_the_same_type(generation: Generation, corpus: Corpus) -> None:
    for record in (*corpus.funding, *corpus.case_studies):
        similar = find_similar(generation, record)
        assert 0 < len(similar) <= 3
        assert {card.type for card in similar} == {record.record_type}
        assert record.id not in {card.id for card in similar}


@pytest.mark.parametrize(
    ("record_id", "near"),
    [
        ("portsmouth-mayfield-police-in-school", "portsmouth-st-lukes-police-information-sharing"),
        ("birmingham-housing-and-schools-protocol", "birmingham-transitional-funding-for-clearance"),
        ("bolton-disabled-childrens-trust", "darlington-educational-village-trust"),
    ],
)
def test_the_most_similar_case_is_of_the_same_kind_of_work(generation: Generation, record_id: str, near: str) -> None:
    similar = find_similar(generation, generation.catalogue.get_case_study(record_id))
    assert near in [card.id for card in similar]


@pytest.mark.parametrize(
    ("record_id", "near"),
    [
        ("joint-procurement", "independent-brokerage"),
        ("kelloggs-breakfast-club-grants", "greggs-foundation-feeding-brighter-futures"),
        ("protective-security-for-mosques-scheme", "jewish-community-protective-security-grant"),
    ],
)
def test_the_most_similar_streams_serve_the_same_need(generation: Generation, record_id: str, near: str) -> None:
    similar = find_similar(generation, generation.catalogue.get_funding_stream(record_id))
    assert near in [card.id for card in similar]


def test_what_a_page_lists_beside_a_stream_is_not_shown_again_as_like_it(
    generation: Generation, corpus: Corpus, links: dict[str, StreamLinks]
) -> None:
    for stream in corpus.funding:
        found = links[stream.id]
        beside = {link.card.id for link in (*found.replaces, *found.replaced_by, *found.exit_route_of)}
        assert not beside & {card.id for card in find_similar(generation, stream)}


def test_a_mechanism_is_likest_to_mechanisms(generation: Generation, corpus: Corpus) -> None:
    mechanisms = {stream.id for stream in corpus.funding if stream.is_mechanism}
    shown = [card.id for stream in corpus.funding if stream.is_mechanism for card in find_similar(generation, stream)]
    assert sum(near in mechanisms for near in shown) > 0.8 * len(shown)


def test_likeness_is_the_same_from_both_sides_and_nothing_is_liker_than_the_same(generation: Generation) -> None:
    vectors = make_vectors(generation)["case-study"]
    likeness = np.array([vectors.compare(row) for row in range(len(vectors.numbers))])
    assert np.allclose(likeness, likeness.T)
    whole = 1 + sum(PARTS[part].weight for part in ("need", "service_area", "partner", "phase"))
    assert likeness.max() == pytest.approx(whole)
    assert (likeness.argmax(axis=1) == np.arange(len(likeness))).all()


def make_part(*entries: tuple[int, int, float]) -> Part:
    rows, keys, amounts = zip(*entries, strict=True)
    return Part(np.array(rows), np.array(keys), np.array(amounts, dtype=float))


def test_parts_add_up_and_what_shares_no_part_is_not_like() -> None:
    words, area = make_part((0, 0, 0.5), (1, 0, 0.5), (1, 1, 0.1)), make_part((0, 0, 0.3), (2, 0, 0.3), (3, 1, 0.3))
    vectors = join_parts([10, 11, 12, 13], [words, area])
    assert vectors.compare(0) == pytest.approx([0.5 * 0.5 + 0.3 * 0.3, 0.5 * 0.5, 0.3 * 0.3, 0])
    assert vectors.rank(10, 3) == [11, 12]
    assert vectors.rank(10, 3, [11]) == [12]
    assert vectors.rank(13, 3) == []


def dates(*texts: str) -> list[StatedDate]:
    return [parse_stated_date(text) for text in texts]


def test_the_next_closing_date_is_the_first_that_is_not_over() -> None:
    found = find_next_closing(dates("2027-03-01", "2026-11-20", "2026-12-01"), TODAY)
    assert str(found) == "2026-12-01"


@pytest.mark.parametrize("text", ["2026-11-21", "2026-11", "autumn 2026", "2026", "school year 2026-27"])
def test_a_date_that_can_still_mean_today_is_not_over(text: str) -> None:
    assert find_next_closing(dates(text), TODAY) == parse_stated_date(text)
    assert find_last_closing(dates(text), TODAY) is None
    assert not is_past_review(parse_stated_date(text), TODAY)


@pytest.mark.parametrize("text", ["2026-11-20", "2026-10", "summer 2026", "2025", "school year 2025-26"])
def test_a_date_whose_last_day_is_past_is_over(text: str) -> None:
    assert find_next_closing(dates(text), TODAY) is None
    assert find_last_closing(dates(text), TODAY) == parse_stated_date(text)
    assert is_past_review(parse_stated_date(text), TODAY)


def test_the_last_closing_date_is_the_latest_that_is_over() -> None:
    assert str(find_last_closing(dates("2024-05-01", "2026-11-20", "2026-11-21"), TODAY)) == "2026-11-20"


def test_without_dates_there_is_no_deadline() -> None:
    assert find_next_closing([], TODAY) is None
    assert find_last_closing([], TODAY) is None
    assert not is_past_review(None, TODAY)
