"""`kb schools import`: which files are refused, that the old register stays, and what the command says."""

from __future__ import annotations

import fcntl
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from register_files import (
    DOWNLOAD,
    HEADER,
    NOW,
    OLD_SCHOOL,
    Importer,
    has_old_register,
    make_importer,
    make_old_register,
    make_seed,
    write_download,
)

from kb.cli import main
from kb.register import ImportRefused, Register, ensure_register, import_register
from kb.register.write import FILE, RegisterBusy


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_seed(tmp_path_factory.mktemp("seed"), [])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return make_old_register(tmp_path / "data")


@pytest.fixture
def import_file(data: Path, seed: Path) -> Importer:
    return make_importer(data, seed)


def run_kb(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["schools", "import", *arguments], env={"KB_DATA": str(data)})


def make_zip(folder: Path, *names: str) -> Path:
    path = folder / "extract.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.write(write_download(folder, {}), name)
    return path


def cut_zip(folder: Path) -> Path:
    path = make_zip(folder, DOWNLOAD)
    path.write_bytes(path.read_bytes()[:-30])
    return path


def spoil_zip(folder: Path) -> Path:
    path = make_zip(folder, DOWNLOAD)
    path.write_bytes(path.read_bytes().replace(b"Hill Top", b"Till Hop"))
    return path


def write_bytes(folder: Path, content: bytes) -> Path:
    (folder / "file.csv").write_bytes(content)
    return folder / "file.csv"


def cut_download(folder: Path, ending: bytes) -> Path:
    """A download that ends before a place in its last row."""
    file = write_download(folder, {}, {"URN": "200002"})
    whole = file.read_bytes()
    file.write_bytes(whole[: whole.rindex(ending)])
    return file


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty": (lambda folder: write_bytes(folder, b""), "is empty"),
    "only a header": (lambda folder: write_download(folder), "no open school"),
    "blank lines": (lambda folder: write_bytes(folder, b"\r\n\r\n"), "has no column URN"),
    "neither encoding": (lambda folder: write_bytes(folder, b"URN\n\x81\xff\n"), "file.csv:2: byte 0x81 is neither"),
    "UTF-16": (lambda folder: write_download(folder, {}, encoding="utf-16"), "UTF-16"),
    "not text": (lambda folder: write_bytes(folder, b"PNG\0\1"), "not text"),
    "a page": (lambda folder: write_bytes(folder, b"<!DOCTYPE html>\n<p>Log in"), "has no column URN"),
    "no name column": (
        lambda folder: write_download(folder, {}, header=[name for name in HEADER if name != "EstablishmentName"]),
        "no column EstablishmentName",
    ),
    "no council column": (
        lambda folder: write_download(folder, {}, header=[name for name in HEADER if not name.startswith("LA ")]),
        r"no column LA \(code\) or LA \(name\)",
    ),
    "no status column": (
        lambda folder: write_download(folder, {}, header=[name for name in HEADER if "Status" not in name]),
        r"no column EstablishmentStatus \(name\)",
    ),
    "cut in a cell": (lambda folder: cut_download(folder, b'ds"'), "ends in the middle"),
    "cut in quotes": (lambda folder: cut_download(folder, b'Leeds","LS1'), "ends in the middle"),
    "cut between cells": (lambda folder: cut_download(folder, b',"Yorkshire'), "ends in the middle"),
    "all closed": (lambda folder: write_download(folder, {"EstablishmentStatus (name)": "Closed"}), "no open school"),
    "zip with two": (lambda folder: make_zip(folder, "a.csv", "b.csv"), "holds 2: a.csv, b.csv"),
    "zip with none": (lambda folder: make_zip(folder, "a.txt"), "holds 0: none"),
    "cut zip": (cut_zip, "not a whole zip file"),
    "spoilt zip": (spoil_zip, "cannot be unpacked"),
}


@pytest.mark.parametrize(("make", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_used_is_refused_and_the_register_stays(
    import_file: Importer, data: Path, tmp_path: Path, make: Callable[[Path], Path], reason: str
) -> None:
    with pytest.raises(ImportRefused, match=reason):
        import_file(make(tmp_path))
    assert has_old_register(data)


def test_a_file_that_is_no_links_file_is_refused_and_the_register_stays(
    import_file: Importer, data: Path, tmp_path: Path
) -> None:
    file = write_download(tmp_path, {})
    with pytest.raises(ImportRefused, match="not the publisher's links file: it has no column LinkURN"):
        import_file(file, file)
    assert has_old_register(data)


# The old register stays


def test_an_import_waits_for_no_other_writer(import_file: Importer, data: Path, tmp_path: Path) -> None:
    with (data / "register.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RegisterBusy):
            import_file(write_download(tmp_path, {}))
    assert has_old_register(data)


DIES = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from kb.register import import_register
def die(done, total):
    if done: os.kill(os.getpid(), signal.SIGKILL)
file, data, seed = map(Path, sys.argv[1:])
import_register(file, data, datetime(2026, 11, 21, tzinfo=UTC), seed=seed, report=die)
"""


def test_an_import_that_is_killed_leaves_the_register_and_the_next_clears_up(
    import_file: Importer, data: Path, seed: Path, tmp_path: Path
) -> None:
    file = write_download(tmp_path, *({"URN": str(200001 + number)} for number in range(600)))
    died = subprocess.run([sys.executable, "-c", DIES, str(file), str(data), str(seed)], check=False)
    assert died.returncode == -signal.SIGKILL
    assert Register(data).get_school(OLD_SCHOOL.urn) == OLD_SCHOOL
    assert list(data.glob("*.partial"))
    assert import_file(file).schools == 600
    assert {path.name for path in data.iterdir()} == {FILE, "register.lock"}


def test_an_open_register_shows_the_old_schools_until_the_new_ones_are_all_there(
    data: Path, seed: Path, tmp_path: Path
) -> None:
    register, seen = Register(data), []
    file = write_download(tmp_path, *({"URN": str(200001 + number)} for number in range(600)))
    import_register(
        file, data, NOW, seed=seed, report=lambda _done, _total: seen.append(register.read_meta()["schools"])
    )
    assert set(seen) == {1}
    assert register.read_meta()["schools"] == 600


def test_the_progress_ends_at_the_size_of_the_file(data: Path, seed: Path, tmp_path: Path) -> None:
    file = write_download(tmp_path, *({"URN": str(200001 + number)} for number in range(1200)))
    told: list[tuple[int, int]] = []
    import_register(file, data, NOW, seed=seed, report=lambda done, total: told.append((done, total)))
    size = file.stat().st_size
    assert told == sorted(told)
    assert len(told) > 2
    assert told[-1] == (size, size)


# The command


def test_the_command_reports_what_it_imported_skipped_and_left_out(data: Path, tmp_path: Path) -> None:
    file = write_download(
        tmp_path, {"OpenDate": "soon"}, {"URN": "x"}, {"URN": "200003", "EstablishmentStatus (name)": "Closed"}
    )
    result = run_kb(data, str(file))
    assert result.exit_code == 0
    assert f'Skipped {DOWNLOAD}:3: "x" is not a URN.' in result.stdout
    assert "Left out 1 value of OpenDate that cannot be read." in result.stdout
    assert "Imported 1 school from a file of 18 November 2026" in result.stdout
    assert "Left out 1 closed school, 0 outside England, 1 row that cannot be used." in result.stdout


def test_the_command_says_why_a_file_is_refused_and_that_nothing_changed(data: Path, tmp_path: Path) -> None:
    result = run_kb(data, str(write_bytes(tmp_path, b"name,town\nHill,Leeds\n")))
    assert result.exit_code == 1
    assert "has no column URN" in result.stderr
    assert "The register is as it was." in result.stderr
    assert has_old_register(data)


def test_a_file_that_is_not_there_is_wrong_usage(data: Path, tmp_path: Path) -> None:
    assert run_kb(data, str(tmp_path / "nowhere.csv")).exit_code == 2


def test_far_fewer_schools_than_before_are_remarked_on(data: Path, tmp_path: Path) -> None:
    run_kb(data, str(write_download(tmp_path, *({"URN": str(200001 + number)} for number in range(5)))))
    assert "Careful: the register held 5 schools before" in run_kb(data, str(write_download(tmp_path, {}))).stderr


def test_a_data_folder_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    result = run_kb(tmp_path / "data", str(write_download(tmp_path, {})))
    assert result.exit_code == 1
    assert f"{tmp_path / 'data'} cannot be used" in result.stderr
    assert "Nothing was imported" in result.stderr


# Serving


@pytest.fixture
def served(built_data: Path, seed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a generation and no register, for `kb serve` without its server and with a small seed."""
    monkeypatch.setattr("kb.cli.site.os.execv", lambda *_: None)
    monkeypatch.setattr("kb.cli.site.is_current", lambda *_: True)
    monkeypatch.setattr("kb.cli.site.ensure_register", lambda data: ensure_register(data, seed))
    return Path(shutil.copytree(built_data, tmp_path / "served"))


def serve(data: Path) -> Result:
    return CliRunner().invoke(main, ["serve"], env={"KB_DATA": str(data)})


def test_serving_sets_up_the_shipped_register_once(served: Path) -> None:
    assert "Set up the register of schools" in serve(served).stdout
    assert Register(served).read_meta()["origin"] == "seed"
    assert "Set up the register of schools" not in serve(served).stdout


def test_the_site_is_served_though_the_register_cannot_be_read(served: Path) -> None:
    (served / FILE).write_text("no database")
    result = serve(served)
    assert result.exit_code == 0
    assert "The pages about schools will not answer" in result.stderr
    assert "http://127.0.0.1:8000" in result.stdout
