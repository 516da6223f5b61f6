"""Joint bids are private by their links: who may write, what is sent along, and what never leaves."""

from __future__ import annotations

import io
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from bid_editor import BidEditor, find_form, list_values
from click.testing import CliRunner
from flask import Flask
from gunicorn.config import Config
from page_checks import list_faults, read_page, read_text
from werkzeug.test import TestResponse

from kb.cli import main
from kb.errors import NoGeneration
from kb.workspaces import connections
from kb.workspaces.errors import StoreUnavailable
from kb.workspaces.sections import SECTIONS

GETS = ["", *(section.name for section in SECTIONS), "health", "history", "history/1", "pack", "summary", "pack.docx",
        "summary.docx", "budget.csv", "plan.csv", "plan.ics", "export.json"]  # fmt: skip
WRITES = ["keep", "links", "delete", "streams/add", "partners/add", "risks/new", "history/1", "plan/moved",
          "rota/proposed", "entry/abcdefgh", "entry/abcdefgh/remove", "streams/abcdefgh/answer",
          "streams/abcdefgh/plan", "streams/abcdefgh/seen"]  # fmt: skip
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}


@pytest.fixture
def bid(app: Flask) -> BidEditor:
    """An editor of a bid."""
    return BidEditor(app).start()


def is_private(answer: TestResponse) -> bool:
    return {name: answer.headers.getlist(name) for name in PRIVATE} == {
        name: [value] for name, value in PRIVATE.items()
    }


@pytest.mark.parametrize("path", GETS)
def test_pages_and_files_behind_a_link_say_nothing_of_it_to_others(bid: BidEditor, path: str) -> None:
    answer = bid.client.get(f"{bid.edit}/{path}".rstrip("/"))
    assert answer.status_code == 200
    assert is_private(answer)
    tokens = [bid.edit.removeprefix("/bids/"), bid.read.removeprefix("/bids/")]
    if not answer.content_type.startswith("text/html"):
        assert not [token for token in tokens if token.encode() in answer.data]
        assert not [token for token in tokens if token in str(answer.headers)]
        return
    page = read_page(answer)
    assert page.select_one("meta[name='robots']")["content"] == "noindex, nofollow"
    assert not [token for token in tokens if token in read_text(page.title)]
    assert tokens[1] not in answer.text
    outside = [link for link in page.select("a[href^='http']") if tokens[0] in link["href"]]
    assert outside == []
    assert "no-referrer" in answer.headers["Referrer-Policy"]


def test_what_goes_wrong_behind_a_link_is_private_as_well(bid: BidEditor) -> None:
    for path in (f"{bid.edit}/nowhere", f"{bid.edit}/a/b/c/d", "/bids/edit-wrong", f"{bid.edit}?colour=red"):
        assert is_private(bid.client.get(path)), path
    assert is_private(bid.client.post("/bids", data={}))
    assert is_private(bid.client.put(bid.edit))


@pytest.mark.parametrize("path", WRITES)
def test_the_link_for_reading_writes_nothing(bid: BidEditor, path: str) -> None:
    page = bid.check(bid.client.post(f"{bid.read}/{path}", data={"title": "x"}), 403)
    assert read_text(page.h1) == "This link is for reading only"
    assert "Nothing was changed" in read_text(page.main)


@pytest.mark.parametrize("path", WRITES)
def test_a_form_without_its_token_writes_nothing_and_keeps_what_was_typed(bid: BidEditor, path: str) -> None:
    answer = bid.client.post(f"{bid.edit}/{path}", data={"kind": "risk", "risk": "Nobody <b>comes", "sure": "yes"})
    page = bid.check(answer, 400)
    assert read_text(page.h1) == "Please send this again"
    assert "Nobody <b>comes" in read_text(page.main)
    bid.open()
    assert "Nobody" not in read_text(bid.open("risks").main)


def test_every_address_that_is_sent_to_is_among_those_that_were_tried(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert len(rules - {"/bids", "/bids/import"}) == len(WRITES)


def test_what_was_typed_too_late_is_sent_again_with_one_button(bid: BidEditor) -> None:
    page = bid.open("risks/new?kind=risk")
    values = dict(list_values(find_form(page, "Save"), "Save")) | {"risk": "Nobody comes", "csrf_token": "old"}
    again = bid.check(bid.client.post(f"{bid.edit}/risks/new", data=values), 400)
    saved = bid.follow(bid.submit(again, "Send it again"))
    assert "Nobody comes" in read_text(saved.main)


def test_another_browsers_token_is_no_use(bid: BidEditor, app: Flask) -> None:
    other = BidEditor(app)
    other.get("/bids")
    values = dict(list_values(find_form(bid.open("links"), "Make new links"), ""))
    assert other.client.post(f"{bid.edit}/links", data=values).status_code == 400
    bid.open()


def test_over_https_forms_work_though_no_referrer_is_sent(app: Flask) -> None:
    client = app.test_client()
    page = read_page(client.get("/bids", base_url="https://localhost"))
    data = dict(list_values(find_form(page, "Start the bid"), "")) | {"title": "Wardens"}
    answer = client.post("/bids", data=data, base_url="https://localhost", environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert answer.status_code == 200


def test_the_cookie_is_for_these_pages_alone_and_only_where_there_is_a_form(bid: BidEditor, app: Flask) -> None:
    client = app.test_client()
    for path in ("/", "/search?q=x", bid.read, f"{bid.read}/budget", f"{bid.read}/pack", f"{bid.edit}/plan.csv"):
        assert "Set-Cookie" not in client.get(path).headers, path
    (cookie,) = client.get("/bids", base_url="https://localhost").headers.getlist("Set-Cookie")
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert parts == {"Secure", "HttpOnly", "Path=/bids", "SameSite=Lax"}
    assert "Expires" not in cookie


@pytest.mark.parametrize(
    "token",
    ["edit-", "read-x", "edit-" + "a" * 32, "read-" + "A" * 32, "x", "%00", "edit-" + "é" * 32, "..", "a" * 3000],
)
def test_a_link_that_leads_nowhere_says_what_may_have_happened(app: Flask, token: str) -> None:
    for path in (f"/bids/{token}", f"/bids/{token}/budget", f"/bids/{token}/pack.docx"):
        answer = app.test_client().get(path)
        assert answer.status_code == 404
        page = read_page(answer)
        assert list_faults(answer.text, page) == []
        if token not in ("..",):
            assert "cannot be recovered" in read_text(page.main)


def test_a_link_for_reading_does_not_tell_the_one_for_editing(bid: BidEditor) -> None:
    guess = bid.read.replace("/read-", "/edit-")
    assert bid.client.get(guess).status_code == 404


def test_starting_bids_is_rated_by_client(app: Flask) -> None:
    editor = BidEditor(app)
    pages = [editor.get("/bids") for _ in range(22)]
    codes = [editor.submit(page, "Start the bid", title="Wardens").status_code for page in pages[:21]]
    assert codes == [200] * 20 + [429]
    answer = editor.submit(pages[-1], "Start the bid", title="Wardens of the north")
    assert "Wardens of the north" in read_text(editor.check(answer, 429).main)
    BidEditor(app).start()


def test_what_is_too_large_is_refused_by_route(bid: BidEditor) -> None:
    large = {"title": "x" * 70_000}
    assert bid.client.post("/bids", data=large).status_code == 413
    assert bid.client.post(f"{bid.edit}/keep", data=large).status_code == 413
    assert bid.client.post("/bids/import", data=large).status_code == 400
    assert bid.client.post("/bids/import", data={"file": "x" * 2_200_000}).status_code == 413


def test_a_chunked_form_cannot_be_larger_either(bid: BidEditor) -> None:
    body = io.BytesIO(b"title=" + b"x" * 100_000)
    answer = bid.client.post(
        f"{bid.edit}/keep",
        input_stream=body,
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413


def test_no_link_is_logged_when_a_page_fails(
    make_app: Callable[..., Flask], built_data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(data=link_data(built_data, tmp_path))
    bid = BidEditor(app).start()

    def fail(token: str) -> str:
        raise RuntimeError(f"a fault on /bids/{token}")

    app.view_functions["bid_pages.show_health"] = fail
    with caplog.at_level(logging.DEBUG):
        answer = bid.client.get(f"{bid.edit}/health")
    assert answer.status_code == 500
    assert is_private(answer)
    logged = " ".join(
        f"{record.getMessage()} {record.exc_text or ''} {record.exc_info or ''}" for record in caplog.records
    )
    assert "a fault on /bids/edit-(hidden)" in logged
    assert bid.edit.removeprefix("/bids/") not in logged


def test_servers_do_not_log_links_either(caplog: pytest.LogCaptureFixture, bid: BidEditor) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("gunicorn.error").warning("Invalid request line: 'GET %s HTTP/9'", bid.edit)
    assert "/bids/edit-(hidden) HTTP/9" in caplog.text
    assert bid.edit not in caplog.text


def link_data(built_data: Path, folder: Path) -> Path:
    """A data folder with the same generation and nothing else."""
    (folder / "current").write_bytes((built_data / "current").read_bytes())
    (folder / "generations").symlink_to(built_data / "generations")
    return folder


@pytest.fixture
def lone(make_app: Callable[..., Flask], built_data: Path, tmp_path: Path) -> Flask:
    """A site of its own, whose store a test may spoil."""
    return make_app(data=link_data(built_data, tmp_path))


def spoil(app: Flask) -> Path:
    """Damage the store's file behind the site's back."""
    app.config["WORKSPACES"].close()
    (path,) = app.config["SETTINGS"].data.glob("workspaces.sqlite")
    for beside in path.parent.glob("workspaces.sqlite-*"):
        beside.unlink()
    path.write_bytes(b"not a database " * 1000)
    return path


def test_a_damaged_store_is_said_with_what_was_typed_and_the_rest_of_the_site_serves(lone: Flask) -> None:
    bid = BidEditor(lone).start()
    page = bid.open("risks/new?kind=risk")
    path = spoil(lone)
    answer = bid.submit(page, "Save", risk="Nobody comes", response="Ask the pupils first")
    said = bid.check(answer, 503)
    assert read_text(said.h1) == "Joint bids cannot be used now"
    assert "workspaces.sqlite is damaged" in read_text(said.main)
    assert "Ask the pupils first" in read_text(said.main)
    assert is_private(answer)
    assert bid.client.get(bid.edit).status_code == 503
    assert bid.client.get("/").status_code == bid.client.get("/search?q=police").status_code == 200
    assert path.read_bytes().startswith(b"not a database")


def test_a_full_disk_loses_nothing_typed_and_nothing_saved(lone: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    bid = BidEditor(lone).start()
    bid.add("risks", "risk", risk="It rains")
    page = bid.open("risks/new?kind=risk")

    def refuse(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        raise StoreUnavailable("The disk is full. Nothing was saved.") from error

    with monkeypatch.context() as patch:
        patch.setattr(lone.config["WORKSPACES"], "add_entries", refuse)
        answer = bid.submit(page, "Save", risk="Nobody comes")
    said = bid.check(answer, 503)
    assert "The disk is full" in read_text(said.main)
    saved = bid.follow(bid.submit(said, "Send it again"))
    assert "Nobody comes" in read_text(saved.main)
    assert "It rains" in read_text(saved.main)


def test_where_nothing_can_be_written_a_bid_is_read_and_what_was_typed_stays(
    lone: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    bid = BidEditor(lone).start()
    bid.add("risks", "risk", risk="It rains")
    page = bid.open("risks/new?kind=risk")
    lone.config["WORKSPACES"].close()

    def refuse(_path: Path) -> sqlite3.Connection:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY_DIRECTORY
        raise error

    monkeypatch.setattr(connections, "open_file", refuse)
    for path in (bid.edit, bid.read, f"{bid.edit}/history", f"{bid.read}/pack.docx", f"{bid.edit}/export.json"):
        assert bid.client.get(path).status_code == 200, path
    assert "It rains" in read_text(bid.open("risks").main)
    said = bid.check(bid.submit(page, "Save", risk="Nobody comes"), 503)
    assert "cannot be written. Nothing was saved." in read_text(said.main)
    assert "Nobody comes" in read_text(said.main)


def test_without_a_knowledge_base_what_was_typed_stays_until_there_is_one(
    lone: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    bid = BidEditor(lone).start()
    page, start = bid.open("risks/new?kind=risk"), bid.get("/bids")

    def refuse() -> None:
        raise NoGeneration("Nothing has been built yet. Run: kb build")

    monkeypatch.setattr(lone.config["GENERATIONS"], "current", refuse)
    assert bid.client.get(bid.edit).status_code == 503
    assert "Wardens of the north" in read_text(
        bid.check(bid.submit(start, "Start the bid", title="Wardens of the north"), 503).main
    )
    answer = bid.submit(page, "Save", risk="Nobody <b>comes")
    said = bid.check(answer, 503)
    assert "should run: kb build" in read_text(said.main)
    assert "Nobody <b>comes" in read_text(said.main)
    assert is_private(answer)
    monkeypatch.undo()
    saved = bid.follow(bid.submit(said, "Send it again"))
    assert "Nobody <b>comes" in read_text(saved.main)


def test_a_data_folder_that_cannot_hold_a_store_leaves_the_knowledge_base_as_it_is(
    make_app: Callable[..., Flask], built_data: Path, tmp_path: Path
) -> None:
    data = link_data(built_data, tmp_path)
    (data / "secret.key").mkdir()
    client = make_app(data=data).test_client()
    answer = client.get("/bids")
    assert answer.status_code == 503
    assert "secret.key" in answer.text
    assert client.post("/bids", data={"title": "Wardens"}).status_code == 503
    assert client.get("/").status_code == client.get("/funding").status_code == 200


def test_the_server_keeps_no_log_of_requests(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("kb.cli.site.os.execv", lambda _program, command: started.append(command))
    monkeypatch.setattr("kb.cli.site.is_current", lambda *_: True)
    monkeypatch.setattr("kb.cli.site.seed_register", lambda _settings: None)
    assert CliRunner().invoke(main, ["serve"], env={"KB_DATA": str(tmp_path)}).exit_code == 0
    (command,) = started
    assert Config().accesslog is None
    assert not [part for part in command if "access" in part or part == "-"]
