"""The command `kb`: thin commands over the rooms below."""

from kb.cli import ask, bids, content, judge, schools, site  # noqa: F401 (each adds its commands)
from kb.cli.base import main

__all__ = ["main"]
