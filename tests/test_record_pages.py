"""The pages of records and of the guide, over every record of the content: what each says and what it leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from page_checks import PageReader, find_part, list_addresses, read_page, read_text
from pydantic import BaseModel

from kb.generations import Generation
from kb.queries.plan import explain_no_bid
from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream


def read_glance(page: BeautifulSoup) -> dict[str, str]:
    """The rows of "At a glance"."""
    return {read_text(row.dt): read_text(row.dd) for row in page.select(".app-glance > div")}


def has_heading(page: BeautifulSoup, heading: str) -> bool:
    return any(read_text(tag) == heading for tag in page.main.find_all(["h2", "h3"]))


def addresses_of(ids: Iterable[str]) -> list[str]:
    return [f"/funding/{stream_id}" for stream_id in ids]


def test_every_link_between_money_and_a_case_shows_on_both_pages(
    get_page: PageReader, streams: list[FundingStream], cases: list[CaseStudy]
) -> None:
    paid_for: dict[str, set[str]] = {stream.id: set() for stream in streams}
    for case in cases:
        paying = find_part(get_page(f"/case-studies/{case.id}"), "Paying for it and keeping it going")
        listed = find_part(get_page(f"/case-studies/{case.id}"), "Funding on record")
        stated = [paid.stream for paid in case.funding or ()]
        assert list_addresses(listed) == addresses_of(stated), case.id
        assert paying.select("h3"), case.id
        assert stated or "The source names no funding stream." in read_text(listed), case.id
        for stream_id in stated:
            paid_for[stream_id].add(f"/case-studies/{case.id}")
    for stream_id, expected in paid_for.items():
        listed = find_part(get_page(f"/funding/{stream_id}"), "Case studies it paid for")
        assert set(list_addresses(listed)) == expected, stream_id
        assert expected or "None in this knowledge base yet." in read_text(listed), stream_id
    assert sum(map(len, paid_for.values())) > 10


def test_what_the_money_paid_for_stands_beside_the_link_on_both_pages(
    get_page: PageReader, cases: list[CaseStudy]
) -> None:
    notes = [(case, paid) for case in cases for paid in case.funding or () if paid.note]
    assert notes
    for case, paid in notes:
        assert paid.note in read_text(find_part(get_page(f"/case-studies/{case.id}"), "Funding on record"))
        assert paid.note in read_text(find_part(get_page(f"/funding/{paid.stream}"), "Case studies it paid for"))


def test_a_way_to_keep_going_shows_on_the_stream_and_on_the_mechanism(
    get_page: PageReader, streams: list[FundingStream]
) -> None:
    routes = [
        (stream.id, route.mechanism, route.basis)
        for stream in streams
        for route in (stream.sustainability and stream.sustainability.exit_routes) or ()
    ]
    assert routes
    for stream_id, mechanism, basis in routes:
        ways = find_part(get_page(f"/funding/{stream_id}"), "Ways to keep going")
        assert f"/funding/{mechanism}" in list_addresses(ways)
        assert basis != "ours" or "Our suggestion" in read_text(ways)
        carried = find_part(get_page(f"/funding/{mechanism}"), "Carries on after")
        assert f"/funding/{stream_id}" in list_addresses(carried)


@pytest.mark.parametrize(
    ("field", "here", "there"),
    [
        ("replaces", "Replaced", "Replaced by"),
        ("replaced_by", "Replaced by", "Replaced"),
        ("with", "May be used beside", "May be used beside"),
        ("not_with", "May not be used beside", "May not be used beside"),
    ],
)
def test_a_tie_between_two_streams_shows_on_both(
    get_page: PageReader, streams: list[FundingStream], field: str, here: str, there: str
) -> None:
    for stream in streams:
        combine = stream.combine
        stated = {
            "replaces": stream.replaces or (),
            "replaced_by": stream.replaced_by or (),
            "with": (combine and combine.with_) or (),
            "not_with": [bar.id for bar in (combine and combine.not_with) or ()],
        }[field]
        for other in stated:
            assert f"/funding/{other}" in list_addresses(find_part(get_page(f"/funding/{stream.id}"), here))
            assert f"/funding/{stream.id}" in list_addresses(find_part(get_page(f"/funding/{other}"), there))


def test_what_no_source_states_is_said_in_words_on_every_stream(
    get_page: PageReader, streams: list[FundingStream]
) -> None:
    seen = set()
    for stream in streams:
        glance = read_glance(get_page(f"/funding/{stream.id}"))
        assert all(glance.values()), f"{stream.id}: {glance}"
        assert "None" not in glance.values(), stream.id
        missing = {"For": stream.audience, "Phases": stream.phases, "Capital or revenue": stream.money}
        if not stream.is_mechanism:
            missing |= {"Who can apply": stream.applicants, "How much": stream.amount, "Lasts": stream.duration}
            missing |= {"Work to apply": stream.effort, "How the money comes": stream.route}
            missing |= {"Match funding": stream.match_funding, "When the money ends": stream.sustainability}
        for name, value in missing.items():
            if value is None:
                assert glance[name] == "Not stated", f"{stream.id}: {name}"
                seen.add(name)
    assert {"Who can apply", "How much", "Work to apply", "Match funding", "Phases"} <= seen


def test_what_no_source_states_is_said_in_words_on_every_case(get_page: PageReader, cases: list[CaseStudy]) -> None:
    seen = set()
    for case in cases:
        glance = read_glance(get_page(f"/case-studies/{case.id}"))
        assert all(glance.values()), f"{case.id}: {glance}"
        missing = {"When": case.period, "Phases": case.phases, "Led by": case.lead, "What it cost": case.cost}
        for name, value in missing.items():
            if value is None:
                assert glance[name] == "Not stated", f"{case.id}: {name}"
                seen.add(name)
        assert (glance["Did it last?"] == "Not stated") == (
            case.sustained.state == "not-stated" and not case.sustained.note and not case.sustained.how
        )
    assert {"When", "Led by", "What it cost"} <= seen


def test_a_mechanism_has_no_status_and_no_row_that_only_a_programme_has(
    get_page: PageReader, streams: list[FundingStream]
) -> None:
    for stream in streams:
        page = get_page(f"/funding/{stream.id}")
        assert bool(page.select(".app-kind .govuk-tag")) == (not stream.is_mechanism), stream.id
        assert ("Who can apply" in read_glance(page)) == (not stream.is_mechanism), stream.id


def test_the_sections_of_every_record_stand_in_the_promised_order(
    get_page: PageReader, streams: list[FundingStream], cases: list[CaseStudy]
) -> None:
    expected = {
        f"/funding/{stream.id}": FundingStream.mechanism_sections
        if stream.is_mechanism
        else FundingStream.programme_sections
        for stream in streams
    } | {f"/case-studies/{case.id}": CaseStudy.sections for case in cases}
    for address, sections in expected.items():
        headings = [read_text(tag) for tag in get_page(address).main.select("h2")]
        start = headings.index(sections[0])
        assert headings[: start + 1] == ["At a glance", sections[0]], address
        assert tuple(headings[start : start + len(sections)]) == sections, address
        assert headings.index("Sources") >= start + len(sections), address


def list_sentences(value: object) -> Iterator[str]:
    """Every text of a record in more than one word, but not its body, the other names people search for, and the
    places of a rule, which its sentence names."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name not in ("body", "aliases", "asked_as", "theme", "values"):
                yield from list_sentences(getattr(value, name))
    elif isinstance(value, tuple):
        for part in value:
            yield from list_sentences(part)
    elif isinstance(value, str) and " " in value:
        yield value


def test_every_sentence_on_record_stands_on_its_page(
    get_page: PageReader, streams: list[FundingStream], cases: list[CaseStudy]
) -> None:
    records = {f"/funding/{stream.id}": stream for stream in streams}
    for address, record in (records | {f"/case-studies/{case.id}": case for case in cases}).items():
        text = read_text(get_page(address).main)
        missing = [sentence for sentence in list_sentences(record) if sentence not in text]
        assert not missing, f"{address}: {missing}"


def test_every_number_and_kind_of_partner_on_record_stands_on_its_page(
    get_page: PageReader, streams: list[FundingStream], generation: Generation
) -> None:
    joint = [stream for stream in streams if stream.partners]
    assert joint
    for stream in joint:
        text = read_text(get_page(f"/funding/{stream.id}").main)
        needs = stream.partners
        assert not needs.min or f"At least {needs.min} beside the lead." in text, stream.id
        assert not needs.schools_min or f"At least {needs.schools_min} school" in text, stream.id
        for kind in (*(needs.must_include or ()), *(needs.one_of or ())):
            assert generation.catalogue.vocabulary.label("bodies", kind) in text, f"{stream.id}: {kind}"


def test_every_date_on_record_stands_on_its_page_in_words(get_page: PageReader, streams: list[FundingStream]) -> None:
    dates = 0
    for stream in streams:
        text = read_text(get_page(f"/funding/{stream.id}").main)
        for window in stream.windows or ():
            for found in (window.opens, window.closes, window.decision_by, window.spend_from, window.spend_by):
                assert found is None or found.words in text, f"{stream.id}: {found}"
                dates += found is not None
    assert dates > 20


def test_every_case_says_that_what_to_copy_is_our_own_reading(get_page: PageReader, cases: list[CaseStudy]) -> None:
    for case in cases:
        part = find_part(get_page(f"/case-studies/{case.id}"), "What to copy, what to watch")
        assert "our own reading, not the source's" in read_text(part), case.id


def test_every_source_is_listed_with_where_in_it_and_its_date(
    get_page: PageReader, streams: list[FundingStream], cases: list[CaseStudy]
) -> None:
    records = {f"/funding/{stream.id}": stream for stream in streams}
    for address, record in (records | {f"/case-studies/{case.id}": case for case in cases}).items():
        page = get_page(address)
        for source in record.sources:
            entry = page.select_one(f"#source-{source.id}")
            text = read_text(entry)
            assert source.title in text, address
            assert source.locator is None or source.locator in text, address
            assert (source.dated.words if source.dated else "Not dated") in text, address
            assert source.url is None or source.url in list_addresses(entry), address
            assert source.document is None or f"/sources#{source.document}" in list_addresses(entry), address


def test_every_figure_of_a_case_has_its_locator(get_page: PageReader, cases: list[CaseStudy]) -> None:
    counted = 0
    for case in cases:
        rows = get_page(f"/case-studies/{case.id}").select("caption:-soup-contains('Figures') ~ tbody tr")
        assert [read_text(row.select("td")[-1]) for row in rows] == [result.locator for result in case.results or ()]
        counted += len(rows)
    assert counted


def test_a_fall_is_written_with_a_minus_sign_and_its_unit(get_page: PageReader) -> None:
    page = get_page("/case-studies/portsmouth-mayfield-police-in-school")
    row = page.select_one("tr:-soup-contains('police to attend')")
    assert [read_text(cell) for cell in row.select("td")[:3]] == ["Not stated", "Not stated", "−42%"]


def test_a_historic_stream_says_that_it_has_ended(get_page: PageReader, streams: list[FundingStream]) -> None:
    historic = [stream for stream in streams if stream.status == "historic"]
    assert historic
    for stream in historic:
        page = get_page(f"/funding/{stream.id}")
        assert read_text(page.select_one(".app-kind")).endswith("Historic kept for its lessons")
        assert read_text(page.select_one(".govuk-inset-text")).startswith("This stream has ended.")


@pytest.mark.parametrize("address", ["/funding/pupil-premium", "/search?q=%22pupil+premium%22"])
def test_a_record_is_current_up_to_its_review_date_and_past_review_from_the_next_day(
    make_app: Callable[..., Flask], generation: Generation, address: str
) -> None:
    stream = generation.catalogue.get_funding_stream("pupil-premium")
    assert stream.checked
    assert stream.review_by
    known = stream.checked.on.words
    due = stream.review_by.last
    says = {}
    for day in (due.toordinal(), due.toordinal() + 1):
        now = datetime.combine(due.fromordinal(day), datetime.min.time(), UTC)
        says[day - due.toordinal()] = read_text(read_page(make_app(now).test_client().get(address)).main)
    assert f"Every year as of {known}" in says[0]
    assert "past its review date" not in says[0]
    assert f"Every year last known {known}: ask the funder" in says[1]
    if address.startswith("/funding"):
        assert f"This record is past its review date. Its newest source is of {known}. Ask the funder" in says[1]


def test_no_stream_claims_to_be_more_current_than_its_newest_source(
    get_page: PageReader, streams: list[FundingStream]
) -> None:
    undated = 0
    for stream in streams:
        if stream.is_mechanism or stream.status == "historic":
            continue
        known = read_text(get_page(f"/funding/{stream.id}").select_one(".app-result__known"))
        on = stream.checked.on if stream.checked else None
        wordings = (
            (f"as of {on.words}", f"last known {on.words}: ask the funder")
            if on
            else ("date of the source not stated",)
        )
        assert known in wordings, stream.id
        undated += on is None
    assert undated


def test_every_stream_names_its_official_page_for_the_reader_to_open(
    get_page: PageReader, streams: list[FundingStream]
) -> None:
    for stream in streams:
        links = list_addresses(get_page(f"/funding/{stream.id}").select_one(".app-glance"))
        outside = [link for link in links if link.startswith("http")]
        assert outside == ([stream.official_page] if stream.official_page else []), stream.id


def test_more_like_this_never_offers_the_record_itself(
    get_page: PageReader, streams: list[FundingStream], cases: list[CaseStudy]
) -> None:
    offered = 0
    for address in [*addresses_of(s.id for s in streams), *(f"/case-studies/{case.id}" for case in cases)]:
        page = get_page(address)
        if has_heading(page, "More like this"):
            like = list_addresses(find_part(page, "More like this"))
            assert address not in like
            assert {other.split("/")[1] for other in like} == {address.split("/")[1]}
            offered += 1
    assert offered > len(streams)


def test_a_case_leads_to_money_of_its_service_areas(get_page: PageReader) -> None:
    page = get_page("/case-studies/portsmouth-community-wardens")
    (address,) = list_addresses(find_part(page, "Funding like this today"))
    chips = {read_text(chip) for chip in get_page(address).select(".app-chip")}
    assert "Remove Service area: Community safety ×" in chips


def test_nobody_is_led_to_plan_a_bid_where_nobody_applies(get_page: PageReader, generation: Generation) -> None:
    kinds = set()
    for stream in generation.catalogue.list_funding_streams():
        links = get_page(f"/funding/{stream.id}").select(f"a[href='/match/plan/{stream.id}']")
        applies = not stream.is_mechanism and explain_no_bid(stream) is None
        assert len(links) == applies, stream.id
        kinds.add((stream.is_mechanism, applies))
        if not stream.is_mechanism and not applies:
            page = get_page(f"/match/plan/{stream.id}?closes=2027-01-29")
            assert "There is no bid to plan." in read_text(page.main)
            assert not page.select("form.app-plan-form, table")
    assert kinds == {(True, False), (False, True), (False, False)}
