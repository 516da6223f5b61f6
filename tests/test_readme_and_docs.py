"""The documentation against the code: commands, settings, addresses, links, rooms, and the contract that holds them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask

from kb.cli import main
from kb.config import PROJECT, SETTINGS

README = PROJECT / "README.md"
ARCHITECTURE = PROJECT / "docs" / "architecture.md"
PAGES = sorted(path.relative_to(PROJECT).as_posix() for path in [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
CONTRACTS = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
# One import for each contract that it forbids.
FORBIDDEN = {
    "records/amounts.py": "import kb.queries.deadlines",
    "views/pages.py": "import whoosh",
    "queries/deadlines.py": "import sqlite3",
    "exports/answers.py": "import flask",
}


def list_commands(command: click.Command, name: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        for part, sub in command.commands.items():
            yield from list_commands(sub, f"{name} {part}")
    else:
        yield name


def list_rooms() -> set[str]:
    found = [
        path.stem for path in (PROJECT / "kb").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    ]
    return set(found) - {"__init__"}


def list_modules(contract: dict[str, Any]) -> set[str]:
    """The rooms that a contract speaks of."""
    named = contract.get("layers") or contract["source_modules"]
    return {room.strip().removeprefix("kb.") for layer in named for room in layer.split("|")}


def list_anchors(page: Path) -> set[str]:
    """The anchors of a Markdown page's headings, as readers of the repository get them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("command", sorted(list_commands(main, "kb")))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`{command}" in README.read_text()


def test_every_command_in_the_readme_is_one() -> None:
    commands = set(list_commands(main, "kb"))
    named = re.findall(r"^\| `(kb [a-z -]+?)(?: [\[A-Z].*|[a-z]+\\\|.*)?` \|", README.read_text(), re.M)
    assert len(named) > 5
    assert {name for name in named if not any(name.startswith(command) for command in commands)} == set()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_in_the_readme_with_its_default(setting: Any) -> None:
    text = README.read_text()
    assert f"`{setting.name}`" in text
    assert setting.default in text


def test_every_make_target_of_the_readme_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"\bmake ([a-z]+)\b(?=`|  )", README.read_text()))
    assert {"run", "test"} <= named <= targets


def test_every_address_of_the_api_is_in_the_readme(app: Flask) -> None:
    text = README.read_text()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            assert re.sub(r"<[^>]+>", "<id>", rule.rule) in text, rule.rule


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_of_the_project_leads_to_one(page: str) -> None:
    start = PROJECT / page
    for link in LINK.findall(start.read_text()):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (start.parent / name).resolve() if name else start
        assert target.exists(), f"{page} links to {link}"
        assert target.is_relative_to(PROJECT), f"{page} links to {link}, outside the project"
        assert not anchor or anchor in list_anchors(target), f"{page} links to {link}"


def test_the_readme_leads_to_every_page_of_documentation() -> None:
    links = {link.partition("#")[0] for link in LINK.findall(README.read_text())}
    pages = {page for page in PAGES if page.startswith("docs/") and not page.startswith("docs/decisions/")}
    assert pages - links == set()


def test_the_architecture_names_every_room() -> None:
    rows = set(re.findall(r"^\| `kb/([a-z_]+)(?:/|\.py)` \|", ARCHITECTURE.read_text(), re.M))
    assert rows == list_rooms()


def test_every_room_has_its_place_in_the_order_of_imports() -> None:
    (layers,) = (contract for contract in CONTRACTS if contract["type"] == "layers")
    assert list_modules(layers) == list_rooms()


def test_the_order_of_imports_is_the_order_of_the_architecture_table() -> None:
    rows = re.findall(r"^\| `kb/([a-z_]+)(?:/|\.py)` \|", ARCHITECTURE.read_text(), re.M)
    (layers,) = (contract for contract in CONTRACTS if contract["type"] == "layers")
    place = {
        room.strip().removeprefix("kb."): number
        for number, layer in enumerate(reversed(layers["layers"]))
        for room in layer.split("|")
    }
    assert [place[room] for room in rows] == sorted(place[room] for room in rows)


@pytest.mark.parametrize(
    ("forbidden", "knows"),
    [("whoosh", {"index"}), ("sqlite3", {"catalogue", "register", "workspaces"}), ("flask", {"cli", "app", "views"})],
)
def test_every_room_but_those_that_know_a_technology_is_kept_from_it(forbidden: str, knows: set[str]) -> None:
    (contract,) = (found for found in CONTRACTS if forbidden in found.get("forbidden_modules", ()))
    assert list_modules(contract) == list_rooms() - knows


def lint_copy(folder: Path, spoilt: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Check the imports of a copy of the program with some lines added."""
    shutil.copytree(PROJECT / "kb", folder / "kb", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", folder)
    for name, line in spoilt.items():
        with (folder / "kb" / name).open("a") as file:
            file.write(f"\n{line}\n")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def test_the_imports_of_the_program_keep_every_contract(tmp_path: Path) -> None:
    result = lint_copy(tmp_path, {})
    assert result.returncode == 0, result.stdout
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in result.stdout


def test_an_import_against_each_contract_is_caught_and_named(tmp_path: Path) -> None:
    result = lint_copy(tmp_path, FORBIDDEN)
    assert result.returncode != 0
    assert f"Contracts: 0 kept, {len(CONTRACTS)} broken." in result.stdout
    for name in FORBIDDEN:
        module = f"kb.{name.removesuffix('.py').replace('/', '.')}"
        assert f"{module} -> " in result.stdout, module
