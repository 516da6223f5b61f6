"""The file that `kb new` writes: every field explained, unfilled until it is filled, sound when it is."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from doc_tables import MODELS, TABLES, name_fields

from kb.build import check_content
from kb.cli import main
from kb.records.case_study import CaseStudy
from kb.records.check_record import CASE_GROUPS, FUNDING_GROUPS
from kb.records.funding import FundingStream
from kb.source.front_matter import split_front_matter
from kb.source.markdown import split_sections
from kb.source.skeletons import TO_FILL, list_skeletons, read_skeleton

PATHS = {"funding": "funding/new-record.md", "case-study": "casestudies/new-record.md"}
MODEL_OF = {"funding": "Funding stream", "case-study": "Case study"}
# What a person would write for each FILL IN, by the field it stands in.
FILLED = {
    "funding": {
        "kind": "programme",
        "title": "Youth fund",
        "summary": "Pays for youth work.",
        "funder.name": "Youth Trust",
        "funder.kind": "central-government",
        "status": "open",
        "service_areas": "youth-services",
        "sources.id": "funder-page",
        "sources.title": "Youth fund",
        "sources.publisher": "Youth Trust",
        "sources.supports": ", ".join(FUNDING_GROUPS),
    },
    "case-study": {
        "title": "Wardens",
        "summary": "Wardens walked with pupils.",
        "place.name": "Portsmouth",
        "service_areas": "community-safety",
        "evidence": "described",
        "sustained.state": "partly",
        "sources.id": "mts",
        "sources.title": "Case study 6",
        "sources.document": "evening-study",
        "sources.locator": "Case study 6",
        "sources.supports": ", ".join(CASE_GROUPS),
    },
}


def uncover(text: str) -> str:
    """The skeleton with every hidden field in use: a # goes where a field's name or its indent follows."""
    return re.sub(r"^#(?=\w|  )", "", text, flags=re.MULTILINE)


def list_gaps(text: str) -> list[tuple[str, int]]:
    """The field and line of each FILL IN of the front matter."""
    source = split_front_matter(text)
    gaps = {}
    for path, line in source.front.lines.items():
        value = source.front.data
        for part in path:
            value = value[part]
        if value == TO_FILL:
            gaps[line] = ".".join(part for part in path if isinstance(part, str))
    return [(field, line) for line, field in gaps.items()]


def fill(kind: str, text: str) -> str:
    lines = text.split("\n")
    for field, line in list_gaps(text):
        lines[line - 1] = lines[line - 1].replace(TO_FILL, FILLED[kind][field])
    return "\n".join(lines).replace(f"\n{TO_FILL}\n", "\nThe source does not say. Ask the funder.\n")


def new_record(content: Path, kind: str) -> Result:
    return CliRunner().invoke(main, ["new", kind, "new-record"], env={"KB_CONTENT": str(content)})


@pytest.mark.parametrize("kind", list_skeletons())
def test_a_skeleton_has_every_field_in_the_order_of_the_documentation(kind):
    found = list(split_front_matter(uncover(read_skeleton(kind))).front.data)
    assert found == list(TABLES[MODEL_OF[kind]])
    assert set(found) == set(name_fields(MODELS[MODEL_OF[kind]]))


@pytest.mark.parametrize(
    ("kind", "prefix", "at"),
    [
        *(("funding", prefix, prefix) for prefix in ("funder", "checked", "geography", "lead", "partners", "amount")),
        *(("funding", prefix, prefix) for prefix in ("duration", "effort", "sustainability", "combine")),
        ("funding", "match", "match_funding"),
        ("funding", "rule", "eligibility"),
        ("funding", "option", "eligibility.options"),
        ("funding", "rule.limit", "eligibility.limit"),
        ("funding", "window", "windows"),
        ("funding", "exit", "sustainability.exit_routes"),
        ("funding", "bar", "combine.not_with"),
        ("funding", "source", "sources"),
        *(("case-study", prefix, prefix) for prefix in ("place", "period", "cost", "sustained")),
        *(("case-study", prefix, f"{prefix}s") for prefix in ("setting", "partner", "result", "source")),
        ("case-study", "paid", "funding"),
    ],
)
def test_a_skeleton_has_every_field_of_every_group(kind, prefix, at):
    lines = split_front_matter(uncover(read_skeleton(kind))).front.lines
    fields = {".".join(part for part in path if isinstance(part, str)) for path in lines}
    assert {f"{at}.{name}" for name in name_fields(MODELS[prefix])} <= fields


@pytest.mark.parametrize("kind", list_skeletons())
def test_only_what_is_required_is_in_use_and_everything_else_is_hidden(kind):
    gaps = {field for field, _ in list_gaps(read_skeleton(kind))}
    assert gaps == FILLED[kind].keys()
    # A source needs a publisher or a document, and a programme a status, which no single field can show.
    required = {name for name, info in name_fields(MODELS[MODEL_OF[kind]]).items() if info.is_required()}
    in_use = split_front_matter(read_skeleton(kind)).front.data.keys()
    assert in_use - {"status"} == required


@pytest.mark.parametrize("kind", list_skeletons())
def test_every_field_has_its_meaning_beside_it(kind):
    lines = read_skeleton(kind).split("\n---\n")[0].split("\n")
    for above, line in pairwise(lines):
        if re.match(r"#?\w+:", line):
            assert re.match(r"# \S", above), line


@pytest.mark.parametrize(
    ("kind", "headings"), [("funding", FundingStream.programme_sections), ("case-study", CaseStudy.sections)]
)
def test_a_skeleton_has_every_section_to_be_filled_in(kind, headings):
    source = split_front_matter(read_skeleton(kind))
    _, sections = split_sections(source.body)
    assert [(section.title, section.text) for section in sections] == [(heading, TO_FILL) for heading in headings]


def test_the_skeleton_of_a_stream_names_the_sections_of_a_mechanism():
    assert tuple(re.findall(r"^# ## (.+)$", read_skeleton("funding"), re.MULTILINE)) == FundingStream.mechanism_sections


@pytest.mark.parametrize("kind", list_skeletons())
def test_a_new_record_is_unfilled_in_every_place_and_wrong_in_no_other(small_content: Path, kind):
    result = new_record(small_content, kind)
    assert result.exit_code == 0
    assert result.output.startswith(f"Wrote {small_content / PATHS[kind]}. Replace every FILL IN")
    text = (small_content / PATHS[kind]).read_text()
    places = {
        (PATHS[kind], number) for number, line in enumerate(text.split("\n"), 1) if TO_FILL in line and line[0] != "#"
    }
    problems = check_content(small_content)[1]
    assert {(problem.path, problem.line) for problem in problems} == places
    assert len(problems) == len(places)
    assert {problem.message for problem in problems} == {
        '"FILL IN" still stands here. Write what the source says, or take the field out'
    }


@pytest.mark.parametrize("kind", list_skeletons())
def test_a_new_record_that_is_filled_in_is_sound(small_content: Path, kind):
    new_record(small_content, kind)
    path = small_content / PATHS[kind]
    path.write_text(fill(kind, path.read_text()))
    assert check_content(small_content)[1] == []


@pytest.mark.parametrize("kind", list_skeletons())
def test_a_new_record_with_every_field_in_use_is_sound(content_copy: Path, kind):
    new_record(content_copy, kind)
    path = content_copy / PATHS[kind]
    # Its examples name records and sources of the project's own content.
    text = fill(kind, uncover(path.read_text()))
    text = text.replace("Youth Trust", "Department for Education").replace("evening-study", "more-than-the-sum")
    # With figures a case is measured.
    path.write_text(text.replace("evidence: described", "evidence: measured"))
    assert check_content(content_copy)[1] == []


def test_a_new_record_that_is_filled_in_as_a_mechanism_is_sound(small_content: Path):
    new_record(small_content, "funding")
    path = small_content / PATHS["funding"]
    front = fill("funding", path.read_text()).split("\n---\n")[0]
    front = front.replace("kind: programme", "kind: mechanism").replace("\nstatus: open\n", "\n")
    body = "".join(f"\n## {heading}\n\nThe source does not say.\n" for heading in FundingStream.mechanism_sections)
    path.write_text(f"{front}\n---\n{body}")
    assert check_content(small_content)[1] == []
