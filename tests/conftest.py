"""What tests share: the project's own content, a copy of it to spoil, and a generation built from it."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_checks import PageReader
from register_files import make_seed
from shares import Shares

from kb.app import create_app
from kb.build import build_generation
from kb.config import PROJECT, Settings
from kb.generations import Generation, Generations
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream
from kb.records.vocabulary import Vocabulary
from kb.register import ensure_register

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SMALL_CONTENT = Path(__file__).parent / "data" / "small_content"


@pytest.fixture(scope="session")
def content() -> Path:
    """The project's content folder, to read."""
    return PROJECT / "content"


@pytest.fixture
def content_copy(content: Path, tmp_path: Path) -> Path:
    """A copy of the content folder that a test may spoil."""
    return Path(shutil.copytree(content, tmp_path / "content"))


@pytest.fixture(scope="session")
def built_data(content: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one generation of the project's content, to read."""
    data = tmp_path_factory.mktemp("data")
    build_generation(content, data, NOW)
    return data


@pytest.fixture(scope="session")
def generation(built_data: Path) -> Generation:
    """The generation of `built_data`, open."""
    return Generations(built_data).current()


@pytest.fixture(scope="session")
def make_app(content: Path, built_data: Path) -> Callable[..., Flask]:
    """Makes the site over `built_data`, on NOW or another day, or over another data folder."""

    def make(now: datetime = NOW, data: Path = built_data) -> Flask:
        return create_app(Settings(content, data), clock=lambda: now)

    return make


@pytest.fixture(scope="session")
def app(make_app: Callable[..., Flask], built_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The site on NOW, over the generation of `built_data` and a register of a few schools."""
    folder = tmp_path_factory.mktemp("site")
    data = Path(shutil.copytree(built_data, folder / "data"))
    ensure_register(data, make_seed(folder))
    return make_app(data=data)


@pytest.fixture(scope="session")
def client(app: Flask) -> FlaskClient:
    """Sends requests to the site; keeps no cookies."""
    return app.test_client(use_cookies=False)


@pytest.fixture(scope="session")
def get_page(app: Flask) -> PageReader:
    """Reads a page and checks the whole of it: see page_checks.py."""
    return PageReader(app)


@pytest.fixture
def small_content(content: Path, tmp_path: Path) -> Path:
    """A sound content folder that a test may spoil: few records and councils, the other lists as they are."""
    shutil.copytree(content, tmp_path / "small", ignore=shutil.ignore_patterns("*.md", "needs"))
    return Path(shutil.copytree(SMALL_CONTENT, tmp_path / "small", dirs_exist_ok=True))


@pytest.fixture(scope="session")
def streams(generation: Generation) -> list[FundingStream]:
    """Every funding record of the content."""
    return generation.catalogue.list_funding_streams()


@pytest.fixture(scope="session")
def vocabulary(generation: Generation) -> Vocabulary:
    """The closed lists of the content."""
    return generation.catalogue.vocabulary


@pytest.fixture(scope="session")
def cases(generation: Generation) -> list[CaseStudy]:
    """Every case study of the content."""
    catalogue = generation.catalogue
    return [catalogue.get_case_study(case_id) for case_id in catalogue.list_ids("case-study")]


def pytest_collection_finish() -> None:
    """Look for garbage seldom: over the hundreds of pages kept as trees that takes a third of a process's time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Shares:
    """Let the tests that share what takes long to read run in one process."""
    return Shares(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly how many browser tests did not run. Here, because the process that reports loads no other conftest."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "browser" in report.keywords]
    if skipped:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", red=True, bold=True)
        reasons = {report.longrepr[2].removeprefix("Skipped: ") for report in skipped}
        terminalreporter.line(f"{len(skipped)} browser tests skipped. {'; '.join(sorted(reasons))}", red=True)
