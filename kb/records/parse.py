"""From strings with line numbers to typed records, or to problems that say what to write instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kb.errors import Problem
from kb.records.model import ID, MAX_ID, BodySection
from kb.records.vocabulary import Vocabulary, suggest_nearest
from kb.source.front_matter import SourceFile
from kb.source.markdown import Section, has_lost_link, html_to_text, render_markdown, split_sections
from kb.source.skeletons import TO_FILL
from kb.source.yaml_lines import LinedData
from kb.source.yaml_lines import Path as FieldPath

Model = TypeVar("Model", bound=BaseModel)

LOST_LINK = "leads nowhere. Write https://... in full, or an address of this site like /case-studies/ID"
EMPTY = "this is empty. Leave the field out if the source does not say"
MESSAGES = {
    "missing": "this field is required and is not there. Add it",
    "string_type": "this must be text, not a list or a group of fields",
    "tuple_type": 'this must be a list, like [one, two], or one value a line after "- "',
    "model_type": "this must be a group of fields, like {{name: Ofsted}}",
    "model_attributes_type": "this must be a group of fields, like {{name: Ofsted}}",
    "dict_type": "this must be a group of fields, like {{name: Ofsted}}",
    "int_parsing": 'this must be a whole number without sign or comma, like 10000, not "{input}"',
    "int_parsing_size": "this number is too large",
    "int_type": "this must be a whole number, like 10000",
    "int_from_float": 'this must be a whole number, like 10000, not "{input}"',
    "float_parsing": 'this must be a number, like 12.5, not "{input}"',
    "float_type": "this must be a number, like 12.5",
    "finite_number": 'this must be a number, like 12.5, not "{input}"',
    "string_too_short": EMPTY,
    "string_too_long": "this is too long: {length} characters. Write at most {max_length}",
    "greater_than_equal": "this must be {ge:,.0f} or more",
    "less_than_equal": "this must be {le:,.0f} or less",
}


def name_field(path: Sequence[str | int]) -> str:
    """A path as authors read it: ("windows", 0, "closes") is "windows[1].closes"."""
    name = ""
    for part in path:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if name else part
    return name


def explain_error(error: ErrorDetails, model: type[BaseModel]) -> str:
    """One sentence for one validation error, with what to write instead."""
    kind = error["type"]
    if kind == "extra_forbidden":
        wrong = str(error["loc"][-1])
        return f"there is no field of this name. {suggest_nearest(wrong, _fields_at(model, error['loc'][:-1]))}"
    value = error["input"]
    if value == "":
        return EMPTY
    values = {**error.get("ctx", {}), "input": str(value)[:60], "length": len(value) if isinstance(value, str) else 0}
    if kind in MESSAGES:
        return MESSAGES[kind].format(**values)
    return error["msg"]


def _fields_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The field names an author may write at a path of a model."""
    current: type[BaseModel] | None = model
    for part in path:
        if current is not None and isinstance(part, str):
            current = next(
                (_model_in(f.annotation) for n, f in current.model_fields.items() if part in (n, f.alias)), None
            )
    if current is None:
        return []
    return [field.alias or name for name, field in current.model_fields.items() if name not in ("id", "body") or path]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation such as tuple[Window, ...] | None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None


def validate_data(
    model: type[Model], data: dict[str, Any], lined: LinedData, at: FieldPath, path: str, vocabulary: Vocabulary
) -> tuple[Model | None, list[Problem]]:
    """Validate one group of fields that stands at `at` in a file: (model, []) or (None, all problems)."""
    try:
        return model.model_validate(data, context={"vocabulary": vocabulary}), []
    except ValidationError as error:
        return None, [
            Problem(path, lined.line_of((*at, *found["loc"])), name_field(found["loc"]), explain_error(found, model))
            for found in error.errors()
        ]


def parse_record(
    model: type[Model], source: SourceFile, expected: Sequence[str], vocabulary: Vocabulary
) -> tuple[Model | None, list[Problem]]:
    """A Markdown record as a typed one, with everything wrong in it; None if its fields are not those of the model.

    `expected` are the headings its body must have, in order.
    """
    problems = [Problem(source.path, line, "", message) for line, message in source.complaints]
    if not ID.fullmatch(source.id) or len(source.id) > MAX_ID:
        problems.append(
            Problem(source.path, 0, "", "name the file with lower-case letters, digits and hyphens, like youth-fund.md")
        )
    if not isinstance(source.front.data, dict):
        return None, problems
    for reserved in ("id", "body"):
        if reserved in source.front.data:
            line = source.front.line_of((reserved,))
            problems.append(Problem(source.path, line, reserved, "leave this out: it comes from the file itself"))
    unfilled = find_unfilled(source)
    body, wrong = parse_body(source, expected)
    problems += wrong
    data = {**source.front.data, "id": source.id, "body": body}
    record, wrong = validate_data(model, data, source.front, (), source.path, vocabulary)
    # What is still to be filled in is wrong in other ways too; once is enough.
    waiting = {(problem.line, problem.field) for problem in unfilled}
    problems += unfilled + [problem for problem in wrong if (problem.line, problem.field) not in waiting]
    return record, problems


def find_unfilled(source: SourceFile) -> list[Problem]:
    """What a new record's skeleton still asks for, in front matter and body."""
    message = f'"{TO_FILL}" still stands here. Write what the source says, or take the field out'
    unfilled = [
        Problem(source.path, line, name_field(path), message)
        for path, line in source.front.lines.items()
        if isinstance(text := _value_at(source.front.data, path), str) and TO_FILL in text
    ]
    for number, line in enumerate(source.body.split("\n"), source.body_line):
        if TO_FILL in line:
            unfilled.append(Problem(source.path, number, "body", message))
    return unfilled


def _value_at(data: Any, path: FieldPath) -> Any:
    for part in path:
        data = data[part]
    return data


def parse_body(source: SourceFile, expected: Sequence[str]) -> tuple[tuple[BodySection, ...], list[Problem]]:
    """The sections of a body as safe HTML and text, checked against the headings it must have."""
    before, sections = split_sections(source.body, source.body_line)
    found: list[tuple[int, str]] = []
    if before:
        found.append((source.body_line, f'start the body with "## {expected[0]}"'))
    found += _check_headings(source.body_line, sections, expected)
    body = []
    for section in sections:
        try:
            html = render_markdown(section.text)
        except ValueError as error:
            found.append((section.line, f'in "{section.title}" {error}'))
            continue
        text = html_to_text(html)
        if not text:
            found.append((section.line, f'"{section.title}" is empty. Say in a line that the source is silent'))
        if has_lost_link(html):
            found.append((section.line, f'a link in "{section.title}" {LOST_LINK}'))
        body.append(BodySection(title=section.title, html=html, text=text))
    return tuple(body), [Problem(source.path, line, "body", message) for line, message in found]


def _check_headings(body_line: int, sections: list[Section], expected: Sequence[str]) -> list[tuple[int, str]]:
    titles = [section.title for section in sections]
    found = [
        (section.line, f'"{section.title}" is not a section. {suggest_heading(section.title, expected)}')
        for section in sections
        if section.title not in expected
    ]
    found += [
        (body_line, f'the section "## {title}" is missing. Add it, if only with a line')
        for title in expected
        if title not in titles
    ]
    if not found and titles != list(expected):
        wrong = next(n for n, title in enumerate(titles) if title not in expected[n : n + 1])
        found.append((sections[wrong].line, f"put each section once, in this order: {', '.join(expected)}"))
    return found


def suggest_heading(title: str, expected: Sequence[str]) -> str:
    """The heading that was probably meant."""
    by_lower = {heading.lower(): heading for heading in expected}
    hint = suggest_nearest(title.lower(), by_lower)
    return next((f'Did you mean "{by_lower[name]}"?' for name in by_lower if hint == f"Did you mean {name}?"), hint)
