"""Joint bids made up for tests: a workspace of entries, what is known of its streams, and the checks that follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from made_up_cases import ALWAYS, VOCABULARY

from kb.eligibility.rules import compile_rules
from kb.errors import RecordNotFound
from kb.records.bid_plan import PlanStep
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream
from kb.register.school import School
from kb.workspaces.budget import Budget, add_up
from kb.workspaces.entries import About, CostLine, Entry, Lead, Need, Partner, Payment, Stream
from kb.workspaces.health import HealthCheck, examine
from kb.workspaces.live import Knowledge, LiveFacts, look_up
from kb.workspaces.workspace import Item, Workspace

TODAY = date(2026, 11, 21)
HILL_TOP = School(
    200001, "Hill Top Primary School", "Open", phase="Primary", type="Community school",
    type_group="Local authority maintained schools", age_low=4, age_high=11, local_authority="leeds",
    region="yorkshire-and-the-humber",
)  # fmt: skip
VALLEY = School(
    200002, "Valley School", "Open", phase="Secondary", type="Academy converter", type_group="Academies", age_low=11,
    age_high=16, local_authority="camden", region="london",
)  # fmt: skip
STEPS = [
    PlanStep(id="quotes", label="Quotes", who="Lead", days=5, basis="ours", why="It takes that long."),
    PlanStep(id="partners", label="Partners", who="Lead", days=5, joint_only=True, basis="ours", why="So long."),
    PlanStep(id="check", label="Check", who="Lead", days=2, basis="ours", why="It takes that long."),
]
# A stream that any set can bid for, of which nothing more is to be asked, with money for as long as one likes.
OPEN_TO_ALL: dict[str, Any] = {
    "status": "rolling",
    "route": "rolling-application",
    "applicants": "all",
    "phases": "all",
    "establishment_types": "all",
    "geography": {"nations": ["uk"]},
    "match_funding": {"percent": 0},
}
MECHANISM = ALWAYS | {"id": "lettings", "kind": "mechanism", "title": "Letting rooms"}


class MadeUpRegister:
    """A register of a few schools."""

    def __init__(self, *schools: School) -> None:
        self.schools = {school.urn: school for school in schools}

    def get_school(self, urn: int) -> School:
        if urn not in self.schools:
            raise RecordNotFound("school", str(urn))
        return self.schools[urn]


REGISTER = MadeUpRegister(HILL_TOP, VALLEY)


def make_record(stream_id: str = "fund", **fields: Any) -> FundingStream:
    """A stream that is open to all, or states these fields instead; None leaves one out."""
    stated = ALWAYS | OPEN_TO_ALL | {"id": stream_id, "title": stream_id.title()} | fields
    return FundingStream.model_validate({name: value for name, value in stated.items() if value is not None})


def know(*records: FundingStream, cases: Iterable[CaseStudy] = ()) -> Knowledge:
    """A knowledge base of these streams and cases, and one mechanism."""
    lettings = FundingStream.model_validate(MECHANISM)
    rules = {record.id: compile_rules(record, VOCABULARY) for record in records}
    return Knowledge(
        "made-up", VOCABULARY, rules, {"lettings": lettings}, {case.id: case for case in cases}, tuple(STEPS), ()
    )


def make_workspace(*entries: Entry | tuple[str, Entry], about: About | None = None, need: str = "") -> Workspace:
    """A workspace of these entries: named ones under their ids (filled up to 8 signs), the others under any."""
    items: list[Item[Entry]] = [
        Item("about000", 1, about or About(title="Made up")),
        Item("need0000", 1, Need(words=need)),
    ]
    for number, entry in enumerate(entries):
        entry_id, value = entry if isinstance(entry, tuple) else (f"e{number}", entry)
        items.append(Item(fill(entry_id), 1, value))
    if not any(isinstance(item.value, Lead) for item in items):
        items.append(Item("lead0000", 1, Lead()))
    return Workspace(1, tuple(items))


def fill(name: str) -> str:
    """A short name as an entry's id."""
    return name.ljust(8, "0")


def school(name: str = "Hill Top", urn: int | None = 200001, **fields: Any) -> Partner:
    """A school as a partner."""
    return Partner(name=name, body="school", urn=urn, **fields)


def body(kind: str = "charity", name: str = "Youth Charity", **fields: Any) -> Partner:
    """Another body as a partner."""
    return Partner(name=name, body=kind, **fields)


def stream(stream_id: str = "fund", **fields: Any) -> Stream:
    """A chosen stream."""
    return Stream(stream=stream_id, **fields)


def line(
    cost: int, pays: Mapping[str, int] | None = None, year: int = 2027, what: str = "Worker", **fields: Any
) -> CostLine:
    """A budget line; `pays` is by short name of a stream's entry, "partner:NAME", or "other"."""
    payments = []
    for payer, pounds in (pays or {}).items():
        kind, _, name = payer.rpartition(":")
        by = payer if payer == "other" else f"{kind or 'stream'}:{fill(name)}"
        payments.append(Payment(by=by, pounds=pounds))
    return CostLine(what=what, year=year, cost=cost, payments=tuple(payments), **({"money": "revenue"} | fields))


def look(workspace: Workspace, *records: FundingStream, today: date = TODAY, **known: Any) -> LiveFacts:
    """What these records say of a workspace."""
    return look_up(workspace, know(*records, **known), REGISTER, today)


def check(workspace: Workspace, *records: FundingStream, today: date = TODAY, **known: Any) -> dict[str, HealthCheck]:
    """The checks of a workspace by rule, the first of each; rules that find all well are not in it."""
    report = examine(workspace, look(workspace, *records, today=today, **known), today)
    return {found.rule: found for found in reversed(report.checks)}


def passes(rule: str, workspace: Workspace, *records: FundingStream, today: date = TODAY, **known: Any) -> bool:
    """True if a rule has looked and found all well."""
    report = examine(workspace, look(workspace, *records, today=today, **known), today)
    return rule in {found.name for found in report.passed}


def sums(*entries: Entry | tuple[str, Entry]) -> Budget:
    """The budget of a workspace of these entries."""
    return add_up(make_workspace(*entries))
