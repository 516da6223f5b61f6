"""What all records share: strict models, values from closed lists, bodies and sources."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from kb.records.dates import StatedDate
from kb.records.vocabulary import Vocabulary, suggest_nearest

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_ID = 80


def reject(message: str) -> PydanticCustomError:
    """An error whose text is a whole sentence for the author."""
    return PydanticCustomError("kb", "{message}", {"message": message})


class Strict(BaseModel):
    """A model that refuses fields it does not know, and cannot be changed once made."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


class Group(Strict):
    """A group of fields of which none is required; one that is there states something."""

    @model_validator(mode="before")
    @classmethod
    def _need_fields(cls, data: Any, info: ValidationInfo) -> Any:
        if data == {} and (info.context or {}).get("vocabulary"):
            raise reject("this group is empty. Leave it out if the source does not say")
        return data


def _check_id(value: str) -> str:
    if not ID.fullmatch(value) or len(value) > MAX_ID:
        raise reject(f'"{value[:100]}" is not an id. Write lower-case letters, digits and hyphens, like youth-fund')
    return value


def _check_web_address(value: str) -> str:
    try:
        host = urlsplit(value).hostname or ""
    except ValueError:
        host = ""
    if "." not in host or not re.fullmatch(r"https?://[^\s<>\"]+", value):
        raise reject(f'"{value[:100]}" is not a web address. Write it in full, like https://www.gov.uk/pupil-premium')
    return value


def _need_https(value: str) -> str:
    if not value.startswith("https://"):
        raise reject("this must start with https://. Readers are sent there")
    return value


class Listed:
    """Marks a text as a value of the closed list `name`; `or_all` lets "all" pass too.

    Checked against the vocabulary in the validation context; without one (a record read back from the catalogue) any
    value passes, and so it does when the list is missing, which is a problem of its own.
    """

    def __init__(self, name: str, or_all: bool = False) -> None:
        self.name = name
        self.or_all = or_all

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def _check(self, value: str, info: core_schema.ValidationInfo) -> str:
        vocabulary: Vocabulary | None = (info.context or {}).get("vocabulary")
        allowed = vocabulary.values(self.name) if vocabulary else []
        if not allowed or value in allowed or (self.or_all and value == "all"):
            return value
        hint = suggest_nearest(value, allowed)
        raise reject(f'"{value[:60]}" is not in the list {self.name}. {hint}')


def _need_list(value: Any) -> Any:
    if isinstance(value, str):
        raise reject(f'this must be a list. Write [{value[:60] or "..."}], or one value a line after "- "')
    if isinstance(value, list | tuple):
        if not value:
            raise reject("this list is empty. Leave the field out if the source does not say")
        words = [item for item in value if isinstance(item, str)]
        twice = next((word for word in words if words.count(word) > 1), None)
        if twice:
            raise reject(f'"{twice[:60]}" is in this list twice; keep one')
    return value


def _need_list_or_all(value: Any) -> Any:
    if value == "all":
        return ("all",)
    if isinstance(value, list) and "all" in value:
        raise reject('"all" stands alone: write "all", or list the values without it')
    return _need_list(value)


A_LIST = BeforeValidator(_need_list)
A_LIST_OR_ALL = BeforeValidator(_need_list_or_all)

Id = Annotated[str, AfterValidator(_check_id)]
Text = Annotated[str, Field(min_length=1, max_length=5000)]
ShortText = Annotated[str, Field(min_length=1, max_length=200)]
Texts = Annotated[tuple[Text, ...], A_LIST]
Ids = Annotated[tuple[Id, ...], A_LIST]
Pounds = Annotated[int, Field(ge=0, le=1_000_000_000_000)]
WebAddress = Annotated[str, Field(max_length=2000), AfterValidator(_check_web_address)]
SecureAddress = Annotated[WebAddress, AfterValidator(_need_https)]

ServiceArea = Annotated[str, Listed("service_areas", or_all=True)]
KeyFeature = Annotated[str, Listed("key_features")]
Phase = Annotated[str, Listed("phases", or_all=True)]
Outcome = Annotated[str, Listed("outcomes", or_all=True)]
Region = Annotated[str, Listed("regions")]
LocalAuthority = Annotated[str, Listed("local_authorities")]
Applicant = Annotated[str, Listed("applicants", or_all=True)]
Body = Annotated[str, Listed("bodies")]


class Source(Strict):
    """Where a record's facts come from: a page of a publisher or a passage of a document, and what it bears."""

    id: Id
    title: Text
    publisher: Text | None = None
    url: WebAddress | None = None
    document: Id | None = None
    locator: Text | None = None
    dated: StatedDate | None = None
    supports: Ids


class BodySection(Strict):
    """One section of a body: title, safe HTML, plain text."""

    title: str
    html: str
    text: str


class Record(Strict):
    """What every Markdown record has. `id` is the file's name, `body` the Markdown below the front matter.

    `asked_as` are expressions people would type for whom the record is an answer: for finding it, not for reading.
    """

    id: str
    title: ShortText
    summary: ShortText
    asked_as: Texts | None = None
    sources: Annotated[tuple[Source, ...], A_LIST]
    body: tuple[BodySection, ...]

    @property
    def text(self) -> str:
        """The body as plain text."""
        return " ".join(section.text for section in self.body)
