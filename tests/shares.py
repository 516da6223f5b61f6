"""Which tests run in the same process: those that share what takes long to read. All others go where there is room."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

EVERY_RECORD = {"test_crawl.py", "test_record_pages.py", "test_corpus.py"}  # each record's page is read once
EVERY_PAGE = {"test_accessibility.py", "test_traces.py"}  # each page of the browser tests is visited once


def name_share(test_id: str) -> str:
    """The share that a test belongs to; its own id where it shares nothing."""
    path, _, name = test_id.partition("::")
    file = path.rpartition("/")[2]
    if file in EVERY_RECORD:
        return "every record"
    if file in EVERY_PAGE and "[" in name:
        return f"page {name.partition('[')[2]}"
    return test_id


class Shares(LoadScopeScheduling):
    """Gives each process a share at a time, the largest first.

    The marks of pytest-xdist that are meant for this do nothing under pytest 9.2 (pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        return name_share(nodeid)
