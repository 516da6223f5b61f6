"""Whatever a workspace holds, its health can be told."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_bids import MECHANISM, REGISTER, STEPS, TODAY
from made_up_cases import CORPUS, REAL, VOCABULARY, build_stream

from kb.records.funding import FundingStream
from kb.workspaces.changed import describe_stream
from kb.workspaces.entries import (
    KINDS,
    About,
    AgreementPoint,
    CostLine,
    Ending,
    Entry,
    Evidence,
    Figure,
    Lead,
    Need,
    Outcome,
    Partner,
    Payment,
    Risk,
    Stream,
    Task,
    Turn,
)
from kb.workspaces.health import LEVELS, RULES, examine
from kb.workspaces.live import Knowledge, look_up
from kb.workspaces.workspace import Item, Workspace

MADE_UP = [build_stream(number) for number in range(40)]
RULES_BY_ID = {f"made-up-{number}": rules for number, rules in enumerate(MADE_UP)}
RULES_BY_ID |= {rules.stream.id: rules for rules in REAL}
KNOWLEDGE = Knowledge(
    "made-up",
    VOCABULARY,
    RULES_BY_ID,
    {record.id: record for record in CORPUS.funding if record.is_mechanism}
    | {"lettings": FundingStream.model_validate(MECHANISM)},
    {case.id: case for case in CORPUS.case_studies},
    tuple(STEPS),
    tuple(CORPUS.school_holidays),
)
IDS = st.sampled_from([f"entry{number:03d}" for number in range(14)])
MAYBE_ID = st.just("") | IDS
STREAM_IDS = st.sampled_from([*RULES_BY_ID, "lettings", "gone-fund"])
ROUTES = st.sampled_from(["", "gone-route", *KNOWLEDGE.mechanisms])
WORDS = st.sampled_from(["", "Youth worker", "<b>x</b>", "A report; and “more”", "x" * 200])
SAID = WORDS.filter(bool)
NEAR = st.dates(TODAY - timedelta(days=400), TODAY + timedelta(days=900))
DAYS = st.none() | NEAR | st.sampled_from([date.min, date.max])
POUNDS = st.integers(0, 50_000) | st.just(1_000_000_000)
YEARS = st.integers(2026, 2030) | st.sampled_from([2000, 2100])


def listed(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from(VOCABULARY.values(name))


def keep_facts(chosen: Stream, number: int) -> Stream:
    """The stream with what some record says, its own or another's."""
    if number < 0:
        return chosen
    return chosen.model_copy(update={"facts": describe_stream(MADE_UP[number].stream, VOCABULARY)})


PAYERS = st.just("other") | st.builds("{}:{}".format, st.sampled_from(["stream", "partner"]), IDS)
PAYMENTS = st.lists(st.builds(Payment, by=PAYERS, pounds=POUNDS), max_size=6).map(tuple)
STREAMS = st.builds(
    Stream,
    stream=STREAM_IDS,
    state=listed("bid_states"),
    amount=st.none() | POUNDS,
    closes=DAYS,
    answers=st.dictionaries(
        st.sampled_from(["applicants", "lead", "match_funding", "judgement-1", "nonsense"]), st.booleans()
    ),
)
MAKERS: dict[str, st.SearchStrategy[Entry]] = {
    "figure": st.builds(Figure, says=SAID, value=SAID, source=SAID),
    "outcome": st.builds(Outcome, outcome=SAID, measure=WORDS, baseline=WORDS, target=WORDS, by=DAYS),
    "partner": st.builds(
        Partner,
        name=SAID,
        body=listed("bodies"),
        urn=st.sampled_from([None, 200001, 200002, 299999]),
        charity=st.sampled_from([None, True, False]),
        does=WORDS,
        gives=WORDS,
        cannot_lead=st.booleans(),
        cannot_lead_until=DAYS,
    ),
    "stream": st.builds(keep_facts, STREAMS, st.integers(-20, len(MADE_UP) - 1)),
    "line": st.builds(
        CostLine,
        what=SAID,
        year=YEARS,
        money=st.sampled_from(["capital", "revenue", "in-kind"]),
        cost=POUNDS,
        is_post=st.booleans(),
        payments=PAYMENTS,
    ),
    "evidence": st.builds(Evidence, case=st.sampled_from(["gone-case", *KNOWLEDGE.cases]), why=WORDS),
    "task": st.builds(
        Task,
        what=SAID,
        who=WORDS,
        starts=DAYS,
        due=DAYS,
        done=st.booleans(),
        stream=MAYBE_ID,
        step=st.sampled_from(["", "quotes", "gone-step"]),
    ),
    "point": st.builds(AgreementPoint, point=listed("agreement_points"), holder=WORDS, by=DAYS, agreed=st.booleans()),
    "ending": st.builds(Ending, stream=IDS, ends=DAYS, goes_on=WORDS, yearly_cost=st.none() | POUNDS, route=ROUTES),
    "risk": st.builds(Risk, risk=SAID),
    "turn": st.builds(Turn, duty=listed("duties"), what=SAID, due=NEAR, partner=MAYBE_ID),
}


@st.composite
def workspaces(draw: st.DrawFn) -> Workspace:
    """Any workspace of valid entries, whose references may lead to an entry of another kind or to none."""
    entries: list[Entry] = draw(st.lists(st.sampled_from(sorted(MAKERS)).flatmap(MAKERS.__getitem__), max_size=14))
    items = [Item(f"entry{number:03d}", 1, entry) for number, entry in enumerate(entries)]
    about = About(title=draw(SAID), starts=draw(DAYS))
    single: list[Entry] = [about, Need(words=draw(WORDS)), Lead(partner=draw(MAYBE_ID))]
    return Workspace(1, (*[Item(f"single{number:02d}", 1, entry) for number, entry in enumerate(single)], *items))


def test_every_kind_of_entry_is_tried() -> None:
    assert set(MAKERS) == {name for name, model in KINDS.items() if not model.single}


@settings(max_examples=400, deadline=None, derandomize=True)
@given(workspaces())
def test_any_workspace_of_valid_entries_has_checks_that_can_be_shown(workspace: Workspace) -> None:
    report = examine(workspace, look_up(workspace, KNOWLEDGE, REGISTER, TODAY), TODAY)
    known = {rule.name: rule for rule in RULES}
    for found in report.checks:
        assert found.rule in known
        assert found.level in LEVELS
        assert found.entry_id is None or workspace.find_item(found.entry_id) is not None
        for text in (found.says, found.why, found.mend):
            assert text.strip()
            assert "None" not in text
    told = {found.rule for found in report.checks}
    assert not told & {rule.name for rule in report.passed}
    counted = [found.rule for found in report.checks]
    for rule in ("gap", "double-funded", "outcome-measure", "payer-gone", "same-line"):
        assert counted.count(rule) <= 6


@settings(max_examples=60, deadline=None, derandomize=True)
@given(workspaces(), st.randoms(use_true_random=False))
def test_the_same_workspace_always_has_the_same_checks(workspace: Workspace, rng: Random) -> None:
    again = Workspace(workspace.version + rng.randint(1, 9), workspace.entries)
    first, second = (
        examine(each, look_up(each, KNOWLEDGE, REGISTER, TODAY), TODAY).checks for each in (workspace, again)
    )
    assert first == second
