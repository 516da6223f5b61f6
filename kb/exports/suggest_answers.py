"""The JSON that the API answers about what a search box offers, as models."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from kb.queries.suggest import Suggestions


class SuggestionAnswer(BaseModel):
    """One thing to go to, with a short second line that tells it from others."""

    kind: Literal["funding", "case-study", "need", "guide", "place"]
    label: str
    note: str
    url: str = Field(description="An address of this site: a record, a need, a term, or a search for a place")


class SuggestAnswer(BaseModel):
    """Suggestions, best first; `query` is the part of the text that was used."""

    query: str
    suggestions: list[SuggestionAnswer]


def answer_suggestions(suggestions: Suggestions) -> SuggestAnswer:
    """Suggestions as the API gives them."""
    return SuggestAnswer(
        query=suggestions.query,
        suggestions=[SuggestionAnswer.model_validate(found, from_attributes=True) for found in suggestions.found],
    )
