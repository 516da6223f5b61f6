"""Forms for entries: which inputs one has, what stands in them, and an entry or sentences of what to mend.

Made from the fields of the models, see kb/workspaces/entries.py. A form is a mapping of input names to text, as a
browser sends it; no input stands twice. What a person does not type (widget hidden, and the case of an evidence entry)
is no input: it comes from the entry as it was, or from the page that chose it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from kb.records.amounts import write_pounds
from kb.records.text import clean_text
from kb.records.vocabulary import Vocabulary
from kb.workspaces.entries import MAX_PAYERS, MAX_POUNDS, Entry
from kb.workspaces.limits import FIRST_YEAR, LAST_YEAR, is_in_years

NOT_TYPED = ("hidden", "case")
YEARS = tuple(map(str, range(FIRST_YEAR, LAST_YEAR + 1)))
MONEY = ("capital", "revenue", "in-kind")
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
POUNDS = re.compile(r"£?\s*(\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.00?)?", re.ASCII)
ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
SLASHED_DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", re.ASCII)
WORDED_DAY = re.compile(r"(?:[a-z]+,? )?(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9}) (\d{4})", re.ASCII)
SAY_POUNDS = "Enter whole pounds, like 25000"
SAY_DAY = "Enter a day, like 2027-03-15 or 15/3/2027"
SAY_NUMBER = "Enter a whole number, like 3"
SAY_CHOICE = "Choose one from the list"

Form = Mapping[str, str]
Choices = Mapping[str, Container[str]]  # by widget (stream, partner, mechanism) and "payer": the values that may stand


class FormField(NamedTuple):
    """One field of an entry as a form asks for it. `widget` as in entries.py, `list_name` the closed list of a list;
    `own` widgets are told apart by the name of the field."""

    name: str
    label: str
    hint: str
    widget: str
    list_name: str
    required: bool


class FormProblem(NamedTuple):
    """What is wrong with one input: its name, and a sentence that says what to do."""

    name: str
    says: str


@dataclass(frozen=True)
class Parsed:
    """What a form said: an entry, or else what is wrong, in the order of the form."""

    entry: Entry | None
    problems: tuple[FormProblem, ...] = ()


class _Unusable(ValueError):
    """An input that cannot be used; the text is a sentence for the person who typed."""


def list_fields(model: type[Entry]) -> list[FormField]:
    """The fields that a person fills in, in their order."""
    return [field for field in map(_read_field, model.model_fields.items()) if field.widget not in NOT_TYPED]


def _read_field(named: tuple[str, FieldInfo]) -> FormField:
    name, info = named
    extra: Any = info.json_schema_extra or {}
    widget, _, list_name = str(extra.get("widget", "line")).partition(":")
    required = bool(extra.get("required")) or info.is_required()
    return FormField(name, info.title or name, info.description or "", widget, list_name, required)


def write_form(entry: Entry) -> dict[str, str]:
    """An entry as the form that shows it is filled in."""
    written: dict[str, str] = {}
    for field in list_fields(type(entry)):
        value = getattr(entry, field.name)
        if field.name == "payments":
            for number, payment in enumerate(value, start=1):
                written |= {f"payer-{number}": payment.by, f"pounds-{number}": str(payment.pounds)}
        else:
            written[field.name] = _write_value(value)
    return written


def _write_value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def write_blank(model: type[Entry]) -> dict[str, str]:
    """An empty form with the usual values."""
    fields = ((field.name, model.model_fields[field.name]) for field in list_fields(model))
    return {
        name: "" if info.is_required() else _write_value(info.default) for name, info in fields if name != "payments"
    }


def parse_form(
    model: type[Entry], form: Form, vocabulary: Vocabulary, choices: Choices, kept: Mapping[str, Any] | None = None
) -> Parsed:
    """Read a form into an entry. `kept` are the values of what a person does not type; an input that was not sent
    counts as left empty."""
    data, problems = dict(kept or {}), []
    for field in list_fields(model):
        if field.name == "payments":
            data["payments"], wrong = _read_payments(form, choices)
            problems += wrong
            continue
        try:
            data[field.name] = _read_input(field, form.get(field.name, "").strip(), vocabulary, choices)
        except _Unusable as error:
            problems.append(FormProblem(field.name, str(error)))
    try:
        entry = model.model_validate(data, context={"vocabulary": vocabulary})
    except ValidationError as error:
        # What the model finds wrong with the inputs that could be read is said as well, so that all is said at once.
        seen = {problem.name for problem in problems}
        found = [FormProblem(str(each["loc"][0]), _say_problem(each)) for each in error.errors() if each["loc"]]
        problems += [problem for problem in found if problem.name not in seen]
    if problems:
        order = [field.name for field in list_fields(model)]
        problems.sort(key=lambda problem: order.index(problem.name) if problem.name in order else len(order))
        return Parsed(None, tuple(problems))
    return Parsed(entry)


def _say_problem(found: Any) -> str:
    """One problem that a model found, as a sentence."""
    context = found.get("ctx") or {}
    match found["type"]:
        case "string_too_long" | "too_long":
            typed, most = len(clean_text(str(found["input"])).strip()), context["max_length"]
            return f"Use at most {most:,} letters. There are {typed:,} here, so take out {typed - most:,}"
        case "greater_than_equal":
            return f"Enter {context['ge']} or more"
        case "less_than_equal":
            return f"Enter {context['le']} or less"
        case "int_type":
            return SAY_NUMBER
        case "kb":
            return str(found["msg"])
        case "string_too_short" | "missing":
            return "Fill this in"
    return "This cannot be used. Enter something else"


def _read_input(field: FormField, text: str, vocabulary: Vocabulary, choices: Choices) -> Any:
    """The value of one input; raises _Unusable."""
    if not text and field.required:
        choose = field.widget in ("list", "stream", "partner", "own")
        raise _Unusable(f"{'Choose' if choose else 'Fill in'} “{field.label}”")
    match field.widget:
        case "pounds":
            return read_pounds(text)
        case "date":
            return read_day(text)
        case "number":
            return _read_number(text) if text else None
        case "tick":
            return text == "yes"
        case "yes-no":
            return _need(text, ("", "yes", "no")) and text == "yes" if text else None
        case "list":
            return _need(text, vocabulary.values(field.list_name))
        case "stream" | "partner" | "mechanism":
            return text and _need(text, choices.get(field.widget, ()))
        case "own":
            return _need(text, MONEY) if field.name == "money" else int(_need(text, YEARS))
    return text


def _need(text: str, allowed: Container[str]) -> str:
    if text not in allowed:
        raise _Unusable(SAY_CHOICE)
    return text


def _read_number(text: str) -> int:
    if not re.fullmatch(r"\d{1,6}", text, re.ASCII):
        raise _Unusable(SAY_NUMBER)
    return int(text)


def read_pounds(text: str) -> int | None:
    """Whole pounds as people write them: 25000, 25,000, £25,000.00. None for nothing; raises ValueError."""
    if not text:
        return None
    found = POUNDS.fullmatch(text.replace("\u00a0", " "))
    if not found:
        raise _Unusable(SAY_POUNDS)
    digits = re.sub(r"\D", "", found[1])
    if len(digits) > len(str(MAX_POUNDS)) or int(digits) > MAX_POUNDS:
        raise _Unusable(f"Enter at most {write_pounds(MAX_POUNDS)}")
    return int(digits)


def read_day(text: str) -> date | None:
    """A day as people write it: 2027-03-15, 15/3/2027, 15 March 2027. None for nothing; raises ValueError."""
    if not text:
        return None
    plain = " ".join(text.lower().split())
    iso, slashed, worded = (pattern.fullmatch(plain) for pattern in (ISO_DAY, SLASHED_DAY, WORDED_DAY))
    try:
        if iso:
            day = date(int(iso[1]), int(iso[2]), int(iso[3]))
        elif slashed:
            day = date(int(slashed[3]), int(slashed[2]), int(slashed[1]))
        elif worded:
            day = date(int(worded[3]), MONTHS.index(worded[2][:3]) + 1, int(worded[1]))
        else:
            raise _Unusable(SAY_DAY)
    except _Unusable:
        raise
    except ValueError:
        raise _Unusable(f"There is no such day. {SAY_DAY}") from None
    if not is_in_years(day):
        says = f"The year {day.year} cannot be meant here. Enter a day of the years {FIRST_YEAR} to {LAST_YEAR}"
        raise _Unusable(says)
    return day


def _read_payments(form: Form, choices: Choices) -> tuple[list[dict[str, Any]], list[FormProblem]]:
    """Who pays how much: the rows that are filled in, and what is wrong with them."""
    payments: list[dict[str, Any]] = []
    problems: list[FormProblem] = []
    for number in range(1, MAX_PAYERS + 1):
        payer, pounds = (form.get(f"{name}-{number}", "").strip() for name in ("payer", "pounds"))
        if payer and payer not in choices.get("payer", ()):
            problems.append(FormProblem(f"payer-{number}", SAY_CHOICE))
        elif payer and payer in {payment["by"] for payment in payments}:
            problems.append(FormProblem(f"payer-{number}", "This payer stands above already. Put the sums together"))
        elif pounds and not payer:
            problems.append(FormProblem(f"payer-{number}", "Say who pays this sum"))
        elif payer and not pounds:
            problems.append(FormProblem(f"pounds-{number}", f"Say how much they pay. {SAY_POUNDS}"))
        try:
            sum_paid = read_pounds(pounds)
        except ValueError as error:
            problems.append(FormProblem(f"pounds-{number}", str(error)))
        else:
            if payer in choices.get("payer", ()) and sum_paid is not None:  # else the model would say it once more
                payments.append({"by": payer, "pounds": sum_paid})
    return payments, problems
