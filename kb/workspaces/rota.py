"""The rota: whose turn it is to lead which bid and to make which return, shared out by the work it is.

Turns are given in order of their due dates, and each by the turns before it alone, so that one added later changes
nobody's turn before it. A partner that joins later takes none that was due before, so what is over stays as it was.
Only the last years count: who did a lot long ago is not let off for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb.queries.plan_request import add_years
from kb.workspaces.entries import Partner, Turn
from kb.workspaces.words import say_day
from kb.workspaces.workspace import Item, Workspace

YEARS_COUNTED = 3
CONFIRM = "This turn is over: choose who took it, so that the rota counts it right."


@dataclass(frozen=True)
class GivenTurn:
    """A turn and who takes it: None where nobody can. `why` is a sentence or two for readers.

    `is_fixed`: a partner of this workspace was chosen by hand. `is_over`: its due date is before today.
    """

    turn: Item[Turn]
    partner: Item[Partner] | None
    is_fixed: bool
    is_over: bool
    why: str


@dataclass(frozen=True)
class PartnerLoad:
    """What one partner has on it: the sum of the loads of its turns of the last 3 years and the coming, and how many
    turns that is. `cannot_lead` says why it is passed over today, "" if it is not."""

    partner: Item[Partner]
    load: int
    turns: int
    cannot_lead: str


@dataclass(frozen=True)
class Rota:
    """All turns in order of their due dates, and the load of each partner in the order of partners."""

    turns: tuple[GivenTurn, ...]
    loads: tuple[PartnerLoad, ...]

    @property
    def untaken(self) -> list[GivenTurn]:
        """The turns that nobody can take."""
        return [given for given in self.turns if given.partner is None]


def make_rota(workspace: Workspace, today: date) -> Rota:
    """Give every turn to a partner; see the top of this file.

    A turn fixed by hand stays with its partner, unless that one has been taken out. Any other goes to the partner with
    the least load in the 3 years up to it, among those who were in the bid and can lead then; of equal ones to the one
    whose last turn is longest ago, then to the first in the list of partners.
    """
    partners = workspace.partners
    given: list[GivenTurn] = []
    # Turns due on one day keep the order in which they were added.
    for turn in sorted(workspace.list_items(Turn), key=lambda item: item.value.due):
        fixed = next((item for item in partners if item.id == turn.value.partner), None)
        chosen, why = (fixed, _explain_fixed(fixed, turn)) if fixed else _choose_partner(turn, partners, given)
        is_over = turn.value.due < today
        if is_over and fixed is None:
            why = f"{why} {CONFIRM}" if chosen else CONFIRM
        given.append(GivenTurn(turn, chosen, fixed is not None, is_over, why))
    return Rota(tuple(given), tuple(_list_loads(partners, given, today)))


def explain_cannot_lead(partner: Partner, due: date) -> str:
    """Why a partner cannot take a turn that is due on a day, in a few words; "" if it can."""
    until = partner.cannot_lead_until
    if until is None:
        return "cannot lead" if partner.cannot_lead else ""
    return f"cannot lead until {say_day(until)}" if until >= due else ""


def _choose_partner(
    turn: Item[Turn], partners: Sequence[Item[Partner]], before: Sequence[GivenTurn]
) -> tuple[Item[Partner] | None, str]:
    """Who takes a turn that nobody was chosen for, and why. `before` are all turns before it, in order."""
    able = _list_there([item for item in partners if not explain_cannot_lead(item.value, turn.value.due)], turn)
    if not able:
        return None, "No partner can lead then." if partners else "There are no partners yet."
    since = shift_years(turn.value.due, -YEARS_COUNTED)
    loads = _add_up_loads(able, before, since)
    last = {given.partner.id: number for number, given in enumerate(before) if given.partner}
    ranked = sorted(able, key=lambda item: (loads[item.id], last.get(item.id, -1)))
    return ranked[0], _explain_choice(ranked, loads, last, len(partners))


def _list_there(partners: Sequence[Item[Partner]], turn: Item[Turn]) -> list[Item[Partner]]:
    """Those who were in the bid when a turn was due; for one from before all of them, those who joined first."""
    first = min((item.value.joined or date.min for item in partners), default=date.min)
    return [item for item in partners if (item.value.joined or date.min) <= max(first, turn.value.due)]


def _explain_choice(ranked: Sequence[Item[Partner]], loads: dict[str, int], last: dict[str, int], partners: int) -> str:
    """Why the first of the ranked partners was chosen before the second."""
    if len(ranked) == 1:
        return "The only partner that can lead then." if partners > 1 else "The only partner."
    first, second = ranked[:2]
    own, next_least = loads[first.id], loads[second.id]
    if own < next_least:
        return f"Least work so far: {own} against {next_least}{' or more' if len(ranked) > 2 else ''}."
    if not last:
        return "Nobody has had a turn yet: it comes first in the list of partners."
    as_much = f"As much work so far as {second.value.name}, {own}"
    if first.id in last:
        return f"{as_much}: its last turn is longer ago."
    if second.id in last:
        return f"{as_much}: it has had no turn yet."
    return f"{as_much}: it comes first in the list of partners."


def _explain_fixed(partner: Item[Partner], turn: Item[Turn]) -> str:
    cannot = explain_cannot_lead(partner.value, turn.value.due)
    return f"Chosen by hand, though it {cannot}." if cannot else "Chosen by hand."


def _add_up_loads(partners: Sequence[Item[Partner]], given: Sequence[GivenTurn], since: date) -> dict[str, int]:
    """The load of each partner's turns that are due on or after a day, by id."""
    loads = dict.fromkeys((item.id for item in partners), 0)
    for each in given:
        if each.partner is not None and each.partner.id in loads and each.turn.value.due >= since:
            loads[each.partner.id] += each.turn.value.load
    return loads


def _list_loads(partners: Sequence[Item[Partner]], given: Sequence[GivenTurn], today: date) -> list[PartnerLoad]:
    """What each partner has on it, from some years back to the last turn known."""
    since = shift_years(today, -YEARS_COUNTED)
    loads = _add_up_loads(partners, given, since)
    counted = [each.partner.id for each in given if each.partner is not None and each.turn.value.due >= since]
    return [
        PartnerLoad(item, loads[item.id], counted.count(item.id), explain_cannot_lead(item.value, today))
        for item in partners
    ]


def shift_years(day: date, years: int) -> date:
    """The same day some years later or earlier, within the years that a date can have."""
    return add_years(day, max(1, min(day.year + years, 9999)) - day.year)
