"""What a backwards plan counts with: the usual school holidays, and the steps of a bid with their usual lengths."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from kb.records.dates import StatedDate
from kb.records.model import Id, Listed, ShortText, Strict, Text, reject

MAX_STEP_DAYS = 250  # working days: about a year, more than any bid takes
MAX_HOLIDAY_DAYS = 70  # from first to last day: summers are about 45; a longer one is a slip in a year


def _need_day(value: StatedDate) -> StatedDate:
    if value.precision != "day":
        raise reject(f'"{value}" is not a day. Write it in full, like 2027-02-15')
    return value


def _read_yes_no(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if value in ("yes", "no"):
        return value == "yes"
    raise reject(f'"{str(value)[:60]}" cannot be used. Write yes or no')


Day = Annotated[StatedDate, AfterValidator(_need_day)]
YesNo = Annotated[bool, BeforeValidator(_read_yes_no)]


class SchoolHoliday(Strict):
    """A usual school holiday, first and last day included; `note` tells readers how far to trust it."""

    id: Id
    name: ShortText
    from_: Day = Field(alias="from")
    to: Day
    note: Text

    @model_validator(mode="after")
    def _check_order(self) -> SchoolHoliday:
        length = (self.to.first - self.from_.first).days + 1
        if length < 1:
            raise reject(f'"to" ({self.to}) is before "from" ({self.from_}). Change one of them')
        if length > MAX_HOLIDAY_DAYS:
            raise reject(f"this holiday is {length} days long. Write at most {MAX_HOLIDAY_DAYS}; look at the years")
        return self


class PlanStep(Strict):
    """One step of a bid. `days` are the working days it usually takes.

    `needs_school`: only school weeks count, because governors, partners or suppliers are met in them. `joint_only`: a
    single school's own bid goes without it.
    """

    id: Id
    label: ShortText
    who: ShortText
    days: Annotated[int, Field(ge=1, le=MAX_STEP_DAYS)]
    needs_school: YesNo = False
    joint_only: YesNo = False
    basis: Annotated[str, Listed("bases")]
    why: Text
