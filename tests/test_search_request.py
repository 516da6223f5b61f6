"""Reading URL parameters into a request, and writing a request as parameters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.generations import Generation
from kb.queries.request import MAX_PAGE, SORTS, BadSearchRequest, SearchRequest, parse_request
from kb.records.facets import FACETS, list_facet_values
from kb.records.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def vocabulary(generation: Generation) -> Vocabulary:
    return generation.catalogue.vocabulary


def list_problems(vocabulary: Vocabulary, *pairs: tuple[str, str]) -> dict[str, str]:
    """The problems of a request that must have some, by parameter."""
    with pytest.raises(BadSearchRequest) as raised:
        parse_request(pairs, vocabulary)
    assert all(problem.message in str(raised.value) for problem in raised.value.problems)
    return {problem.parameter: problem.message for problem in raised.value.problems}


def test_no_parameters_are_the_first_page_of_everything(vocabulary: Vocabulary) -> None:
    assert parse_request([], vocabulary) == SearchRequest("", {}, "relevance", 1, 20)


def test_every_parameter_is_read(vocabulary: Vocabulary) -> None:
    pairs = [("q", " sport "), ("type", "funding"), ("page", "3"), ("per_page", "100"), ("sort", "closing")]
    assert parse_request(pairs, vocabulary) == SearchRequest("sport", {"type": ("funding",)}, "closing", 3, 100)


def test_a_filter_may_repeat_and_its_values_come_in_the_order_of_its_list_and_once(vocabulary: Vocabulary) -> None:
    pairs = [("phase", value) for value in ("not-stated", "secondary", "primary", "secondary")]
    assert parse_request(pairs, vocabulary).selected == {"phase": ("primary", "secondary", "not-stated")}


def test_empty_values_are_as_if_they_were_not_there(vocabulary: Vocabulary) -> None:
    pairs = [(name, "  ") for name in ("q", "type", "sort", "page", "per_page")]
    assert parse_request(pairs, vocabulary) == SearchRequest()


@pytest.mark.parametrize("name", ["utm_source", "utm_", "fbclid", "gclid"])
def test_campaign_parameters_are_ignored(vocabulary: Vocabulary, name: str) -> None:
    assert parse_request([(name, "x"), (name, "y"), ("q", "sport")], vocabulary) == SearchRequest("sport")


@pytest.mark.parametrize("name", ["colour", "Q", "", "page[]", "utm", "__class__", "n" * 5000])
def test_an_unknown_parameter_is_answered_with_those_there_are(vocabulary: Vocabulary, name: str) -> None:
    problems = list_problems(vocabulary, (name, "x"))
    assert list(problems) == [name[:60]]
    assert "service_area" in problems[name[:60]]


def test_a_list_of_one_type_takes_only_the_parameters_it_names(vocabulary: Vocabulary) -> None:
    with pytest.raises(BadSearchRequest, match=r"type: this parameter is not known\. Accepted: q, page"):
        parse_request([("type", "funding")], vocabulary, accepted=("q", "page"))


@pytest.mark.parametrize("facet", [facet.name for facet in FACETS])
def test_an_unknown_value_of_a_filter_is_answered_with_those_there_are(vocabulary: Vocabulary, facet: str) -> None:
    assert "Write one of: " in list_problems(vocabulary, (facet, "qqqq"))[facet]


def test_a_value_with_a_slip_is_answered_with_the_nearest(vocabulary: Vocabulary) -> None:
    assert list_problems(vocabulary, ("service_area", "Community Safty"))["service_area"] == (
        '"Community Safty" is not a value. Did you mean community-safety?'
    )


@pytest.mark.parametrize("value", ["x" * 5000, "\0", "'; drop table record; --", "🚓", "\udcff"])
def test_a_strange_value_is_a_problem_like_any_other(vocabulary: Vocabulary, value: str) -> None:
    assert len(list_problems(vocabulary, ("phase", value))["phase"]) < 500


@pytest.mark.parametrize("name", ["q", "sort", "page", "per_page"])
def test_what_is_no_filter_may_not_repeat(vocabulary: Vocabulary, name: str) -> None:
    value = {"q": "sport", "sort": "title"}.get(name, "2")
    assert list_problems(vocabulary, (name, value), (name, value)) == {name: "this parameter may stand only once"}


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "ten", "²", "٣", "1e3", "99999999999", "+1", "0x10"])
@pytest.mark.parametrize("name", ["page", "per_page"])
def test_a_page_must_be_a_whole_number(vocabulary: Vocabulary, name: str, value: str) -> None:
    assert "Write a whole number from 1 to" in list_problems(vocabulary, (name, value))[name]


def test_pages_have_limits(vocabulary: Vocabulary) -> None:
    request = parse_request([("page", str(MAX_PAGE)), ("per_page", "100")], vocabulary)
    assert (request.page, request.per_page) == (10_000, 100)
    assert set(list_problems(vocabulary, ("page", "10001"), ("per_page", "101"))) == {"page", "per_page"}


def test_an_unknown_order_is_answered_with_the_orders_there_are(vocabulary: Vocabulary) -> None:
    assert "Did you mean title?" in list_problems(vocabulary, ("sort", "titel"))["sort"]


def test_all_problems_are_told_at_once(vocabulary: Vocabulary) -> None:
    pairs = [("colour", "red"), ("phase", "x"), ("sort", "x"), ("page", "x"), ("per_page", "0"), ("q", "a"), ("q", "b")]
    assert set(list_problems(vocabulary, *pairs)) == {"colour", "phase", "sort", "page", "per_page", "q"}


def test_a_request_is_written_without_what_is_at_its_default() -> None:
    assert SearchRequest().list_pairs() == []
    request = SearchRequest("sport", {"phase": ("primary",)}, "title", 2, 50)
    assert request.list_pairs(page=1) == [("q", "sport"), ("phase", "primary"), ("sort", "title"), ("per_page", "50")]
    assert request.list_pairs(text="", selected={}, sort="relevance", per_page=20) == [("page", "2")]


def test_a_tick_is_taken_out_and_put_in() -> None:
    request = SearchRequest(selected={"phase": ("primary", "special"), "type": ("funding",)})
    assert request.without("phase", "special") == {"phase": ("primary",), "type": ("funding",)}
    assert request.without("type", "funding") == {"phase": ("primary", "special")}
    assert request.without("region", "london") == request.selected
    assert request.adding("phase", "nursery")["phase"] == ("primary", "special", "nursery")
    assert request.adding("region", "london")["region"] == ("london",)


@settings(deadline=None)
@given(data=st.data())
def test_a_request_written_and_read_again_is_the_same(vocabulary: Vocabulary, data: st.DataObject) -> None:
    pairs = [("q", data.draw(st.text())), ("sort", data.draw(st.sampled_from(list(SORTS))))]
    pairs += [("page", str(data.draw(st.integers(1, 10_000)))), ("per_page", str(data.draw(st.integers(1, 100))))]
    for facet in data.draw(st.lists(st.sampled_from(FACETS), unique=True)):
        values = [value for value, _ in list_facet_values(facet, vocabulary)]
        pairs += [(facet.name, value) for value in data.draw(st.lists(st.sampled_from(values), max_size=3))]
    request = parse_request(data.draw(st.permutations(pairs)), vocabulary)
    assert parse_request(request.list_pairs(), vocabulary) == request


@settings(deadline=None)
@given(pairs=st.lists(st.tuples(st.sampled_from(["q", "page", "phase", "x"]) | st.text(), st.text()), max_size=6))
def test_any_parameters_give_a_request_or_problems(vocabulary: Vocabulary, pairs: list[tuple[str, str]]) -> None:
    request, problems = None, []
    try:
        request = parse_request(pairs, vocabulary)
    except BadSearchRequest as error:
        problems = error.problems
    assert problems or (request and parse_request(request.list_pairs(), vocabulary) == request)
