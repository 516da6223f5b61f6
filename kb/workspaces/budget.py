"""The budget added up: by year, by kind of money, by payer, and what each line lacks or is paid twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from kb.records.funding import FundingStream
from kb.workspaces.entries import CostLine
from kb.workspaces.workspace import Item, Workspace

Line = Item[CostLine]


@dataclass(frozen=True)
class LineSum:
    """One budget line with what is paid towards it, in pounds, as `payers`: by payer as in Payment.by."""

    item: Line
    payers: Mapping[str, int]

    @property
    def cost(self) -> int:
        """What it costs."""
        return self.item.value.cost

    @property
    def paid(self) -> int:
        """What all payers pay towards it."""
        return sum(self.payers.values())

    @property
    def gap(self) -> int:
        """What nobody pays for; 0 if it is paid."""
        return max(0, self.cost - self.paid)

    @property
    def over(self) -> int:
        """What is paid beyond its cost; 0 if nothing is."""
        return max(0, self.paid - self.cost)


@dataclass(frozen=True)
class Sums:
    """Sums over lines in pounds. `paid` counts no more than a line costs, so that cost = paid + gap."""

    cost: int = 0
    paid: int = 0
    gap: int = 0
    over: int = 0

    def adding(self, line: LineSum) -> Sums:
        """The sums with one more line."""
        return Sums(
            self.cost + line.cost,
            self.paid + min(line.paid, line.cost),
            self.gap + line.gap,
            self.over + line.over,
        )


@dataclass(frozen=True)
class PayerSum:
    """What one payer pays: in all, by year, by kind of money, and the lines it pays into."""

    payer: str
    pounds: int
    by_year: Mapping[int, int]
    by_kind: Mapping[str, int]
    lines: tuple[LineSum, ...]


@dataclass(frozen=True)
class Budget:
    """The whole budget. `by_year` is by the year a financial year starts in, `by_kind` by capital, revenue or in-kind,
    `by_payer` by payer as in Payment.by, in the order in which they first pay."""

    lines: tuple[LineSum, ...]
    total: Sums
    by_year: Mapping[int, Sums]
    by_kind: Mapping[str, Sums]
    by_payer: Mapping[str, PayerSum]

    @property
    def years(self) -> list[int]:
        """The financial years in which anything is paid or costs, by their first year."""
        return list(self.by_year)

    def find_payer(self, payer: str) -> PayerSum:
        """What one payer pays; nothing for one that pays nothing."""
        return self.by_payer.get(payer, PayerSum(payer, 0, {}, {}, ()))

    def find_stream(self, entry_id: str) -> PayerSum:
        """What the budget has a chosen stream pay."""
        return self.find_payer(f"stream:{entry_id}")


@dataclass(frozen=True)
class Match:
    """Whether what others pay covers the match funding a stream asks for.

    `percent` is what its record asks for. `total` is the cost of the lines it pays into, `others` what others pay
    towards them; `all_total` and `all_others` are the same over the whole budget. All but percent in pounds.
    """

    percent: float
    total: int
    others: int
    all_total: int
    all_others: int

    @property
    def needed(self) -> int:
        """What others have to pay towards the lines the stream pays into."""
        return ceil(round(self.total * self.percent / 100, 6))

    @property
    def short(self) -> int:
        """What is missing; 0 if the match is covered."""
        return max(0, self.needed - self.others)

    @property
    def is_covered_by_all(self) -> bool:
        """True if the match is covered when the whole budget counts, not only the lines the stream pays into."""
        return self.all_others >= self.all_total * self.percent / 100

    @property
    def has_percent(self) -> float:
        """The share of the lines' cost that others pay, in percent; 0 for lines that cost nothing."""
        return 100 * self.others / self.total if self.total else 0.0


@dataclass(frozen=True)
class StreamMoney:
    """What a stream is asked for (None: not said) beside what the budget has it pay, in pounds."""

    asked: int | None
    paid: int

    @property
    def differs(self) -> bool:
        """True if both are said and are not the same."""
        return self.asked is not None and self.asked != self.paid


def add_up(workspace: Workspace) -> Budget:
    """The sums of a workspace's budget."""
    lines = tuple(_add_line(item) for item in workspace.list_items(CostLine))
    total = Sums()
    by_year: dict[int, Sums] = {}
    by_kind: dict[str, Sums] = {}
    for line in lines:
        value = line.item.value
        total = total.adding(line)
        by_year[value.year] = by_year.get(value.year, Sums()).adding(line)
        by_kind[value.money] = by_kind.get(value.money, Sums()).adding(line)
    payers = dict.fromkeys(payer for line in lines for payer in line.payers)
    return Budget(
        lines,
        total,
        dict(sorted(by_year.items())),
        {kind: by_kind[kind] for kind in ("capital", "revenue", "in-kind") if kind in by_kind},
        {payer: _add_payer(payer, lines) for payer in payers},
    )


def _add_line(item: Line) -> LineSum:
    payers: Counter[str] = Counter()
    for payment in item.value.payments:
        payers[payment.by] += payment.pounds
    return LineSum(item, dict(payers))


def _add_payer(payer: str, lines: tuple[LineSum, ...]) -> PayerSum:
    """What one payer pays. A payment of nothing is none: it does not make the line one of the payer's."""
    mine = tuple(line for line in lines if line.payers.get(payer))
    by_year: Counter[int] = Counter()
    by_kind: Counter[str] = Counter()
    for line in mine:
        by_year[line.item.value.year] += line.payers[payer]
        by_kind[line.item.value.money] += line.payers[payer]
    return PayerSum(payer, sum(by_year.values()), dict(sorted(by_year.items())), dict(by_kind), mine)


def compare_asked(workspace: Workspace, budget: Budget) -> dict[str, StreamMoney]:
    """By stream entry: what is asked for beside what the budget has it pay."""
    return {item.id: StreamMoney(item.value.amount, budget.find_stream(item.id).pounds) for item in workspace.streams}


def compare_match(budget: Budget, entry_id: str, record: FundingStream | None) -> Match | None:
    """The match funding of a stream; None where its record states no percentage, or it pays for nothing yet."""
    percent = record.match_funding.percent if record and record.match_funding else None
    mine = budget.find_stream(entry_id)
    if percent is None or not mine.lines:
        return None
    total = sum(line.cost for line in mine.lines)
    others = sum(_count_others(line, mine.payer) for line in mine.lines)
    all_others = sum(_count_others(line, mine.payer) for line in budget.lines)
    return Match(percent, total, others, budget.total.cost, all_others)


def _count_others(line: LineSum, payer: str) -> int:
    """What others than a payer pay towards a line, never more than it costs."""
    return min(line.cost, sum(pounds for each, pounds in line.payers.items() if each != payer))
