"""The JSON that the API and `--json` answer, as models, so that the description of the API is made from them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from kb.queries.search import SearchResults
from kb.records.model import Record


class ResultAnswer(BaseModel):
    """One record found. `excerpt` is HTML: escaped text with <mark> around matched words."""

    type: str = Field(description="funding, case-study, framework or glossary")
    id: str
    title: str
    url: str
    summary: str
    excerpt: str
    score: float
    status: str | None
    service_areas: list[str]
    key_features: list[str]
    phases: list[str]


class FacetValueAnswer(BaseModel):
    """One value of a facet and how many records ticking it would give."""

    value: str
    label: str
    count: int
    selected: bool


class SearchAnswer(BaseModel):
    """A page of search results with the counts of every facet."""

    total: int
    page: int
    per_page: int
    pages: int
    did_you_mean: str | None
    results: list[ResultAnswer]
    facets: dict[str, list[FacetValueAnswer]]


class ProblemAnswer(BaseModel):
    """What is wrong with a request (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = Field(default_factory=list)


class HealthAnswer(BaseModel):
    """Whether the site can answer: the live generation, its age in seconds and its counts."""

    status: str
    generation: str | None = None
    age_seconds: int | None = None
    counts: dict[str, int] = Field(default_factory=dict)
    detail: str | None = None


def answer_search(results: SearchResults) -> SearchAnswer:
    """Search results as the API gives them."""
    request = results.request
    return SearchAnswer(
        total=results.total,
        page=request.page,
        per_page=request.per_page,
        pages=results.pages,
        did_you_mean=results.did_you_mean,
        results=[
            ResultAnswer(
                type=item.card.type,
                id=item.card.id,
                title=item.card.title,
                url=item.card.url,
                summary=item.card.summary,
                excerpt=item.excerpt,
                score=item.score,
                status=item.card.status,
                service_areas=list(item.card.service_areas),
                key_features=list(item.card.key_features),
                phases=list(item.card.phases),
            )
            for item in results.results
        ],
        facets={
            facet.name: [
                FacetValueAnswer(value=value.value, label=value.label, count=value.count, selected=value.selected)
                for value in facet.values
            ]
            for facet in results.facets
        },
    )


def answer_record(record: Record) -> dict[str, Any]:
    """A record as JSON: the fields of docs/records.md with its id, and its body as sections of HTML and text."""
    return record.model_dump(mode="json", by_alias=True, exclude_none=True)
