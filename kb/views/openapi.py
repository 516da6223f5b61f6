"""The API described (OpenAPI 3.1), made from the models, the facets and the closed lists."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from kb.exports.answers import HealthAnswer, ProblemAnswer, SearchAnswer
from kb.queries.request import DEFAULT_PER_PAGE, MAX_PAGE, MAX_PER_PAGE, SORTS
from kb.records.case_study import CaseStudy
from kb.records.facets import FACETS, list_facet_values
from kb.records.funding import FundingStream
from kb.records.vocabulary import Vocabulary
from kb.views.site import SERVICE_NAME

MODELS = (SearchAnswer, FundingStream, CaseStudy, ProblemAnswer, HealthAnswer)


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
            "/api/v1/search": _describe_path(
                "Search and filter",
                "SearchAnswer",
                _describe_search_parameters(vocabulary),
                {"400": "Unknown parameter or value"},
            ),
            "/api/v1/funding/{id}": _describe_path(
                "One funding record", "FundingStream", [_ID], {"404": "No such record"}
            ),
            "/api/v1/case-studies/{id}": _describe_path("One case study", "CaseStudy", [_ID], {"404": "No such case"}),
        },
        "components": {"schemas": schemas["$defs"]},
    }


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
    return [
        {"name": "q", "in": "query", "description": 'Words, "phrases", -not', "schema": {"type": "string"}},
        *facets,
        {"name": "sort", "in": "query", "schema": {"type": "string", "enum": list(SORTS), "default": "relevance"}},
        {"name": "page", "in": "query", "schema": {**number, "maximum": MAX_PAGE, "default": 1}},
        {"name": "per_page", "in": "query", "schema": {**number, "maximum": MAX_PER_PAGE, "default": DEFAULT_PER_PAGE}},
    ]
