"""The pages of joint bids, by what people with a link see and where their forms lead."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from bid_editor import BidEditor, find_link, import_file
from bs4 import BeautifulSoup
from docx import Document
from flask import Flask
from page_checks import read_page, read_text

from kb.config import PROJECT
from kb.eligibility.verdict import GROUPS
from kb.workspaces.sections import SECTIONS

PARTS = [section.name for section in SECTIONS]
AWARDS = "national-lottery-awards-for-all-england"
WARDENS = "portsmouth-mayfield-police-in-school"
EXAMPLE = PROJECT / "docs" / "examples" / "portsmouth-wardens.json"


@pytest.fixture
def bid(app: Flask) -> BidEditor:
    """An editor of a new, empty bid."""
    return BidEditor(app).start()


@pytest.fixture
def example(app: Flask) -> BidEditor:
    """An editor of the worked example, imported from its file."""
    editor = BidEditor(app)
    import_file(editor, EXAMPLE.read_bytes())
    return editor


def test_both_links_are_shown_once_and_said_to_be_all_there_is(app: Flask) -> None:
    editor = BidEditor(app)
    answer = editor.submit(editor.get("/bids"), "Start the bid", title="Youth wardens")
    page = editor.check(answer)
    editor.take_links(answer)
    shown = [read_text(part) for part in page.select(".app-link-shown")]
    assert shown == [f"http://localhost{editor.edit}", f"http://localhost{editor.read}"]
    assert "a lost link cannot be recovered" in read_text(page.main)
    assert editor.read.removeprefix("/bids/") not in str(editor.open("links"))
    assert "A lost link cannot be recovered" in read_text(editor.open("links").main)


def test_a_bid_needs_a_name(app: Flask) -> None:
    editor = BidEditor(app)
    page = editor.check(editor.submit(editor.get("/bids"), "Start the bid", title="  "), 400)
    assert [link["href"] for link in page.select(".govuk-error-summary a")] == ["#title"]


def test_a_bid_begins_with_a_shortlist_and_a_match(app: Flask) -> None:
    query = f"?urn=100000&partner=charity&lead=urn:100000&shortlist={AWARDS}&shortlist=case:{WARDENS}"
    editor = BidEditor(app).start(query=query)
    assert "Who leads: The Aldgate School" in read_text(editor.open("partners").main)
    assert "Charity" in read_text(editor.open("partners").main)
    assert "National Lottery Awards for All England" in read_text(editor.open("streams").main)
    assert editor.open("evidence").select(f"a[href='/case-studies/{WARDENS}']")


@pytest.mark.parametrize("query", ["?colour=red", "?urn=999999", "?partner=gang", "?lead=x"])
def test_what_cannot_be_begun_with_is_said(app: Flask, query: str) -> None:
    answer = app.test_client().get(f"/bids{query}")
    assert answer.status_code in (400, 404)
    BidEditor(app).check(answer, answer.status_code)


@pytest.mark.parametrize("part", ["", *PARTS, "health", "history", "history/1", "pack", "summary"])
def test_every_part_is_there_to_edit_and_to_read(example: BidEditor, app: Flask, part: str) -> None:
    example.open(part)
    reader = BidEditor(app).get(f"{example.read}/{part}".rstrip("/"))
    assert not reader.select("main form, main button")
    assert not [link for link in reader.select("main a") if read_text(link).startswith(("Change", "Remove", "Add"))]


@pytest.mark.parametrize("part", ["links", "delete", "streams/add", "partners/add?q=school", "evidence/add?q=police"])
def test_pages_that_only_editors_have(example: BidEditor, part: str) -> None:
    example.open(part)


def test_every_page_has_the_checks_of_the_bid_and_those_of_its_part_in_full(example: BidEditor) -> None:
    for part in ("", *PARTS):
        assert "problem" in read_text(example.open(part).select_one(".app-strip"))
    checks = example.open("budget").select(".app-checks-here .app-check--problem")
    assert len(checks) == 1
    assert "is not paid for" in read_text(checks[0])
    form = example.get(checks[0].select_one(".app-check__mend a")["href"])
    assert form.select_one("#payer-1")


def test_a_check_goes_when_it_is_mended(bid: BidEditor) -> None:
    assert "The need is not written down yet" in read_text(bid.open("need").main)
    page = bid.follow(bid.submit(bid.get(find_link(bid.open("need"), "Change What is needed, and why")), "Save",
                                 words="Young people have nowhere to go."))  # fmt: skip
    assert "The need is not written down yet" not in read_text(page.main)
    assert "Young people have nowhere to go." in read_text(page.main)


def test_wrong_inputs_are_said_at_the_top_and_beside_and_everything_typed_stays(bid: BidEditor) -> None:
    page = bid.open("budget/new?kind=line")
    answer = bid.submit(page, "Save", what="Youth worker", cost="lots", **{"pounds-3": "5"})
    page = bid.check(answer, 400)
    links = [link["href"] for link in page.select(".govuk-error-summary a")]
    assert links == ["#year", "#money", "#cost", "#payer-3"]
    assert read_text(page.select_one("#cost-error")).endswith("Enter whole pounds, like 25000")
    assert page.select_one("#what")["value"] == "Youth worker"
    assert page.select_one("#cost")["value"] == "lots"
    assert page.select_one("#pounds-3")["value"] == "5"


@pytest.mark.parametrize(
    "address", ["budget/new?kind=risk", "budget/new", "need/new?kind=about", "streams/new?kind=stream", "nowhere"]
)
def test_nothing_else_can_be_added(bid: BidEditor, address: str) -> None:
    bid.open(address, 404)


def test_a_school_is_added_from_the_register_and_then_leads(bid: BidEditor) -> None:
    search = bid.open("partners/add?q=aldgate")
    page = bid.follow(bid.submit(search, "Add The Aldgate School, URN 100000", urn="100000"))
    assert "The Aldgate School" in read_text(page.main)
    assert "A partner already" in read_text(bid.open("partners/add?q=aldgate").main)
    form = bid.get(find_link(page, "Choose who leads"))
    value = next(str(option["value"]) for option in form.select("#partner option") if "Aldgate" in read_text(option))
    page = bid.follow(bid.submit(form, "Save", partner=value))
    assert "Who leads: The Aldgate School" in read_text(page.main)


def test_a_number_that_no_school_has_is_said(bid: BidEditor) -> None:
    search = bid.open("partners/add?q=aldgate")
    page = bid.check(bid.submit(search, "Add The Aldgate School, URN 100000", urn="999999"), 404)
    assert "no school with the number 999999" in read_text(page.main)


def add_awards(bid: BidEditor) -> BeautifulSoup:
    """Choose a stream for a school and a charity; the page of streams."""
    bid.follow(bid.submit(bid.open("partners/add?q=aldgate"), "Add The Aldgate School, URN 100000", urn="100000"))
    bid.add("partners", "partner", name="Hill Trust", body="charity")
    offer = bid.open("streams/add?q=awards+for+all")
    return bid.follow(bid.submit(offer, "Choose National Lottery Awards for All England", stream=AWARDS))


def test_streams_are_offered_with_their_verdict_for_these_partners(bid: BidEditor) -> None:
    nobody = bid.open("streams/add")
    assert "Add the partners first" in read_text(nobody.main)
    add_awards(bid)
    groups = [heading["id"] for heading in bid.open("streams/add").select("main h2[id^='group-']")]
    assert groups == [f"group-{group}" for group in GROUPS if f"group-{group}" in groups]
    assert {"group-check", "group-not-eligible"} <= set(groups)
    assert "In the bid" in read_text(bid.open("streams/add?q=awards+for+all").select_one(f"#offer-{AWARDS}"))


def test_a_stream_is_chosen_by_the_end_of_its_address(bid: BidEditor) -> None:
    page = bid.open("streams/add")
    wrong = bid.check(bid.submit(page, "Choose it", stream="no-such-stream"), 404)
    assert "There is no stream “no-such-stream”" in read_text(wrong.main)
    mechanism = bid.check(bid.submit(page, "Choose it", stream="schools-forum"), 400)
    assert "a way to keep something going" in read_text(mechanism.main)
    good = bid.follow(bid.submit(page, "Choose it", stream="http://localhost/funding/pupil-premium"))
    assert "Pupil premium" in read_text(good.main)


def test_questions_are_answered_in_the_page_and_the_verdict_follows(bid: BidEditor) -> None:
    page = add_awards(bid)
    asked = len(page.select(".app-question form"))
    assert asked
    question = page.select_one(".app-question form")
    page = bid.follow(bid.send(question, "", {}))
    assert len(page.select(".app-question form")) == asked - 2
    back = next(form for form in page.select("form") if "Take it back" in read_text(form))
    page = bid.follow(bid.send(back, "", {}))
    assert len(page.select(".app-question form")) == asked


def test_a_question_for_a_number_leads_to_the_input_that_answers_it(bid: BidEditor) -> None:
    bid.add("partners", "partner", name="Hill Top School", body="school")
    offer = bid.open("streams/add?q=greggs")
    page = bid.follow(bid.submit(offer, "Choose it", stream="greggs-foundation-feeding-brighter-futures"))
    asked = "What percentage of pupils at Hill Top School are eligible for free school meals?"
    (link,) = (link for link in page.select(".app-question a") if asked in read_text(link))
    form = bid.get(link["href"].partition("#")[0])
    assert form.select_one(f"input#{link['href'].partition('#')[2]}")["name"] == "fsm"
    bid.follow(bid.submit(form, "Save", fsm="44"))
    streams = bid.open("streams")
    assert asked not in read_text(streams.main)
    row = next(row for row in streams.select("table tr") if "free school meals" in read_text(row))
    assert "44% free school meals" in read_text(row)
    assert read_text(row).endswith("Met")


def test_only_a_school_is_asked_for_the_figures_of_one(bid: BidEditor) -> None:
    page = bid.add("partners", "partner", name="Hill Trust", body="charity")
    assert not bid.get(find_link(page, "Change Hill Trust")).select("#roll, #fsm, #trust")


def test_the_plan_is_started_from_a_stream_once(bid: BidEditor) -> None:
    page = add_awards(bid)
    page = bid.follow(bid.change(page, "National Lottery Awards for All England", closes="2027-04-30"))
    start = next(form for form in page.select("form") if "Start the plan" in read_text(form))
    plan = bid.follow(bid.send(start, "", {}))
    tasks = plan.select("table tbody tr")
    assert len(tasks) > 5
    assert "Submit: National Lottery Awards for All England" in read_text(plan.main)
    again = bid.follow(bid.send(start, "", {}))
    assert len(again.select("table tbody tr")) == len(tasks)


def test_dates_move_with_the_closing_date_where_the_reader_ticks_them(bid: BidEditor) -> None:
    page = add_awards(bid)
    page = bid.follow(bid.change(page, "National Lottery Awards for All England", closes="2027-04-30"))
    bid.follow(bid.send(next(form for form in page.select("form") if "Start the plan" in read_text(form)), "", {}))
    bid.follow(bid.change(bid.open("streams"), "National Lottery Awards for All England", closes="2027-05-14"))
    plan = bid.open("plan")
    boxes = plan.select("#main-content input[name='task']")
    closing = next(box for box in boxes if "Submit:" in read_text(plan.select_one(f"label[for='{box['id']}']")))
    after = bid.follow(bid.submit(plan, "Use the new dates", task=[closing["value"]]))
    assert len(after.select("input[name='task']")) == len(boxes) - 1
    assert "14 May 2027" in read_text(after.select_one(f"#entry-{closing['value']}"))


def test_a_case_study_is_found_and_added_with_why(bid: BidEditor) -> None:
    found = bid.open("evidence/add?q=police+in+school")
    form = bid.get(next(link["href"] for link in found.select("a[href*='case=']") if WARDENS in link["href"]))
    page = bid.follow(bid.submit(form, "Save", why="A school like ours"))
    assert "A school like ours" in read_text(page.main)
    assert page.select(f"a[href='/case-studies/{WARDENS}']")


def test_ways_to_go_on_are_offered_those_first_that_the_record_names(example: BidEditor) -> None:
    form = example.open("after/new?kind=ending")
    assert len(form.select("#route option")) > 10


def test_turns_are_proposed_and_shared_out(bid: BidEditor) -> None:
    page = add_awards(bid)
    bid.follow(bid.change(page, "National Lottery Awards for All England", closes="2027-04-30"))
    rota = bid.open("rota")
    box = rota.select_one("input[name='turn']")
    page = bid.follow(bid.submit(rota, "Add to the rota", turn=[box["value"]]))
    row = read_text(page.select_one("table tbody tr"))
    assert "30 April 2027" in row
    assert "The Aldgate School" in row


def test_a_partner_added_to_a_running_bid_takes_no_turn_that_is_over(
    make_app: Callable[..., Flask], built_data: Path, tmp_path: Path
) -> None:
    now = [datetime.fromisoformat("2026-11-21T12:00:00+00:00")]
    app = make_app(data=link_data(built_data, tmp_path))
    app.config["CLOCK"] = lambda: now[0]
    bid = BidEditor(app).start()
    bid.add("partners", "partner", name="Hill Trust", body="charity")
    for what, due in (("First return", "2026-12-01"), ("Next return", "2026-12-05"), ("Last return", "2026-12-20")):
        bid.add("rota", "turn", what=what, due=due)
    now[0] += timedelta(days=20)
    page = bid.add("partners", "partner", name="Lake Trust", body="charity")
    bid.follow(bid.change(page, "Lake Trust", does="Runs the boats"))
    rows = [read_text(row) for row in bid.open("rota").select("table tbody tr[id]")]
    assert ["Lake Trust" in row for row in rows] == [False, False, True]
    assert ["Hill Trust" in row for row in rows] == [True, True, False]


def test_what_refers_to_an_entry_is_said_before_it_goes(bid: BidEditor) -> None:
    page = bid.add("partners", "partner", name="Hill Trust", body="charity")
    options = bid.open("budget/new?kind=line").select("#payer-1 option")
    payer = next(str(option["value"]) for option in options if read_text(option) == "Hill Trust")
    line = {"what": "Room", "year": "2027", "money": "in-kind", "cost": "5", "payer-1": payer, "pounds-1": "5"}
    bid.add("budget", "line", **line)
    removal = bid.get(find_link(page, "Remove Hill Trust"))
    assert "Room (2027-28) (budget line)" in read_text(removal.main)
    bid.follow(bid.submit(removal, "Remove it"))
    assert "taken out" in read_text(bid.open("budget").main)


def test_the_files_hold_the_bid(example: BidEditor, app: Flask) -> None:
    reader = BidEditor(app).client
    word = reader.get(f"{example.read}/pack.docx")
    assert word.headers["Content-Disposition"].endswith('bid-pack.docx"')
    assert "Portsmouth youth wardens" in " ".join(part.text for part in Document(io.BytesIO(word.data)).paragraphs)
    assert len(reader.get(f"{example.read}/budget.csv").text.splitlines()) > 20
    assert "BEGIN:VEVENT" in reader.get(f"{example.read}/plan.ics").text
    assert reader.get(f"{example.read}/plan.csv").status_code == 200
    assert reader.get(f"{example.read}/summary.docx").status_code == 200


def test_everything_goes_out_as_a_file_and_comes_in_again_the_same(example: BidEditor, app: Flask) -> None:
    written = example.client.get(f"{example.edit}/export.json")
    other = BidEditor(app)
    import_file(other, written.data)
    again = json.loads(other.client.get(f"{other.edit}/export.json").text)
    kinds = [(entry["kind"], entry["data"].get("what")) for entry in json.loads(written.text)["entries"]]
    assert [(entry["kind"], entry["data"].get("what")) for entry in again["entries"]] == kinds
    for part in ("budget", "plan", "streams"):
        assert read_text(other.open(part).main) == read_text(example.open(part).main)


@pytest.mark.parametrize("written", [b"", b"{", b"[]", b"\xff", b'{"format": "joint-bid"}', b"[" * 100_000])
def test_a_file_that_cannot_be_used_is_said_to_be_so(app: Flask, written: bytes) -> None:
    page = import_file(BidEditor(app), written, 400)
    assert page.select(".govuk-error-summary li")


def test_new_links_end_the_old_ones(bid: BidEditor) -> None:
    old_edit, old_read = bid.edit, bid.read
    answer = bid.submit(bid.open("links"), "Make new links")
    bid.take_links(answer)
    assert {old_edit, old_read}.isdisjoint({bid.edit, bid.read})
    bid.get(old_edit, 404)
    bid.get(old_read, 404)
    bid.open()
    bid.get(bid.read)


def test_a_bid_is_deleted_only_when_that_is_meant(bid: BidEditor) -> None:
    page = bid.open("delete")
    assert "cannot be undone" in read_text(page.main)
    page = bid.check(bid.submit(page, "Delete it"), 400)
    gone = bid.check(bid.submit(page, "Delete it", sure="yes"))
    assert read_text(gone.h1) == "The bid has been deleted"
    assert "The link may be incomplete" in read_text(bid.open("", 404).main)


def test_the_last_weeks_of_a_bid_are_said_and_a_button_keeps_it(
    make_app: Callable[..., Flask], built_data: Path, tmp_path: Path
) -> None:
    now = [datetime.fromisoformat("2026-11-21T12:00:00+00:00")]
    app = make_app(data=link_data(built_data, tmp_path))
    app.config["CLOCK"] = lambda: now[0]
    bid = BidEditor(app).start()
    assert "Keep it" not in read_text(bid.open().main)
    now[0] += timedelta(days=341)
    page = bid.open()
    assert "will be deleted on 26 December 2027" in read_text(page.main)
    assert "will be deleted" in read_text(BidEditor(app).get(bid.read).main)
    page = bid.follow(bid.submit(page, "Keep it"))
    assert "will be deleted" not in read_text(page.main)
    now[0] += timedelta(days=401)
    bid.open("", 404)


def link_data(built_data: Path, folder: Path) -> Path:
    """A data folder with the same generation and nothing else."""
    (folder / "current").write_bytes((built_data / "current").read_bytes())
    (folder / "generations").symlink_to(built_data / "generations")
    return folder


def test_without_a_register_the_bid_is_there_all_the_same(
    make_app: Callable[..., Flask], built_data: Path, tmp_path: Path
) -> None:
    bid = BidEditor(make_app(data=link_data(built_data, tmp_path))).start()
    bid.add("partners", "partner", name="Hill School", body="school")
    for part in ("", *PARTS):
        bid.open(part)
    assert "register" in read_text(bid.open("partners/add?q=hill").main)


def test_what_is_typed_is_shown_as_text_everywhere(bid: BidEditor) -> None:
    odd = "<script>alert(1)</script> {{ 7777*7777 }} \"'>"
    bid.add("risks", "risk", risk=odd, response=odd)
    bid.add("partners", "partner", name=odd, body="charity", does=odd)
    for part in ("", "risks", "partners", "history", "pack", "summary", "health"):
        page = bid.open(part)
        assert not page.select("main script")
        assert str(7777 * 7777) not in read_text(page.main)
    assert odd.strip() in read_text(bid.open("risks").main)


def test_a_page_says_its_parameters(bid: BidEditor) -> None:
    answer = bid.client.get(f"{bid.edit}?colour=red")
    assert answer.status_code == 400
    assert "colour" in read_text(read_page(answer).main)
