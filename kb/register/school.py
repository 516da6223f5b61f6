"""A school as the register knows it, with where each value comes from and of what date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar

from kb.records.dates import StatedDate

Value = TypeVar("Value")

# What a value's origin is kept for: values that always come from one place together share a group.
GROUPS = ("record", "type", "profile", "address", "opened", "census", "trust", "links")


@dataclass(frozen=True)
class Origin:
    """Where a group of values comes from: the source in words, such as "January 2019 school census", and its date.

    `predecessor` says that the source recorded the values for the one school that this school replaced.
    """

    source: str
    dated: StatedDate | None
    predecessor: bool = False


@dataclass(frozen=True)
class Known(Generic[Value]):
    """A value with the source it comes from, in words, the date of that source, and whether a predecessor had it."""

    value: Value
    source: str
    dated: StatedDate | None
    predecessor: bool = False

    @classmethod
    def from_origin(cls, value: Value | None, origin: Origin | None) -> Known[Value] | None:
        """The value as known from an origin; None if there is no value or nobody to vouch for it."""
        if value is None or origin is None:
            return None
        return cls(value, origin.source, origin.dated, origin.predecessor)


@dataclass(frozen=True)
class School:
    """One establishment. None and empty mean that no source says; nothing is guessed.

    `status`, `phase`, `type`, `type_group` and `religious_character` are the register's own words. `local_authority`
    and `region` are values of the closed lists; a council that no longer exists has a name and no value. Ages are in
    years, `trust_size` counts the schools of the trust in this register. `area_lists` holds the lists that surely
    cover the school, `area_lists_maybe` those that cover a part of its council's area.
    """

    urn: int
    name: str
    status: str
    phase: str | None = None
    type: str | None = None
    type_group: str | None = None
    sector: str | None = None
    age_low: int | None = None
    age_high: int | None = None
    religious_character: str | None = None
    la_code: str | None = None
    la_name: str | None = None
    local_authority: str | None = None
    region: str | None = None
    town: str | None = None
    postcode: str | None = None
    open_date: date | None = None
    pupils: Known[int] | None = None
    fsm_percent: Known[float] | None = None
    fsm_ever6_percent: Known[float] | None = None
    type_known: Known[str] | None = None
    trust_name: str | None = None
    trust_type: str | None = None
    trust_uid: str | None = None
    trust_size: int | None = None
    federation_name: str | None = None
    predecessor_urns: tuple[int, ...] = ()
    successor_urn: int | None = None
    successor_name: str | None = None
    successor_date: date | None = None
    area_lists: tuple[str, ...] = ()
    area_lists_maybe: tuple[str, ...] = ()
    origins: tuple[tuple[str, Origin], ...] = ()

    def origin_of(self, group: str) -> Origin | None:
        """Where a group of values (see GROUPS) comes from; None if no source gave any of them."""
        return dict(self.origins).get(group)

    def with_census_of(self, predecessor: Census) -> School:
        """This school with the pupil figures that were recorded for the school it replaced."""
        origin = Origin(predecessor.source, predecessor.dated, predecessor=True)
        return replace(
            self,
            pupils=Known.from_origin(predecessor.pupils, origin),
            fsm_percent=Known.from_origin(predecessor.fsm_percent, origin),
            origins=(*self.origins, ("census", origin)),
        )


@dataclass(frozen=True)
class Census:
    """The pupil figures of a school that has closed, for the school that replaced it."""

    source: str
    dated: StatedDate | None
    pupils: int | None
    fsm_percent: float | None
