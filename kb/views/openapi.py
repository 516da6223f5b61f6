"""The API described (OpenAPI 3.1), made from the models, the facets and the closed lists."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from kb.exports.answers import HealthAnswer, ProblemAnswer, SearchAnswer
from kb.exports.match_answers import MatchAnswer
from kb.exports.school_answers import SchoolsAnswer
from kb.exports.suggest_answers import SuggestAnswer
from kb.queries.request import DEFAULT_PER_PAGE, FORMATS, MAX_PAGE, MAX_PER_PAGE, SORTS
from kb.queries.suggest import MAX_TYPED, MOST
from kb.records.case_study import CaseStudy
from kb.records.facets import FACETS, list_facet_values
from kb.records.funding import FundingStream
from kb.records.vocabulary import Vocabulary
from kb.views.schools import DEFAULT_SCHOOLS, MAX_SCHOOL_QUERY, MAX_SCHOOLS
from kb.views.site import SERVICE_NAME

OTHER_MEDIA_TYPES = ("text/csv", "application/atom+xml", "text/calendar")  # of the formats of a search but JSON
FORMAT_HELP = (
    "json is a page of results; csv is all of them; atom is a feed of those checked last, at most 50; "
    "ics has their stated closing dates to come"
)
MODELS = (
    SearchAnswer, SuggestAnswer, MatchAnswer, SchoolsAnswer, FundingStream, CaseStudy, ProblemAnswer, HealthAnswer,
)  # fmt: skip


def describe_api(vocabulary: Vocabulary) -> dict[str, Any]:
    """The OpenAPI document."""
    _, schemas = models_json_schema(
        [(model, "serialization") for model in MODELS], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": SERVICE_NAME,
            "version": "1",
            "description": "Search and read the records. No key is needed; nothing is stored.",
        },
        "paths": {
            "/api/v1/search": _add_formats(
                _describe_path(
                    "Search and filter",
                    "SearchAnswer",
                    _describe_search_parameters(vocabulary),
                    {"400": "Unknown parameter or value"},
                )
            ),
            "/api/v1/suggest": _describe_path(
                f"What a search box offers while one types: at most {MOST} records, terms and places, best first",
                "SuggestAnswer",
                _SUGGEST_PARAMETERS,
                {"400": "Unknown parameter"},
            ),
            "/api/v1/match": _describe_path(
                "What a school or a set of partners can go for, and why",
                "MatchAnswer",
                _describe_match_parameters(vocabulary),
                {"400": "Unknown parameter or value, or nobody named", "404": "No school of this URN"},
            ),
            "/api/v1/funding/{id}": _describe_path(
                "One funding record", "FundingStream", [_ID], {"404": "No such record"}
            ),
            "/api/v1/case-studies/{id}": _describe_path("One case study", "CaseStudy", [_ID], {"404": "No such case"}),
            "/api/v1/schools": _describe_path(
                "Find schools",
                "SchoolsAnswer",
                _SCHOOL_PARAMETERS,
                {"400": "Nothing to look for, or a parameter that cannot be used"},
            ),
        },
        "components": {"schemas": schemas["$defs"]},
    }


_SCHOOL_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "q",
        "in": "query",
        "required": True,
        "description": "A URN, a postcode, or a name, maybe with town or council",
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_SCHOOL_QUERY},
    },
    {
        "name": "limit",
        "in": "query",
        "allowEmptyValue": True,  # as if it were not there
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_SCHOOLS, "default": DEFAULT_SCHOOLS},
    },
]
_SUGGEST_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "q",
        "in": "query",
        "description": f"What was typed so far: its first {MAX_TYPED} letters are used. Without it nothing is offered",
        "allowEmptyValue": True,
        "schema": {"type": "string"},
    },
]
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}


def _describe_path(
    summary: str, model: str, parameters: list[dict[str, Any]], problems: dict[str, str]
) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}}
    return {
        "get": {
            "summary": summary,
            "parameters": parameters,
            "responses": {
                "200": {
                    "description": "Found",
                    "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}},
                },
                **{status: {"description": text, "content": problem} for status, text in problems.items()},
                "503": {"description": "Nothing has been built yet", "content": problem},
            },
        }
    }


def _add_formats(path: dict[str, Any]) -> dict[str, Any]:
    """The description of a path that answers in the formats of a search beside JSON."""
    found = path["get"]["responses"]["200"]["content"]
    found |= {media_type: {"schema": {"type": "string"}} for media_type in OTHER_MEDIA_TYPES}
    return path


def _describe_match_parameters(vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """The parameters of the match; corrections such as roll.100000=61 stand beside them."""
    partners = [value for value in vocabulary.values("bodies") if value != "school"]
    texts: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
    described = {
        "urn": ("A school of the register. May repeat: a set of schools.", {**texts, "items": {"type": "integer"}}),
        "partner": ("Another body by kind. May repeat.", {**texts, "items": {"type": "string", "enum": partners}}),
        "lead": ("The member that leads, as urn:100000 or partner:charity:1.", {"type": "string"}),
        "profile": ("1 for a school that is not in the register.", {"type": "string"}),
        "answer": ("An answer to a question, as STREAM:RULE:yes or :no. May repeat.", texts),
        "q": ("What the money is needed for.", {"type": "string"}),
        "service_area": (
            "What it is about. May repeat.",
            {**texts, "items": {"type": "string", "enum": vocabulary.values("service_areas")}},
        ),
    }
    return [
        {"name": name, "in": "query", "description": text, "schema": schema, "explode": True}
        for name, (text, schema) in described.items()
    ]


def _describe_search_parameters(vocabulary: Vocabulary) -> list[dict[str, Any]]:
    facets = [
        {
            "name": facet.name,
            "in": "query",
            "description": f"{facet.label}. May repeat: any of the values.",
            "schema": {
                "type": "array",
                "items": {"type": "string", "enum": [value for value, _ in list_facet_values(facet, vocabulary)]},
            },
            "explode": True,
        }
        for facet in FACETS
    ]
    number = {"type": "integer", "minimum": 1}
    parameters: list[dict[str, Any]] = [
        {"name": "q", "in": "query", "description": 'Words, "phrases", -not', "schema": {"type": "string"}},
        *facets,
        {"name": "sort", "in": "query", "schema": {"type": "string", "enum": list(SORTS), "default": "relevance"}},
        {"name": "page", "in": "query", "schema": {**number, "maximum": MAX_PAGE, "default": 1}},
        {"name": "per_page", "in": "query", "schema": {**number, "maximum": MAX_PER_PAGE, "default": DEFAULT_PER_PAGE}},
        {
            "name": "format",
            "in": "query",
            "description": FORMAT_HELP,
            "schema": {"type": "string", "enum": list(FORMATS), "default": "json"},
        },
    ]
    return [{**parameter, "allowEmptyValue": True} for parameter in parameters]  # as if it were not there
