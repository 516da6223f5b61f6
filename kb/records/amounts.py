"""Sums of money and figures in words."""

from __future__ import annotations

from kb.records.case_study import Result
from kb.records.funding import Amount
from kb.records.vocabulary import Vocabulary


def write_pounds(pounds: int) -> str:
    """Whole pounds as readers write them: £300, £10,000, £1.5 million, £1.875 billion."""
    for size, word in ((1_000_000_000, "billion"), (1_000_000, "million")):
        if pounds >= size and pounds % (size // 1000) == 0:
            return f"£{pounds / size:,.3f}".rstrip("0").rstrip(".") + f" {word}"
    return f"£{pounds:,}"


def describe_amount(amount: Amount | None, vocabulary: Vocabulary) -> str | None:
    """The size of an award in a few words: "£300 to £20,000", "Up to £500 for each school".

    "Varies: see the record" when figures stand only in the note; None if nothing is stated.
    """
    if amount is None:
        return None
    if amount.min is not None and amount.max is not None and amount.min != amount.max:
        words = f"{write_pounds(amount.min)} to {write_pounds(amount.max)}"
    elif amount.max is not None:
        words = write_pounds(amount.max) if amount.min == amount.max else f"Up to {write_pounds(amount.max)}"
    elif amount.min is not None:
        words = f"From {write_pounds(amount.min)}"
    elif amount.total is not None:
        return f"{write_pounds(amount.total)} in all"
    else:
        return "Varies: see the record" if amount.note else None
    if amount.per and amount.per != "award":
        words += f" for {vocabulary.label('amount_per', amount.per).lower()}"
    return words


def write_number(number: float) -> str:
    """A figure without needless decimals, with a real minus sign: 61, 4.5, −42."""
    text = f"{abs(number):,.10g}" if number % 1 else f"{abs(number):,.0f}"
    return f"−{text}" if number < 0 else text


def describe_result(result: Result) -> str:
    """One result in a line: "Police call-outs: −42%"; before and after where the source has both."""
    unit = result.unit
    joint = "" if unit.startswith("%") else " "
    if result.before is not None and result.after is not None:
        figures = f"{write_number(result.before)} to {write_number(result.after)}{joint}{unit}"
    elif result.change is not None:
        sign = "+" if result.change > 0 else ""
        figures = f"{sign}{write_number(result.change)}{joint}{unit}"
    else:
        only = result.after if result.after is not None else result.before
        figures = f"{write_number(only or 0)}{joint}{unit}"
    return f"{result.measure}: {figures}"
