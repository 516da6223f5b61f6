"""What a workspace holds: entries of a few kinds, each checked by itself. Forms, packs and files are made from these.

A field's title is its label, its description the hint beside it, and its widget how a form asks for it:

- line, text: one line, several; pounds: whole pounds; number; tick: a yes; yes-no: yes, no or not said
- date: a day of the years in limits.py; forms and files are held to it and not the model, so that what an earlier
  version of the program let in can still be read
- list:NAME: a value of a closed list; stream, partner: an entry of this workspace; mechanism, case: a record
- hidden: set by the site, not typed; own: a form has its own way to ask for it
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from kb.queries.match_request import MAX_ROLL
from kb.records.model import Id, Listed, Strict, reject
from kb.records.text import clean_line, clean_text
from kb.workspaces.limits import FIRST_YEAR, LAST_YEAR

ENTRY_ID = re.compile(r"[a-z0-9]{8}")
PAYER = re.compile(r"(stream|partner):([a-z0-9]{8})|other")
MAX_POUNDS = 1_000_000_000
MAX_LINE = 200
MAX_TEXT = 4000
MAX_PAYERS = 6
REGISTER_FIRST = "Of a school, if the register does not say or is out of date"
SCHOOL_FIELDS = ("roll", "fsm", "trust")  # of a partner, for schools alone


def _check_entry_id(value: str) -> str:
    if value and not ENTRY_ID.fullmatch(value):
        raise reject(f'"{value[:60]}" is not an entry of this workspace. Choose one from the list')
    return value


def _check_payer(value: str) -> str:
    if not PAYER.fullmatch(value):
        raise reject(f'"{value[:60]}" is not somebody who pays here. Choose a stream, a partner or "other"')
    return value


def _clean_line(value: Any) -> Any:
    return clean_line(value) if isinstance(value, str) else value


def _clean_text(value: Any) -> Any:
    return clean_text(value).strip() if isinstance(value, str) else value


Line = Annotated[str, BeforeValidator(_clean_line), Field(max_length=MAX_LINE)]
Words = Annotated[str, BeforeValidator(_clean_text), Field(max_length=MAX_TEXT)]
Pupils = Annotated[int, Field(ge=0, le=MAX_ROLL)]
Percent = Annotated[int, Field(ge=0, le=100)]
Money = Annotated[int, Field(ge=0, le=MAX_POUNDS)]
EntryId = Annotated[str, AfterValidator(_check_entry_id)]
YearStart = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]


def ask(label: str, hint: str = "", widget: str = "line", default: Any = ..., required: bool = False) -> Any:
    """A field as a form asks for it: see the top of this file. A required text may not be blank."""
    extra: dict[str, Any] = {"widget": widget, "required": required}
    bounds: dict[str, Any] = {"min_length": 1} if required and default is ... and widget in ("line", "text") else {}
    return Field(default, title=label, description=hint or None, json_schema_extra=extra, **bounds)


class Entry(Strict):
    """One thing that a workspace holds. `kind` is its name in the store and in addresses; `most` how many there may
    be, `single` if there is exactly one, which nobody adds or removes."""

    kind: ClassVar[str]
    noun: ClassVar[str]  # what a page calls one of them
    most: ClassVar[int] = 100
    single: ClassVar[bool] = False


class About(Entry):
    """The scheme as a whole."""

    kind, noun, single = "about", "scheme", True
    title: Line = ask("Name of the scheme", "As you would say it to parents or governors", required=True)
    summary: Words = ask("The scheme in a few sentences", "What you will do, for whom, and where", "text", "")
    starts: date | None = ask("When it starts", "The day the work should begin", "date", None)


class Need(Entry):
    """Why the scheme is needed, in words."""

    kind, noun, single = "need", "need", True
    words: Words = ask(
        "What is needed, and why", "The problem, who has it, and what happens if nothing is done", "text", ""
    )


class Figure(Entry):
    """A figure that shows the need."""

    kind, noun, most = "figure", "figure", 40
    says: Line = ask("What the figure is", 'Such as "Pupils who were absent one day in ten or more"', required=True)
    value: Line = ask("The figure", 'Such as "23%" or "61 of 270"', required=True)
    source: Line = ask(
        "Where it comes from, and of when", "A published table, a survey of yours, a register", required=True
    )


class Outcome(Entry):
    """A change the scheme is for, and how it will be seen."""

    kind, noun, most = "outcome", "outcome", 30
    outcome: Line = ask("What will be different, and for whom", required=True)
    measure: Line = ask("What you will measure", "One thing that can be counted or asked", default="")
    method: Line = ask("How, how often, and by which role", default="")
    baseline: Line = ask("Where you are now", "The baseline, with its date", default="")
    target: Line = ask("Where you want to be", default="")
    by: date | None = ask("By when", widget="date", default=None)


class Partner(Entry):
    """A school or another body in the bid: an organisation, never a person.

    `roll`, `fsm` and `trust` are a school's own figures, in place of those that the register has. `joined` is the day
    on which it was added to a bid that was there already; None: it began with the bid.
    """

    kind, noun, most = "partner", "partner", 40
    name: Line = ask("Name of the organisation", required=True)
    body: Annotated[str, Listed("bodies")] = ask("What kind of body it is", widget="list:bodies")
    urn: Annotated[int, Field(ge=10_000, le=9_999_999)] | None = ask("URN", "Schools only", "hidden", None)
    charity: bool | None = ask("Is it a registered charity?", widget="yes-no", default=None)
    roll: Pupils | None = ask("Pupils now", REGISTER_FIRST, "number", None)
    fsm: Percent | None = ask("Free school meals now, in percent", f"{REGISTER_FIRST}. Round down", "number", None)
    trust: Pupils | None = ask("Schools in its trust", REGISTER_FIRST, "number", None)
    does: Words = ask("What it does in the scheme", widget="text", default="")
    gives: Words = ask("What it gives", "Money, staff time, rooms, data", "text", "")
    gets: Words = ask("What it gets", widget="text", default="")
    cannot_lead: bool = ask("It cannot lead bids or make returns", widget="tick", default=False)
    cannot_lead_until: date | None = ask("If only for a time: until when", widget="date", default=None)
    joined: date | None = ask("In the bid since", widget="hidden", default=None)


class Lead(Entry):
    """Who leads the bid: a partner's entry, or "" while that is open."""

    kind, noun, single = "lead", "lead", True
    partner: EntryId = ask("Who leads the bid", widget="partner", default="")


class Stream(Entry):
    """A funding stream that the partners go for.

    `answers` are the partners' own answers to the questions of its rules, by rule key. `facts` are what its record
    said when it was chosen, by name of fact, and `generation` the knowledge base it was read from: so that a change of
    the record can be told.
    """

    kind, noun, most = "stream", "stream", 20
    stream: Id = ask("The stream", widget="hidden")
    state: Annotated[str, Listed("bid_states")] = ask(
        "How far it has come", widget="list:bid_states", default="considering"
    )
    amount: Money | None = ask("How much you will ask for", "Whole pounds", "pounds", None)
    closes: date | None = ask("Closing date, if you know a newer one", "As the funder states it", "date", None)
    why: Words = ask("Why this stream fits", widget="text", default="")
    answers: dict[Annotated[str, Field(max_length=80)], bool] = ask("Answers", widget="hidden", default={})
    facts: dict[Annotated[str, Field(max_length=80)], Annotated[str, Field(max_length=20_000)]] = ask(
        "Its record when chosen", widget="hidden", default={}
    )
    generation: Line = ask("Knowledge base it was chosen from", widget="hidden", default="")


class Payment(Strict):
    """A part of a cost and who pays it: "stream:ID", "partner:ID" (ids of entries) or "other"."""

    by: Annotated[str, AfterValidator(_check_payer)]
    pounds: Money


class CostLine(Entry):
    """One cost in one year. `year` is the year in which the financial year starts: 2027 is April 2027 to March 2028.

    What the payments add up to may differ from the cost: the health checks say so.
    """

    kind, noun, most = "line", "budget line", 200
    what: Line = ask("What it is", required=True)
    year: YearStart = ask("Financial year", "From April to March", "own")
    money: Literal["capital", "revenue", "in-kind"] = ask("Kind of money", widget="own")
    cost: Money = ask("Cost in that year", "Whole pounds", "pounds")
    is_post: bool = ask("This pays for a post or staff hours", widget="tick", default=False)
    payments: Annotated[tuple[Payment, ...], Field(max_length=MAX_PAYERS)] = ask("Who pays", widget="own", default=())


class Evidence(Entry):
    """A case study of the knowledge base that supports the bid."""

    kind, noun, most = "evidence", "case study", 30
    case: Id = ask("The case study", widget="case")
    why: Words = ask("What it shows for this bid", widget="text", default="")


class Task(Entry):
    """A piece of work before or after the bid. `step` names the usual step it was started from."""

    kind, noun, most = "task", "task", 300
    what: Line = ask("What is to be done", required=True)
    who: Line = ask("Who does it", "An organisation or a role, not a person's name", default="")
    starts: date | None = ask("From", widget="date", default=None)
    due: date | None = ask("To be done by", widget="date", default=None)
    done: bool = ask("It is done", widget="tick", default=False)
    stream: EntryId = ask("For which stream", widget="stream", default="")
    step: Line = ask("Usual step", widget="hidden", default="")


class AgreementPoint(Entry):
    """A point of the partners' agreement, and who sees to it."""

    kind, noun, most = "point", "agreement point", 20
    point: Annotated[str, Listed("agreement_points")] = ask("The point", widget="list:agreement_points")
    says: Words = ask("What is agreed", widget="text", default="")
    holder: Line = ask("Who sees to it", "An organisation or a role, not a person's name", default="")
    by: date | None = ask("By when", widget="date", default=None)
    agreed: bool = ask("All partners have agreed it", widget="tick", default=False)


class Ending(Entry):
    """What happens when a stream's money ends. `route` is a mechanism's id, "" while none is chosen."""

    kind, noun, most = "ending", "exit route", 40
    stream: EntryId = ask("Which stream ends", widget="stream", required=True)
    ends: date | None = ask("When its money ends", widget="date", default=None)
    goes_on: Words = ask("What must go on then", widget="text", default="")
    yearly_cost: Money | None = ask("What that costs a year", "Whole pounds; 0 if nothing need go on", "pounds", None)
    route: Id | Literal[""] = ask("What pays for it then", widget="mechanism", default="")
    note: Words = ask("What that takes, and who sees to it", widget="text", default="")


class Risk(Entry):
    """Something that may go wrong."""

    kind, noun, most = "risk", "risk", 40
    risk: Line = ask("What may go wrong", required=True)
    likelihood: Annotated[str, Listed("risk_levels")] = ask("How likely", widget="list:risk_levels", default="medium")
    impact: Annotated[str, Listed("risk_levels")] = ask("How much harm", widget="list:risk_levels", default="medium")
    response: Words = ask("What you do about it", widget="text", default="")
    holder: Line = ask("Who watches it", "An organisation or a role, not a person's name", default="")


class Turn(Entry):
    """A duty that one partner takes on for the rest: a bid to lead, or a return to make.

    `partner` is who was chosen by hand; "" leaves it to the rota.
    """

    kind, noun, most = "turn", "turn", 120
    duty: Annotated[str, Listed("duties")] = ask("Kind of duty", widget="list:duties", default="bid")
    what: Line = ask("Which bid or return", required=True)
    due: date = ask("Due", widget="date")
    load: Annotated[int, Field(ge=1, le=10)] = ask("How much work it is, from 1 to 10", widget="number", default=3)
    partner: EntryId = ask("Who takes it, if you choose by hand", widget="partner", default="")


MODELS = (
    About, Need, Figure, Outcome, Partner, Lead, Stream, CostLine, Evidence, Task, AgreementPoint, Ending, Risk, Turn,
)  # fmt: skip
KINDS: dict[str, type[Entry]] = {model.kind: model for model in MODELS}
