"""Content files read as typed: text stays text, every key has its line, and nothing an author types is an exception."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.source.front_matter import MAX_BYTES, list_markdown_files, read_source_file, split_front_matter
from kb.source.reader import DATA_FILES, list_content_paths, read_content
from kb.source.yaml_lines import LinedData, read_yaml_lines

RECORD = "---\ntitle: Youth fund\nsources:\n  - id: page\n    supports: [who]\n---\n\n## What it is\n\nMoney.\n"


@pytest.mark.parametrize(
    "typed", ["no", "on", "Yes", "null", "~", "010", "0x1F", "007", "12:30", "1_000", "1e3", "2026-11-14", "=", "1.0"]
)
def test_a_value_is_the_text_that_was_typed(typed):
    assert read_yaml_lines(f"a: {typed}\nb: [{typed}]").data == {"a": typed, "b": [typed]}


def test_a_key_is_the_text_that_was_typed():
    assert read_yaml_lines("on: 2026\n010: ten").data == {"on": "2026", "010": "ten"}


def test_quotes_keep_signs_that_mean_something_to_yaml():
    read = read_yaml_lines("""a: "Grants: a guide # 1"\nb: '[x'\nc: "*emphasis* & !more"\n""")
    assert read.data == {"a": "Grants: a guide # 1", "b": "[x", "c": "*emphasis* & !more"}
    assert read.complaints == []


def test_a_field_without_a_value_is_empty_text():
    assert read_yaml_lines("a:\nb: [x, '']").data == {"a": "", "b": ["x", ""]}


def test_every_key_and_item_has_the_line_it_stands_on():
    text = "title: x\n\n# a comment\nfunder: {name: y,\n  kind: z}\n"
    text += "windows:\n  - opens: 2026\n    closes: 2027\n  - note: n\n"
    lines = read_yaml_lines(text, first_line=2).lines
    assert lines[("title",)] == 2
    assert lines[("funder",)] == lines[("funder", "name")] == 5
    assert lines[("funder", "kind")] == 6
    assert lines[("windows",)] == 7
    assert lines[("windows", 0)] == lines[("windows", 0, "opens")] == 8
    assert lines[("windows", 0, "closes")] == 9
    assert lines[("windows", 1, "note")] == 10


def test_items_of_a_list_over_several_lines_have_their_own_lines():
    assert read_yaml_lines("phases: [primary,\n  special,\n\n  middle]").lines[("phases", 2)] == 4


def test_a_text_over_several_lines_does_not_shift_the_lines_below_it():
    read = read_yaml_lines("note: |\n  one\n  two\ntitle: 'a\n\n  b'\nkind: c\n")
    assert (read.lines[("title",)], read.lines[("kind",)]) == (4, 7)


def test_a_missing_field_is_placed_at_the_nearest_group_above_it():
    read = read_yaml_lines("a: x\nfunder:\n  name: y\n", first_line=2)
    assert read.line_of(("funder", "kind")) == 3
    assert read.line_of(("summary",)) == 2
    assert LinedData().line_of(("a", 0)) == 0


def test_a_second_key_of_the_same_name_is_reported_on_its_line_and_the_first_is_kept():
    read = read_yaml_lines("title: first\nfunder:\n  name: y\n  name: z\ntitle: {a: b}\n", first_line=2)
    assert read.complaints == [
        (5, '"name" stands here a second time; keep one of them'),
        (6, '"title" stands here a second time; keep one of them'),
    ]
    assert read.data == {"title": "first", "funder": {"name": "y"}}
    assert read.lines[("title",)] == 2
    assert ("title", "a") not in read.lines


def test_a_key_that_is_a_list_is_reported():
    read = read_yaml_lines("? [a, b]\n: c\nd: e\n")
    assert read.complaints == [(1, "a field name must be a word, not a list or a group")]
    assert read.data == {"d": "e"}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: x\nb: y: z\n", 2, "not YAML"),
        ("a: x\nb: [y\nc: z\n", 3, "not YAML"),
        ("a: x\nb: @home\n", 2, "not YAML"),
        ("a:\n\tb: c\n", 2, "Indent with spaces"),
        ("a: x\nb: bell\x07\n", 2, "U+0007"),
        ("a: x\nb: \ud800\n", 2, "U+D800"),
        ("a: x\n--- \nb: y\n", 2, "second document"),
    ],
)
def test_what_cannot_be_read_is_a_complaint_with_its_line(text, line, says):
    read = read_yaml_lines(text)
    assert read.data is None
    assert [number for number, _ in read.complaints] == [line]
    assert says in read.complaints[0][1]


def test_a_tab_between_a_field_and_its_value_is_harmless():
    assert read_yaml_lines("title:\tYouth\tfund\n").data == {"title": "Youth\tfund"}


@pytest.mark.parametrize(
    "text", ["*starred* title", "&Co grants", "!important", "!!python/object/apply:os.system [ls]"]
)
def test_text_that_yaml_would_swallow_is_reported(text):
    assert [line for line, says in read_yaml_lines(f"a: b\nc: {text}").complaints if "between quotes" in says] == [2]


def test_a_billion_laughs_are_not_told():
    bomb = "a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n"
    for old, new in pairwise("abcdefghij"):
        bomb += f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    read = read_yaml_lines(bomb)
    assert read.data["j"] == [None] * 10
    assert {line for line, _ in read.complaints} == set(range(1, 11))


def test_an_alias_of_itself_ends():
    assert read_yaml_lines("a: &a [*a, *a]").data == {"a": [None, None]}


@pytest.mark.parametrize("text", ["[" * 900_000, "{" * 900_000, "- " * 400_000, "? " * 400_000, "[a: " * 100_000])
def test_endless_nesting_is_a_complaint(text):
    read = read_yaml_lines(text)
    assert read.data is None
    assert read.complaints == [(1, "this is nested too deeply")]


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029"])
def test_a_rare_line_end_inside_a_text_does_not_shift_lines(sign):
    read = read_yaml_lines(f"a: one{sign}two\nb: c\n")
    assert read.data == {"a": "one two", "b": "c"}
    assert read.lines[("b",)] == 2


def test_a_record_is_split_into_front_matter_and_body():
    source = split_front_matter(RECORD, "funding/youth-fund.md")
    assert source.id == "youth-fund"
    assert source.front.data["title"] == "Youth fund"
    assert source.front.line_of(("sources", 0, "supports")) == 5
    assert source.body.split("\n")[8 - source.body_line] == "## What it is"
    assert source.complaints == []


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_byte_order_mark_and_line_ends_make_no_difference(tmp_path: Path, start, end):
    path = tmp_path / "funding" / "youth-fund.md"
    path.parent.mkdir()
    path.write_bytes((start + RECORD.replace("\n", end)).encode())
    source = read_source_file(path, tmp_path)
    assert source == split_front_matter(RECORD, "funding/youth-fund.md")
    assert source.front.lines == split_front_matter(RECORD).front.lines


def test_a_line_of_dashes_in_the_body_belongs_to_the_body():
    source = split_front_matter("---\na: b\n---\nabove\n\n---\n\nbelow\n")
    assert source.body == "above\n\n---\n\nbelow\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, 'the first line must be "---"'),
        ("title: x\n---\n", 1, 'the first line must be "---"'),
        ("\n---\ntitle: x\n---\n", 1, 'the first line must be "---"'),
        ("---\ntitle: x\n\n## What it is\n", 1, 'write a line "---" after the last field'),
        ("---", 1, 'write a line "---" after the last field'),
        ("---\n---", 2, "the front matter must be fields"),
        ("---\n# only a comment\n---\n", 2, "the front matter must be fields"),
        ("---\n- a\n- list\n---\n", 2, "the front matter must be fields"),
        ("---\njust words\n---\n", 2, "the front matter must be fields"),
        ("---\na: b\nc: [d\n---\n", 3, "not YAML"),
    ],
)
def test_front_matter_that_is_not_there_or_not_fields_is_a_complaint(text, line, says):
    (complaint,) = split_front_matter(text).complaints
    assert complaint[0] == line
    assert says in complaint[1]


def test_a_file_that_is_not_utf8_is_a_complaint(tmp_path: Path):
    path = tmp_path / "a.md"
    path.write_bytes(RECORD.replace("Youth", "Jugendförderung").encode("latin-1"))
    assert read_source_file(path, tmp_path).complaints == [
        (0, "line 2 is not UTF-8; save the file with the encoding UTF-8")
    ]


def test_a_huge_file_is_a_complaint_and_is_not_read(tmp_path: Path):
    path = tmp_path / "a.md"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    ((line, says),) = read_source_file(path, tmp_path).complaints
    assert (line, says[:43]) == (0, "this file is larger than 1,000,000 bytes; a")


@pytest.mark.parametrize("kind", ["folder", "broken link"])
def test_a_record_that_is_no_file_is_a_complaint(tmp_path: Path, kind):
    path = tmp_path / "a.md"
    path.mkdir() if kind == "folder" else path.symlink_to(tmp_path / "nowhere")
    ((line, says),) = read_source_file(path, tmp_path).complaints
    assert line == 0
    assert says.startswith("this file cannot be read: ")


def test_hidden_files_and_other_endings_are_no_records(tmp_path: Path):
    for name in ("b.md", "a.md", ".draft.md", "notes.txt", "c.md~"):
        (tmp_path / name).write_text("x")
    assert [path.name for path in list_markdown_files(tmp_path)] == ["a.md", "b.md"]


def test_a_content_folder_that_is_not_there_lists_what_is_missing(tmp_path: Path):
    files = read_content(tmp_path / "nowhere")
    assert files.missing == ["funding/", "casestudies/", "framework/", *DATA_FILES]
    assert list_content_paths(tmp_path / "nowhere") == []


def test_every_file_of_the_content_folder_is_listed_for_a_build(content: Path):
    expected = {path for path in content.rglob("*") if path.suffix in (".md", ".yml")}
    assert set(list_content_paths(content)) == expected


# Text made of what means something in a record, so that the examples reach past the first line.
SIGNS = ["---", "\n", "\n", "\r\n", "\r", "a", "b: ", "- ", "[", "]", "{", "}", '"', "'", "#", "&x ", "*x", "!t ", "|"]
SIGNS += ["? ", "\t", "  ", ",", ":", "%", "@", "...", "\ufeff", "\x85", "\u2028", "\x00", "\ud800", "## "]
PIECES = st.sampled_from(SIGNS)
ALWAYS_THE_SAME = settings(max_examples=300, deadline=None, derandomize=True)
ANY_TEXT = st.text(max_size=60) | st.lists(PIECES, max_size=40).map("".join)


def count_lines(text: str) -> int:
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1


@ALWAYS_THE_SAME
@given(ANY_TEXT)
def test_no_text_makes_the_yaml_reader_fail_or_leave_the_file(text):
    read = read_yaml_lines(text, first_line=5)
    lines = [*read.lines.values(), *(line for line, _ in read.complaints)]
    assert all(5 <= line < 5 + count_lines(text) for line in lines)


@ALWAYS_THE_SAME
@given(
    ANY_TEXT | ANY_TEXT.map(lambda text: f"---\n{text}\n---\n{text}") | ANY_TEXT.map(lambda text: f"---\n{text}\n---")
)
def test_no_text_makes_the_record_reader_fail_or_leave_the_file(text):
    source = split_front_matter(text)
    lines = [source.body_line, *source.front.lines.values(), *(line for line, _ in source.complaints)]
    assert all(1 <= line <= count_lines(text) for line in lines)
    assert source.complaints or isinstance(source.front.data, dict)
