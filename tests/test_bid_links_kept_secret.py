"""Links of bids stay out of what servers write, also when only a part of one is there; forms may stay open for long."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from bid_editor import BidEditor, find_form, list_values
from flask import Flask
from itsdangerous import TimestampSigner
from page_checks import read_text

from kb.views.bid_guard import hide_links
from kb.workspaces.tokens import SECRET_FILE

TOKEN = "A" * 8 + "b_-9" * 6


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("logger", ["gunicorn.error", "werkzeug"])
def test_each_server_that_may_run_the_site_writes_no_link(caplog: pytest.LogCaptureFixture, logger: str) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger(logger).warning("GET /bids/%s/budget broke off", f"edit-{TOKEN}")
    assert "GET /bids/edit-(hidden)/budget broke off" in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("right", ["edit", "read"])
@pytest.mark.parametrize("length", [8, 20, 31, 32])
def test_the_beginning_of_a_link_is_hidden_as_the_whole_is(right: str, length: int) -> None:
    assert hide_links(f"'/bids/{right}-{TOKEN[:length]}' and on") == f"'/bids/{right}-(hidden)' and on"
    assert hide_links("Somebody may edit-or read-it") == "Somebody may edit-or read-it"


def test_a_form_that_stayed_open_overnight_is_saved(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    bid = BidEditor(app).start()
    page = bid.open("risks/new?kind=risk")
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: int(time.time()) + 15 * 3600)
    saved = bid.follow(bid.submit(page, "Save", risk="Nobody comes"))
    assert "Nobody comes" in read_text(saved.main)


def test_what_is_sent_again_has_the_new_token_alone(app: Flask) -> None:
    bid = BidEditor(app).start()
    page = bid.check(bid.client.post(f"{bid.edit}/keep", data={"csrf_token": "stale", "note": "typed"}), 400)
    values = list_values(find_form(page, "Send it again"), "Send it again")
    assert [name for name, _ in values] == ["csrf_token", "note"]
    assert "stale" not in str(page)


def test_pages_that_are_no_bids_neither_make_nor_need_the_key_of_cookies(
    make_app: Callable[..., Flask], built_data: Path, tmp_path: Path
) -> None:
    (tmp_path / "current").write_bytes((built_data / "current").read_bytes())
    (tmp_path / "generations").symlink_to(built_data / "generations")
    client = make_app(data=tmp_path).test_client()
    assert client.get("/").status_code == client.get("/search?q=police").status_code == 200
    assert not (tmp_path / SECRET_FILE).exists()
    assert client.get("/bids").status_code == 200
    assert (tmp_path / SECRET_FILE).exists()
