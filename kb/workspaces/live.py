"""What the knowledge base and the school register say today of the streams, partners and cases of a workspace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from kb.eligibility.changes import Unlock, find_unlocks
from kb.eligibility.facts import ApplicantSet
from kb.eligibility.rules import StreamRules
from kb.eligibility.verdict import Verdict, judge_stream
from kb.errors import RecordNotFound
from kb.generations import Generation
from kb.queries.applicants import SchoolFinder, make_applicants
from kb.queries.calendar_days import BankHolidays
from kb.queries.concerns import read_editor_records
from kb.queries.match import make_rules
from kb.queries.match_request import Correction, MatchRequest
from kb.queries.plan import Closing, Plan, choose_closing, explain_no_bid, list_school_breaks, make_plan
from kb.queries.plan_request import YEARS_AHEAD, add_years
from kb.records.bid_plan import PlanStep, SchoolHoliday
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream
from kb.records.vocabulary import Vocabulary
from kb.register.read import NoRegister
from kb.register.school import School
from kb.workspaces.entries import Ending, Evidence, Partner, Stream, Task
from kb.workspaces.workspace import Item, Workspace

OPEN_STATES = ("considering", "applying")  # the bid is still to go in


@dataclass(frozen=True)
class Knowledge:
    """What a workspace needs of a generation, read once: rules of programmes, mechanisms and cases by id."""

    generation: str
    vocabulary: Vocabulary
    rules: Mapping[str, StreamRules]
    mechanisms: Mapping[str, FundingStream]
    cases: Mapping[str, CaseStudy]
    steps: tuple[PlanStep, ...]
    holidays: tuple[SchoolHoliday, ...]


@dataclass(frozen=True)
class LiveStream:
    """A chosen stream as it stands today.

    `record` is None when the knowledge base no longer has it; `verdict` is None too while there are no partners, or for
    a mechanism, which nobody bids for. `closing` says which day a plan counts back from; an expected date is none.
    `plan` leaves out the steps whose tasks are done; None where there is no day ahead to count from, or no bid to make.
    """

    item: Item[Stream]
    record: FundingStream | None
    verdict: Verdict | None
    unlocks: tuple[Unlock, ...]
    closing: Closing
    no_bid: str | None
    plan: Plan | None

    @property
    def title(self) -> str:
        """The stream's title; its id where the knowledge base no longer has it."""
        return self.record.title if self.record else self.item.value.stream

    @property
    def url(self) -> str:
        """The path of its record."""
        return f"/funding/{self.item.value.stream}"

    @property
    def lead_duties(self) -> tuple[str, ...]:
        """What the lead takes on, as its record states it."""
        return (self.record.lead_duties or ()) if self.record else ()

    @property
    def is_open(self) -> bool:
        """True while the bid is still to go in."""
        return self.item.value.state in OPEN_STATES


@dataclass(frozen=True)
class LiveFacts:
    """A workspace held against the knowledge base and the register.

    `applicants` is None while there are no partners. `member_of` gives the member's id of a partner's entry, and
    `partner_of` the way back. `schools` are the register's schools by partner entry, `gone_schools` the entries whose
    URN it no longer has; `register_problem` says why it could not be read at all, "" if it could. `mechanisms` and
    `cases` hold those that the workspace or its streams refer to and the knowledge base has.
    """

    generation: str
    vocabulary: Vocabulary
    applicants: ApplicantSet | None
    member_of: Mapping[str, str]
    partner_of: Mapping[str, str]
    schools: Mapping[str, School]
    gone_schools: tuple[str, ...]
    register_problem: str
    streams: tuple[LiveStream, ...]
    mechanisms: Mapping[str, FundingStream]
    cases: Mapping[str, CaseStudy]

    @property
    def live_streams(self) -> list[LiveStream]:
        """The streams that were not refused or dropped."""
        return [stream for stream in self.streams if stream.item.value.state != "refused"]

    def find_stream(self, entry_id: str) -> LiveStream | None:
        """The chosen stream of an entry; None if there is none, or no longer."""
        return next((stream for stream in self.streams if stream.item.id == entry_id), None)


def read_live(workspace: Workspace, generation: Generation, register: SchoolFinder, today: date) -> LiveFacts:
    """What is known today of a workspace; a register that cannot be read is said in the facts, not raised."""
    return look_up(workspace, generation.derive(read_knowledge), register, today)


def read_knowledge(generation: Generation) -> Knowledge:
    """Read from a generation what workspaces refer to: there are hundreds of records, and they never change."""
    catalogue = generation.catalogue
    records = generation.derive(read_editor_records).records
    return Knowledge(
        generation.id,
        catalogue.vocabulary,
        {rules.stream.id: rules for rules in generation.derive(make_rules)},
        {each.id: each for each in records if isinstance(each, FundingStream) and each.is_mechanism},
        {each.id: each for each in records if isinstance(each, CaseStudy)},
        tuple(catalogue.list_plan_steps()),
        tuple(catalogue.list_school_holidays()),
    )


def look_up(workspace: Workspace, knowledge: Knowledge, register: SchoolFinder, today: date) -> LiveFacts:
    """As `read_live`, from what was read of a generation."""
    schools, gone, problem = _find_schools(workspace.partners, register)
    member_of = _name_members(workspace.partners, schools)
    partner_of: dict[str, str] = {}
    for entry_id, member_id in member_of.items():
        partner_of.setdefault(member_id, entry_id)
    applicants = _gather(workspace, member_of, schools, knowledge.vocabulary, today)
    streams = tuple(_look_up_stream(item, workspace, knowledge, applicants, today) for item in workspace.streams)
    routes = {item.value.route for item in workspace.list_items(Ending)} | set(_list_suggested_routes(streams))
    cases = {item.value.case for item in workspace.list_items(Evidence)}
    return LiveFacts(
        knowledge.generation,
        knowledge.vocabulary,
        applicants,
        member_of,
        partner_of,
        schools,
        gone,
        problem,
        streams,
        {route: knowledge.mechanisms[route] for route in sorted(routes) if route in knowledge.mechanisms},
        {case: knowledge.cases[case] for case in sorted(cases) if case in knowledge.cases},
    )


def _list_suggested_routes(streams: Iterable[LiveStream]) -> Iterable[str]:
    for stream in streams:
        after = stream.record.sustainability if stream.record else None
        yield from (route.mechanism for route in (after.exit_routes if after else None) or ())


def _find_schools(
    partners: Iterable[Item[Partner]], register: SchoolFinder
) -> tuple[dict[str, School], tuple[str, ...], str]:
    """The register's schools by partner entry, the entries whose URN it does not have, and why it cannot be read."""
    found: dict[str, School] = {}
    gone = []
    for item in partners:
        if item.value.urn is None:
            continue
        try:
            found[item.id] = register.get_school(item.value.urn)
        except RecordNotFound:
            gone.append(item.id)
        except NoRegister as error:
            return {}, (), str(error)
    return found, tuple(gone), ""


def _name_members(partners: Iterable[Item[Partner]], schools: Mapping[str, School]) -> dict[str, str]:
    """The member's id of each partner, as a match request numbers them. A school named twice is one member."""
    counts: dict[str, int] = {}
    ids = {}
    for item in partners:
        if item.id in schools:
            ids[item.id] = f"urn:{schools[item.id].urn}"
        else:
            kind = item.value.body
            counts[kind] = counts.get(kind, 0) + 1
            ids[item.id] = f"partner:{kind}:{counts[kind]}"
    return ids


class _Found:
    """The schools that were found, for a match request to find again."""

    def __init__(self, schools: Iterable[School]) -> None:
        self._schools = {school.urn: school for school in schools}

    def get_school(self, urn: int) -> School:
        """The school of a URN that was found."""
        return self._schools[urn]


def _gather(
    workspace: Workspace,
    member_of: Mapping[str, str],
    schools: Mapping[str, School],
    vocabulary: Vocabulary,
    today: date,
) -> ApplicantSet | None:
    """The partners as a set of applicants, under the names the workspace gives them; None while there are none."""
    if not workspace.partners:
        return None
    said = {
        member_of[item.id].removeprefix("urn:"): correction
        for item in workspace.partners
        if (correction := _read_correction(item.value)) != Correction()
    }
    answers = {(item.value.stream, rule): yes for item in workspace.streams for rule, yes in item.value.answers.items()}
    request = MatchRequest(
        urns=tuple(dict.fromkeys(school.urn for school in schools.values())),
        partners=tuple(item.value.body for item in workspace.partners if item.id not in schools),
        lead=member_of[workspace.lead.id] if workspace.lead else None,
        corrections=said,
        answers=answers,
    )
    found = make_applicants(request, _Found(schools.values()), vocabulary, today)
    members = {member.id: member for member in found.members}
    named = {member_of[item.id]: item.value.name for item in reversed(workspace.partners)}
    in_order = dict.fromkeys(member_of[item.id] for item in workspace.partners)
    return replace(found, members=tuple(replace(members[each], name=named[each]) for each in in_order))


def _read_correction(partner: Partner) -> Correction:
    """What a partner says of itself; figures count for a school alone."""
    is_school = partner.body == "school"
    roll, fsm, trust = (partner.roll, partner.fsm, partner.trust) if is_school else (None, None, None)
    return Correction(roll=roll, fsm=fsm, trust=trust, charity=partner.charity)


def _look_up_stream(
    item: Item[Stream], workspace: Workspace, knowledge: Knowledge, applicants: ApplicantSet | None, today: date
) -> LiveStream:
    rules = knowledge.rules.get(item.value.stream)
    record = rules.stream if rules else knowledge.mechanisms.get(item.value.stream)
    closing = choose_closing((record.windows if record else None) or (), item.value.closes, today)
    verdict = judge_stream(rules, applicants) if rules and applicants else None
    is_open = item.value.state in OPEN_STATES
    unlocks: tuple[Unlock, ...] = ()
    if verdict and applicants and is_open and not verdict.rules.is_past:
        unlocks = find_unlocks(verdict, applicants)
    no_bid = None
    if record is not None:
        no_bid = "It is a way to keep something going: nobody bids for it." if record.is_mechanism else None
        no_bid = no_bid or explain_no_bid(record)
    plan = _plan_back(item.id, workspace, record, closing, knowledge, today) if is_open and no_bid is None else None
    return LiveStream(item, record, verdict, unlocks, closing, no_bid, plan)


def _plan_back(
    entry_id: str,
    workspace: Workspace,
    record: FundingStream | None,
    closing: Closing,
    knowledge: Knowledge,
    today: date,
) -> Plan | None:
    """The plan of what is still to be done; None without a closing date ahead, or for one too far off to mean it."""
    if closing.day is None or not today <= closing.day <= add_years(today, YEARS_AHEAD):
        return None
    done = {
        item.value.step: 0
        for item in workspace.list_items(Task)
        if item.value.stream == entry_id and item.value.done and item.value.step
    }
    joint = len(workspace.partners) > 1 or (record is not None and record.partners is not None)
    breaks = list_school_breaks(knowledge.holidays, {})
    return make_plan(knowledge.steps, closing.day, today, breaks, BankHolidays(), done, joint)
