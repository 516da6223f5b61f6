"""What a search says of a filter: expressions that readers type, and the value of a filter that they mean."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo, field_validator

from kb.records.facets import FACETS, list_facet_values
from kb.records.model import ShortText, Strict, Text, Texts, reject
from kb.records.vocabulary import suggest_nearest

BY_NAME = {facet.name: facet for facet in FACETS}


def _check_facet(name: str) -> str:
    if name not in BY_NAME:
        raise reject(f'"{name[:60]}" is not a filter. {suggest_nearest(name, BY_NAME)}')
    return name


class Mention(Strict):
    """A group of expressions that mean one value of a filter; `shown` names it where its label alone would say little,
    as "Yes" of "Did it last?"."""

    facet: Annotated[str, AfterValidator(_check_facet)]
    value: str
    shown: ShortText | None = None
    typed: Texts
    because: Text

    @field_validator("value")
    @classmethod
    def _check_value(cls, value: str, info: ValidationInfo) -> str:
        vocabulary = (info.context or {}).get("vocabulary")
        facet = BY_NAME.get(info.data.get("facet", ""))  # none where the facet itself is wrong
        if vocabulary is None or facet is None:
            return value
        allowed = [allowed for allowed, _ in list_facet_values(facet, vocabulary)]
        if value not in allowed:
            raise reject(f'"{value[:60]}" is not a value of {facet.name}. {suggest_nearest(value, allowed)}')
        return value

    @field_validator("typed")
    @classmethod
    def _check_typed(cls, typed: tuple[str, ...]) -> tuple[str, ...]:
        empty = next((text for text in typed if not re.search("[A-Za-z0-9]", text)), None)
        if empty is not None:
            raise reject(f'"{empty[:60]}" has no word. Write what readers type')
        return typed
