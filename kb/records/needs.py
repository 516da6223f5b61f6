"""What people come to find out or solve, with the records that answer it, best first."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, model_validator

from kb.records.guide import check_address
from kb.records.model import A_LIST, Id, ShortText, Strict, reject

FEWEST_LINES = 2  # text on one line is a list whose brackets or lines were forgotten


def _split_lines(value: Any) -> Any:
    """Text written with a line for each item, as a list; anything else as it is."""
    if not isinstance(value, str):
        return value
    lines = [line for line in map(str.strip, value.splitlines()) if line]
    if len(lines) < FEWEST_LINES:
        raise reject(f'write at least {FEWEST_LINES} expressions, one a line, below "asked_as: |"')
    marked = next((line for line in lines if line.startswith(("- ", "#"))), None)
    if marked:
        raise reject(f'"{marked[:60]}" begins with a sign. Below "asked_as: |" each line is an expression as it stands')
    return lines


Lines = Annotated[tuple[ShortText, ...], A_LIST, BeforeValidator(_split_lines)]
Addresses = Annotated[tuple[Annotated[str, AfterValidator(check_address)], ...], A_LIST]
GRADES = {"best": 3, "useful": 2, "also": 1}


class Need(Strict):
    """One need, as the file of its theme under content/needs writes it.

    `wider` is the id of the need of which this is a special case. `asked_as` are expressions people would type who have
    it, as a list or as text with a line for each. `best` answer it, `useful` are clearly of use, `also` of some use:
    records as funding/ID, case-studies/ID, framework/ID or glossary/ID.
    """

    id: Id
    wider: Id | None = None
    need: ShortText
    asked_as: Lines
    best: Addresses | None = None
    useful: Addresses | None = None
    also: Addresses | None = None

    @model_validator(mode="after")
    def _check_answers(self) -> Need:
        if not (self.best or self.useful):
            raise reject("nothing answers this need. Name records under best or useful")
        every = [address for name in GRADES for address in getattr(self, name) or ()]
        twice = next((address for address in every if every.count(address) > 1), None)
        if twice:
            raise reject(f'"{twice[:60]}" stands under two of best, useful and also; keep one')
        return self

    @property
    def answers(self) -> dict[str, int]:
        """The grade of each record that answers: 3, 2 or 1, best first."""
        return {address: grade for name, grade in GRADES.items() for address in getattr(self, name) or ()}
