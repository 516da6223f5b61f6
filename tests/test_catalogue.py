"""The catalogue gives back what was written, answers by id, and cannot be talked into anything else."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project_content import read_corpus

from kb.catalogue import Catalogue, CatalogueRow, open_catalogue, write_catalogue
from kb.errors import KbError, NoGeneration, RecordNotFound
from kb.generations import Generation
from kb.records.card import make_card
from kb.records.corpus import Corpus
from kb.records.facets import REACH, assign_facets, list_reach
from kb.records.vocabulary import LISTS


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read_corpus()


@pytest.fixture(scope="module")
def catalogue(generation: Generation) -> Catalogue:
    return generation.catalogue


@pytest.fixture
def catalogue_file(built_data: Path, generation: Generation, tmp_path: Path) -> Path:
    """A copy of the catalogue that a test may spoil."""
    return Path(shutil.copy(built_data / "generations" / generation.id / "catalogue.sqlite", tmp_path))


def test_every_stream_comes_back_as_it_was_written(catalogue: Catalogue, corpus: Corpus) -> None:
    assert catalogue.list_funding_streams() == list(corpus.funding)
    assert [catalogue.get_funding_stream(stream.id) for stream in corpus.funding] == list(corpus.funding)
    assert any(stream.phases == ("all",) for stream in corpus.funding)


def test_every_case_study_comes_back_as_it_was_written(catalogue: Catalogue, corpus: Corpus) -> None:
    assert [catalogue.get_case_study(case.id) for case in corpus.case_studies] == list(corpus.case_studies)


def test_every_framework_page_comes_back_as_it_was_written_and_in_order(catalogue: Catalogue, corpus: Corpus) -> None:
    assert catalogue.list_framework_pages() == list(corpus.framework)
    assert [catalogue.get_framework_page(page.id) for page in corpus.framework] == list(corpus.framework)


def test_the_glossary_comes_back_by_name(catalogue: Catalogue, corpus: Corpus) -> None:
    terms = catalogue.list_terms()
    assert {term.id: term for term in terms} == {term.id: term for term in corpus.glossary}
    assert [term.name.casefold() for term in terms] == sorted(term.name.casefold() for term in terms)


def test_the_questions_of_a_feature_come_back_in_order(catalogue: Catalogue, corpus: Corpus) -> None:
    for page in corpus.framework:
        asked = catalogue.list_questions(page.id)
        assert asked == [question for question in corpus.questions if question.feature == page.id] != []
    assert catalogue.list_questions("no-such-feature") == []


def test_the_sources_register_comes_back(catalogue: Catalogue, corpus: Corpus) -> None:
    assert corpus.sources
    assert catalogue.list_documents() == list(corpus.sources.documents)
    assert {publisher.name: publisher for publisher in catalogue.list_publishers()} == {
        publisher.name: publisher for publisher in corpus.sources.publishers
    }


def test_the_closed_lists_come_back_in_their_order(catalogue: Catalogue, corpus: Corpus) -> None:
    for name in LISTS:
        assert catalogue.vocabulary.entries(name) == corpus.vocabulary.entries(name) != []


def test_cards_and_texts_come_back_in_the_order_asked_for(catalogue: Catalogue, corpus: Corpus) -> None:
    records = [*corpus.funding, *corpus.case_studies, *corpus.framework, *corpus.glossary]
    numbers = [*range(len(records))][::-1]
    assert catalogue.list_cards(numbers) == [make_card(records[no], corpus.vocabulary) for no in numbers]
    texts = [text for _card, text in catalogue.list_cards_with_texts([3, 1])]
    assert texts == [f"{corpus.funding[no].summary} {corpus.funding[no].text}" for no in (3, 1)]


def test_numbers_that_no_record_has_are_left_out(catalogue: Catalogue) -> None:
    assert [card.id for card in catalogue.list_cards([10**6, 0, -1])] == [catalogue.list_cards([0])[0].id]
    assert catalogue.list_cards_with_texts([]) == []


def test_a_record_is_found_by_type_and_id(catalogue: Catalogue, corpus: Corpus) -> None:
    assert catalogue.find_number("case-study", corpus.case_studies[0].id) == len(corpus.funding)
    assert catalogue.find_number("funding", corpus.case_studies[0].id) is None


def test_ids_are_listed_by_type(catalogue: Catalogue, corpus: Corpus) -> None:
    assert catalogue.list_ids("funding") == [stream.id for stream in corpus.funding]
    assert catalogue.list_ids("case-study") == [case.id for case in corpus.case_studies]
    assert catalogue.list_ids("glossary") == sorted(term.id for term in corpus.glossary)
    assert catalogue.list_ids("no-such-type") == []


def test_facets_come_back_as_they_were_assigned(catalogue: Catalogue, corpus: Corpus) -> None:
    records = [*corpus.funding, *corpus.case_studies, *corpus.framework, *corpus.glossary]
    assigned = Counter(
        (facet, value, no)
        for no, record in enumerate(records)
        for facet, values in [
            *assign_facets(record, corpus.vocabulary).items(),
            (REACH, list_reach(record, corpus.vocabulary)),
        ]
        for value in values
    )
    assert any(facet == REACH for facet, _value, _no in assigned)
    read = Counter(
        (facet, value, no)
        for facet, sets in catalogue.read_facet_sets().items()
        for value, members in sets.items()
        for no in range(members.bit_length())
        if members >> no & 1
    )
    assert read == assigned


def test_closing_dates_come_back_with_the_last_day_they_can_mean(catalogue: Catalogue, corpus: Corpus) -> None:
    stated = sorted(
        (no, window.closes.last.toordinal())
        for no, stream in enumerate(corpus.funding)
        for window in stream.windows or ()
        if window.closes
    )
    keys = catalogue.read_sort_keys()
    read = zip(keys.closing_record.tolist(), keys.closing_day.tolist(), strict=True)
    assert sorted(read) == stated != []


def test_a_link_is_found_from_both_of_its_ends(catalogue: Catalogue, corpus: Corpus) -> None:
    case = next(case for case in corpus.case_studies if case.funding)
    assert case.funding
    paid = case.funding[0]
    there = {link.card.id: link.note for link in catalogue.list_links_from("case-study", case.id, "paid-by")}
    back = {link.card.id: link.note for link in catalogue.list_links_to("funding", paid.stream, "paid-by")}
    assert there[paid.stream] == back[case.id] == paid.note
    assert catalogue.list_links_from("case-study", case.id, "replaces") == []
    assert catalogue.list_links_from("funding", paid.stream, "paid-by") == []


def test_records_are_counted_once_by_each_source_they_rest_on(catalogue: Catalogue, corpus: Corpus) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for record in corpus.records:
        counted.update({("document", source.document) for source in record.sources if source.document})
        counted.update({("publisher", source.publisher) for source in record.sources if source.publisher})
    assert catalogue.count_records_by_source() == dict(counted)


def test_what_the_build_noted_comes_back(catalogue: Catalogue, generation: Generation, corpus: Corpus) -> None:
    meta = catalogue.read_meta()
    assert meta["id"] == generation.id
    assert meta["built"] == "2026-11-21T12:00:00+00:00"
    assert meta["counts"] == {
        "funding": len(corpus.funding),
        "case-study": len(corpus.case_studies),
        "framework": len(corpus.framework),
        "glossary": len(corpus.glossary),
        "question": len(corpus.questions),
    }


STRANGE_IDS = ["", "no-such-record", "x' or '1'='1", '"', "a;drop table record", "%", "*", "\0", "\udcff", "../x", "🚓"]


@pytest.mark.parametrize("record_id", STRANGE_IDS)
def test_an_id_that_no_record_has_is_not_found(catalogue: Catalogue, record_id: str) -> None:
    for get in (catalogue.get_funding_stream, catalogue.get_case_study, catalogue.get_framework_page):
        with pytest.raises(RecordNotFound):
            get(record_id)


@pytest.mark.parametrize(
    "text", ["x' or '1'='1", "' union select data from record --", '"', "a;drop table record", "%"]
)
def test_what_is_asked_for_is_never_read_as_sql(catalogue: Catalogue, corpus: Corpus, text: str) -> None:
    assert catalogue.find_number("funding", text) is None
    assert catalogue.find_number(text, corpus.funding[0].id) is None
    assert catalogue.list_ids(text) == []
    assert catalogue.list_links_from("case-study", text, "paid-by") == []
    assert catalogue.list_links_to("funding", corpus.funding[0].id, text) == []
    assert catalogue.list_questions(text) == []


@settings(deadline=None)
@given(st.text(st.characters(codec=None)))
def test_any_text_that_is_no_id_is_not_found(catalogue: Catalogue, text: str) -> None:
    with pytest.raises(RecordNotFound) as raised:
        catalogue.get_funding_stream(text)
    assert (raised.value.kind, raised.value.record_id) == ("funding record", text)


def test_a_record_of_another_type_is_not_found(catalogue: Catalogue, corpus: Corpus) -> None:
    with pytest.raises(RecordNotFound, match=f'There is no case study called "{corpus.funding[0].id}"'):
        catalogue.get_case_study(corpus.funding[0].id)


@pytest.mark.parametrize("size", [0, 1, 100, 5000])
def test_a_damaged_file_cannot_be_opened(catalogue_file: Path, size: int) -> None:
    with catalogue_file.open("r+b") as file:
        file.truncate(size)
    with pytest.raises(NoGeneration, match="Run: kb build"):
        open_catalogue(catalogue_file)


def test_what_is_no_catalogue_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "notes.sqlite").write_text("not a database, however long it is " * 100)
    for path in (tmp_path / "missing.sqlite", tmp_path, tmp_path / "notes.sqlite"):
        with pytest.raises(NoGeneration, match="Run: kb build"):
            open_catalogue(path)
    assert not (tmp_path / "missing.sqlite").exists()


def test_reading_leaves_no_file_beside_the_catalogue(catalogue_file: Path) -> None:
    open_catalogue(catalogue_file).list_funding_streams()
    assert [path.name for path in catalogue_file.parent.iterdir()] == ["catalogue.sqlite"]


def test_a_catalogue_that_cannot_be_written_says_where(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(KbError, match=r"missing/catalogue\.sqlite cannot be written"):
        write_catalogue(tmp_path / "missing" / "catalogue.sqlite", corpus, [], {})


def test_text_with_quotes_and_markup_comes_back_as_it_is(corpus: Corpus, tmp_path: Path) -> None:
    title = 'Robert\'); drop table record;-- "<b>" ? :x @y 🚓'
    record = corpus.case_studies[0].model_copy(update={"title": title})
    row = CatalogueRow(0, record, make_card(record, corpus.vocabulary), {"type": (title,)}, title)
    write_catalogue(tmp_path / "catalogue.sqlite", corpus, [row], {title: title})
    catalogue = open_catalogue(tmp_path / "catalogue.sqlite")
    assert catalogue.get_case_study(record.id) == record
    assert catalogue.list_cards([0])[0].title == title
    assert catalogue.read_facet_sets() == {"type": {title: 1}}
    assert catalogue.read_meta() == {title: title}
