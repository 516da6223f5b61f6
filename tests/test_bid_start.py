"""How a joint bid is started: what it begins with, what is not taken and why, and that one form starts one bid."""

from __future__ import annotations

import io

import pytest
from bid_editor import BidEditor, find_form, list_values
from bs4 import BeautifulSoup
from flask import Flask
from page_checks import read_text
from werkzeug.test import TestResponse

from kb.generations import Generation
from kb.queries.shortlist import MAX_SHORTLIST
from kb.workspaces.store import WorkspaceStore

AWARDS = "national-lottery-awards-for-all-england"
AWARDS_TITLE = "National Lottery Awards for All England"
FORUM = "schools-forum"


@pytest.fixture
def editor(app: Flask) -> BidEditor:
    """Somebody who has no bid yet."""
    return BidEditor(app)


@pytest.fixture
def started(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bids that were started, a note for each."""
    notes: list[str] = []
    store: WorkspaceStore = app.config["WORKSPACES"]
    create = store.create

    def count(entries, now, client, note="started"):  # type: ignore[no-untyped-def]
        notes.append(note)
        return create(entries, now, client, note)

    monkeypatch.setattr(store, "create", count)
    return notes


def send_twice(editor: BidEditor, path: str, data: dict[str, object]) -> tuple[TestResponse, BeautifulSoup]:
    """The first answer to a form, and the page that loading that answer again shows."""
    kind = "multipart/form-data" if "file" in data else None
    first = editor.client.post(path, data={**data}, content_type=kind)
    assert first.status_code == 200, first.text
    if "file" in data:
        data = {**data, "file": (io.BytesIO(b"{}"), "bid.json")}
    return first, editor.check(editor.client.post(path, data=data, content_type=kind), 409)


def test_loading_the_page_of_links_again_starts_no_second_bid(editor: BidEditor, started: list[str]) -> None:
    page = editor.get(f"/bids?shortlist={AWARDS}")
    data = dict(list_values(find_form(page, "Start the bid"), "")) | {"title": "Youth wardens"}
    first, again = send_twice(editor, "/bids", data)
    editor.take_links(first)
    assert started == ["started"]
    assert read_text(again.h1) == "This bid has been started already"
    assert "on the page that answered the first time, and nowhere else" in read_text(again.main)
    assert editor.edit not in str(again)
    assert editor.read not in str(again)
    editor.open()


def test_who_lost_the_links_by_it_starts_another_bid_with_one_button(editor: BidEditor, started: list[str]) -> None:
    page = editor.get(f"/bids?shortlist={AWARDS}&urn=100000")
    data = dict(list_values(find_form(page, "Start the bid"), "")) | {"title": "Youth wardens"}
    first, again = send_twice(editor, "/bids", data)
    editor.take_links(editor.submit(again, "Start another bid"))
    assert editor.edit.removeprefix("/bids/") not in first.text
    assert started == ["started", "started"]
    assert read_text(editor.open().h1) == "Youth wardens"
    assert AWARDS_TITLE in read_text(editor.open("streams").main)
    assert "The Aldgate School" in read_text(editor.open("partners").main)


def test_a_file_starts_one_bid_as_well(editor: BidEditor, started: list[str]) -> None:
    editor.start()
    written = editor.client.get(f"{editor.edit}/export.json").data
    form = editor.get("/bids").select_one("form[action='/bids/import']")
    data = {**dict(list_values(form, "")), "file": (io.BytesIO(written), "bid.json")}
    _, again = send_twice(editor, "/bids/import", data)
    assert started == ["started", "imported"]
    assert again.select("main a[href='/bids#import']")


def test_a_name_that_was_missing_may_be_given_in_the_same_form(editor: BidEditor, started: list[str]) -> None:
    page = editor.check(editor.submit(editor.get("/bids"), "Start the bid", title=" "), 400)
    assert editor.submit(page, "Start the bid", title="Youth wardens").status_code == 200
    assert started == ["started"]


@pytest.mark.parametrize("kept", [[], [AWARDS]])
def test_a_record_that_is_not_there_is_named_and_the_others_begin(editor: BidEditor, kept: list[str]) -> None:
    query = "&".join(f"shortlist={value}" for value in [*kept, "no-such-thing"])
    page = editor.get(f"/bids?{query}")
    assert 'Nothing here is called "no-such-thing".' in read_text(page.select_one("main .govuk-inset-text"))
    form = list_values(find_form(page, "Start the bid"), "")
    assert [value for name, value in form if name == "shortlist"] == kept


def test_a_shortlist_that_is_too_long_is_cut_at_the_same_place_as_on_its_own_page(
    editor: BidEditor, generation: Generation
) -> None:
    ids = [record_id for record_id, _ in generation.catalogue.list_titles("funding")][: MAX_SHORTLIST + 2]
    page = editor.get("/bids?" + "&".join(f"shortlist={record_id}" for record_id in ids))
    says = f"A shortlist holds {MAX_SHORTLIST}: 2 records at its end are left out."
    assert says in read_text(page.main)
    form = list_values(find_form(page, "Start the bid"), "")
    assert [value for name, value in form if name == "shortlist"] == ids[:MAX_SHORTLIST]


def test_a_record_that_went_while_the_page_was_open_is_said_before_the_bid_begins(
    editor: BidEditor, started: list[str]
) -> None:
    page = editor.get(f"/bids?shortlist={AWARDS}")
    answer = editor.submit(page, "Start the bid", title="Youth wardens", shortlist=[AWARDS, "gone-now"])
    again = editor.check(answer, 400)
    assert 'Nothing here is called "gone-now".' in read_text(again.main)
    assert started == []
    assert editor.submit(again, "Start the bid").status_code == 200


def test_a_way_to_keep_something_going_is_said_not_to_be_taken_and_where_to_choose_it(editor: BidEditor) -> None:
    page = editor.get(f"/bids?shortlist={AWARDS}&shortlist={FORUM}")
    begins, left = page.select("main form[action='/bids']")[0].find_all_previous("ul", limit=2)[::-1]
    assert [read_text(item) for item in begins.select("li")] == [AWARDS_TITLE]
    assert [read_text(item) for item in left.select("li")] == ["Schools Forum decisions"]
    assert "Not taken, because nobody bids for it." in read_text(left.find_previous("p"))
    assert "When the money ends" in read_text(left.find_previous("p"))


def test_with_a_name_missing_the_menu_keeps_the_shortlist(editor: BidEditor) -> None:
    page = editor.get(f"/bids?shortlist={AWARDS}")
    wrong = editor.check(editor.submit(page, "Start the bid", title=""), 400)
    links = [str(link["href"]) for link in wrong.select("header a[href^='/'], nav a[href^='/']")]
    assert links
    assert [link for link in links if f"shortlist={AWARDS}" not in link] == []
    assert "Shortlist: 1" in read_text(wrong)
