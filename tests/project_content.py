"""The project's own content, read and checked once in each process that runs tests."""

from __future__ import annotations

from functools import cache

from kb.build import check_content
from kb.config import PROJECT
from kb.errors import Problem
from kb.records.corpus import Assembly, Corpus


@cache
def check_project() -> tuple[Assembly, list[Problem]]:
    """What a check of the content folder finds; not to be changed by a test."""
    return check_content(PROJECT / "content")


def read_corpus() -> Corpus:
    """The records and lists of the content folder."""
    return check_project()[0].corpus
