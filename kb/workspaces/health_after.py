"""Health of what lasts: spending beyond a stream's time, posts on short money, and what pays when it ends."""

from __future__ import annotations

from datetime import date

from kb.workspaces.budget import LineSum
from kb.workspaces.entries import About, Ending
from kb.workspaces.health_check import (
    Answer,
    Bid,
    HealthCheck,
    HealthRule,
    Level,
    cap_checks,
    cap_streams,
    name_line,
    quote,
    say_list,
    say_pounds,
    say_sentence,
    say_year,
)
from kb.workspaces.live import LiveStream
from kb.workspaces.workspace import Item

SECTION = "after"
APRIL = 4
ONE_YEAR = 12  # months


def _list_lines(bid: Bid, stream: LiveStream) -> tuple[LineSum, ...]:
    """The lines a stream pays into."""
    return bid.budget.find_stream(stream.item.id).lines


def _find_start(bid: Bid, stream: LiveStream) -> tuple[int, int, str]:
    """When a stream's money starts, as (year, month), with what that rests on: the scheme's or its first line's."""
    starts = bid.workspace.get_single(About).value.starts
    if starts is not None:
        return starts.year, starts.month, f"the start in {starts:%B} {starts.year}"
    first = min(line.item.value.year for line in _list_lines(bid, stream))
    return first, APRIL, f"April {first}, the first year it pays in"


def _check_duration(bid: Bid) -> Answer:
    timed = [
        (stream, stream.record.duration.max_months)
        for stream in bid.streams
        if stream.record and stream.record.duration and stream.record.duration.max_months and _list_lines(bid, stream)
    ]
    found = []
    for stream, months in timed:
        year, month, basis = _find_start(bid, stream)
        # Counted in months: a line is beyond its money when its year begins after the last month is over.
        end = year * 12 + month - 1 + months
        late = [line for line in _list_lines(bid, stream) if line.item.value.year * 12 + APRIL - 1 >= end]
        if late:
            says = f"{quote(stream.title)} is down for spending after its money ends."
            why = f"It lasts at most {months} months from {basis}; {_say_lines(late)} would come later."
            mend = "Bring the spending forward, or say who pays in the later years."
            found.append(_make("beyond-duration", "problem", stream, says, why, mend, late[0]))
    return found if timed else None


def _find_spend_by(bid: Bid, stream: LiveStream) -> tuple[date, str] | None:
    """The latest day that is not over by which a stream's money must be spent, with its words."""
    days = [
        (window.spend_by.last, window.spend_by.words)
        for window in (stream.record.windows if stream.record else None) or ()
        if window.spend_by and window.spend_by.last >= bid.today
    ]
    return max(days, default=None)


def _check_spend_by(bid: Bid) -> Answer:
    timed = [
        (stream, spend_by)
        for stream in bid.streams
        if _list_lines(bid, stream) and (spend_by := _find_spend_by(bid, stream))
    ]
    found = []
    for stream, (last, words) in timed:
        late = [line for line in _list_lines(bid, stream) if date(line.item.value.year, APRIL, 1) > last]
        if late:
            says = f"{quote(stream.title)} is down for spending after its last day."
            why = f"Its money must be spent by {words}; {_say_lines(late)} would come later."
            mend = "Bring the spending forward, or say who pays in the later years."
            found.append(_make("spend-by", "problem", stream, says, why, mend, late[0]))
    return found if timed else None


def _say_lines(lines: list[LineSum]) -> str:
    return say_list((name_line(line) for line in lines), most=3)


def _check_posts(bid: Bid) -> Answer:
    """One check for each post, with all the short money it hangs on."""
    posts = [line for line in bid.budget.lines if line.item.value.is_post and _list_payers(bid, line)]
    told: dict[str, HealthCheck] = {}
    for line in posts:
        reasons = [
            (stream, f"{quote(stream.title)} {short}")
            for stream in _list_payers(bid, line)
            if (short := _say_short(bid, stream)) and not any(map(_is_settled, _list_endings(bid, stream)))
        ]
        if reasons and line.item.value.what not in told:
            says = f"{quote(line.item.value.what)} hangs on one year's money."
            why = f"{say_list(reason for _, reason in reasons)}. Nothing says what pays for the post afterwards."
            mend = "Say under “When the money ends” what it costs a year then and what pays for it."
            url = reasons[0][0].url
            check = HealthCheck("short-post", "warning", says, why, mend, "budget", line.item.id, url)
            told[line.item.value.what] = check
    found = list(told.values())
    if not posts:
        return None
    return cap_checks(found, lambda left: (f"{left} more posts hang on it.", found[0].why, found[0].mend))


def _list_payers(bid: Bid, line: LineSum) -> list[LiveStream]:
    """The streams that pay into a line."""
    return [stream for stream in bid.streams if line.payers.get(f"stream:{stream.item.id}")]


def _say_short(bid: Bid, stream: LiveStream) -> str | None:
    """Why a stream is money for one year only; None if it is not."""
    duration = stream.record.duration if stream.record else None
    if duration and duration.max_months is not None and duration.max_months <= ONE_YEAR:
        return f"lasts at most {duration.max_months} months"
    years = {line.item.value.year for line in _list_lines(bid, stream)}
    if len(years) == 1 and not (stream.record and _goes_on(stream)):
        return f"pays only in {say_year(years.pop())}"
    return None


def _goes_on(stream: LiveStream) -> bool:
    """True for money whose record says that it continues."""
    after = stream.record.sustainability if stream.record else None
    return after is not None and after.after == "continues"


def _list_endings(bid: Bid, stream: LiveStream) -> list[Item[Ending]]:
    return [item for item in bid.workspace.list_items(Ending) if item.value.stream == stream.item.id]


def _is_settled(item: Item[Ending]) -> bool:
    """True if an exit route has its cost and what pays for it, or says that nothing need go on."""
    return item.value.yearly_cost == 0 or bool(item.value.yearly_cost and item.value.route)


def _check_endings(bid: Bid) -> Answer:
    ending = [stream for stream in bid.streams if not _goes_on(stream)]
    found = []
    for stream in ending:
        if _list_endings(bid, stream):
            continue
        level: Level = "to-do" if stream.item.value.state == "considering" else "warning"
        says = f"Nothing is said of what happens when {quote(stream.title)} ends."
        why = f"{_say_after(bid, stream)}{_say_suggested(bid, stream)}"
        mend = "Say what must go on, what it costs a year, and what pays for it then."
        found.append(HealthCheck("no-ending", level, says, why, mend, SECTION, None, _find_url(stream)))
    found.sort(key=lambda check: check.level == "to-do")
    return cap_streams(found, "have no exit route either.") if ending else None


def _say_after(bid: Bid, stream: LiveStream) -> str:
    after = stream.record.sustainability if stream.record else None
    if after is None or after.after == "not-stated":
        return "Its record does not say what comes after."
    note = f" {say_sentence(after.note)}" if after.note else ""
    return f"Its record says that the money {bid.live.vocabulary.label('after_states', after.after).lower()}.{note}"


def _say_suggested(bid: Bid, stream: LiveStream) -> str:
    """The exit routes its record names: those of its sources, and those that are our own suggestion."""
    after = stream.record.sustainability if stream.record else None
    routes = [route for route in (after.exit_routes if after else None) or () if route.mechanism in bid.live.mechanisms]
    said = ""
    for basis, start in (("source", "Its sources name as exit routes"), ("ours", "Our suggestions")):
        titles = [bid.live.mechanisms[route.mechanism].title for route in routes if route.basis == basis]
        said += f" {start}: {'; '.join(titles)}." if titles else ""
    return said


def _check_routes(bid: Bid) -> Answer:
    costly = [item for item in bid.workspace.list_items(Ending) if item.value.yearly_cost]
    checks = []
    for item in costly:
        if item.value.route:
            continue
        stream = bid.live.find_stream(item.value.stream)
        name = quote(stream.title) if stream else "a stream"
        says = f"Nothing pays for what must go on after {name}."
        why = f"It costs {say_pounds(item.value.yearly_cost or 0)} a year and no exit route is chosen."
        if stream:
            why += _say_suggested(bid, stream)
        mend = "Choose a way to keep it going from the knowledge base."
        checks.append(HealthCheck("ending-route", "problem", says, why, mend, SECTION, item.id))
    if not costly:
        return None
    return cap_checks(checks, lambda left: (f"{left} more exit routes are open.", checks[0].why, checks[0].mend))


def _check_ending_costs(bid: Bid) -> Answer:
    endings = bid.workspace.list_items(Ending)
    if not endings:
        return None
    checks = [
        HealthCheck(
            "ending-cost",
            "to-do",
            "What an exit route costs a year is not said.",
            f"This must go on: {quote(item.value.goes_on)}." if item.value.goes_on else "Nor what must go on.",
            "Enter the yearly cost; 0 if nothing need go on.",
            SECTION,
            item.id,
        )
        for item in endings
        if item.value.yearly_cost is None
    ]
    return cap_checks(checks, lambda left: (f"{left} more have no yearly cost.", checks[0].why, checks[0].mend))


def _check_route_records(bid: Bid) -> Answer:
    routed = [item for item in bid.workspace.list_items(Ending) if item.value.route]
    if not routed:
        return None
    checks = [
        HealthCheck(
            "route-gone",
            "warning",
            f"The knowledge base no longer has the exit route {quote(item.value.route)}.",
            "What it takes to set up cannot be looked up any more.",
            "Choose another one.",
            SECTION,
            item.id,
        )
        for item in routed
        if item.value.route not in bid.live.mechanisms
    ]
    return cap_checks(checks, lambda left: (f"{left} more exit routes are gone.", checks[0].why, checks[0].mend))


def _make(rule: str, level: Level, stream: LiveStream, says: str, why: str, mend: str, line: LineSum) -> HealthCheck:
    return HealthCheck(rule, level, says, why, mend, "budget", line.item.id, _find_url(stream))


def _find_url(stream: LiveStream) -> str | None:
    return stream.url if stream.record else None


RULES = (
    HealthRule("beyond-duration", "No stream pays for longer than it lasts", "budget", _check_duration),
    HealthRule("spend-by", "All money is spent in time", "budget", _check_spend_by),
    HealthRule("short-post", "No post hangs on one year's money", "budget", _check_posts),
    HealthRule("no-ending", "For each stream it is said what comes after", SECTION, _check_endings),
    HealthRule("ending-route", "Something pays for what must go on", SECTION, _check_routes),
    HealthRule("ending-cost", "What must go on has its yearly cost", SECTION, _check_ending_costs),
    HealthRule("route-gone", "Each exit route can be looked up", SECTION, _check_route_records),
)
