"""The API as scripts use it: the shape that docs promise, errors that say what to do, and its own description."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from kb.cli import main
from kb.generations import Generation
from kb.queries.request import PARAMETERS
from kb.records.case_study import CaseStudy
from kb.records.facets import FACETS
from kb.records.funding import FundingStream

RESULT = {
    "type": str,
    "id": str,
    "title": str,
    "url": str,
    "summary": str,
    "excerpt": str,
    "score": float,
    "status": str | None,
    "service_areas": list,
    "key_features": list,
    "phases": list,
}
ANSWER = {
    "total": int,
    "page": int,
    "per_page": int,
    "pages": int,
    "did_you_mean": str | None,
    "results": list,
    "facets": dict,
}
FACET_VALUE = {"value": str, "label": str, "count": int, "selected": bool}


def check_shape(found: dict[str, Any], shape: dict[str, Any]) -> None:
    assert list(found) == list(shape)
    for name, kind in shape.items():
        assert isinstance(found[name], kind), f"{name} is {found[name]!r}"


@pytest.mark.parametrize(
    "query", ["", "q=wardens", "q=wardns", "type=guide&per_page=100", "q=zzzz&phase=primary", "page=9"]
)
def test_a_search_answer_has_the_promised_fields_and_no_others(client: FlaskClient, query: str) -> None:
    response = client.get(f"/api/v1/search?{query}")
    assert response.status_code == 200
    assert response.content_type == "application/json"
    check_shape(response.json, ANSWER)
    for result in response.json["results"]:
        check_shape(result, RESULT)
    assert list(response.json["facets"]) == [facet.name for facet in FACETS]
    for values in response.json["facets"].values():
        for value in values:
            check_shape(value, FACET_VALUE)


def test_a_search_answer_finds_what_the_page_finds(client: FlaskClient) -> None:
    found = client.get("/api/v1/search?q=wardens&type=case-study").json
    first = found["results"][0]
    assert (first["type"], first["id"]) == ("case-study", "portsmouth-community-wardens")
    assert first["url"] == "/case-studies/portsmouth-community-wardens"
    assert client.get(first["url"]).status_code == 200
    assert first["status"] is None
    assert "community-safety" in first["service_areas"]
    assert "<mark>wardens</mark>" in first["excerpt"].lower()
    assert first["score"] > 0


def test_an_excerpt_holds_no_markup_but_marks(client: FlaskClient) -> None:
    for query in ("school", "children's", "r&d <b>"):
        for result in client.get("/api/v1/search", query_string={"q": query, "per_page": 50}).json["results"]:
            assert re.sub(r"</?mark>|&(amp|lt|gt|quot|#39|#34);", "", result["excerpt"]).isprintable()
            assert not re.search(r"[<>]|&(?!amp;|lt;|gt;|quot;|#)", re.sub(r"</?mark>", "", result["excerpt"]))


def test_the_paging_of_an_answer_adds_up(client: FlaskClient) -> None:
    first = client.get("/api/v1/search?per_page=40").json
    assert (first["page"], first["per_page"], first["pages"]) == (1, 40, -(-first["total"] // 40))
    ids = [
        (result["type"], result["id"])
        for page in range(1, first["pages"] + 1)
        for result in client.get(f"/api/v1/search?per_page=40&page={page}").json["results"]
    ]
    assert len(ids) == len(set(ids)) == first["total"]
    assert client.get(f"/api/v1/search?per_page=40&page={first['pages'] + 1}").json["results"] == []


def test_a_misspelt_word_is_mended_in_the_answer(client: FlaskClient) -> None:
    assert client.get("/api/v1/search?q=wardns").json["did_you_mean"] == "wardens"
    assert client.get("/api/v1/search?q=wardens").json["did_you_mean"] is None


def test_every_facet_but_the_type_ends_with_not_stated(client: FlaskClient) -> None:
    facets = client.get("/api/v1/search").json["facets"]
    assert [value["value"] for value in facets["type"]] == ["funding", "case-study", "guide"]
    for name, values in facets.items():
        assert (values[-1]["value"] == "not-stated") == (name != "type")
        assert [value["value"] for value in values].count("not-stated") <= 1


def test_the_counts_of_a_facet_set_its_own_ticks_aside(client: FlaskClient) -> None:
    before = client.get("/api/v1/search?service_area=housing").json["facets"]
    after = client.get("/api/v1/search?service_area=housing&phase=primary").json["facets"]
    assert [(v["value"], v["count"]) for v in after["phase"]] == [(v["value"], v["count"]) for v in before["phase"]]
    assert [v["value"] for v in after["phase"] if v["selected"]] == ["primary"]
    assert [v["value"] for v in after["service_area"] if v["selected"]] == ["housing"]
    assert sum(v["count"] for v in after["service_area"]) < sum(v["count"] for v in before["service_area"])


def test_values_of_one_facet_add_up_and_facets_narrow_each_other(client: FlaskClient) -> None:
    def total(query: str) -> int:
        return client.get(f"/api/v1/search?{query}").json["total"]

    assert total("status=open&status=rolling") == total("status=open") + total("status=rolling")
    assert (
        0 < total("service_area=housing&type=case-study") < min(total("service_area=housing"), total("type=case-study"))
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", "/api/v1/search?colour=red", 400, "Mend the parts below"),
        ("GET", "/api/v1/funding/playgroud-match", 404, 'There is no funding record called "playgroud-match".'),
        ("GET", "/api/v1/case-studies/nowhere", 404, 'There is no case study called "nowhere".'),
        ("GET", "/api/v1/nothing-here", 404, ""),
        ("POST", "/api/v1/search", 405, "Pages of this site are read, not sent to."),
        ("DELETE", "/api/v1/funding/pupil-premium", 405, "Pages of this site are read, not sent to."),
    ],
)
def test_an_error_is_problem_json_that_says_what_to_do(
    client: FlaskClient, method: str, path: str, status: int, detail: str
) -> None:
    response = client.open(path, method=method)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    problem = json.loads(response.text)
    assert list(problem) == ["type", "title", "status", "detail", "errors"]
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["detail"].startswith(detail)
    assert (response.headers.get("Allow") is not None) == (status == 405)


def test_a_bad_request_names_every_parameter_at_fault(client: FlaskClient) -> None:
    response = client.get("/api/v1/search?colour=red&phase=primry&page=x&sort=title")
    errors = json.loads(response.text)["errors"]
    assert [error["parameter"] for error in errors] == ["colour", "phase", "page"]
    assert errors[1]["message"] == '"primry" is not a value. Did you mean primary?'


def test_a_record_answers_as_the_catalogue_holds_it(
    client: FlaskClient, streams: list[FundingStream], cases: list[CaseStudy]
) -> None:
    records = {f"/api/v1/funding/{stream.id}": stream for stream in streams}
    for address, record in (records | {f"/api/v1/case-studies/{case.id}": case for case in cases}).items():
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.json == record.model_dump(mode="json", by_alias=True, exclude_none=True), address


def test_a_record_answers_with_the_fields_of_its_file(client: FlaskClient) -> None:
    answer = client.get("/api/v1/funding/teacher-development-fund").json
    assert answer["amount"] == {"max": 165000, "per": "award", "year": "2025", "note": answer["amount"]["note"]}
    assert {"opens": "2025-08", "closes": "2025-11-12"}.items() <= answer["windows"][0].items()
    assert answer["body"][0]["title"] == "What it pays for"
    assert "match_funding" not in client.get("/api/v1/funding/sure-start").json


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        (["wardens"], "q=wardens"),
        (["wardns"], "q=wardns"),
        (["police in school", "--type", "case-study"], "q=police+in+school&type=case-study"),
        (
            ["school", "--service-area", "housing", "--service-area", "libraries"],
            "q=school&service_area=housing&service_area=libraries",
        ),
    ],
)
def test_the_command_answers_what_the_api_answers(
    client: FlaskClient, built_data: Path, arguments: list[str], query: str
) -> None:
    result = CliRunner().invoke(main, ["search", *arguments, "--json"], env={"KB_DATA": str(built_data)})
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == client.get(f"/api/v1/search?{query}").json


@pytest.fixture(scope="session")
def description(client: FlaskClient) -> dict[str, Any]:
    return client.get("/api/v1/openapi.json").json


def test_the_description_is_valid_openapi(description: dict[str, Any]) -> None:
    schemathesis.openapi.from_dict(description).validate()
    broken = {**description, "paths": {"/api/v1/search": {"get": {"responses": []}}}}
    with pytest.raises(Exception, match=r"not valid|is not of type"):
        schemathesis.openapi.from_dict(broken).validate()


def test_the_description_has_every_address_of_the_api(description: dict[str, Any], app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    served = {re.sub(r"<[^>]+>", "{}", rule.rule) for rule in rules} - {"/api/v1/openapi.json"}
    assert {re.sub(r"{[^}]+}", "{}", path) for path in description["paths"]} == served
    for path, methods in description["paths"].items():
        assert list(methods) == ["get"]
        names = [parameter["name"] for parameter in methods["get"]["parameters"] if parameter["in"] == "path"]
        assert names == re.findall(r"{([^}]+)}", path)


def test_every_schema_that_the_description_names_is_in_it(description: dict[str, Any]) -> None:
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(description)))
    assert named
    assert named <= description["components"]["schemas"].keys()


def test_every_parameter_and_every_value_in_the_description_is_accepted(
    client: FlaskClient, description: dict[str, Any]
) -> None:
    parameters = description["paths"]["/api/v1/search"]["get"]["parameters"]
    assert sorted(parameter["name"] for parameter in parameters) == sorted(PARAMETERS)
    for parameter in parameters:
        schema = parameter["schema"].get("items", parameter["schema"])
        values = schema.get("enum") or [schema.get("maximum", "wardens"), schema.get("minimum", "x")]
        for value in [*values, ""]:
            response = client.get("/api/v1/search", query_string={parameter["name"]: value})
            assert response.status_code == 200, f"{parameter['name']}={value}"


def test_the_description_names_every_value_that_facets_have(
    client: FlaskClient, description: dict[str, Any], generation: Generation
) -> None:
    parameters = {p["name"]: p for p in description["paths"]["/api/v1/search"]["get"]["parameters"]}
    for name, values in client.get("/api/v1/search").json["facets"].items():
        assert parameters[name]["schema"]["items"]["enum"] == [value["value"] for value in values]
    assert set(generation.catalogue.vocabulary.values("phases")) < set(parameters["phase"]["schema"]["items"]["enum"])
