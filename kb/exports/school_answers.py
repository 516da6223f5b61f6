"""The JSON that the API answers about schools, as models."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from kb.register import ATTRIBUTION, Known, School, SchoolSearch


class KnownAnswer(BaseModel):
    """A value with its source in words and the date of that source, no more precise than the source has it."""

    value: int | float | str
    source: str
    dated: str | None = Field(description="A day, month, term, year, school year or financial year")
    predecessor: bool = Field(description="True if it was recorded for the school that this one replaced")


class SuccessorAnswer(BaseModel):
    """The school that replaces a school; it may be too new to be in the register."""

    urn: int
    name: str | None
    date: date | None


class OriginAnswer(BaseModel):
    """Where a group of values comes from."""

    source: str
    dated: str | None
    predecessor: bool


class SchoolAnswer(BaseModel):
    """A school as the register has it. null and empty lists mean that no source says."""

    urn: int
    name: str
    url: str
    reason: str = Field(
        description="Why it was found: urn, former-urn, later-urn, postcode, postcode-area, name, place, spelling or "
        "some-words"
    )
    status: str
    phase: str | None
    type: KnownAnswer | None
    type_group: str | None
    sector: str | None
    age_low: int | None
    age_high: int | None
    religious_character: str | None
    la_code: str | None
    la_name: str | None
    local_authority: str | None = Field(description="A value of the list of councils")
    region: str | None
    town: str | None
    postcode: str | None
    open_date: date | None
    pupils: KnownAnswer | None
    fsm_percent: KnownAnswer | None
    fsm_ever6_percent: KnownAnswer | None
    trust_name: str | None
    trust_type: str | None
    trust_uid: str | None
    trust_size: int | None
    federation_name: str | None
    predecessor_urns: list[int]
    successor: SuccessorAnswer | None
    area_lists: list[str]
    area_lists_maybe: list[str] = Field(description="Lists that cover a part of the council's area")
    origins: dict[str, OriginAnswer] = Field(
        description="Where values come from, by group: record, type, profile, address, opened, census, trust, links"
    )


class SchoolsAnswer(BaseModel):
    """The first schools found, closest first, of `total`; `attribution` is to be shown wherever they are."""

    query: str
    total: int
    schools: list[SchoolAnswer]
    attribution: list[str]


SAME_NAME = (
    "urn", "name", "status", "phase", "type_group", "sector", "age_low", "age_high", "religious_character", "la_code",
    "la_name", "local_authority", "region", "town", "postcode", "open_date", "trust_name", "trust_type", "trust_uid",
    "trust_size", "federation_name",
)  # fmt: skip


def answer_schools(found: SchoolSearch) -> SchoolsAnswer:
    """Schools found, as the API gives them."""
    return SchoolsAnswer(
        query=found.text,
        total=found.total,
        schools=[answer_school(match.school, match.reason) for match in found.matches],
        attribution=[attribution.line for attribution in ATTRIBUTION],
    )


def answer_school(school: School, reason: str) -> SchoolAnswer:
    """One school as the API gives it."""
    successor = None
    if school.successor_urn is not None:
        successor = SuccessorAnswer(urn=school.successor_urn, name=school.successor_name, date=school.successor_date)
    return SchoolAnswer(
        **{name: getattr(school, name) for name in SAME_NAME},
        url=f"/schools/{school.urn}",
        reason=reason,
        type=_answer_known(school.type_known),
        pupils=_answer_known(school.pupils),
        fsm_percent=_answer_known(school.fsm_percent),
        fsm_ever6_percent=_answer_known(school.fsm_ever6_percent),
        predecessor_urns=list(school.predecessor_urns),
        successor=successor,
        area_lists=list(school.area_lists),
        area_lists_maybe=list(school.area_lists_maybe),
        origins={
            group: OriginAnswer(
                source=origin.source, dated=str(origin.dated) if origin.dated else None, predecessor=origin.predecessor
            )
            for group, origin in school.origins
        },
    )


def _answer_known(known: Known[int] | Known[float] | Known[str] | None) -> KnownAnswer | None:
    if known is None:
        return None
    return KnownAnswer(
        value=known.value,
        source=known.source,
        dated=str(known.dated) if known.dated else None,
        predecessor=known.predecessor,
    )
