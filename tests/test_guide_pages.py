"""The pages of the guide and those about the site: glossary, framework, sources, about."""

from __future__ import annotations

import pytest
from page_checks import PageReader, find_part, list_addresses, read_text

from kb.generations import Generation
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream


def test_every_glossary_term_has_an_anchor_and_what_it_points_to_is_there(
    get_page: PageReader, generation: Generation
) -> None:
    page = get_page("/glossary")
    ids = {tag["id"] for tag in page.select("[id]")}
    for term in generation.catalogue.list_terms():
        entry = page.select_one(f".app-term[id={term.id}]")
        assert term.name in read_text(entry.dt)
        assert term.means in read_text(entry.dd)
        assert bool(entry.dt.select(".govuk-tag")) == (term.era == "historic")
        links = list_addresses(entry)
        assert len(links) == len(term.see or ())
        assert all(link.partition("#")[2] in ids for link in links if link.startswith("/glossary"))


def test_a_glossary_term_is_found_by_search_and_its_link_leads_to_its_anchor(get_page: PageReader) -> None:
    found = get_page("/search?q=acceptable+behaviour+contract&type=guide").select(".app-result__title a")
    assert "/glossary#acceptable-behaviour-contract" in [link["href"] for link in found]


def test_the_framework_leads_to_its_six_features_in_order(get_page: PageReader, generation: Generation) -> None:
    links = get_page("/framework").select(".app-feature a")
    pages = generation.catalogue.list_framework_pages()
    assert [page.order for page in pages] == [1, 2, 3, 4, 5, 6]
    assert [link["href"] for link in links] == [f"/framework/{page.id}" for page in pages]
    for page in pages:
        assert read_text(get_page(f"/framework/{page.id}").select_one(".app-kind")) == f"Key feature {page.order} of 6"


def test_every_feature_lists_the_cases_that_show_it_and_the_questions_to_ask(
    get_page: PageReader, generation: Generation, cases: list[CaseStudy]
) -> None:
    for feature in generation.catalogue.list_framework_pages():
        page = get_page(f"/framework/{feature.id}")
        expected = {f"/case-studies/{case.id}" for case in cases if feature.id in (case.key_features or ())}
        listed = find_part(page, "Cases that show it")
        assert set(list_addresses(listed)) == expected
        assert expected or "No case in this knowledge base shows this feature clearly yet." in read_text(listed)
        questions = generation.catalogue.list_questions(feature.id)
        assert questions
        asked = [read_text(item) for item in find_part(page, "Questions to ask of your council").select("li")]
        assert [text.startswith(question.asks) for text, question in zip(asked, questions, strict=True)]
        assert all(question.locator in text for text, question in zip(asked, questions, strict=True))


def test_the_sources_page_says_how_many_records_rest_on_each(
    get_page: PageReader, generation: Generation, streams: list[FundingStream], cases: list[CaseStudy]
) -> None:
    page = get_page("/sources")
    records = [*streams, *cases, *generation.catalogue.list_framework_pages()]
    for document in generation.catalogue.list_documents():
        resting = sum(any(source.document == document.id for source in record.sources) for record in records)
        part = page.select_one(f"section[aria-labelledby={document.id}]")
        assert f" {resting} record{'s rest' if resting != 1 else ' rests'} on it." in read_text(part)
    for row in page.select(".app-publishers tbody tr"):
        name = row.th.find(string=True).strip()
        resting = sum(any(source.publisher == name for source in record.sources) for record in records)
        assert read_text(row.select("td")[-1]) == str(resting), name


def test_the_about_page_says_what_is_live_and_names_the_licences(get_page: PageReader, generation: Generation) -> None:
    text = read_text(get_page("/about").main)
    counts = generation.catalogue.read_meta()["counts"]
    assert f"Built 2026-11-21 from {counts['funding']} funding records, {counts['case-study']} case studies" in text
    for licence in ("Creative Commons Attribution 4.0", "MIT licence", "Open Government Licence v3.0"):
        assert licence in text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/privacy", "To read, no cookie is set and no account is needed."),
        ("/accessibility", "Web Content Accessibility Guidelines 2.2, level AA"),
    ],
)
def test_the_pages_about_the_site_keep_their_promise_in_words(get_page: PageReader, address: str, words: str) -> None:
    assert words in read_text(get_page(address).main)
