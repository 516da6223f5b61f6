"""Schools: find one, see what the register knows of it and how old that is, and the same for scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, current_app, make_response
from flask.blueprints import BlueprintSetupState

from kb.errors import RecordNotFound
from kb.exports.school_answers import answer_schools
from kb.queries.request import BadSearchRequest, RequestProblem, read_count
from kb.records.amounts import write_number
from kb.records.dates import parse_stated_date
from kb.records.facets import NOT_STATED_LABEL
from kb.register import ATTRIBUTION, Known, NoRegister, Origin, Register, School
from kb.views.errors import answer_problem
from kb.views.parameters import read_parameters
from kb.views.site import hash_file, label, render_page, say_count, today

bp = Blueprint("schools", __name__)
MAX_SCHOOL_QUERY = 200  # letters; the longest name in the register has 96
SHOWN = 50
DEFAULT_SCHOOLS = 20
MAX_SCHOOLS = 50
AREA_LISTS = Origin("GOV.UK, lists of 7 June 2023; opportunity areas ended in September 2022", None)


@dataclass(frozen=True)
class SchoolFact:
    """One line about a school: what it is, the value in words, what to know about it, and where it comes from."""

    name: str
    value: str
    note: str = ""
    origin: Origin | None = None


def open_register() -> Register:
    """The register of this site."""
    register: Register = current_app.config["REGISTER"]
    return register


@bp.get("/schools")
def show_schools() -> str:
    """Find a school."""
    given = read_parameters(("q",))
    text = read_query(given)
    register = open_register()
    found = register.search_schools(text, SHOWN) if text else None
    title = f"Schools: {text[:80]}" if text else "Schools"
    return render_page("schools.html", title, text=text, found=found, **describe_register(register))


@bp.get("/schools/<urn>")
def show_school(urn: str) -> Response:
    """One school; for a number that only other schools' records name, the schools that do, with status 404."""
    register = open_register()
    number = int(urn) if urn.isascii() and urn.isdigit() and len(urn) < 8 and urn[0] != "0" else None
    if number is None:
        raise RecordNotFound("school", urn[:60])
    try:
        school = register.get_school(number)
    except RecordNotFound:
        found = register.search_schools(urn, SHOWN)
        if not any(match.reason in ("former-urn", "later-urn") for match in found.matches):
            raise
        title = f"School {urn} is not in the register"
        page = render_page("schools.html", title, text="", found=found, **describe_register(register))
        return make_response(page, 404)
    page = render_page(
        "school.html", school.name, school=school, facts=list_facts(school), successor=find_successor(register, school)
    )
    return make_response(page)


@bp.get("/api/v1/schools")
def answer_schools_request() -> Response:
    """Find schools, as JSON."""
    given = read_parameters(("q", "limit"))
    text = read_query(given)
    if not text:
        raise BadSearchRequest([RequestProblem("q", "write what to look for: a URN, a name, a postcode, a town")])
    limit = read_count("limit", given.get("limit", str(DEFAULT_SCHOOLS)), MAX_SCHOOLS)
    found = open_register().search_schools(text, limit)
    return Response(answer_schools(found).model_dump_json(), mimetype="application/json")


def read_query(given: dict[str, str]) -> str:
    """What to look for, "" if nothing; raises BadSearchRequest when it is too long."""
    text = given.get("q", "").lstrip()
    if len(text) > MAX_SCHOOL_QUERY:
        raise BadSearchRequest([RequestProblem("q", f"this is too long. Write at most {MAX_SCHOOL_QUERY} letters")])
    return text


def describe_register(register: Register) -> dict[str, Any]:
    """What a page says of the register itself: its notes, the day it is of, and when it was imported, in words."""
    meta = register.read_meta()
    imported = datetime.fromisoformat(meta["imported"]).date() if meta["imported"] else None
    dated = parse_stated_date(meta["dated"]) if meta["dated"] else None
    return {"meta": meta, "register_dated": dated, "imported_on": say_day(imported)}


def find_successor(register: Register, school: School) -> School | None:
    """The school that replaces a school, if the register has it."""
    if school.successor_urn is None:
        return None
    try:
        return register.get_school(school.successor_urn)
    except RecordNotFound:
        return None


def is_replaced(school: School) -> bool:
    """True if another school has taken its place by today; an undated link counts as having."""
    return school.successor_urn is not None and (school.successor_date is None or school.successor_date <= today())


def say_day(day: date | None) -> str:
    """A day in words, or "Not stated"."""
    return f"{day.day} {day:%B %Y}" if day else NOT_STATED_LABEL


def list_facts(school: School) -> list[SchoolFact]:
    """What the register knows of a school, in the order readers need it, each with its origin."""
    record, profile, trust = school.origin_of("record"), school.origin_of("profile"), school.origin_of("trust")
    ages = NOT_STATED_LABEL
    if school.age_low is not None and school.age_high is not None:
        ages = f"{school.age_low} to {school.age_high}"
    return [
        SchoolFact("URN", str(school.urn)),
        SchoolFact("Status", school.status, origin=record),
        SchoolFact("Phase", school.phase or NOT_STATED_LABEL, origin=record if school.phase else None),
        SchoolFact("Type", school.type or NOT_STATED_LABEL, school.type_group or "", school.origin_of("type")),
        SchoolFact("Pupils", _say_known(school.pupils), origin=_origin_of(school.pupils)),
        SchoolFact(
            "Eligible for free school meals", _say_known(school.fsm_percent, "%"), origin=_origin_of(school.fsm_percent)
        ),
        SchoolFact(
            "Eligible at any time in six years",
            _say_known(school.fsm_ever6_percent, "%"),
            origin=_origin_of(school.fsm_ever6_percent),
        ),
        SchoolFact("Ages", ages, origin=profile if ages != NOT_STATED_LABEL else None),
        SchoolFact(
            "Religious character",
            school.religious_character or NOT_STATED_LABEL,
            origin=profile if school.religious_character else None,
        ),
        SchoolFact("Council", school.la_name or NOT_STATED_LABEL, origin=record if school.la_name else None),
        SchoolFact("Region", label("regions", school.region) if school.region else NOT_STATED_LABEL),
        SchoolFact(
            "Town and postcode",
            ", ".join(part for part in (school.town, school.postcode) if part) or NOT_STATED_LABEL,
            origin=school.origin_of("address") if school.town or school.postcode else None,
        ),
        SchoolFact(
            "Opened", say_day(school.open_date), origin=school.origin_of("opened") if school.open_date else None
        ),
        SchoolFact(
            "Trust", school.trust_name or NOT_STATED_LABEL, _say_trust(school), trust if school.trust_name else None
        ),
        *([SchoolFact("Federation", school.federation_name, origin=trust)] if school.federation_name else []),
        _list_area_fact(school),
    ]


def _say_known(known: Known[int] | Known[float] | None, unit: str = "") -> str:
    return NOT_STATED_LABEL if known is None else f"{write_number(known.value)}{unit}"


def _origin_of(known: Known[int] | Known[float] | None) -> Origin | None:
    return Origin(known.source, known.dated, known.predecessor) if known else None


def _say_trust(school: School) -> str:
    if not school.trust_name:
        return ""
    parts = [school.trust_type or ""]
    if school.trust_size:
        parts.append(f"{say_count(school.trust_size, 'school')} in this register")
    return ", ".join(part for part in parts if part)


def _list_area_fact(school: School) -> SchoolFact:
    """The lists that cover the school, and those that may."""
    if school.local_authority is None:
        return SchoolFact("Published lists of areas", NOT_STATED_LABEL)
    sure = ", ".join(label("area_lists", value) for value in school.area_lists)
    maybe = ", ".join(label("area_lists", value) for value in school.area_lists_maybe)
    note = f"Part of {school.la_name} is in {maybe}: look up whether your school is." if maybe else ""
    return SchoolFact("Published lists of areas", sure or ("None for sure" if maybe else "None"), note, AREA_LISTS)


def answer_no_register(error: NoRegister) -> Response:
    """There is no register: only these pages cannot answer."""
    return answer_problem(503, f"{error} The other pages of this site work.")


def add_helpers(state: BlueprintSetupState) -> None:
    """Give templates what pages about schools need, wherever they stand."""
    state.app.jinja_env.globals.update(
        school_attribution=ATTRIBUTION,
        is_replaced=is_replaced,
        say_day=say_day,
        school_script_version=hash_file("schools.js"),
        school_style_version=hash_file("schools.css"),
    )


bp.app_errorhandler(NoRegister)(answer_no_register)
bp.record_once(add_helpers)
