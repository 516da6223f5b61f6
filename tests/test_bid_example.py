"""The worked example of a joint bid: its file, its checks, and the Word files in the documentation."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from bid_editor import BidEditor, import_file
from bid_example import EXAMPLES, gather_example, write_examples
from docx import Document
from flask import Flask
from page_checks import read_text

from kb.config import PROJECT
from kb.exports.pack import make_pack
from kb.exports.pack_blocks import Heading, Table
from kb.exports.pack_facts import PackFacts
from kb.generations import Generation

WRITE_ANEW = "run .venv/bin/python tests/bid_example.py, look at what has changed in docs/examples, and commit it"
GENERATION = re.compile(r"\b20\d{6}T\d{12}Z-[0-9a-f]{12}")  # differs with each build and with any change of content


@pytest.fixture(scope="module")
def facts(generation: Generation) -> PackFacts:
    """What the packs of the example are made of."""
    return gather_example(generation)


def read_all(content: bytes) -> str:
    """Every text of a Word file, that of tables and the foot of pages included."""
    document = Document(io.BytesIO(content))
    texts = [*document.element.body.itertext(), *document.sections[0].footer._element.itertext()]
    return GENERATION.sub("GENERATION", "\n".join(text for text in texts if text.strip()))


@pytest.mark.parametrize("name", ["portsmouth-wardens.docx", "portsmouth-wardens-summary.docx"])
def test_the_word_files_in_the_documentation_are_those_of_today(
    name: str, generation: Generation, tmp_path: Path
) -> None:
    write_examples(generation, tmp_path)
    made, kept = (read_all((folder / name).read_bytes()) for folder in (tmp_path, EXAMPLES))
    assert made.split("\n") == kept.split("\n"), WRITE_ANEW


def test_the_example_says_that_it_is_one(facts: PackFacts) -> None:
    said = str(make_pack(facts).blocks)
    assert "All figures are made up" in said
    assert said.count("Example figure, replace with your own") == 4


def test_the_example_shows_every_weight_of_check(facts: PackFacts) -> None:
    assert {check.level for check in facts.checks} == {"problem", "warning", "unknown", "to-do"}


def test_the_documentation_names_every_problem_that_the_example_has(facts: PackFacts) -> None:
    guide = " ".join((PROJECT / "docs" / "joint-bids.md").read_text(encoding="utf-8").split())
    for check in facts.checks:
        if check.level in ("problem", "warning"):
            assert check.says in guide, WRITE_ANEW


def test_the_page_of_the_pack_says_what_the_word_file_says(app: Flask, facts: PackFacts) -> None:
    editor = BidEditor(app)
    import_file(editor, (EXAMPLES / "portsmouth-wardens.json").read_bytes())
    page = editor.open("pack")
    shown = [read_text(each) for each in page.select(".app-pack h2, .app-pack caption")]
    blocks = make_pack(facts).blocks
    parts = [block.text for block in blocks if isinstance(block, Heading) and block.level == 1]
    captions = [block.caption for block in blocks if isinstance(block, Table)]
    assert sorted(shown) == sorted([*parts, *captions])
    assert len(page.select(".app-pack table tr th[scope=row]")) > 80
