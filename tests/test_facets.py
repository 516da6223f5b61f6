"""Under which values of each filter a record counts."""

from __future__ import annotations

from typing import Any

import pytest
from project_content import read_corpus

from kb.records.case_study import CaseStudy
from kb.records.facets import FACETS, NOT_STATED, assign_facets, list_facet_values
from kb.records.funding import FundingStream
from kb.records.guide import FrameworkPage, Term
from kb.records.vocabulary import Vocabulary

ENGLISH_REGIONS = (
    "north-east", "north-west", "yorkshire-and-the-humber", "east-midlands", "west-midlands", "east-of-england",
    "london", "south-east", "south-west",
)  # fmt: skip
SHARED: dict[str, Any] = {
    "id": "x",
    "title": "X",
    "summary": "X.",
    "body": (),
    "service_areas": ["housing"],
    "sources": [{"id": "page", "title": "Page", "publisher": "Ofsted", "supports": ["purpose"]}],
}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_corpus().vocabulary


def make_stream(**fields: Any) -> FundingStream:
    funder = {"name": "Ofsted", "kind": "public-body"}
    return FundingStream.model_validate({**SHARED, "kind": "programme", "status": "open", "funder": funder, **fields})


def make_case(**fields: Any) -> CaseStudy:
    given = {"place": {"name": "Leeds"}, "evidence": "described", "sustained": {"state": "partly"}}
    return CaseStudy.model_validate({**SHARED, **given, **fields})


def make_page() -> FrameworkPage:
    return FrameworkPage.model_validate(
        {**{k: v for k, v in SHARED.items() if k != "service_areas"}, "id": "school-leadership", "order": 3}
    )


def test_all_counts_under_every_value_of_its_list(vocabulary):
    facets = assign_facets(make_stream(phases="all", applicants="all", service_areas="all"), vocabulary)
    assert facets["phase"] == tuple(vocabulary.values("phases"))
    assert facets["applicant"] == tuple(vocabulary.values("applicants"))
    assert facets["service_area"] == tuple(vocabulary.values("service_areas"))
    assert len(facets["phase"]) == 7


def test_a_listed_value_counts_under_itself_alone(vocabulary):
    facets = assign_facets(make_stream(phases=["primary", "special"], route="formula"), vocabulary)
    assert (facets["phase"], facets["route"]) == (("primary", "special"), ("formula",))
    assert (facets["service_area"], facets["status"]) == (("housing",), ("open",))


@pytest.mark.parametrize(
    ("money", "counted"),
    [("both", ("capital", "revenue")), ("capital", ("capital",)), ("in-kind", ("in-kind",)), (None, (NOT_STATED,))],
)
def test_both_counts_under_capital_and_under_revenue(vocabulary, money, counted):
    assert assign_facets(make_stream(money=money), vocabulary)["money"] == counted


def test_a_field_that_is_left_out_counts_as_not_stated(vocabulary):
    facets = assign_facets(make_stream(), vocabulary)
    for name in ("key_feature", "phase", "region", "applicant", "route", "money"):
        assert facets[name] == (NOT_STATED,)


@pytest.mark.parametrize(
    ("geography", "regions"),
    [
        ({"nations": ["england"]}, ENGLISH_REGIONS),
        ({"nations": ["england"], "note": "Near landfill sites"}, ENGLISH_REGIONS),
        ({"nations": ["uk"]}, (*ENGLISH_REGIONS, "scotland", "wales", "northern-ireland")),
        ({"nations": ["wales"]}, ("wales",)),
        ({"nations": ["england", "scotland"]}, (*ENGLISH_REGIONS, "scotland")),
        ({"nations": ["england"], "regions": ["london"]}, ("london",)),
        ({"nations": ["england"], "local_authorities": ["portsmouth"]}, ("south-east",)),
        ({"regions": ["south-west", "north-east"]}, ("north-east", "south-west")),
        ({"local_authorities": ["portsmouth", "camden"], "regions": ["london"]}, ("london", "south-east")),
        ({"nations": ["england"], "area_lists": ["opportunity-areas"]}, (NOT_STATED,)),
        ({"note": "Within ten miles of the airport"}, (NOT_STATED,)),
        (None, (NOT_STATED,)),
    ],
)
def test_a_stream_counts_under_the_regions_it_reaches(vocabulary, geography, regions):
    assert assign_facets(make_stream(geography=geography), vocabulary)["region"] == regions


@pytest.mark.parametrize(
    ("place", "regions"),
    [
        ({"name": "Leeds", "region": "yorkshire-and-the-humber"}, ("yorkshire-and-the-humber",)),
        ({"name": "Portsmouth", "local_authorities": ["portsmouth"]}, ("south-east",)),
        ({"name": "Two", "region": "london", "local_authorities": ["portsmouth"]}, ("london", "south-east")),
        ({"name": "Somewhere"}, (NOT_STATED,)),
    ],
)
def test_a_case_counts_under_the_regions_of_its_place_and_councils(vocabulary, place, regions):
    assert assign_facets(make_case(place=place), vocabulary)["region"] == regions


def test_each_type_has_only_the_facets_of_its_fields(vocabulary):
    shared = {"type", "service_area", "key_feature", "phase", "region"}
    stream, case = assign_facets(make_stream(), vocabulary), assign_facets(make_case(), vocabulary)
    mechanism = assign_facets(make_stream(kind="mechanism", status=None, applicants=["pta"]), vocabulary)
    assert stream.keys() == shared | {"status", "applicant", "route", "money", "kind"}
    assert mechanism.keys() == shared | {"money", "kind"}
    assert case.keys() == shared | {"sustained"}
    assert (stream["type"], stream["kind"], mechanism["kind"]) == (("funding",), ("programme",), ("mechanism",))
    assert (case["type"], case["sustained"]) == (("case-study",), ("partly",))


def test_a_guide_page_counts_under_its_own_feature_and_a_term_under_none(vocabulary):
    term = Term(id="grant", name="Grant", means="Money.", era="today")
    assert assign_facets(make_page(), vocabulary) == {"type": ("guide",), "key_feature": ("school-leadership",)}
    assert assign_facets(term, vocabulary) == {"type": ("guide",)}


def test_every_value_a_record_counts_under_is_one_a_reader_can_tick():
    corpus = read_corpus()
    offered = {facet.name: {value for value, _ in list_facet_values(facet, corpus.vocabulary)} for facet in FACETS}
    for record in (*corpus.records, *corpus.glossary):
        for name, values in assign_facets(record, corpus.vocabulary).items():
            assert values
            assert set(values) <= offered[name], (record.id, name)


def test_a_filter_offers_its_list_in_order_with_not_stated_once_and_last(vocabulary):
    by_name = {facet.name: list_facet_values(facet, vocabulary) for facet in FACETS}
    assert [value for value, _ in by_name["money"]] == ["capital", "revenue", "in-kind", NOT_STATED]
    assert [value for value, _ in by_name["sustained"]] == ["yes", "partly", "no", NOT_STATED]
    assert [value for value, _ in by_name["type"]] == ["funding", "case-study", "guide"]
    assert by_name["phase"][0] == ("early-years", "Early years")
    assert by_name["phase"][-1] == (NOT_STATED, "Not stated")
