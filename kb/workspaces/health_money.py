"""Health of the budget: is every line paid for once, does what streams pay fit their rules."""

from __future__ import annotations

from kb.records.funding import Amount
from kb.workspaces.budget import LineSum, compare_asked, compare_match
from kb.workspaces.health_check import (
    MOST_OF_A_RULE,
    Answer,
    Bid,
    HealthCheck,
    HealthRule,
    Level,
    cap_checks,
    name_line,
    quote,
    say_count,
    say_list,
    say_pounds,
    say_sentence,
)
from kb.workspaces.health_streams import find_bar
from kb.workspaces.live import LiveStream

SECTION = "budget"


def _check_budget(bid: Bid) -> Answer:
    if bid.budget.lines:
        return []
    says = "The budget is empty."
    why = "What to ask for, and of whom, follows from what it costs each year."
    return [HealthCheck("no-budget", "to-do", says, why, "Add each cost by year, with who pays it.", SECTION)]


def _check_gaps(bid: Bid) -> Answer:
    if not bid.budget.lines:
        return None
    lines = sorted((line for line in bid.budget.lines if line.gap), key=lambda line: -line.gap)
    checks = [
        HealthCheck(
            "gap",
            "problem",
            f"{say_pounds(line.gap)} of {name_line(line)} is not paid for.",
            f"It costs {say_pounds(line.cost)}; {_say_payers(bid, line)}.",
            "Say who pays the rest, or lower the cost.",
            SECTION,
            line.item.id,
        )
        for line in lines
    ]
    rest = say_pounds(sum(line.gap for line in lines[MOST_OF_A_RULE:]))
    return cap_checks(
        checks, lambda left: (f"{left} more lines are not paid for in full.", f"{rest} in all.", checks[0].mend)
    )


def _say_payers(bid: Bid, line: LineSum) -> str:
    payers = [f"{bid.name_payer(payer)} pays {say_pounds(pounds)}" for payer, pounds in line.payers.items() if pounds]
    return say_list(payers, most=6) or "nobody pays for it yet"


def _check_doubles(bid: Bid) -> Answer:
    if not bid.budget.lines:
        return None
    lines = sorted((line for line in bid.budget.lines if line.over), key=lambda line: -line.over)
    checks = [
        HealthCheck(
            "double-funded",
            "problem",
            f"{name_line(line)} is paid {say_pounds(line.over)} too much.",
            f"It costs {say_pounds(line.cost)}; {_say_payers(bid, line)}.",
            "Lower what somebody pays: no funder pays for what another has paid.",
            SECTION,
            line.item.id,
        )
        for line in lines
    ]
    rest = say_pounds(sum(line.over for line in lines[MOST_OF_A_RULE:]))
    return cap_checks(
        checks, lambda left: (f"{left} more lines are paid more than they cost.", f"{rest} in all.", checks[0].mend)
    )


def _check_payers(bid: Bid) -> Answer:
    """Lines that somebody pays who is not here any more, or a stream that was refused or dropped."""
    if not bid.budget.by_payer:
        return None
    there = {f"partner:{item.id}" for item in bid.workspace.partners} | {"other"}
    there |= {f"stream:{stream.item.id}" for stream in bid.streams}
    checks = []
    for payer in bid.budget.by_payer:
        paid = bid.budget.find_payer(payer)
        if payer in there or not paid.lines:
            continue
        refused = payer in {f"stream:{item.id}" for item in bid.workspace.streams}
        name = f"{bid.name_payer(payer)}{', which was refused or dropped' if refused else ''}"
        says = f"The budget counts on {say_pounds(paid.pounds)} from {name}."
        why = f"It is down to pay for {say_list((name_line(line) for line in paid.lines), most=3)}."
        mend = "Say who pays instead."
        checks.append(HealthCheck("payer-gone", "problem", says, why, mend, SECTION, paid.lines[0].item.id))
    return cap_checks(
        checks, lambda left: (f"{left} more payers are gone.", "They are still down to pay.", checks[0].mend)
    )


def _list_paying(bid: Bid) -> list[LiveStream]:
    """The streams that the budget has pay for something."""
    return [stream for stream in bid.streams if bid.budget.find_stream(stream.item.id).lines]


def _check_barred_lines(bid: Bid) -> Answer:
    paying = _list_paying(bid)
    if len(paying) < 2:
        return None
    found = []
    for line in bid.budget.lines:
        streams = [stream for stream in paying if line.payers.get(f"stream:{stream.item.id}")]
        pairs = ((one, other) for number, one in enumerate(streams) for other in streams[number + 1 :])
        for one, other in pairs:
            why = find_bar(one, other)
            if why is not None:
                says = f"{name_line(line)} is paid by both {quote(one.title)} and {quote(other.title)}."
                mend = "Let one of them pay for it; the two may not be used together."
                check = HealthCheck(
                    "same-line", "problem", says, say_sentence(why), mend, SECTION, line.item.id, one.url
                )
                found.append(check)
                break
    return cap_checks(
        found, lambda left: (f"{left} more lines are paid by streams that do not combine.", found[0].why, found[0].mend)
    )


def _check_match(bid: Bid) -> Answer:
    found = []
    compared = False
    for stream in _list_paying(bid):
        match = compare_match(bid.budget, stream.item.id, stream.record)
        if match is None or not match.percent:
            continue
        compared = True
        if not match.short:
            continue
        note = stream.record.match_funding.note if stream.record and stream.record.match_funding else None
        stated = f"Its record asks for {match.percent:g}%{f': {note}' if note else ''}"
        why = (
            f"{say_sentence(stated)} Of the {say_pounds(match.total)} that its lines cost, others pay "
            f"{say_pounds(match.others)} ({match.has_percent:.0f}%)."
        )
        if match.is_covered_by_all:
            level: Level = "unknown"
            says = f"The match for {quote(stream.title)} is covered only if the whole budget counts."
            mend = "Ask the funder whether lines it does not pay into count as match."
        else:
            level = "problem"
            says = f"The match for {quote(stream.title)} is {say_pounds(match.short)} short."
            mend = "Let a partner or other money pay more of these lines, or ask the stream for less."
        found.append(_make("match", level, stream, says, why, mend))
    return found if compared else None


def _check_match_known(bid: Bid) -> Answer:
    """A hint, for competitive bids that nobody else pays towards, where the record gives no percentage."""
    paying = [stream for stream in _list_paying(bid) if stream.is_open and stream.record]
    bids = [stream for stream in paying if stream.record and stream.record.route == "competitive-bid"]
    found = []
    for stream in bids:
        match = stream.record.match_funding if stream.record else None
        alone = all(
            len([each for each in line.payers.values() if each]) == 1
            for line in bid.budget.find_stream(stream.item.id).lines
        )
        if (match and match.percent is not None) or "match_funding" in stream.item.value.answers or not alone:
            continue
        says = f"{quote(stream.title)} pays its lines alone, and whether it wants match funding is not certain."
        why = (
            f"Its record says: {say_sentence(match.note)}"
            if match and match.note
            else "Its record says nothing of match."
        )
        mend = "Ask the funder. Bids that bring other money are often scored higher."
        found.append(_make("match-unknown", "unknown", stream, says, why, mend))
    return found if bids else None


def _check_amount(bid: Bid) -> Answer:
    found = []
    compared = False
    for stream in bid.open_streams:
        asked = stream.item.value.amount
        if asked is None:
            asked = bid.budget.find_stream(stream.item.id).pounds or None
        amount = stream.record.amount if stream.record else None
        if asked is None or amount is None or (amount.min is None and amount.max is None):
            continue
        compared = True
        check = _compare_amount(bid, stream, amount, asked)
        if check:
            found.append(check)
    return found if compared else None


def _compare_amount(bid: Bid, stream: LiveStream, amount: Amount, asked: int) -> HealthCheck | None:
    """What is asked for against a stream's range. Only figures for an award or a school can be compared."""
    schools = sum(item.value.body == "school" for item in bid.workspace.partners)
    times = schools if amount.per == "school" else 1
    low = amount.min * times if amount.min is not None else None
    high = amount.max * times if amount.max is not None else None
    bounds = _say_range(amount)
    ask = f"You ask for {say_pounds(asked)}."
    if amount.per not in (None, "award", "school") or (amount.per == "school" and not schools):
        per = bid.live.vocabulary.label("amount_per", amount.per or "").lower()
        says = f"It cannot be told whether {say_pounds(asked)} is in the range of {quote(stream.title)}."
        why = f"Its record gives {bounds} for {per}."
        return _make(
            "amount-range", "unknown", stream, says, why, "Work it out with the funder's own figures.", "streams"
        )
    if (low is None or asked >= low) and (high is None or asked <= high):
        return None
    is_high = high is not None and asked > high
    says = f"You ask {quote(stream.title)} for {'more' if is_high else 'less'} than it gives."
    whole = f", which is {say_pounds((high if is_high else low) or 0)} for {say_count(schools, 'school')}"
    per = f" for each school{whole}" if amount.per == "school" else ""
    why = f"{ask} Its record states {bounds}{per}{'' if amount.per else ', without saying for what'}."
    limit = say_pounds((high if is_high else low) or 0)
    mend = f"Ask for {'at most' if is_high else 'at least'} {limit}, or look for another stream."
    return _make("amount-range", "problem" if amount.per else "unknown", stream, says, why, mend, "streams")


def _say_range(amount: Amount) -> str:
    if amount.min is not None and amount.max is not None and amount.min != amount.max:
        return f"{say_pounds(amount.min)} to {say_pounds(amount.max)}"
    if amount.max is not None:
        return say_pounds(amount.max) if amount.min == amount.max else f"up to {say_pounds(amount.max)}"
    return f"at least {say_pounds(amount.min or 0)}"


def _check_asked(bid: Bid) -> Answer:
    if not bid.budget.lines:
        return None
    money = compare_asked(bid.workspace, bid.budget)
    found = []
    compared = False
    for stream in bid.streams:
        sums = money[stream.item.id]
        compared = compared or sums.asked is not None
        if sums.differs and sums.asked is not None:
            says = f"What you ask of {quote(stream.title)} is not what the budget has it pay."
            why = f"You ask for {say_pounds(sums.asked)}; in the budget it pays {say_pounds(sums.paid)}."
            mend = "Put the budget or the amount right, so that they agree."
            found.append(_make("asked-differs", "warning", stream, says, why, mend))
    return found if compared else None


def _check_kinds(bid: Bid) -> Answer:
    paying = [stream for stream in _list_paying(bid) if stream.record and stream.record.money in ("capital", "revenue")]
    found = []
    for stream in paying:
        gives = (stream.record.money if stream.record else None) or ""
        other = "revenue" if gives == "capital" else "capital"
        wrong = [line for line in bid.budget.find_stream(stream.item.id).lines if line.item.value.money == other]
        if wrong:
            says = (
                f"{quote(stream.title)} gives {gives} money, but is down for {say_count(len(wrong), f'{other} line')}."
            )
            meaning = "running costs" if gives == "revenue" else "buildings and equipment"
            names = say_list((name_line(line) for line in wrong), most=3)
            why = f"It pays for {meaning}. In the budget it also pays for {names}."
            mend = "Let somebody else pay for these, or put right which kind of money the line is."
            entry_id = wrong[0].item.id
            found.append(HealthCheck("money-kind", "problem", says, why, mend, SECTION, entry_id, stream.url))
    return found if paying else None


def _make(
    rule: str, level: Level, stream: LiveStream, says: str, why: str, mend: str, section: str = SECTION
) -> HealthCheck:
    entry_id = stream.item.id if section == "streams" else None
    return HealthCheck(rule, level, says, why, mend, section, entry_id, stream.url)


RULES = (
    HealthRule("no-budget", "The costs are in the budget", SECTION, _check_budget),
    HealthRule("gap", "Every line is paid for", SECTION, _check_gaps),
    HealthRule("double-funded", "No line is paid for twice", SECTION, _check_doubles),
    HealthRule("payer-gone", "Everybody who pays is in this workspace", SECTION, _check_payers),
    HealthRule("same-line", "No line is paid by streams that do not combine", SECTION, _check_barred_lines),
    HealthRule("match", "The match funding is covered", SECTION, _check_match),
    HealthRule("match-unknown", "Whether match funding is wanted is known", SECTION, _check_match_known),
    HealthRule("amount-range", "What you ask for is in each stream's range", "streams", _check_amount),
    HealthRule("asked-differs", "What you ask for is what the budget says", SECTION, _check_asked),
    HealthRule("money-kind", "Capital and revenue money pay for their own kind", SECTION, _check_kinds),
)
