"""A machine without Chromium: the run says loudly what it left out, and in CI it fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kb.config import PROJECT


@pytest.fixture
def no_programs(tmp_path: Path) -> dict[str, str]:
    """An environment in which no program can be found."""
    return {"PATH": str(tmp_path), "HOME": str(tmp_path)}


def run_browser_test(environment: dict[str, str], processes: int) -> subprocess.CompletedProcess[str]:
    """Run two browser tests, as `make test` would where they have processes of their own."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", str(processes)]
    command += ["tests/browser/test_print.py"]
    command += ["-k", "test_a_printed_list_is_results_alone or test_tables_on_paper_are_tables"]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


def test_without_chromium_the_run_says_how_many_tests_it_skipped(no_programs: dict[str, str]) -> None:
    run = run_browser_test(no_programs, 1)
    assert "BROWSER TESTS DID NOT RUN" in run.stdout
    assert "2 browser tests skipped. NO CHROMIUM: install chromium" in run.stdout
    assert run.returncode == 0, run.stdout


def test_without_chromium_the_run_fails_in_ci(no_programs: dict[str, str]) -> None:
    run = run_browser_test({**no_programs, "CI": "true"}, 0)
    assert run.returncode == 1
    assert "NO CHROMIUM: install chromium" in run.stdout
