"""/match/plan/<id>: a bid planned back from its closing date, as a page and as a calendar file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, current_app, request

from kb.eligibility.rules import DOUBTFUL_STATUSES
from kb.errors import RecordNotFound
from kb.exports.calendar import make_plan_entries, write_calendar
from kb.queries.calendar_days import BankHolidays
from kb.queries.plan import (
    Closing,
    Plan,
    choose_closing,
    explain_no_bid,
    find_window_after,
    list_school_breaks,
    make_plan,
)
from kb.queries.plan_request import YEARS_AHEAD, PlanRequest, add_years, parse_plan_request, write_holiday
from kb.queries.request import BadSearchRequest, RequestProblem
from kb.records.bid_plan import SchoolHoliday
from kb.records.funding import FundingStream
from kb.views.site import live_generation, make_url, render_page, today

bp = Blueprint("plan", __name__)
bp.add_app_template_global(explain_no_bid)  # the page of a programme links here unless nobody applies for it


@bp.get("/match/plan/<stream_id>")
def show_plan(stream_id: str) -> str | Response:
    """The plan of a bid for one programme, from a stated closing date or one the reader gives."""
    catalogue = live_generation().catalogue
    stream = get_programme(stream_id)
    steps, usual = catalogue.list_plan_steps(), catalogue.list_school_holidays()
    pairs = request.args.items(multi=True)
    wanted = parse_plan_request(pairs, steps, usual, catalogue.vocabulary, today())
    no_bid = explain_no_bid(stream)
    closing = choose_closing(stream.windows or (), wanted.closes, today())
    joint = is_joint(wanted, stream)
    plan = None
    if no_bid is None and closing.day is not None:
        breaks = list_school_breaks(usual, wanted.holidays)
        plan = make_plan(steps, closing.day, today(), breaks, BankHolidays(), wanted.days, joint)
    if wanted.as_calendar:
        return answer_calendar(replace(wanted, joint=joint), stream, closing, plan)
    path = f"/match/plan/{stream.id}"
    return render_page(
        "plan.html",
        f"Plan a bid: {stream.title}",
        stream=stream,
        wanted=wanted,
        path=path,
        no_bid=no_bid,
        doubt=DOUBTFUL_STATUSES.get(stream.status or ""),
        closing=closing,
        plan=plan,
        joint=joint,
        steps=steps,
        next_window=find_window_after(stream.windows or (), closing),
        holidays=list_holiday_fields(usual, wanted, plan),
        uncounted=find_uncounted(usual, plan),
        latest_day=add_years(today(), YEARS_AHEAD),
        calendar_url=make_url(path, [*wanted.list_pairs(), ("format", "ics")]),
        say_day=say_day,
    )


def get_programme(stream_id: str) -> FundingStream:
    """The programme of this id; raises RecordNotFound, also for a mechanism, which nobody bids for."""
    stream = live_generation().catalogue.get_funding_stream(stream_id)
    if stream.is_mechanism:
        raise RecordNotFound("grant or programme", stream_id)
    return stream


def is_joint(wanted: PlanRequest, stream: FundingStream) -> bool:
    """Whether to plan for several partners: as the reader says; else if several are named or the stream asks for it."""
    if wanted.joint is not None:
        return wanted.joint
    return len(wanted.who.list_member_ids()) > 1 or stream.partners is not None


def list_holiday_fields(
    usual: list[SchoolHoliday], wanted: PlanRequest, plan: Plan | None
) -> list[tuple[SchoolHoliday, str]]:
    """The form's fields for school holidays with their values: those the plan meets, and those the reader changed."""
    fields = []
    for holiday in usual:
        dates = wanted.holidays.get(holiday.id, (holiday.from_.first, holiday.to.first))
        meets = plan is not None and holiday.from_.first < plan.closes and holiday.to.first >= plan.latest_start
        if meets or holiday.id in wanted.holidays:
            fields.append((holiday, write_holiday(dates)))
    return fields


def find_uncounted(usual: list[SchoolHoliday], plan: Plan | None) -> date | None:
    """The day after which no school holiday is known, if the plan goes on beyond it."""
    last = max((holiday.to.first for holiday in usual), default=None)
    return last if plan is not None and last is not None and plan.closes > last else None


def answer_calendar(wanted: PlanRequest, stream: FundingStream, closing: Closing, plan: Plan | None) -> Response:
    """The plan as a calendar file; raises BadSearchRequest where there is nothing to put in it."""
    if plan is None:
        message = "no closing date is stated, so there is nothing to put in a calendar. Add one, like closes=2027-01-29"
        if explain_no_bid(stream) is not None:
            message = "nobody applies for this, so there is no plan to put in a calendar. Leave format out"
        raise BadSearchRequest([RequestProblem("format", message)])
    # Calendars are shared, so the address in it says nothing of who asks: the match's parameters stay out.
    page = make_url(f"{request.url_root.rstrip('/')}/match/plan/{stream.id}", wanted.list_plan_pairs())
    entries = make_plan_entries(plan, closing, stream.id, stream.title, page)
    written = write_calendar(entries, f"Plan a bid: {stream.title}", current_app.config["CLOCK"]())
    response = Response(written, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="plan-{stream.id}.ics"'
    return response


def say_day(day: date) -> str:
    """A day with its weekday, as "Friday 29 January 2027"."""
    return f"{day:%A} {day.day} {day:%B %Y}"
