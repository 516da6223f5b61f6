"""The budget in a bid pack: lines by year, totals, who pays, and the match funding that streams ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kb.exports.pack_blocks import Block, Heading, Paragraph, Table
from kb.exports.pack_facts import PackFacts
from kb.workspaces.budget import LineSum, Sums, compare_asked, compare_match
from kb.workspaces.changed import describe_stream
from kb.workspaces.words import NOT_SAID, write_year

YEARS_ABREAST = 4  # as many columns of figures as fit on a page beside the names


def say_sum(pounds: int) -> str:
    """Whole pounds in full, so that figures below each other compare."""
    return f"£{pounds:,}"


def write_budget(facts: PackFacts) -> list[Block]:
    """What it costs, year by year, and who pays."""
    heading = Heading(1, "Budget", "budget")
    budget = facts.budget
    if not budget.lines:
        return [heading, Paragraph("The budget has no line yet.")]
    total = budget.total
    says = f"The scheme costs {say_sum(total.cost)} in all. {say_sum(total.paid)} of it is paid for"
    says += f", and {say_sum(total.gap)} is not yet." if total.gap else "."
    if total.over:
        says += f" Some lines are paid more than they cost: {say_sum(total.over)} in all."
    return [
        heading,
        Paragraph(says),
        *(_write_lines(facts, years) for years in _split_years(budget.years)),
        *(_write_payers(facts, years) for years in _split_years(budget.years)),
        *_write_totals(facts),
        *_write_stream_money(facts),
        Paragraph("Years are financial years, from April to March.", note=True),
    ]


def _split_years(years: Sequence[int]) -> Iterator[list[int]]:
    """The years in lots that fit abreast."""
    for start in range(0, len(years), YEARS_ABREAST):
        yield list(years[start : start + YEARS_ABREAST])


def _say_span(years: Sequence[int]) -> str:
    first, last = write_year(years[0]), write_year(years[-1])
    return first if first == last else f"{first} to {last}"


def _write_lines(facts: PackFacts, years: list[int]) -> Table:
    """One row for each thing that costs money, a column for each year."""
    grouped: dict[tuple[str, str, bool], list[LineSum]] = {}
    for line in facts.budget.lines:
        value = line.item.value
        if value.year in years:
            grouped.setdefault((value.what, value.money, value.is_post), []).append(line)
    rows = []
    for (what, money, is_post), lines in grouped.items():
        sums = [sum(line.cost for line in lines if line.item.value.year == year) for year in years]
        payers = dict.fromkeys(payer for line in lines for payer in line.payers)
        paid_by = "; ".join(facts.names.name_payer(payer) for payer in payers)
        kinds = [facts.vocabulary.label("money", money).lower(), *(["post"] if is_post else [])]
        rows.append(
            (
                f"{what} ({', '.join(kinds)})\nPaid by: {paid_by or 'nobody yet'}",
                *(say_sum(each) if each else "" for each in sums),
                say_sum(sum(sums)),
            )
        )
    sums = [facts.budget.by_year[year].cost for year in years]
    rows.append(("Total", *map(say_sum, sums), say_sum(sum(sums))))
    header = ("What", *map(write_year, years), "Total")
    widths = (100 - 12 * len(years) - 13, *(12 for _ in years), 13)
    numbers = tuple(range(1, 2 + len(years)))
    return Table(f"Budget by line, {_say_span(years)}", header, tuple(rows), widths, numbers, total=True)


def _write_payers(facts: PackFacts, years: list[int]) -> Table:
    """What each payer pays, a column for each year."""
    rows = []
    for payer in facts.budget.by_payer.values():
        sums = [payer.by_year.get(year, 0) for year in years]
        if any(sums):
            name = facts.names.name_payer(payer.payer)
            rows.append((name, *(say_sum(each) if each else "" for each in sums), say_sum(sum(sums))))
    gaps = [facts.budget.by_year[year].gap for year in years]
    if any(gaps):
        rows.append(("Not paid for yet", *(say_sum(each) if each else "" for each in gaps), say_sum(sum(gaps))))
    header = ("Who pays", *map(write_year, years), "Total")
    numbers = tuple(range(1, 2 + len(years)))
    widths = (100 - 12 * len(years) - 13, *(12 for _ in years), 13)
    return Table(f"Who pays, {_say_span(years)}", header, tuple(rows), widths, numbers)


def _write_totals(facts: PackFacts) -> Iterator[Table]:
    """Cost, what is paid for and what is not: by year, then by kind of money where there are several."""
    budget = facts.budget
    by_year = {write_year(year): sums for year, sums in budget.by_year.items()}
    by_kind = {facts.vocabulary.label("money", kind): sums for kind, sums in budget.by_kind.items()}
    for name, found in (("year", by_year), ("kind of money", by_kind)):
        if len(found) > 1:
            rows = [_write_sums(label, sums) for label, sums in found.items()]
            header = (name.capitalize(), "Cost", "Paid for", "Not paid for", "Paid twice")
            rows.append(_write_sums("Total", budget.total))
            yield Table(f"Totals by {name}", header, tuple(rows), (40, 15, 15, 15, 15), (1, 2, 3, 4), total=True)


def _write_sums(label: str, sums: Sums) -> tuple[str, ...]:
    return (label, *map(say_sum, (sums.cost, sums.paid, sums.gap, sums.over)))


def _write_stream_money(facts: PackFacts) -> Iterable[Block]:
    """What each stream is asked for beside what the budget has it pay, and its match funding."""
    asked = compare_asked(facts.workspace, facts.budget)
    rows = []
    for stream in facts.live.live_streams:
        money = asked[stream.item.id]
        stated = describe_stream(stream.record, facts.vocabulary)["match"] if stream.record else "Not known"
        match = compare_match(facts.budget, stream.item.id, stream.record)
        has = "No percentage to hold it against"
        if match is not None:
            has = f"{say_sum(match.others)} from others, {match.has_percent:.0f}% of {say_sum(match.total)}"
            has += f"; {say_sum(match.short)} short" if match.short else ""
        rows.append(
            (stream.title, NOT_SAID if money.asked is None else say_sum(money.asked), say_sum(money.paid), stated, has)
        )
    if rows:
        header = ("Stream", "To be asked for", "In the budget", "Match the record asks for", "Match in the budget")
        yield Table("Streams: sums and match funding", header, tuple(rows), (28, 13, 13, 23, 23), (1, 2))
