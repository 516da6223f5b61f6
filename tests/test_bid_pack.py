"""The bid pack and the partners' summary: what they say, and that their Word files are sound."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph
from made_up_bids import HILL_TOP, body, line, look, make_record, make_workspace, school, stream

from kb.exports.pack import make_pack
from kb.exports.pack_blocks import Bullets, Facts, Heading, Pack, Paragraph, Table
from kb.exports.pack_facts import PackFacts, gather_facts
from kb.exports.pack_summary import make_partner_summary
from kb.exports.pack_word import write_word
from kb.records.funding import FundingStream
from kb.workspaces.changed import describe_stream
from kb.workspaces.entries import KINDS, About, AgreementPoint, Ending, Entry, Evidence, Lead, Outcome, Task
from kb.workspaces.health import check_health
from kb.workspaces.words import get_widget

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SITE = "https://site.example"
PARTS = [
    "Summary", "The need", "Outcomes", "Partners", "Funding streams", "Budget", "Evidence from elsewhere", "Plan",
    "Partnership agreement", "When the money ends", "Risks", "Rota of bids and returns", "Checks still open", "Sources",
]  # fmt: skip
HOSTILE = "</w:t><b>&amp;\x00\x1b\ud800 ]]> =1+1 {{ 7 * 7 }} \u202eabc"
SHOWN = "</w:t><b>&amp; ]]> =1+1 {{ 7 * 7 }} \u202eabc"
SEVERAL_LINES = "First\n\nSecond\r\nThird"


def gather(*entries: Entry | tuple[str, Entry], records: tuple[FundingStream, ...] = (), **made: Any) -> PackFacts:
    workspace = make_workspace(*entries, **made)
    live = look(workspace, *(records or (make_record(),)))
    return gather_facts(workspace, live, check_health(workspace, live, NOW.date()), [], SITE, NOW)


def read_part(pack: Pack, title: str) -> list[Any]:
    """The blocks of one part, its heading left out."""
    starts = [number for number, block in enumerate(pack.blocks) if isinstance(block, Heading) and block.level == 1]
    for start, end in zip(starts, [*starts[1:], len(pack.blocks)], strict=True):
        if pack.blocks[start].text.endswith(f" {title}") or pack.blocks[start].text == title:
            return list(pack.blocks[start + 1 : end])
    raise AssertionError(f"no part {title}")


def list_texts(blocks: Any) -> Iterator[str]:
    """Every text of blocks."""
    for block in blocks:
        if isinstance(block, Heading | Paragraph):
            yield block.text
        elif isinstance(block, Bullets):
            yield from block.items
        elif isinstance(block, Table | Facts):
            yield from (text for row in block.rows for text in row)


def read_facts(blocks: list[Any]) -> dict[str, str]:
    return {label: text for block in blocks if isinstance(block, Facts) for label, text in block.rows}


def find_table(blocks: list[Any], caption: str) -> Table:
    return next(block for block in blocks if isinstance(block, Table) and block.caption == caption)


def open_word(pack: Pack) -> Any:
    return Document(io.BytesIO(write_word(pack, NOW)))


def read_word(document: Any) -> str:
    """All text of a Word file, in order, and that of its tables."""
    texts = []
    for part in document.iter_inner_content():
        if isinstance(part, WordParagraph):
            texts.append(part.text)
        elif isinstance(part, WordTable):
            texts += [cell.text for row in part.rows for cell in row.cells]
    return "\n".join(texts)


def make_full() -> PackFacts:
    """A bid with something in most parts."""
    record = make_record(
        "fund",
        title="Youth fund",
        lead_duties=["Answers to the funder"],
        amount={"min": 1000, "max": 5000, "per": "award"},
        windows=[{"closes": "2027-01-29"}],
        checked={"on": "2024-04", "evidence": "A page"},
        review_by="2025-01-01",
        match_funding={"percent": 20},
        eligibility=[{"kind": "judgement", "scope": "lead", "says": "The lead has a plan.", "source": "page"}],
    )
    return gather(
        ("hill", school(does="Hosts it", gives="A room", gets="Quiet")),
        ("trust", body(name="Trust")),
        ("lead", Lead(partner="trust000")),
        ("fund", stream(amount=4000, facts=describe_stream(record, look(make_workspace()).vocabulary))),
        ("pay", line(5000, {"fund": 4000, "partner:hill": 500}, year=2027, what="Worker", is_post=True)),
        ("pay2", line(1000, {"partner:hill": 1000}, year=2028, what="Worker", is_post=True)),
        Outcome(outcome="Fewer fights", measure="Fights a term", method="Counted", baseline="9", target="3"),
        ("plan", Task(what="Ask", who="The lead", due=date(2026, 12, 4), stream="fund0000")),
        AgreementPoint(point="roles", says="As below", holder="Trust", agreed=True),
        Ending(stream="fund0000", ends=date(2028, 3, 31), goes_on="Half a post", yearly_cost=900, route="lettings"),
        Evidence(case="gone-case", why="It worked there"),
        records=(record,),
        about=About(title="Youth wardens", summary="Wardens in playgrounds", starts=date(2027, 4, 1)),
        need="Quarrels go home.",
    )


def test_an_empty_workspace_has_every_part_and_each_says_what_is_missing() -> None:
    pack = make_pack(gather())
    assert [heading.text for heading in pack.parts] == [f"{number}. {part}" for number, part in enumerate(PARTS, 1)]
    for part in PARTS:
        said = " ".join(list_texts(read_part(pack, part)))
        assert re.search(r"not been|Not said yet|No |Nothing|no line|no task|no point|still to do|Still to do", said), (
            part
        )


def test_the_cover_says_who_leads_when_from_what_and_how_many_checks_are_open() -> None:
    facts = make_full()
    cover = dict(next(block for block in make_pack(facts).blocks if isinstance(block, Facts)).rows)
    assert cover["Lead"] == "Trust"
    assert cover["Date"] == "21 November 2026"
    assert cover["Knowledge base"] == "made-up"
    assert cover["Checks still open"].startswith(f"{len(facts.checks)} (")
    problems = sum(check.level == "problem" for check in facts.checks)
    assert f"{problems} problem" in cover["Checks still open"]


def test_the_day_of_a_knowledge_base_is_said_in_words() -> None:
    facts = make_full()
    live = facts.live.__class__(**{**facts.live.__dict__, "generation": "20261105T101112000000Z-0123456789ab"})
    dated = gather_facts(facts.workspace, live, [], [], SITE, NOW)
    assert dated.knowledge_base == "20261105T101112000000Z-0123456789ab, built 5 November 2026"
    assert dated.foot == "Youth wardens, 21 November 2026, knowledge base of 5 November 2026"


def test_the_summary_says_what_who_how_much_when_and_what_comes_after() -> None:
    said = read_facts(read_part(make_pack(make_full()), "Summary"))
    assert said["What"] == "Wardens in playgrounds"
    assert said["Who"] == "Trust leads. With it: Hill Top."
    assert said["How much, from whom"].split("\n") == [
        "£6,000 in all, 2027-28 to 2028-29", "Youth fund: £4,000", "Hill Top: £1,500", "Not paid for yet: £500",
    ]  # fmt: skip
    assert "Youth fund closes: 29 January 2027" in said["When"]
    assert said["When the money ends"] == "Youth fund (31 March 2028): then £900 a year, paid for by: Letting rooms"


def test_a_stream_comes_with_its_verdict_its_open_points_first_and_its_duties() -> None:
    blocks = read_part(make_pack(make_full()), "Funding streams")
    said = read_facts(blocks)
    assert said["For these partners"].startswith("Some points are still to check")
    assert said["Closing date"] == "29 January 2027, as stated in the record"
    assert said["Record"] == "Last known April 2024: ask the funder. https://site.example/funding/fund"
    assert Bullets(("Answers to the funder",)) in blocks
    rules = find_table(blocks, "Its conditions, held against these partners").rows
    assert ("The lead has a plan.", "Only you can say.", "To check") in rows_to(rules, "To check")
    assert {row[2] for row in rules[len(rows_to(rules, "To check")) :]} == {"Met"}


def rows_to(rows: tuple[tuple[str, ...], ...], result: str) -> list[tuple[str, ...]]:
    """The rows up to the last with a result."""
    last = max(number for number, row in enumerate(rows) if row[2] == result)
    return list(rows[: last + 1])


def test_what_a_record_does_not_state_is_said_in_one_line() -> None:
    said = read_facts(read_part(make_pack(make_full()), "Funding streams"))
    assert "Effort of a bid" in said["Not stated in its record"]
    assert "Not stated" not in [text for label, text in said.items() if label != "For these partners"]


def test_a_stream_this_set_cannot_have_comes_with_what_would_open_it() -> None:
    record = make_record(applicants=["voluntary-organisation"])
    blocks = read_part(make_pack(gather(("hill", school()), stream(), records=(record,))), "Funding streams")
    assert read_facts(blocks)["For these partners"].startswith("Not eligible")
    assert any("charity" in text.lower() for block in blocks if isinstance(block, Bullets) for text in block.items)


def test_a_stream_that_the_knowledge_base_no_longer_has_is_said_to_be_gone() -> None:
    said = " ".join(list_texts(read_part(make_pack(gather(stream("vanished"))), "Funding streams")))
    assert "no longer has a record of this stream" in said


def test_a_dropped_stream_is_named_and_no_more() -> None:
    blocks = read_part(make_pack(gather(stream(state="refused"))), "Funding streams")
    assert Paragraph("Refused or dropped: Fund.") in blocks
    assert not read_facts(blocks)


def test_what_has_changed_in_a_record_since_it_was_chosen_stands_beside_what_it_was() -> None:
    kept = stream(facts={"who": "single school", "amount": "Not stated"})
    blocks = read_part(make_pack(gather(kept)), "Funding streams")
    table = find_table(blocks, "What has changed in its record since it was chosen")
    assert table.rows == (("Who can apply", "single school", "all"),)


def test_a_record_that_is_as_it_was_is_said_to_be_so() -> None:
    blocks = read_part(make_pack(make_full()), "Funding streams")
    assert Paragraph("Its record has not changed since it was chosen.") in blocks


def test_the_budget_stands_by_line_and_year_and_by_payer_and_adds_up() -> None:
    blocks = read_part(make_pack(make_full()), "Budget")
    lines = find_table(blocks, "Budget by line, 2027-28 to 2028-29")
    assert lines.header == ("What", "2027-28", "2028-29", "Total")
    assert lines.rows == (
        ("Worker (revenue, post)\nPaid by: Youth fund; Hill Top", "£5,000", "£1,000", "£6,000"),
        ("Total", "£5,000", "£1,000", "£6,000"),
    )
    payers = find_table(blocks, "Who pays, 2027-28 to 2028-29")
    assert payers.rows == (
        ("Youth fund", "£4,000", "", "£4,000"),
        ("Hill Top", "£500", "£1,000", "£1,500"),
        ("Not paid for yet", "£500", "", "£500"),
    )
    assert find_table(blocks, "Totals by year").rows[-1] == ("Total", "£6,000", "£5,500", "£500", "£0")


def test_a_budget_of_many_years_is_split_so_that_it_fits_the_page() -> None:
    blocks = read_part(make_pack(gather(*(line(1, year=year) for year in range(2027, 2033)))), "Budget")
    assert find_table(blocks, "Budget by line, 2027-28 to 2030-31").rows[-1][-1] == "£4"
    assert find_table(blocks, "Budget by line, 2031-32 to 2032-33").rows[-1][-1] == "£2"


def test_match_funding_stands_beside_what_the_record_asks_for() -> None:
    table = find_table(read_part(make_pack(make_full()), "Budget"), "Streams: sums and match funding")
    (row,) = table.rows
    assert row[:4] == ("Youth fund", "£4,000", "£4,000", "20% of the cost")
    assert row[4].startswith("£500 from others, 10% of £5,000; £500 short")


def test_every_open_check_is_in_the_pack_with_its_reason_and_how_to_mend_it() -> None:
    facts = make_full()
    said = " ".join(list_texts(read_part(make_pack(facts), "Checks still open")))
    assert facts.checks
    for check in facts.checks:
        assert f"{check.says} {check.why} {check.mend}" in said


def test_sources_come_with_their_dates_and_addresses() -> None:
    blocks = read_part(make_pack(make_full()), "Sources")
    texts = list(list_texts(blocks))
    assert {"Youth fund", "Letting rooms"} <= set(texts)
    assert "Source: A page. A funder. date not stated." in texts
    assert "https://site.example/funding/fund" in [block.link for block in blocks if isinstance(block, Paragraph)]


def test_the_summary_for_partners_says_what_each_does_and_what_is_to_be_decided() -> None:
    pack = make_partner_summary(make_full())
    roles = read_part(pack, "What each partner does, gives and gets")
    assert ("Hill Top", "Hosts it", "A room", "Quiet") in roles[0].rows
    assert read_part(pack, "What comes next")[0].rows == (("Ask", "The lead", "4 Dec 2026"),)
    undecided = gather(AgreementPoint(point="data-sharing", says="With care"), stream())
    (open_points, *_) = read_part(make_partner_summary(undecided), "What you must decide")
    assert open_points.items == (
        "Who leads the bid.", "Data sharing: With care.", "What pays when the money ends: Fund.",
    )  # fmt: skip


def test_the_summary_of_forty_partners_keeps_one_line_for_each() -> None:
    partners = [school(f"School of a long and winding name, number {number}", does="x " * 900) for number in range(40)]
    (table, *_) = read_part(make_partner_summary(gather(*partners)), "What each partner does, gives and gets")
    assert len(table.rows) == 40
    assert max(len(text) for row in table.rows for text in row) < 50


def test_the_word_file_is_a4_with_margins_of_two_centimetres() -> None:
    (section,) = open_word(make_pack(make_full())).sections
    assert (section.page_width.cm, section.page_height.cm) == (
        pytest.approx(21, abs=0.01),
        pytest.approx(29.7, abs=0.01),
    )
    sides = (section.left_margin, section.right_margin, section.top_margin, section.bottom_margin)
    assert [side.cm for side in sides] == [pytest.approx(2, abs=0.01)] * 4


def test_the_word_file_has_real_headings_in_the_order_of_the_parts() -> None:
    document = open_word(make_pack(make_full()))
    headings = [
        (each.style.name, each.text) for each in document.paragraphs if each.style.name.startswith(("Title", "H"))
    ]
    assert headings[0] == ("Title", "Youth wardens")
    assert [text.partition(" ")[2] for style, text in headings if style == "Heading 1"] == PARTS
    assert ("Heading 2", "Youth fund") in headings
    for style in ("Title", "Heading 1", "Heading 2", "Heading 3", "Normal"):
        fonts = document.styles[style].element.rPr.rFonts
        assert fonts.get(qn("w:ascii")) == fonts.get(qn("w:hAnsi")) == "Arial"
        assert not [name for name in fonts.attrib if "Theme" in name]


def test_tables_of_the_word_file_have_header_rows_that_come_back_and_rows_that_stay_whole() -> None:
    tables = [table for table in open_word(make_pack(make_full())).tables if len(table.columns) > 2]
    assert len(tables) > 8
    for table in tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        assert all(row._tr.trPr.find(qn("w:tblHeader")) is None for row in table.rows[1:])


def test_tables_of_the_word_file_have_fixed_widths_that_fill_the_page() -> None:
    for table in open_word(make_pack(make_full())).tables:
        assert table._tbl.tblPr.find(qn("w:tblLayout")).get(qn("w:type")) == "fixed"
        for row in table.rows:
            assert sum(cell.width for cell in row.cells) == pytest.approx(Cm(17), abs=Cm(0.02))
        assert sum(column.width for column in table.columns) == pytest.approx(Cm(17), abs=Cm(0.02))


def test_a_row_too_tall_for_a_page_may_be_split() -> None:
    tall = Outcome(outcome="Much", measure="x" * 190, method="y" * 190)
    pack = make_pack(gather(("p", body(does="word " * 700)), tall))
    (table,) = [each for each in open_word(pack).tables if "word word" in each.rows[-1].cells[1].text]
    assert table.rows[1]._tr.trPr is None


def test_the_word_file_names_itself_its_language_and_its_day_and_nobody() -> None:
    document = open_word(make_pack(make_full()))
    properties = document.core_properties
    assert (properties.title, properties.language) == ("Youth wardens", "en-GB")
    assert properties.created == properties.modified == NOW
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    languages = [each.get(qn("w:val")) for each in document.styles.element.iter(qn("w:lang"))]
    assert languages == ["en-GB"]


def test_each_page_of_the_word_file_has_its_number_and_what_it_rests_on() -> None:
    (paragraph,) = open_word(make_pack(make_full())).sections[0].footer.paragraphs
    assert paragraph.text == "Youth wardens, 21 November 2026, knowledge base made-up. Page 1 of 1"
    assert [each.text for each in paragraph._p.iter(qn("w:instrText"))] == ["PAGE", "NUMPAGES"]


def test_each_line_of_the_contents_leads_to_a_heading() -> None:
    element = open_word(make_pack(make_full())).element
    targets = [each.get(qn("w:anchor")) for each in element.iter(qn("w:hyperlink")) if each.get(qn("w:anchor"))]
    bookmarks = [each.get(qn("w:name")) for each in element.iter(qn("w:bookmarkStart"))]
    assert targets == bookmarks
    assert len(set(targets)) == len(PARTS)


def test_the_same_pack_gives_the_same_bytes_on_another_day(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = make_pack(make_full())
    first = write_word(pack, NOW)
    later = time.time() + 100_000
    monkeypatch.setattr(time, "time", lambda: later)
    assert write_word(pack, NOW) == first
    dates = {part.date_time for part in zipfile.ZipFile(io.BytesIO(first)).infolist()}
    assert dates == {(2026, 11, 21, 12, 0, 0)}


def fill_in(model: type[Entry], text: str) -> Entry:
    """An entry of a kind with a text in each field that takes one."""
    values: dict[str, Any] = {
        "stream": {"stream": "fund"}, "line": {"year": 2027, "money": "revenue", "cost": 1},
        "turn": {"due": NOW.date()}, "evidence": {"case": "gone-case"}, "point": {"point": "roles"},
        "partner": {"body": "charity"}, "ending": {"stream": "fund0000"},
    }.get(model.kind, {})  # fmt: skip
    for name in model.model_fields:
        if get_widget(model, name) in ("line", "text") and name not in values:
            values[name] = text
    return model(**values)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("lead", "evidence")])
def test_hostile_text_in_any_field_survives_as_text(kind: str) -> None:
    entry = fill_in(KINDS[kind], HOSTILE)
    about = entry if isinstance(entry, About) else None
    need = entry.words if kind == "need" else ""
    others = [] if kind in ("about", "need") else [("odd", entry)]
    facts = gather(*([] if kind == "stream" else [("fund", stream())]), *others, about=about, need=need)
    for pack in (make_pack(facts), make_partner_summary(facts)):
        document = open_word(pack)
        if kind == "about":
            assert document.core_properties.title == SHOWN
    said = " ".join(read_word(open_word(make_pack(facts))).split())
    fields = [name for name in KINDS[kind].model_fields if get_widget(KINDS[kind], name) in ("line", "text")]
    assert said.count(SHOWN) >= len([name for name in fields if name != "step"])


def test_line_breaks_and_paragraphs_of_a_long_text_are_kept() -> None:
    document = open_word(make_pack(gather(need=SEVERAL_LINES)))
    texts = [each.text for each in document.paragraphs]
    assert texts.index("Second\nThird") == texts.index("First") + 1


def test_a_school_is_named_as_the_workspace_names_it() -> None:
    facts = gather(("hill", school("The Hill School", urn=HILL_TOP.urn)), stream())
    assert "The Hill School" in " ".join(list_texts(read_part(make_pack(facts), "Partners")))
