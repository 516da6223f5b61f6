"""A workspace as full as it may be: what fits it fits a file too, and the limits are those that are written down."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from project_content import read_corpus
from workspace_files import CLIENT, NOW, make_store

from kb.config import PROJECT
from kb.views.bid_guard import MAX_IMPORT
from kb.workspaces.entries import MAX_LINE, MAX_PAYERS, MAX_TEXT, CostLine, Entry, Partner, Payment, Task
from kb.workspaces.limits import CREATIONS, KEPT_FOR, MAX_HISTORY, MAX_SIZE
from kb.workspaces.transfer import write_transfer
from kb.workspaces.transfer_read import MAX_BYTES, read_transfer
from kb.workspaces.versions import count_bytes, write_entry, write_time
from kb.workspaces.workspace import start_entries

DECISION = PROJECT / "docs" / "decisions" / "0012-workspaces.md"


def fill_up() -> list[tuple[str, Entry]]:
    """Entries of as much text as a workspace may hold, of which many are small, so that a file has most to add."""
    payers = [f"partner:partn{number:03}" for number in range(MAX_PAYERS)]
    payments = tuple(Payment(by=payer, pounds=1) for payer in payers)
    line = CostLine(what="x", year=2027, money="revenue", cost=6, payments=payments)
    task = Task(what="x", who="x", starts=date(2027, 1, 1), due=date(2027, 1, 2))
    entries: list[tuple[str, Entry]] = [
        *((f"singl{number:03}", entry) for number, entry in enumerate(start_entries("Full", []))),
        *((f"lines{number:03}", line) for number in range(CostLine.most)),
        *((f"tasks{number:03}", task) for number in range(Task.most)),
        *((f"partn{number:03}", Partner(name="x", body="school")) for number in range(Partner.most)),
    ]
    room = MAX_SIZE - sum(count_bytes(write_entry(entry)) for _, entry in entries)
    for place, (entry_id, entry) in enumerate(entries):
        if isinstance(entry, Partner | Task):
            each = (
                dict.fromkeys(("does", "gives", "gets"), 2 * MAX_TEXT)
                if isinstance(entry, Partner)
                else {"what": MAX_LINE}
            )
            taken = {name: min(most, room // len(each)) for name, most in each.items()}
            texts = {name: ("é" * (size // 2)).ljust(1, "x") for name, size in taken.items()}
            entries[place] = (entry_id, entry.model_copy(update=texts))
            room -= sum(taken.values())
    return entries


def test_the_fullest_workspace_goes_out_as_a_file_that_comes_in_again(tmp_path: Path) -> None:
    store, entries = make_store(tmp_path), fill_up()
    links = store.create(entries, NOW, CLIENT)
    opened = store.open(links.edit, NOW)
    size = sum(count_bytes(write_entry(entry)) for _, entry in entries)
    assert 0.99 * MAX_SIZE < size <= MAX_SIZE
    written = write_transfer(opened.workspace, "A site", "20261121-abc", NOW).encode()
    assert len(written) < MAX_BYTES < MAX_IMPORT
    assert read_transfer(written, read_corpus().vocabulary) == entries
    store.close()


def test_the_limits_are_those_that_the_decision_names() -> None:
    words = " ".join(DECISION.read_text().split())
    assert f"{MAX_SIZE // 10**6} MB for a workspace and {MAX_HISTORY // 10**6} MB for its history" in words
    assert f"{CREATIONS} new workspaces an hour" in words
    assert f"expires {KEPT_FOR.days} days after the last change" in words


def test_a_moment_that_nobody_can_place_is_not_stored() -> None:
    with pytest.raises(ValueError, match="without its time zone"):
        write_time(datetime(2026, 11, 21, 12))
    assert write_time(datetime(2026, 11, 21, 12, tzinfo=UTC)) == "2026-11-21T12:00:00.000000+00:00"
