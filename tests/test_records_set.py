"""What `kb check` says of faults between files, of whole files, and of many faults at once."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.build import check_content
from kb.cli import main
from kb.records.check_set import list_stale

FUND = "funding/youth-fund.md"
CASE = "casestudies/wardens.md"
OTHER = "funding/old-fund.md"

# (file, text that stands there once, text put in its place, text on the line that is wrong, field, what is said)
# fmt: off
LINKS: dict[str, tuple[str, str, str, str, str, str]] = {
    "exit route": (FUND, "mechanism: lettings", "mechanism: letting", "mechanism:",
        "sustainability.exit_routes[1].mechanism", 'there is no funding record "letting". Did you mean lettings?'),
    "exit route to a programme": (FUND, "mechanism: lettings", "mechanism: hall-fund", "mechanism:",
        "sustainability.exit_routes[1].mechanism", '"hall-fund" is a programme; an exit route is a mechanism.'),
    "stream beside it": (FUND, "with: [old-fund]", "with: [old-find]", "with:", "combine.with[1]",
        "Did you mean old-fund?"),
    "stream not beside it": (FUND, "{id: hall-fund,", "{id: hell-fund,", "hell-", "combine.not_with[1].id",
        "Did you mean hall-fund?"),
    "stream it replaces": (FUND, "replaces: [old-fund]", "replaces: [gold-fund]", "replaces:", "replaces[1]",
        "Did you mean old-fund?"),
    "stream that replaced it": (OTHER, "status: historic", "status: historic\nreplaced_by: [xyz]", "replaced_by:",
        "replaced_by[1]", "Write one of: hall-fund, lettings, old-fund, ..."),
    "a record to itself": (FUND, "with: [old-fund]", "with: [youth-fund]", "with:", "combine.with[1]",
        "a record cannot lead to itself. Take this out"),
    "stream of a case": (CASE, "stream: old-fund", "stream: oldfund", "stream:", "funding[1].stream",
        'there is no funding record "oldfund". Did you mean old-fund?'),
    "publisher": (FUND, "publisher: Youth Trust", "publisher: Youth trust", "publisher:", "sources[1].publisher",
        '"Youth trust" is not among the publishers of sources.yml. Did you mean Youth Trust?'),
    "new publisher": (FUND, "publisher: Youth Trust", "publisher: Ofsted", "publisher:", "sources[1].publisher",
        '"Ofsted" is not among the publishers of sources.yml. Add it there'),
    "document": (CASE, "document: evening-study", "document: evening-studies", "document:", "sources[1].document",
        '"evening-studies" is not in sources.yml. Did you mean evening-study?'),
    "document of a question": ("self-assessment.yml", "Who pays?\n  of: [Heads, Governors]\n  document: evening-study",
        "Who pays?\n  document: study", "document: study", "document", "Did you mean evening-study?"),
    "glossary see": ("glossary.yml", "    - case-studies/wardens", "    - case-studies/warden", "case-studies/warden\n",
        "see[1]", '"case-studies/warden" leads nowhere. Did you mean case-studies/wardens?'),
    "glossary see of no record": ("glossary.yml", "- framework/school-leadership", "- pages/school", "- pages/",
        "see[2]", "Write funding/ID, case-studies/ID, framework/ID or glossary/ID"),
    "link in a body": (FUND, "(/case-studies/wardens)", "(/case-studies/wardns)", "(/case-studies/wardns)", "body",
        '"/case-studies/wardns" leads nowhere. Did you mean /case-studies/wardens?'),
    "link to a folder of files": (FUND, "(/case-studies/wardens)", "(/casestudies/wardens)", "(/casestudies/", "body",
        "Did you mean /case-studies/wardens?"),
    "link to a term": (FUND, "(/glossary#top-slice)", "(/glossary#topslice)", "(/glossary#topslice)", "body",
        '"/glossary#topslice" leads nowhere. Did you mean /glossary#top-slice?'),
    "each replaces the other": (OTHER, "status: historic",
        "status: historic\nreplaces: [hall-fund]\nreplaced_by: [hall-fund]", "replaces: [", "replaces",
        '"hall-fund" also says it replaces this one. Keep what the source says'),
    "combinable and barred": (FUND, "with: [old-fund]", "with: [hall-fund]", "combine:", "combine",
        '"hall-fund" is named as combinable and as barred. Keep what the source says'),
}
# fmt: on


def find_problems(content: Path) -> list[str]:
    return [str(problem) for problem in check_content(content)[1]]


def replace(path: Path, old: str, new: str) -> str:
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new))
    return path.read_text()


@pytest.mark.parametrize("name", LINKS)
def test_a_link_that_leads_nowhere_is_one_problem_where_it_stands(small_content: Path, name):
    path, old, new, at, field, says = LINKS[name]
    spoiled = replace(small_content / path, old, new)
    problems = [problem for problem in check_content(small_content)[1] if problem.path == path]
    line = spoiled.count("\n", 0, spoiled.index(at)) + 1
    assert [(problem.line, problem.field) for problem in problems] == [(line, field)]
    assert says in problems[0].message


@pytest.mark.parametrize(
    "address", ["/", "/search?q=youth", "/funding", "/framework/school-leadership#first", "/glossary"]
)
def test_a_link_to_a_page_of_the_site_is_sound(small_content: Path, address):
    replace(small_content / FUND, "(/case-studies/wardens)", f"({address})")
    assert find_problems(small_content) == []


def test_two_streams_that_replace_each_other_are_told_in_both(small_content: Path):
    replace(small_content / OTHER, "status: historic", "status: historic\nreplaces: [youth-fund]")
    replace(small_content / FUND, "with: [old-fund]", "note: Not stated.")
    found = [(problem.path, problem.field) for problem in check_content(small_content)[1]]
    assert found == [(OTHER, "replaces"), (FUND, "replaces")]


def test_a_case_and_a_stream_do_not_share_an_id(small_content: Path):
    shutil.copy(small_content / CASE, small_content / "casestudies/lettings.md")
    assert find_problems(small_content) == [
        "casestudies/lettings.md: a funding record has the same id. Rename one of the two files"
    ]


def test_a_file_name_is_an_id(small_content: Path):
    (small_content / CASE).rename(small_content / "casestudies/The Wardens.md")
    assert find_problems(small_content)[0] == (
        "casestudies/The Wardens.md: name the file with lower-case letters, digits and hyphens, like youth-fund.md"
    )


def test_a_missing_closed_list_is_told_once_and_not_in_every_record(small_content: Path):
    (small_content / "vocabulary/service_areas.yml").unlink()
    (small_content / "vocabulary/key_features.yml").write_text("- value: [\n")
    problems = check_content(small_content)[1]
    assert [problem.path for problem in problems] == ["vocabulary/key_features.yml", "vocabulary/service_areas.yml"]
    assert problems[1].message == "this closed list is missing. Put it back"


def test_a_closed_list_nobody_knows_is_told_with_the_nearest(small_content: Path):
    (small_content / "vocabulary/phase.yml").write_text("- {value: x, label: X}\n")
    assert find_problems(small_content) == [
        "vocabulary/phase.yml: there is no closed list of this name. Did you mean phases?"
    ]


@pytest.mark.parametrize(
    ("path", "entry", "line", "says"),
    [
        ("glossary.yml", "- {id: warden, name: W, means: W., era: today}", 15, 'id: "warden" stands in this file'),
        ("self-assessment.yml", "- {id: leadership-1, feature: school-leadership, asks: W?, document: evening-study, "
         "locator: Q}", 12, 'id: "leadership-1" stands in this file twice'),
        ("vocabulary/eras.yml", "- {value: today, label: Today}", 6, 'value: "today" stands in this file twice'),
        ("vocabulary/eras.yml", "- {value: Soon to come, label: Soon}", 6, "value: \"Soon to come\" is not an id."),
        ("vocabulary/eras.yml", "- {value: soon}", 6, "label: this field is required and is not there. Add it"),
        ("vocabulary/local_authorities.yml", "- {value: york, label: York, region: yorkshire}", 14,
         "Did you mean yorkshire-and-the-humber?"),
        ("sources.yml", "  - {name: Ofsted, kind: watch-dog}", 12, "Did you mean watchdog?"),
        ("glossary.yml", "- just words", 15, "this must be a group of fields"),
    ],
)  # fmt: skip
def test_a_wrong_entry_of_a_list_file_is_told_on_its_line(small_content: Path, path, entry, line, says):
    with (small_content / path).open("a") as file:
        file.write(entry)
    (problem,) = find_problems(small_content)
    assert problem.startswith(f"{path}:{line}: ")
    assert says in problem


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("glossary.yml", "terms: none\n", 'glossary.yml:1: this file must be a list: start each entry with "- "'),
        ("glossary.yml", "", 'glossary.yml:1: this file must be a list: start each entry with "- "'),
        ("self-assessment.yml", "a: [\n", "self-assessment.yml:2: this is not YAML that can be read"),
        ("sources.yml", "- a\n", "sources.yml:1: this must be a group of fields"),
        ("sources.yml", "a: b: c\n", "sources.yml:1: this is not YAML that can be read"),
    ],
)
def test_a_list_file_that_cannot_be_read_is_one_problem(small_content: Path, path, text, says):
    (small_content / path).write_text(text)
    replace(small_content / FUND, " See [top slice](/glossary#top-slice).", "")
    (problem,) = find_problems(small_content)
    assert problem.startswith(says)


def test_missing_files_and_folders_are_told_by_name(small_content: Path):
    (small_content / "sources.yml").unlink()
    shutil.rmtree(small_content / "framework")
    replace(small_content / "glossary.yml", "    - framework/school-leadership\n", "")
    assert find_problems(small_content) == [
        "framework/: this is missing from the content folder. Put it back",
        "sources.yml: this is missing from the content folder. Put it back",
    ]


def test_each_key_feature_has_a_page_and_each_page_a_feature(small_content: Path):
    page = small_content / "framework/resource-management.md"
    page.rename(page.with_stem("resources-management"))
    assert find_problems(small_content) == [
        'framework/resource-management.md: the key feature "resource-management" has no page. Add this file',
        'framework/resources-management.md: "resources-management" is no key feature. Did you mean '
        "resource-management?",
    ]


@pytest.mark.parametrize("text", ["no front matter", "---\nkind: [\n---\n", "---\ntitle: x\n---\n"])
def test_a_broken_record_is_no_dead_link_for_those_that_name_it(small_content: Path, text):
    for path in (OTHER, CASE, "funding/lettings.md"):
        (small_content / path).write_text(text)
    assert {problem.path for problem in check_content(small_content)[1]} == {OTHER, CASE, "funding/lettings.md"}


def test_a_record_with_a_fault_of_its_own_still_has_its_links_checked(small_content: Path):
    replace(small_content / FUND, "with: [old-fund]", "with: [gone-fund]")
    replace(small_content / FUND, "{min: 300, max: 20000,", "{min: 300, max: 30,")
    replace(small_content / FUND, "\nOne form.\n", "\n")
    fields = [problem.field for problem in check_content(small_content)[1]]
    assert fields == ["amount.max", "combine.with[1]", "body"]


def test_an_entry_with_a_fault_does_not_shift_the_lines_of_those_below(small_content: Path):
    replace(small_content / "glossary.yml", "  means: Money taken off before a budget is shared out.\n", "")
    replace(small_content / "glossary.yml", "- case-studies/wardens", "- case-studies/nobody")
    found = [(problem.line, problem.field) for problem in check_content(small_content)[1]]
    assert found == [(3, "means"), (12, "see[1]")]


def test_a_field_that_stands_twice_does_not_hide_other_faults(small_content: Path):
    replace(small_content / FUND, "title: Youth fund\n", "title: Youth fund\ntitle: Fund\nmony: both\n")
    assert [problem.line for problem in check_content(small_content)[1]] == [4, 5]


def test_all_problems_of_all_files_come_at_once_in_order(content_copy: Path):
    funding = sorted((content_copy / "funding").glob("*.md"))
    for path in (funding[20], funding[0]):
        text = path.read_text()
        path.write_text(text.replace("summary: ", "sumary: ", 1).replace("\n## ", "\n## Not ", 1) + "\nFILL IN\n")
    (content_copy / "casestudies/a-note.md").write_bytes(b"\xff")
    (content_copy / "glossary.yml").write_text((content_copy / "glossary.yml").read_text() + "- id: a\n")
    problems = check_content(content_copy)[1]
    assert problems == sorted(problems)
    by_path = {path: [p.field for p in problems if p.path == path] for path in {p.path for p in problems}}
    assert by_path.keys() == {
        "casestudies/a-note.md", f"funding/{funding[0].name}", f"funding/{funding[20].name}", "glossary.yml"
    }  # fmt: skip
    for path in (funding[0], funding[20]):
        assert sorted(by_path[f"funding/{path.name}"]) == ["body", "body", "body", "sumary", "summary"]
    assert by_path["glossary.yml"] == ["era", "means", "name"]


def test_the_projects_own_content_is_sound(content: Path):
    assert find_problems(content) == []


def test_past_review_is_stale_and_no_problem(small_content: Path):
    text = (small_content / FUND).read_text().replace("[evening fund]", "[older fund]")
    (small_content / "funding/older-fund.md").write_text(text.replace("review_by: 2027-03-27", "review_by: 2026-12-01"))
    assembly, problems = check_content(small_content)
    assert problems == []
    stale = {day: [stream.id for stream in list_stale(assembly.corpus, day)] for day in (
        date(2026, 12, 1), date(2026, 12, 2), date(2027, 3, 27), date(2027, 3, 28))}  # fmt: skip
    assert list(stale.values()) == [[], ["older-fund"], ["older-fund"], ["older-fund", "youth-fund"]]


def test_the_command_lists_problems_as_lines_and_as_json(small_content: Path):
    replace(small_content / FUND, "status: open", "status: opne")
    (problem,) = check_content(small_content)[1]
    lines = CliRunner().invoke(main, ["check"], env={"KB_CONTENT": str(small_content)})
    assert (lines.exit_code, lines.output) == (1, f"{problem}\n1 problem in 1 file.\n")
    as_json = CliRunner().invoke(main, ["check", "--json"], env={"KB_CONTENT": str(small_content)})
    assert as_json.exit_code == 1
    assert json.loads(as_json.output)["problems"] == [
        {"path": FUND, "line": 8, "field": "status", "message": problem.message}
    ]
