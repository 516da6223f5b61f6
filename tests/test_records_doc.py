"""docs/records.md held to the models: what authors read is what `kb check` accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
from annotated_types import MaxLen
from doc_tables import DOC, MODELS, RECORDS, TABLES, name_fields
from project_content import read_corpus
from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from kb.records import case_study, funding, guide
from kb.records.check_record import CASE_GROUPS, FUNDING_GROUPS
from kb.records.dates import parse_stated_date
from kb.records.model import A_LIST_OR_ALL, Listed
from kb.records.vocabulary import LISTS, Vocabulary
from kb.source.yaml_lines import read_yaml_lines

# Required under a condition that no single field can show: the checks know it.
CONDITIONAL = {"status", "review_by"}


def unfold(annotation: Any) -> Iterator[Any]:
    """Everything inside an annotation: types and what marks them."""
    yield annotation
    for inner in annotation.metadata if isinstance(annotation, FieldInfo) else ():
        yield from unfold(inner)
    for inner in (annotation.annotation,) if isinstance(annotation, FieldInfo) else get_args(annotation):
        if not isinstance(inner, str):
            yield from unfold(inner)


def is_model(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, BaseModel)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_corpus().vocabulary


@pytest.mark.parametrize("name", MODELS)
def test_every_row_is_a_field_and_every_field_has_a_row(name):
    assert sorted(TABLES[name]) == sorted(name_fields(MODELS[name]))


def test_every_table_and_every_model_is_held_to_the_other():
    described = set(MODELS.values())
    fields = [field for model in described for field in model.model_fields.values()]
    inside = {found for field in fields for found in unfold(field) if is_model(found)}
    assert TABLES.keys() == MODELS.keys()
    assert {model.__name__ for model in inside - described} == {"BodySection"}


@pytest.mark.parametrize("name", MODELS)
def test_the_required_column_tells_what_is_required(name):
    for field, info in name_fields(MODELS[name]).items():
        stated = TABLES[name][field][2]
        if field in CONDITIONAL and name in RECORDS:
            assert "programme" in stated
        else:
            assert stated == ("yes" if info.is_required() else "no"), field


@pytest.mark.parametrize("name", MODELS)
def test_the_values_column_tells_the_shape_the_closed_list_and_the_length(name):
    for field, info in name_fields(MODELS[name]).items():
        values = TABLES[name][field][1]
        marks = list(unfold(info))
        is_list = any(str(mark).startswith("tuple[") for mark in marks)
        assert values.startswith("list of") == is_list, field
        assert bool(re.search("groups?: ", values)) == any(is_model(mark) for mark in marks), field
        assert ("or `all`" in values) == (A_LIST_OR_ALL in marks), field
        lists = {mark.name for mark in marks if isinstance(mark, Listed)}
        assert lists == {word for word in re.findall(r"`(\w+)`", values) if word in LISTS}, field
        stated = re.search(r"at most (\d+) characters", values)
        longest = [mark.max_length for mark in marks if isinstance(mark, MaxLen) and mark.max_length < 2000]
        assert longest == ([int(stated.group(1))] if stated else []), field


@pytest.mark.parametrize("name", MODELS)
def test_every_example_is_accepted(name, vocabulary):
    for field, info in name_fields(MODELS[name]).items():
        example = TABLES[name][field][3].strip("`")
        if example:
            read = read_yaml_lines(f"{field}: {example}")
            assert read.complaints == [], field
            adapter = TypeAdapter(Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation)
            adapter.validate_python(read.data[field], context={"vocabulary": vocabulary})
        else:
            assert "group" in TABLES[name][field][1], f"{field} has no example"


def test_the_groups_of_supports_are_those_that_are_checked():
    found = []
    for table in re.findall(r"\| group \| fields \|\n\|[-|]+\n((?:\|.*\n)+)", DOC):
        rows = [line.strip("| ").split(" | ") for line in table.strip().split("\n")]
        found.append({group: tuple(re.sub(r" \(.*?\)", "", fields).split(", ")) for group, fields in rows})
    assert found == [FUNDING_GROUPS, CASE_GROUPS]


@pytest.mark.parametrize(
    ("start", "headings"),
    [
        ("Body of a programme, these", funding.FundingStream.programme_sections),
        ("Body of a mechanism:", funding.FundingStream.mechanism_sections),
        ("## Case study", case_study.CaseStudy.sections),
        ("## Framework page", guide.FrameworkPage.sections),
    ],
)
def test_the_headings_of_a_body_are_those_that_are_checked(start, headings):
    paragraph = DOC[DOC.index(start) :]
    paragraph = paragraph[paragraph.index("Body") :].split(". ")[0]
    paragraph = re.split(r"\.\s", paragraph)[0].replace("\n", " ")
    assert tuple(re.findall(r"`## (.+?)`", paragraph)) == headings


def test_every_form_of_a_date_is_read_as_its_precision():
    table = DOC[DOC.index("| precision |") :].split("\n\n")[0].split("\n")[2:]
    rows = [line.strip("| ").split(" | ") for line in table]
    assert {precision: parse_stated_date(written.strip("`")).precision for precision, written, _ in rows} == {
        name: name for name in ("day", "month", "term", "year", "school-year", "financial-year")
    }


def test_every_file_that_is_named_is_there(content: Path):
    table = DOC[DOC.index("| file |") :].split("\n\n")[0].split("\n")[2:]
    for line in table:
        path = line.split("`")[1].removeprefix("content/")
        assert list(content.glob(re.sub(r"<\w+>", "*", path))), path
