"""A build makes a whole generation live in one step, or changes nothing; readers follow it."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import kb.build
from kb.build import BuildRunning, build_generation, check_content, is_current
from kb.errors import ContentProblems, KbError, NoGeneration
from kb.exports.answers import answer_search
from kb.generations import KEEP, Generation, Generations, drop_old_generations, make_current, read_current_id
from kb.queries.request import SearchRequest
from kb.queries.search import run_search

BEFORE = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


@pytest.fixture
def small_copy(small_content: Path, tmp_path: Path) -> Path:
    """A copy of the small content that a test may spoil."""
    return Path(shutil.copytree(small_content, tmp_path / "copy"))


@pytest.fixture
def data(small_content: Path, tmp_path: Path) -> Path:
    """A data folder with one live generation of the small content: a build does the same for few records."""
    build_generation(small_content, tmp_path / "data", BEFORE)
    return tmp_path / "data"


def list_folders(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "generations").iterdir())


def make_id(number: int) -> str:
    """An id as builds give it, higher for a later build."""
    return f"20261121T13000000000{number}Z-{number:012x}"


def copy_generation(data: Path, number: int) -> Path:
    """A second generation beside the live one, made live; returns its folder."""
    live = read_current_id(data)
    assert live
    folder = Path(shutil.copytree(data / "generations" / live, data / "generations" / make_id(number)))
    make_current(data, folder.name)
    return folder


def spoil_status(content: Path) -> str:
    """Write a wrong status into a record; returns the place of the problem."""
    path = content / "funding" / "youth-fund.md"
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines) if line.startswith("status:"))
    lines[number] = "status: finished"
    path.write_text("\n".join(lines), encoding="utf-8")
    return f"funding/youth-fund.md:{number + 1}: status: "


def test_a_build_makes_live_what_it_reports(small_content: Path, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    report = build_generation(small_content, tmp_path / "new" / "data", LATER, lambda *step: steps.append(step))
    corpus = check_content(small_content)[0].corpus
    live = Generations(tmp_path / "new" / "data").current()
    assert report.generation_id == live.id
    assert report.counts == live.catalogue.read_meta()["counts"]
    assert report.counts["funding"] == len(corpus.funding)
    assert report.counts["glossary"] == len(corpus.glossary)
    total = len(corpus.records) + len(corpus.glossary)
    assert live.index.count == total
    assert steps == [(done, total) for done in range(1, total + 1)]
    assert list_folders(tmp_path / "new" / "data") == [live.id]


def test_a_build_beside_a_live_generation_takes_its_place_and_keeps_it(small_content: Path, data: Path) -> None:
    before = read_current_id(data)
    report = build_generation(small_content, data, LATER)
    assert read_current_id(data) == report.generation_id != before
    assert list_folders(data) == [before, report.generation_id]
    assert report.dropped == []


def test_problems_stop_the_build_and_the_last_generation_stays_live(small_copy: Path, data: Path) -> None:
    place = spoil_status(small_copy)
    before, folders = read_current_id(data), list_folders(data)
    with pytest.raises(ContentProblems) as raised:
        build_generation(small_copy, data, LATER)
    assert any(str(problem).startswith(place) for problem in raised.value.problems)
    assert (read_current_id(data), list_folders(data)) == (before, folders)


def test_a_missing_content_folder_is_a_problem_and_not_an_empty_site(tmp_path: Path, data: Path) -> None:
    before = read_current_id(data)
    with pytest.raises(ContentProblems):
        build_generation(tmp_path / "missing", data, LATER)
    assert read_current_id(data) == before


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_build_that_fails_while_writing_changes_nothing_and_the_next_one_clears_up(
    small_content: Path, data: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def fail(*_arguments: object) -> None:
        raise failure

    before = read_current_id(data)
    with monkeypatch.context() as patch:
        patch.setattr(kb.build, "write_index", fail)
        with pytest.raises(type(failure)):
            build_generation(small_content, data, LATER)
    assert read_current_id(data) == before
    report = build_generation(small_content, data, LATER + timedelta(minutes=1))
    assert len(report.dropped) == 1
    assert list_folders(data) == [before, report.generation_id]


def test_an_index_that_lacks_a_record_is_never_made_live(
    small_content: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = kb.build.write_index
    monkeypatch.setattr(kb.build, "write_index", lambda folder, documents, *rest: write(folder, documents[1:], *rest))
    before = read_current_id(data)
    with pytest.raises(KbError, match="does not hold every record"):
        build_generation(small_content, data, LATER)
    assert read_current_id(data) == before


def test_an_index_that_does_not_find_a_record_is_never_made_live(
    small_content: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = kb.build.write_index
    monkeypatch.setattr(kb.build, "write_index", lambda folder, found, *rest: write(folder, found[::-1], *rest))
    before = read_current_id(data)
    with pytest.raises(KbError, match="does not find it"):
        build_generation(small_content, data, LATER)
    assert read_current_id(data) == before


def test_a_second_build_at_the_same_time_is_refused(small_content: Path, data: Path) -> None:
    before = read_current_id(data)
    with (data / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BuildRunning, match="Another build is running"):
            build_generation(small_content, data, LATER)
        assert read_current_id(data) == before
    assert build_generation(small_content, data, LATER).generation_id == read_current_id(data)


def append_term(content: Path) -> None:
    with (content / "glossary.yml").open("a", encoding="utf-8") as file:
        file.write("\n- {id: new-term, name: New term, means: A term., era: today}\n")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a term more": append_term,
    "a record renamed": lambda c: (c / "funding" / "old-fund.md").rename(c / "funding" / "old-fund-2.md"),
    "a record less": lambda c: (c / "funding" / "old-fund.md").unlink(),
    "a closed list less": lambda c: (c / "vocabulary" / "regions.yml").unlink(),
}


def test_a_generation_is_current_until_the_content_changes(small_content: Path, small_copy: Path, data: Path) -> None:
    assert is_current(small_content, data)
    assert is_current(small_copy, data)
    (small_copy / "notes.txt").write_text("not read by a build")
    assert is_current(small_copy, data)


@pytest.mark.parametrize("change", CHANGES)
def test_a_generation_of_other_content_is_not_current(small_copy: Path, data: Path, change: str) -> None:
    CHANGES[change](small_copy)
    assert not is_current(small_copy, data)


def test_nothing_is_current_where_nothing_was_built(small_content: Path, data: Path, tmp_path: Path) -> None:
    assert not is_current(small_content, tmp_path / "missing")
    shutil.rmtree(data / "generations")
    assert not is_current(small_content, data)


def test_old_generations_are_dropped_but_never_the_live_one(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / "generations" / make_id(number)).mkdir(parents=True)
    (tmp_path / "generations" / (make_id(6) + ".partial")).mkdir()
    (tmp_path / "generations" / "kept by hand").mkdir()
    (tmp_path / "current.123.new").write_text("half written")
    make_current(tmp_path, make_id(0))
    assert set(drop_old_generations(tmp_path)) == {make_id(1), make_id(2), make_id(6) + ".partial"}
    assert list_folders(tmp_path) == [make_id(0), *(make_id(n) for n in range(6 - KEEP, 6)), "kept by hand"]
    assert read_current_id(tmp_path) == make_id(0)
    assert [path.name for path in tmp_path.glob("current*")] == ["current"]


def describe_site(generation: Generation) -> list[object]:
    """All that a reader could see of a generation by search and browsing."""
    requests = [
        SearchRequest(text, per_page=100) for text in ("", "police in school", "NRF", "sport -club", "comunity")
    ]
    requests += [SearchRequest(sort=sort, page=2) for sort in ("closing", "checked", "title")]
    return [answer_search(run_search(generation, request, TODAY)).model_dump() for request in requests]


def test_a_build_deleted_and_made_again_gives_the_same_site(small_content: Path, data: Path) -> None:
    before = describe_site(Generations(data).current())
    shutil.rmtree(data)
    build_generation(small_content, data, LATER)
    assert describe_site(Generations(data).current()) == before


def test_an_empty_data_folder_has_nothing_live(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(NoGeneration, match=r"Nothing has been built yet\. Run: kb build"):
            Generations(folder).current()


def test_the_live_generation_is_opened_once_and_followed_when_another_is_made_live(data: Path) -> None:
    generations = Generations(data)
    first = generations.current()
    assert generations.current() is first
    second = copy_generation(data, 1).name
    assert generations.current().id == second
    assert generations.current() is generations.current()
    make_current(data, first.id)
    assert generations.current().id == first.id
    assert describe_site(first)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no folder": shutil.rmtree,
    "no catalogue": lambda folder: (folder / "catalogue.sqlite").unlink(),
    "an empty catalogue": lambda folder: (folder / "catalogue.sqlite").write_bytes(b""),
    "no index": lambda folder: shutil.rmtree(folder / "index"),
    "an index without segments": lambda folder: [path.unlink() for path in (folder / "index").glob("*.seg")],
    "an index without contents": lambda folder: [path.unlink() for path in (folder / "index").glob("*.toc")],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_newest_generation_leaves_the_one_in_use(data: Path, damage: str) -> None:
    generations = Generations(data)
    first = generations.current()
    folder = copy_generation(data, 1)
    DAMAGES[damage](folder)
    assert generations.current() is first
    with pytest.raises(NoGeneration, match="Run: kb build"):
        Generations(data).current()
    assert copy_good_again(data, first.id) == generations.current().id


def copy_good_again(data: Path, good: str) -> str:
    """A whole generation made live after a damaged one."""
    make_current(data, good)
    return copy_generation(data, 2).name


@pytest.mark.parametrize("written", [b"", b"\xff\xfe", b"../../elsewhere", b"20261121T120000000000Z-short", b"\0"])
def test_a_damaged_pointer_leaves_the_generation_in_use(data: Path, written: bytes) -> None:
    generations = Generations(data)
    first = generations.current()
    (data / "current").write_bytes(written)
    assert generations.current() is first
    with pytest.raises(NoGeneration):
        Generations(data).current()
    (data / "current").unlink()
    assert generations.current() is first


def test_what_is_derived_from_a_generation_is_worked_out_once(data: Path) -> None:
    seen: list[str] = []

    def note(generation: Generation) -> str:
        seen.append(generation.id)
        return generation.id[::-1]

    first, second = Generations(data).current(), Generations(data).current()
    assert [first.derive(note), first.derive(note), second.derive(note)] == [first.id[::-1]] * 3
    assert seen == [first.id, first.id]
