"""What tests share: the project's own content, a copy of it to spoil, and a generation built from it."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kb.build import build_generation
from kb.config import PROJECT
from kb.generations import Generation, Generations

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


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
