"""The `kb` command as a person or a script uses it: what it prints, where, and how it ends."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from kb.cli import main
from kb.config import SETTINGS
from kb.generations import read_current_id
from kb.records.facets import FACETS

COMMAND = Path(sys.executable).with_name("kb")
Run = Callable[..., Result]


@pytest.fixture
def run(content: Path, built_data: Path) -> Run:
    """Runs the command on the project's content and its generation, or on other folders and settings."""

    def invoke(*arguments: str, content: Path = content, data: Path = built_data, **settings: str) -> Result:
        env = {"KB_CONTENT": str(content), "KB_DATA": str(data), "PORT": "", "HOST": "", **settings}
        return CliRunner().invoke(main, list(arguments), env=env, prog_name="kb")

    return invoke


def list_commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command with its subcommands, as the words one types."""
    found = []
    for name, command in group.commands.items():
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += list_commands(command, (*path, name))
    return found


def spoil_status(content: Path) -> str:
    """Write a wrong status into a record; returns the place of the problem."""
    path = content / "funding" / "youth-fund.md"
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines) if line.startswith("status:"))
    lines[number] = "status: finished"
    path.write_text("\n".join(lines), encoding="utf-8")
    return f"funding/youth-fund.md:{number + 1}"


def test_help_names_every_command_setting_and_exit_status(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    listed = [*main.commands, *(setting.name for setting in SETTINGS), "0 done, 1 problems found, 2 wrong usage"]
    assert [name for name in listed if name not in result.stdout] == []
    assert {"check", "build", "serve", "search", "list", "new", "stale"} <= set(main.commands)


@pytest.mark.parametrize("command", list_commands(main), ids=" ".join)
def test_the_help_of_a_command_says_what_it_does_and_gives_an_example(run: Run, command: tuple[str, ...]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert re.search(rf"Example: (PORT=8080 )?kb {' '.join(command)}", result.stdout)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["serch"], "No such command 'serch'"),
        (["search"], "Missing argument 'TEXT'"),
        (["search", "sport", "--typ", "x"], "No such option"),
        (["search", "sport", "--type", "case"], 'type: "case" is not a value. Did you mean case-study?'),
        (["search", "sport", "--service-area", "qqq"], "Write one of: "),
        (["list", "--type", "guide"], "'guide' is not one of 'funding', 'case-study', 'framework', 'glossary'"),
        (["new", "fund", "x"], "'fund' is not one of 'funding', 'case-study'"),
        (["new", "funding"], "Missing argument 'ID'"),
        (["new", "funding", "Youth Fund"], '"Youth Fund" is not an id. Write lower-case letters, digits and hyphens.'),
        (["new", "funding", "../youth"], "is not an id"),
        (["new", "funding", "x" * 81], "is not an id"),
        (["build", "now"], "unexpected extra argument"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence(run: Run, arguments: list[str], says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("port", ["x", "-1", "65536", "80.5", "٣", "8000 9000"])
def test_a_port_that_is_none_is_wrong_usage(run: Run, port: str) -> None:
    result = run("list", PORT=port)
    assert result.exit_code == 2
    assert f'PORT is "{port}". Write a number from 0 to 65535, like 8000.' in result.stderr


def test_check_of_sound_content_says_how_much_it_checked(run: Run) -> None:
    result = run("check")
    assert result.exit_code == 0
    assert re.match(r"\d+ records checked, no problems\.\n", result.stdout)


def test_check_names_the_line_and_the_field_of_a_problem(run: Run, small_content: Path) -> None:
    place = spoil_status(small_content)
    result = run("check", content=small_content)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert any(line.startswith(f'{place}: status: "finished" is not in the list statuses.') for line in lines)
    assert re.fullmatch(r"\d+ problems? in \d+ files?\.", lines[-1])


def test_check_as_json_holds_each_problem_with_its_place(run: Run, small_content: Path) -> None:
    place = spoil_status(small_content)
    result = run("check", "--json", content=small_content)
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert set(answer) == {"problems", "stale"}
    assert all(set(problem) == {"path", "line", "field", "message"} for problem in answer["problems"])
    assert place in [f"{problem['path']}:{problem['line']}" for problem in answer["problems"]]


def test_check_as_json_of_sound_content_has_no_problems(run: Run) -> None:
    result = run("check", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["problems"] == []


def test_check_of_a_missing_folder_lists_what_should_be_there(run: Run, tmp_path: Path) -> None:
    result = run("check", content=tmp_path / "missing")
    assert result.exit_code == 1
    assert "funding/: this is missing from the content folder" in result.stdout


def test_stale_lists_what_is_past_review_longest_overdue_first(run: Run, content_copy: Path) -> None:
    path = content_copy / "funding" / "pupil-premium.md"
    text = re.sub(r"(?m)^review_by: .*$", "review_by: 1999-06-01", path.read_text(encoding="utf-8"))
    text = re.sub(r"(?m)^checked: \{on: [0-9-]+", "checked: {on: 1998-07-01", text)
    path.write_text(re.sub(r"dated: \d[0-9-]*", "dated: 1998-07-01", text), encoding="utf-8")
    result = run("stale", content=content_copy)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert re.fullmatch(r"Past review \(\d+\)", lines[0])
    assert lines[1] == "  pupil-premium: review by 1 June 1999, last known 1 July 1998"


def test_stale_says_what_is_not_confirmed_disagreed_on_or_weakly_sourced_and_why(run: Run, small_content: Path) -> None:
    path = small_content / "funding" / "youth-fund.md"
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^status: .*$", "status: not-confirmed\nstatus_note: The page is gone.", text)
    path.write_text(text.replace("sources:", "conflicts: [One page says 5; another says 6]\nsources:", 1))
    result = run("stale", "--json", content=small_content)
    found = json.loads(result.stdout)
    assert {"id": "youth-fund", "reason": "The page is gone."} in found["not-confirmed"]
    assert found["conflicting"] == [{"id": "youth-fund", "reason": "One page says 5; another says 6"}]
    assert all(
        "it rests on one source" in each["reason"] or "no source" in each["reason"] for each in found["weakly-sourced"]
    )


def test_build_prints_plain_lines_where_there_is_no_terminal(small_content: Path, tmp_path: Path) -> None:
    env = {**os.environ, "KB_CONTENT": str(small_content), "KB_DATA": str(tmp_path / "data")}
    done = subprocess.run([COMMAND, "build"], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "Building...\n")
    live = read_current_id(tmp_path / "data")
    says = rf"Built \d+ funding records, \d+ case studies, .* in [\d.]+ seconds\. Live: {live}\n"
    assert re.fullmatch(says, done.stdout)


def test_build_of_content_with_problems_lists_them_and_changes_nothing(
    run: Run, small_content: Path, built_data: Path
) -> None:
    place, before = spoil_status(small_content), read_current_id(built_data)
    result = run("build", content=small_content)
    assert result.exit_code == 1
    assert f"{place}: status: " in result.stdout
    assert "Nothing was built. The last good generation stays live." in result.stderr
    assert read_current_id(built_data) == before


def test_build_beside_another_build_says_to_wait(run: Run, built_data: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(built_data, tmp_path / "data"))
    with (data / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = run("build", data=data)
    assert result.exit_code == 1
    assert "Another build is running in this data folder. Wait for it" in result.stderr
    assert "Nothing was changed." in result.stderr


def test_build_into_what_is_no_folder_names_it_and_the_setting(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    result = run("build", data=tmp_path / "data")
    assert result.exit_code == 1
    assert str(tmp_path / "data") in result.stderr
    assert "set KB_DATA to another folder" in result.stderr


def test_search_prints_title_address_and_summary_of_each_result(run: Run) -> None:
    result = run("search", "community wardens", "--type", "case-study")
    assert result.exit_code == 0
    count, first = result.stdout.split("\n\n")[:2]
    assert re.fullmatch(r"\d+ results?\.", count.splitlines()[0])
    title, address, summary = first.splitlines()[:3]
    assert address == "  /case-studies/portsmouth-community-wardens"
    assert title.strip()
    assert summary.strip()


def test_search_says_when_no_record_has_all_words_and_what_was_probably_meant(run: Run) -> None:
    lines = run("search", "communty wardens zzqqzz").stdout.splitlines()
    assert "Did you mean: community wardens zzqqzz" in lines
    assert "No record says “zzqqzz”." in lines
    assert "No record has all your words; these have some of them." in run("search", "police trampoline").stdout


def test_search_without_a_result_is_no_error(run: Run) -> None:
    result = run("search", "zzqqzz")
    assert (result.exit_code, result.stdout) == (0, "0 results.\nNo record says “zzqqzz”.\n")


def test_search_takes_filters_more_than_once(run: Run) -> None:
    def count(*arguments: str) -> int:
        return int(json.loads(run("search", "", "--json", *arguments).stdout)["total"])

    one, other = ("--service-area", "housing"), ("--service-area", "libraries")
    assert max(count(*one), count(*other)) < count(*one, *other) <= count(*one) + count(*other)
    assert count(*one, "--type", "case-study") + count(*one, "--type", "funding") == count(*one)


def test_search_as_json_has_the_shape_that_the_interface_promises(run: Run) -> None:
    result = run("search", "wardens", "--type", "case-study", "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert set(answer) == {"total", "page", "per_page", "pages", "did_you_mean", "results", "facets"}
    assert (answer["page"], answer["per_page"], answer["pages"], answer["did_you_mean"]) == (1, 20, 1, None)
    found = answer["results"][0]
    assert set(found) == {
        *("type", "id", "title", "url", "summary", "excerpt", "score", "status"),
        *("service_areas", "key_features", "phases"),
    }
    assert (found["type"], found["url"]) == ("case-study", f"/case-studies/{found['id']}")
    assert "<mark>" in found["excerpt"]
    assert found["status"] is None
    assert "community-safety" in found["service_areas"]
    assert set(answer["facets"]) == {facet.name for facet in FACETS}
    values = [value for facet in answer["facets"].values() for value in facet]
    assert all(set(value) == {"value", "label", "count", "selected"} for value in values)
    assert [value["value"] for value in values if value["selected"]] == ["case-study"]
    assert answer["facets"]["service_area"][-1]["value"] == "not-stated"


@pytest.mark.parametrize("text", ["", "the", '"unclosed', "-sport", "a" * 9000, "🚓", "x' or 1=1", "*", "a\tb\nc"])
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_search_takes_any_text(run: Run, text: str, more: tuple[str, ...]) -> None:
    assert run("search", *more, "--", text).exit_code == 0


def test_search_takes_bytes_that_are_not_utf_8(built_data: Path) -> None:
    env = {**os.environ, "KB_DATA": str(built_data)}
    done = subprocess.run(
        [COMMAND, "search", b"\xff comunity", "--json"], env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["did_you_mean"] == "? community"


def test_list_names_every_record_by_type(run: Run) -> None:
    lines = run("list").stdout.splitlines()
    assert "funding/neighbourhood-renewal-fund" in lines
    assert "case-studies/portsmouth-community-wardens" not in lines
    assert "case-study/portsmouth-community-wardens" in lines
    cases = run("list", "--type", "case-study").stdout.splitlines()
    assert [f"case-study/{case}" for case in cases] == [line for line in lines if line.startswith("case-study/")]


@pytest.mark.parametrize("arguments", [("search", "sport"), ("search", "sport", "--json"), ("list",)])
def test_what_needs_a_generation_says_to_build_one(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = run(*arguments, data=tmp_path)
    assert result.exit_code == 1
    assert result.stderr == "Nothing has been built yet. Run: kb build\n"
    assert result.stdout == ""


@pytest.mark.parametrize(("kind", "folder"), [("funding", "funding"), ("case-study", "casestudies")])
def test_new_writes_a_record_that_check_asks_to_fill_in(run: Run, small_content: Path, kind: str, folder: str) -> None:
    result = run("new", kind, "youth-music-fund", content=small_content)
    path = small_content / folder / "youth-music-fund.md"
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Wrote {path}. Replace every FILL IN")
    assert "FILL IN" in path.read_text(encoding="utf-8")
    checked = run("check", content=small_content)
    assert checked.exit_code == 1
    assert f"{folder}/youth-music-fund.md:" in checked.stdout


def test_new_never_writes_over_a_record(run: Run, small_content: Path) -> None:
    path = small_content / "funding" / "youth-fund.md"
    before = path.read_bytes()
    result = run("new", "funding", "youth-fund", content=small_content)
    assert result.exit_code == 1
    assert result.stderr == f"{path} is there already. Choose another id, or edit that file.\n"
    assert path.read_bytes() == before


def test_new_in_a_place_that_cannot_be_written_says_why(run: Run, tmp_path: Path) -> None:
    (tmp_path / "content").write_text("a file")
    result = run("new", "funding", "youth-fund", content=tmp_path / "content")
    assert result.exit_code == 1
    assert "cannot be written: Not a directory." in result.stderr
