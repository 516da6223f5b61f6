"""The corpus as a whole: how many records of which kind and source, and that they lead to each other and to sources."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml
from page_checks import PageReader
from project_content import read_corpus

from kb.records.case_study import CaseStudy
from kb.records.corpus import Corpus
from kb.records.funding import FundingStream

CASES_BY_DOCUMENT = {
    "more-than-the-sum": 16,
    "leadership-for-public-value": 7,
    "learning-from-experience": 31,
    "southwark-education-support-review": 33,
    "council-role-in-school-improvement": 18,
}
PAST_AND_MECHANISMS, TODAY = 92, 234
STREAMS_OF_CASES: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "streams-of-cases.yml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read_corpus()


def test_every_document_has_all_its_case_studies(cases: list[CaseStudy]) -> None:
    assert Counter(case.sources[0].document for case in cases) == CASES_BY_DOCUMENT


def test_all_streams_and_mechanisms_of_the_documents_and_of_today_are_here(streams: list[FundingStream]) -> None:
    assert len(streams) == PAST_AND_MECHANISMS + TODAY
    of_documents = [stream for stream in streams if any(source.document for source in stream.sources)]
    assert len(of_documents) >= PAST_AND_MECHANISMS
    assert len([stream for stream in streams if stream.is_mechanism]) >= 30


def test_the_glossary_has_at_least_ninety_terms(corpus: Corpus) -> None:
    assert len(corpus.glossary) >= 90


@pytest.mark.parametrize("stream_id", STREAMS_OF_CASES)
def test_a_stream_and_the_cases_told_of_it_lead_to_each_other(get_page: PageReader, stream_id: str) -> None:
    stream = get_page(f"/funding/{stream_id}")
    for case_id in STREAMS_OF_CASES[stream_id]:
        assert stream.select(f'main a[href="/case-studies/{case_id}"]'), case_id
        assert get_page(f"/case-studies/{case_id}").select(f'main a[href="/funding/{stream_id}"]'), case_id


def test_every_record_has_a_source_that_can_be_looked_up(corpus: Corpus) -> None:
    lost = [
        record.id for record in corpus.records if not any(source.url or source.locator for source in record.sources)
    ]
    assert lost == []


def test_nothing_current_claims_to_be_checked_later_than_its_newest_source(streams: list[FundingStream]) -> None:
    for stream in streams:
        dated = [source.dated.last for source in stream.sources if source.dated]
        if stream.checked and stream.checked.on:
            assert dated, stream.id
            assert stream.checked.on.first <= max(dated), stream.id


def test_a_competitive_stream_of_today_says_when_to_look_again(streams: list[FundingStream]) -> None:
    for stream in streams:
        if stream.route == "competitive-bid" and stream.status in ("open", "recurring") and stream.checked:
            assert stream.review_by or stream.checked.on is None, stream.id


def test_ways_to_keep_going_are_offered_and_said_to_be_ours_or_the_sources(streams: list[FundingStream]) -> None:
    routes = [route for stream in streams if stream.sustainability for route in stream.sustainability.exit_routes or ()]
    assert Counter(route.basis for route in routes)["ours"] > 100
    assert Counter(route.basis for route in routes)["source"] > 10
