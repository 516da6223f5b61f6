"""The bid pack: everything a workspace holds as one document, of neutral blocks that become a Word file or a page."""

from __future__ import annotations

from kb.exports.pack_blocks import (
    Block,
    Contents,
    Facts,
    Heading,
    Pack,
    PageBreak,
    Paragraph,
    number_parts,
    say_number,
    shorten,
)
from kb.exports.pack_facts import PackFacts
from kb.exports.pack_money import say_sum, write_budget
from kb.exports.pack_parts import (
    say_when,
    write_agreement,
    write_endings,
    write_need,
    write_outcomes,
    write_partners,
    write_plan,
    write_risks,
    write_rota,
)
from kb.exports.pack_records import write_checks, write_evidence, write_sources
from kb.exports.pack_streams import say_dates, write_streams
from kb.records.amounts import write_pounds
from kb.workspaces.entries import About, Ending, Outcome
from kb.workspaces.words import NOT_SAID, say_day, write_year

ON_ONE_PAGE = 900  # signs of each longer text in the summary, so that it stays on a page


def make_pack(facts: PackFacts) -> Pack:
    """The whole pack: cover, summary, then every part; one without content says what is missing."""
    workspace, names = facts.workspace, facts.names
    blocks: list[Block] = [
        *_write_cover(facts),
        PageBreak(),
        *_write_summary(facts),
        PageBreak(),
        *write_need(workspace),
        *write_outcomes(workspace),
        *write_partners(workspace, names),
        *write_streams(facts),
        *write_budget(facts),
        *write_evidence(facts),
        *write_plan(workspace, names, facts.today),
        *write_agreement(workspace, names),
        *write_endings(workspace, names),
        *write_risks(workspace, names),
        *write_rota(facts.rota, names),
        *write_checks(facts),
        *write_sources(facts),
    ]
    return Pack(workspace.title, "Bid pack", facts.now, facts.foot, number_parts(blocks))


def _write_cover(facts: PackFacts) -> list[Block]:
    lead = facts.workspace.lead
    return [
        Facts(
            (
                ("Lead", lead.value.name if lead else "Not settled yet"),
                ("Partners", str(len(facts.workspace.partners))),
                ("Date", say_day(facts.today)),
                ("Knowledge base", facts.knowledge_base),
                ("Checks still open", facts.checks_open),
            )
        ),
        Paragraph(
            "The partners wrote this down together. What is said of funding streams comes from the knowledge base "
            "and is no newer than its sources: ask the funder before you act.",
            note=True,
        ),
        Paragraph("In this pack:"),
        Contents(),
    ]


def _write_summary(facts: PackFacts) -> list[Block]:
    """What, who, how much from whom, when, and what happens after: on one page."""
    about = facts.workspace.get_single(About).value
    outcomes = [item.value for item in facts.workspace.list_items(Outcome)]
    changes = [f"{outcome.outcome}{f': {outcome.target}' if outcome.target else ''}" for outcome in outcomes[:6]]
    if len(outcomes) > len(changes):
        changes.append(f"and {say_number(len(outcomes) - len(changes), 'more outcome')}")
    rows = (
        ("What", shorten(about.summary, ON_ONE_PAGE) or NOT_SAID),
        ("Why", shorten(facts.workspace.need, ON_ONE_PAGE) or NOT_SAID),
        ("What will change", "\n".join(changes) or NOT_SAID),
        ("Who", say_who(facts)),
        ("How much, from whom", say_money(facts)),
        ("When", say_dates(facts)),
        ("When the money ends", say_endings(facts)),
        ("Checks still open", facts.checks_open),
    )
    return [Heading(1, "Summary", "summary"), Facts(rows)]


def say_who(facts: PackFacts, most: int = 12) -> str:
    """The lead and the other partners, in a sentence or two."""
    lead = facts.workspace.lead
    others = [item.value.name for item in facts.workspace.partners if lead is None or item.id != lead.id]
    says = f"{lead.value.name} leads." if lead else "Who leads is not settled yet."
    if others:
        more = f" and {len(others) - most} more" if len(others) > most else ""
        says += f" {'With it' if lead else 'Partners'}: {', '.join(others[:most])}{more}."
    return says


def say_money(facts: PackFacts, most: int = 10) -> str:
    """What it costs and over which years, then what each payer pays, the largest first."""
    budget = facts.budget
    if not budget.lines:
        return NOT_SAID
    first, last = write_year(budget.years[0]), write_year(budget.years[-1])
    lines = [f"{say_sum(budget.total.cost)} in all, {first if first == last else f'{first} to {last}'}"]
    payers = sorted((payer for payer in budget.by_payer.values() if payer.pounds), key=lambda payer: -payer.pounds)
    lines += [f"{facts.names.name_payer(payer.payer)}: {say_sum(payer.pounds)}" for payer in payers[:most]]
    if payers[most:]:
        rest = sum(payer.pounds for payer in payers[most:])
        lines.append(f"{len(payers) - most} others: {say_sum(rest)}")
    if budget.total.gap:
        lines.append(f"Not paid for yet: {say_sum(budget.total.gap)}")
    return "\n".join(lines)


def say_endings(facts: PackFacts) -> str:
    """For each stream whose end is thought of, when it ends, what that costs then and what pays for it."""
    lines = []
    for item in facts.workspace.list_items(Ending):
        ending = item.value
        cost = "cost not said yet" if ending.yearly_cost is None else f"{write_pounds(ending.yearly_cost)} a year"
        route = facts.names.name_record(ending.route) if ending.route else "nothing chosen yet"
        name = facts.names.entries.get(ending.stream, "A stream since taken out")
        ends = f" ({say_when(ending.ends)})" if ending.ends else ""
        lines.append(f"{name}{ends}: then {cost}, paid for by: {route}")
    return "\n".join(lines) or NOT_SAID
