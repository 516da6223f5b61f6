"""Tests that share a reading run in one process; a renamed file would lose that without a word."""

from __future__ import annotations

import pytest
from shares import EVERY_PAGE, EVERY_RECORD, name_share

from kb.config import PROJECT


def test_files_that_share_a_reading_are_there() -> None:
    there = {path.name for path in (PROJECT / "tests").rglob("test_*.py")}
    assert there >= EVERY_RECORD | EVERY_PAGE


def test_tests_of_a_page_are_one_share_and_any_other_test_is_its_own() -> None:
    traces, axe = "tests/browser/test_traces.py::test_a[home]", "tests/browser/test_accessibility.py::test_b[home]"
    assert name_share(traces) == name_share(axe) != name_share(axe.replace("home", "about"))
    assert name_share("tests/test_crawl.py::test_a") == name_share("tests/test_corpus.py::test_b[x]")
    assert name_share("tests/test_dates.py::test_a[home]") == "tests/test_dates.py::test_a[home]"


def test_this_run_keeps_shares_together(request: pytest.FixtureRequest) -> None:
    manager = request.config.pluginmanager
    implemented = manager.hook.pytest_xdist_make_scheduler.get_hookimpls()
    assert [found.plugin_name for found in implemented if found.plugin_name.endswith("tests/conftest.py")]
