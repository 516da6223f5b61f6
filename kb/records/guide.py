"""The guide: framework pages, the self-assessment, the glossary, and the register of sources."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, model_validator

from kb.records.dates import StatedDate
from kb.records.model import A_LIST, Id, KeyFeature, Listed, Record, ShortText, Strict, Text, Texts, reject


class FrameworkPage(Record):
    """One key feature of good practice; its id is a value of `key_features`."""

    record_type: ClassVar[str] = "framework"
    sections: ClassVar[tuple[str, ...]] = (
        "Why it matters",
        "What good looks like",
        "What goes wrong",
        "First steps",
    )

    order: Annotated[int, Field(ge=1, le=6)]


class Question(Strict):
    """One question of the self-assessment; `of` names the groups it is asked about, one by one.

    `for_school` is our adaptation for a school that asks itself.
    """

    id: Id
    feature: KeyFeature
    asks: Text
    for_school: Text | None = None
    of: Texts | None = None
    document: Id
    locator: Text


def check_address(value: str) -> str:
    """A record as other files name it."""
    if not re.fullmatch(r"(funding|case-studies|framework|glossary)/[a-z0-9-]+", value):
        raise reject(f'"{value[:60]}" names no record. Write funding/ID, case-studies/ID, framework/ID or glossary/ID')
    return value


def address_of(named: str) -> str:
    """Where a record is on the site, from how other files name it."""
    return f"/{named.replace('glossary/', 'glossary#')}"


class Term(Strict):
    """A term of the field. `see` names records as funding/ID, case-studies/ID, framework/ID or glossary/ID; `asked_as`
    are expressions people would type who need the term explained."""

    id: Id
    name: ShortText
    acronym: ShortText | None = None
    aliases: Texts | None = None
    means: Annotated[str, Field(min_length=1, max_length=500)]
    era: Annotated[str, Listed("eras")]
    see: Annotated[tuple[Annotated[str, AfterValidator(check_address)], ...], A_LIST] | None = None
    asked_as: Texts | None = None


class Synonyms(Strict):
    """A group of the thesaurus: `same`, of which each finds the others and `finds`, or `typed`, which finds `finds`."""

    same: Texts | None = None
    typed: Texts | None = None
    finds: Texts | None = None
    because: Text

    @model_validator(mode="after")
    def _check_one_kind(self) -> Synonyms:
        is_same = len(self.same or ()) > 1 and not self.typed
        is_typed = bool(self.typed and self.finds) and not self.same
        if not is_same and not is_typed:
            raise reject("write same with two words or more, or typed and finds")
        return self


class Document(Strict):
    """A source document that records were written from."""

    id: Id
    title: Text
    publisher: Text
    dated: StatedDate | None = None
    means: Text
    used_for: Text
    limits: Text


class Publisher(Strict):
    """Whoever published a page that records rest on."""

    name: Text
    kind: Annotated[str, Listed("publisher_kinds")]
    limits: Text | None = None


class SourcesRegister(Strict):
    """The documents and publishers, as content/sources.yml names them."""

    documents: Annotated[tuple[Document, ...], A_LIST]
    publishers: Annotated[tuple[Publisher, ...], A_LIST]
