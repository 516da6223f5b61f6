"""The parts of a workspace in the order in which a bid is worked out, each with the kinds of entry it holds."""

from __future__ import annotations

from dataclasses import dataclass

from kb.workspaces.entries import (
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
    Risk,
    Stream,
    Task,
    Turn,
)


@dataclass(frozen=True)
class Section:
    """One part: its name in addresses, its title, what it is for, and its kinds of entry, the first one first."""

    name: str
    title: str
    purpose: str
    kinds: tuple[type[Entry], ...]


SECTIONS = (
    Section("need", "The need", "Why this is needed, with figures and where they come from.", (About, Need, Figure)),
    Section("outcomes", "Outcomes", "What will change, and how you will know.", (Outcome,)),
    Section("partners", "Partners", "Who is in it, who leads, and what each does, gives and gets.", (Partner, Lead)),
    Section("streams", "Funding streams", "Which money you go for, and whether this set of partners can.", (Stream,)),
    Section("budget", "Budget", "What it costs, year by year, and who pays.", (CostLine,)),
    Section("evidence", "Evidence", "Who has made this work before.", (Evidence,)),
    Section("plan", "Plan", "What has to be done, by when, and by whom.", (Task,)),
    Section("agreement", "Agreement", "What the partners settle before the bid goes in.", (AgreementPoint,)),
    Section(
        "after",
        "When the money ends",
        "For each stream: what must go on, and what pays for it.",
        (Ending,),
    ),
    Section("risks", "Risks", "What may go wrong, and what you do about it.", (Risk,)),
    Section("rota", "Rota", "Whose turn it is to lead which bid and make which return.", (Turn,)),
)


def find_section(kind: str) -> Section:
    """The part that holds a kind of entry."""
    return next(section for section in SECTIONS if kind in {model.kind for model in section.kinds})
