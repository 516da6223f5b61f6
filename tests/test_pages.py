"""The home page, search and the lists, by what a reader sees and where the links lead."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from page_checks import PageReader, read_page, read_text

from kb.generations import Generation
from kb.records.facets import FACETS
from kb.records.funding import FundingStream

HOUSING_AND_PRIMARY = "/search?service_area=housing&phase=primary"


def read_count(page: BeautifulSoup) -> int:
    """The number of results that a list says it has."""
    found = re.match(r"([\d,]+) results?\b", read_text(page.select_one("#count")))
    assert found
    return int(found[1].replace(",", ""))


def list_results(page: BeautifulSoup) -> list[str]:
    """The addresses of the records on a page of results, in order."""
    return [link["href"] for link in page.select(".app-result__title a")]


def list_chips(page: BeautifulSoup) -> dict[str, str]:
    """The chosen filters with the address that takes each out."""
    return {
        read_text(chip).removeprefix("Remove ").removesuffix(" ×"): chip["href"]
        for chip in page.select(".app-chip__link")
    }


def find_link(page: BeautifulSoup, words: str) -> str:
    """The address of the one link in the main part whose words hold these."""
    found = [link["href"] for link in page.main.select("a") if words in read_text(link)]
    assert len(found) == 1, f"{len(found)} links say {words}"
    return found[0]


def read_form(page: BeautifulSoup) -> str:
    """The address that the filter form leads to when it is sent as it stands."""
    form = page.select_one("#filters")
    pairs = [
        (tag["name"], tag["value"]) for tag in form.select("input[type=search], input[type=hidden], input[checked]")
    ]
    pairs += [(tag["name"], tag.select_one("option[selected]")["value"]) for tag in form.select("select")]
    return f"{form['action']}?{urlencode(pairs)}"


def test_each_door_of_the_home_page_leads_to_pages_with_something_on_them(get_page: PageReader) -> None:
    doors = get_page("/").select(".app-door")
    assert [read_text(door.h2) for door in doors] == [
        "I run a school",
        "I manage a council service",
        "I lead a group of schools",
    ]
    for link in (link for door in doors for link in door.select("a")):
        page = get_page(link["href"])
        assert list_results(page) or page.select(".app-feature, .app-section, form[action='/match']"), link["href"]


def test_each_figure_on_the_home_page_is_what_its_link_leads_to(get_page: PageReader) -> None:
    links = get_page("/").select(".app-number__link")
    assert len(links) == 5
    for link in links:
        page = get_page(link["href"])
        there = len(page.select(".app-term")) or read_count(page)
        assert read_text(link.select_one(".app-number__figure")) == str(there) != "0"


def test_each_service_area_on_the_home_page_leads_to_as_many_records_as_it_says(get_page: PageReader) -> None:
    areas = get_page("/").select(".app-areas li:has(.app-count)")
    assert len(areas) > 10
    for area in areas:
        assert read_count(get_page(area.a["href"])) == int(read_text(area.select_one(".app-count")))


def test_a_card_says_who_must_be_in_a_joint_bid_where_the_record_has_it(
    get_page: PageReader, streams: list[FundingStream]
) -> None:
    named = {stream.id for stream in streams if stream.status and stream.partners and stream.partners.schools_min}
    assert len(named) > 2
    for stream_id in named:
        title = next(stream.title for stream in streams if stream.id == stream_id)
        result = get_page(f"/funding?q={quote(title)}").select_one("#result-1")
        facts = {read_text(fact.dt): read_text(fact.dd) for fact in result.select(".app-fact")}
        assert re.search(r"(?:^At|; at) least \d+ schools in all", facts["Joint bid"]), stream_id
    alone = get_page("/funding?q=Condition+Improvement+Fund").select_one("#result-1")
    assert "Joint bid" not in read_text(alone)


def test_police_in_school_finds_the_programme_of_that_name_then_the_police_team_and_shows_why(
    get_page: PageReader,
) -> None:
    page = get_page("/search?q=police+in+school")
    assert list_results(page)[:2] == [
        "/funding/safer-school-partnerships",
        "/case-studies/portsmouth-mayfield-police-in-school",
    ]
    assert read_text(page.h1) == "Search: police in school"
    team = page.select(".app-result")[1]
    assert "police" in [read_text(mark).lower() for mark in team.select("mark")]
    assert "Result Calls for the police" in team.select_one(".app-facts").get_text(" ", strip=True)


def test_each_example_beside_the_home_page_search_box_finds_something(get_page: PageReader) -> None:
    form = get_page("/").select_one("form[role=search]")
    examples = read_text(form.label).partition("For example: ")[2].split(", ")
    assert len(examples) == 3
    for example in examples:
        query = urlencode({form.select_one("input[type=search]")["name"]: example})
        assert list_results(get_page(f"{form['action']}?{query}")), example


def test_housing_and_primary_ticked_finds_records_of_both(get_page: PageReader, generation: Generation) -> None:
    page = get_page(HOUSING_AND_PRIMARY)
    ticked = [box["id"] for box in page.select("input[checked]")]
    assert ticked == ["service_area-housing", "phase-primary"]
    found = list_results(page)
    assert "/case-studies/portsmouth-community-wardens" in found
    assert len(found) == read_count(page)
    for address in found:
        glance = get_page(address).select_one(".app-glance").get_text(" ", strip=True)
        assert re.search(r"Service areas (All|.*Housing)", glance), address
        assert re.search(r"Phases (All|.*Primary)", glance), address
    assert generation.catalogue.vocabulary.label("phases", "primary") == "Primary"


def test_a_filter_stands_open_where_something_of_it_is_chosen(get_page: PageReader) -> None:
    page = get_page("/search?sustained=partly")
    filters = {each.select_one("legend").text: each for each in page.select("details.app-facet")}
    is_open = [name for name, each in filters.items() if each.has_attr("open")]
    assert is_open == ["Kind of record", "Service area", "School phase", "Did it last?"]
    assert "(1 chosen)" in filters["Did it last?"].select_one("summary").text
    assert "chosen" not in filters["Service area"].select_one("summary").text


def test_a_ticked_box_stays_where_nothing_has_its_value(get_page: PageReader) -> None:
    page = get_page("/search?q=vaping&kind=programme&sustained=no")
    assert read_count(page) == 0
    assert [box["id"] for box in page.select("input[checked]")] == ["kind-programme", "sustained-no"]


def test_each_chip_takes_out_its_own_filter_and_no_other(get_page: PageReader) -> None:
    page = get_page(HOUSING_AND_PRIMARY + "&phase=secondary&q=school")
    chips = list_chips(page)
    assert list(chips) == ["Service area: Housing", "School phase: Primary", "School phase: Secondary"]
    for name, address in chips.items():
        after = get_page(address)
        assert set(list_chips(after)) == set(chips) - {name}
        assert after.select_one("#q")["value"] == "school"
    everything = get_page(find_link(page, "Clear all filters"))
    assert list_chips(everything) == {}
    assert everything.select_one("#q")["value"] == "school"


@pytest.mark.parametrize("path", ["/search", "/funding", "/case-studies"])
def test_records_that_do_not_state_a_phase_are_counted_and_one_click_adds_them(get_page: PageReader, path: str) -> None:
    page = get_page(f"{path}?phase=primary")
    sentence = page.select_one(".app-hidden")
    more = int(re.match(r"(\d+) more records? do(es)? not state a school phase: add", read_text(sentence))[1])
    after = get_page(sentence.a["href"])
    assert read_count(after) == read_count(page) + more
    assert set(list_chips(after)) == {"School phase: Primary", "School phase: Not stated"}
    assert not after.select(".app-hidden")


@pytest.mark.parametrize("facet", [facet.name for facet in FACETS])
def test_the_count_beside_a_box_is_what_ticking_it_gives(get_page: PageReader, client: FlaskClient, facet: str) -> None:
    page = get_page("/search?q=school+sport")
    boxes = page.select(f"input[name={facet}]")
    assert boxes
    for box in boxes:
        label = read_text(page.select_one(f"label[for={box['id']}]"))
        count = int(re.search(r"(\d+) found$", label)[1])
        assert client.get(f"/api/v1/search?q=school+sport&{facet}={box['value']}").json["total"] == count > 0


def test_ticking_a_status_leaves_out_cases_and_never_counts_them_as_not_stated(get_page: PageReader) -> None:
    page = get_page("/search?status=historic&per_page=100")
    assert {address.split("/")[1] for address in list_results(page)} == {"funding"}
    assert not page.select(".app-hidden")


def test_a_misspelt_word_is_offered_as_it_should_be(get_page: PageReader) -> None:
    page = get_page("/search?q=wardns")
    offer = next(line for line in page.select("p.govuk-body") if read_text(line).startswith("Did you mean wardens?"))
    for address in ("/search?q=wardns", str(offer.a["href"])):  # what was meant is looked for at once, too
        assert "/case-studies/portsmouth-community-wardens" in list_results(get_page(address))


def test_a_search_that_no_record_meets_in_full_says_so(get_page: PageReader) -> None:
    page = get_page("/search?q=police+trampoline")
    assert read_text(page.select_one("#matching")).startswith("No record has all your words. These have some of them")
    assert list_results(page)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("makaton training", "No record says “makaton”. These have others of your words, closest first."),
        ("oxbridge makaton trip", "No record says “oxbridge” or “makaton”. These have others of your words"),
        ("Makaton zzqqa zzqqb lessons", "No record says “makaton”, “zzqqa” or “zzqqb”."),
        ("I'd say police trampoline 9713", "No record has all your words."),
        ("please could someone tell me who happily teaches makaton to our parents", "No record has all your words."),
    ],
)
def test_a_search_names_the_words_that_no_record_has(get_page: PageReader, text: str, said: str) -> None:
    page = get_page(f"/search?q={quote(text)}")
    assert read_text(page.select_one("#matching")).startswith(said)
    assert list_results(page)


def test_a_search_without_a_result_names_the_words_that_no_record_has(get_page: PageReader) -> None:
    page = get_page("/search?q=zzqqzz")
    assert "No record says “zzqqzz”. You could:" in read_text(page.select_one(".govuk-inset-text"))


@pytest.mark.parametrize("text", ["wardns", "regen", "EBSA", "blazers", "behavior"])
def test_a_word_that_something_was_looked_for_instead_is_not_called_unknown(get_page: PageReader, text: str) -> None:
    assert "No record says" not in read_text(get_page(f"/search?q={text}").main)


def test_a_search_that_few_records_meet_in_full_says_how_many_do(get_page: PageReader) -> None:
    sentence = re.search(
        r"(\d+) records have all your words(?:, or others that mean the same)?\. The rest have some of them or answer",
        read_text(get_page("/search?q=police+in+school").main),
    )
    assert sentence
    assert 0 < int(sentence[1]) < read_count(get_page("/search?q=police+in+school"))


def test_a_search_says_what_puts_its_results_in_order_and_what_else_was_looked_for(get_page: PageReader) -> None:
    plain, widened = (
        get_page(f"/search?q={word}").select_one("details.govuk-details") for word in ("swimming", "truancy")
    )
    assert "more of your words" in read_text(plain)
    assert "Besides your own words" in read_text(widened)
    assert "truancy: truant, attendance, absence, bunking, school refusal" in read_text(widened)
    assert get_page("/search").select("details.govuk-details") == []
    assert get_page("/search?q=truancy&sort=title").select("details.govuk-details") == []


def test_a_search_for_small_words_alone_shows_everything_and_says_why(get_page: PageReader) -> None:
    page = get_page("/search?q=the")
    assert "no words we can look for, so this is everything" in read_text(page.main)
    assert read_count(page) == read_count(get_page("/search"))


def test_a_long_search_says_that_only_its_first_words_were_used(get_page: PageReader) -> None:
    page = get_page("/search?" + urlencode({"q": " ".join(f"word{n}" for n in range(40)) + " school"}))
    assert "only its first words were used" in read_text(page.main)


@pytest.mark.parametrize("text", ["breakfast club", "federation", "police in school"])
def test_a_result_does_not_say_its_summary_twice(get_page: PageReader, text: str) -> None:
    page = get_page("/search?" + urlencode({"q": text}))
    shown = 0
    for result in page.select(".app-result"):
        summary, excerpt = result.select_one(".app-result__summary"), result.select_one(".app-result__excerpt")
        if excerpt is not None:
            shown += 1
            assert excerpt.select("mark")
            assert read_text(summary)[:60] not in read_text(excerpt)
    assert shown > 5


def test_a_search_without_results_offers_ways_on(get_page: PageReader) -> None:
    page = get_page("/funding?q=zzzzzz&phase=primary")
    assert read_count(page) == 0
    offers = page.select_one(".govuk-inset-text")
    assert read_text(offers).startswith("No record says “zzzzzz”. You could:")
    assert [read_text(offer) for offer in offers.select("li")] == [
        "take out School phase: Primary",
        f"take out the words ({read_count(get_page('/funding?phase=primary'))} results)",
        "use fewer or plainer words",
        "look through what others need, by theme",
        "start again with everything",
    ]
    assert list_results(get_page(find_link(page, "start again with everything")))


@pytest.mark.parametrize("path", ["/search", "/funding", "/case-studies"])
def test_sorting_by_title_runs_from_a_to_z(get_page: PageReader, path: str) -> None:
    page = get_page(f"{path}?sort=title&per_page=100")
    titles = [read_text(link).casefold() for link in page.select(".app-result__title a")]
    assert len(titles) > 10
    assert titles == sorted(titles)


def test_sorting_by_closing_date_puts_the_next_deadline_first(
    make_app: Callable[..., Flask], generation: Generation
) -> None:
    day = date(2024, 1, 1)
    site = make_app(datetime(2024, 1, 1, 9, tzinfo=UTC)).test_client()
    page = read_page(site.get("/funding?sort=closing&per_page=100"))
    deadlines = {}
    for stream in generation.catalogue.list_funding_streams():
        coming = [window.closes for window in stream.windows or () if window.closes and window.closes.last >= day]
        if coming:
            deadlines[f"/funding/{stream.id}"] = min(coming, key=lambda found: found.last)
    expected = sorted(deadlines, key=lambda address: deadlines[address].last)
    assert len(expected) > 2
    shown_first = list_results(page)[: len(expected)]
    assert [deadlines[address].last for address in shown_first] == [deadlines[address].last for address in expected]
    shown = [
        read_text(fact.select_one("strong"))
        for fact in page.select(".app-fact:-soup-contains('Closes')")[: len(expected)]
    ]
    assert shown == [deadlines[address].words for address in shown_first]


def test_a_deadline_that_has_passed_is_never_shown_as_one_to_meet(get_page: PageReader) -> None:
    page = get_page("/search?q=condition+improvement+fund")
    fact = page.select_one(
        ".app-result:-soup-contains('Condition Improvement Fund') .app-fact:-soup-contains('Closes')"
    )
    assert read_text(fact) == "ClosesNo coming date stated (last closed December 2025)"


def test_sorting_by_last_checked_puts_the_newest_source_first(get_page: PageReader, generation: Generation) -> None:
    streams = {f"/funding/{stream.id}": stream for stream in generation.catalogue.list_funding_streams()}
    found = list_results(get_page("/funding?sort=checked&per_page=100"))

    def newest(stream: FundingStream) -> str:
        return str(stream.checked.on) if stream.checked and stream.checked.on else ""

    dates = [newest(streams[address]) for address in found]
    assert dates == sorted(dates, reverse=True)
    assert dates[0] > dates[-1]


def test_without_words_what_can_still_be_had_comes_before_what_has_ended(
    get_page: PageReader, generation: Generation
) -> None:
    status = {f"/funding/{stream.id}": stream.status for stream in generation.catalogue.list_funding_streams()}
    pages = [get_page(f"/funding?per_page=100&page={number}") for number in range(1, len(status) // 100 + 2)]
    found = [status[address] for page in pages for address in list_results(page)]
    assert len(found) == len(status)
    current = [place for place, name in enumerate(found) if name in ("open", "rolling", "recurring")]
    assert max(current) < min(place for place, name in enumerate(found) if name in (None, "historic", "closed"))


def test_the_pages_of_a_list_show_every_record_once(get_page: PageReader) -> None:
    page = get_page("/search?per_page=100&sort=title")
    total, found = read_count(page), list_results(page)
    while following := page.select_one("a[rel=next]"):
        before = page
        page = get_page(following["href"])
        found += list_results(page)
        assert list_results(get_page(page.select_one("a[rel=prev]")["href"])) == list_results(before)
    assert len(found) == len(set(found)) == total > 60


def test_the_page_shown_is_marked_among_the_page_numbers(get_page: PageReader) -> None:
    page = get_page("/search?per_page=10&page=3")
    assert read_text(page.select_one(".govuk-pagination [aria-current=page]")) == "3"
    numbers = [read_text(item) for item in page.select(".govuk-pagination__item")]
    assert numbers[:4] == ["1", "2", "3", "4"]
    assert get_page("/search?per_page=100&type=case-study&sustained=yes").select(".govuk-pagination") == []


@pytest.mark.parametrize("path", ["/search", "/funding?phase=special", "/case-studies?q=school"])
def test_a_page_beyond_the_last_leads_back_to_the_last(get_page: PageReader, path: str) -> None:
    page = get_page(f"{path}{'&' if '?' in path else '?'}page=90")
    assert "There is no page 90." in read_text(page.main)
    assert list_results(get_page(find_link(page, "Go to page")))


@pytest.mark.parametrize(
    "address",
    [
        HOUSING_AND_PRIMARY + "&sort=title",
        "/search?q=police+in+school&type=case-study",
        "/funding?status=open&status=rolling&sort=closing&per_page=5",
        "/case-studies?sustained=yes&q=wardens",
    ],
)
def test_the_filter_form_sent_as_it_stands_gives_the_same_results(get_page: PageReader, address: str) -> None:
    page = get_page(address)
    again = get_page(read_form(page))
    assert list_results(again) == list_results(page) != []
    assert list_chips(again) == list_chips(page)


@pytest.mark.parametrize("campaign", ["utm_source=newsletter", "utm_campaign=a&utm_medium=b", "fbclid=1", "gclid=2"])
def test_campaign_parameters_change_nothing(get_page: PageReader, campaign: str) -> None:
    assert get_page(f"/search?q=wardens&{campaign}") == get_page("/search?q=wardens")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/search?colour=red", "colour: this parameter is not known. Accepted: q, type, service_area"),
        ("/search?phase=primry", 'phase: "primry" is not a value. Did you mean primary?'),
        ("/search?sort=price", 'sort: "price" is not a sort. Write one of: relevance, closing, checked, title.'),
        ("/search?page=0", 'page: "0" cannot be used. Write a whole number from 1 to'),
        ("/search?per_page=101", 'per_page: "101" cannot be used. Write a whole number from 1 to 100'),
        ("/search?q=a&q=b", "q: this parameter may stand only once"),
        ("/case-studies?type=funding", "type: this list holds case-study records alone. Use /search for other types"),
    ],
)
def test_an_address_that_cannot_be_used_says_which_part_and_what_is_accepted(
    get_page: PageReader, address: str, words: str
) -> None:
    page = get_page(address, status=400)
    assert read_text(page.h1) == "The address has a part that cannot be used"
    assert words in read_text(page.main)
    assert page.select("form[role=search]")


def test_every_address_a_list_writes_has_its_parameters_in_one_order(get_page: PageReader) -> None:
    order = ["q", *(facet.name for facet in FACETS), "sort", "per_page", "page"]
    page = get_page("/search?page=2&per_page=5&sort=title&phase=secondary&service_area=housing&q=school&phase=primary")
    links = [link["href"] for link in page.select(".app-chip__link, .govuk-pagination a, .app-hidden a")]
    assert len(links) > 4
    for link in links:
        names = [name for name, _ in parse_qsl(link.partition("?")[2])]
        assert names == sorted(names, key=order.index)


def test_the_menu_marks_where_the_reader_is(get_page: PageReader) -> None:
    assert [read_text(link) for link in get_page("/funding").select(".app-navigation [aria-current]")] == ["Funding"]
    within = get_page("/funding/pupil-premium").select(".app-navigation [aria-current]")
    assert [(read_text(link), link["aria-current"]) for link in within] == [("Funding", "true")]


def test_an_address_where_nothing_is_offers_ways_on(get_page: PageReader) -> None:
    page = get_page("/fundings", status=404)
    assert read_text(page.h1) == "Page not found"
    assert {link["href"] for link in page.main.select("a")} >= {"/", "/funding", "/case-studies"}


def test_a_record_that_is_not_there_is_named_and_searching_is_offered(get_page: PageReader) -> None:
    page = get_page("/funding/playgroud-match", status=404)
    assert 'There is no funding record called "playgroud-match".' in read_text(page.main)
    assert page.select("form[role=search]")
