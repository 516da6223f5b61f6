"""How /match stays short: the first verdicts of each group, the whole of it when asked, and links that still arrive."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from click.testing import CliRunner
from flask.testing import FlaskClient
from page_checks import PageReader, list_addresses, read_page, read_text

from kb.cli import main

PAGE = "/match?urn=100000"  # The Aldgate School
STREAM = "national-lottery-awards-for-all-england"
STATE = (
    "urn=100000&partner=charity&lead=urn:100000&roll.100000=61&q=school&service_area=youth-services"
    f"&answer={STREAM}:community-benefit-1:no"
)


@pytest.fixture(scope="module")
def groups(get_page: PageReader) -> dict[str, list[str]]:
    """The ids of the current streams of each group, in the API's order."""
    found: dict[str, list[str]] = {}
    for verdict in get_page.client.get(f"/api/v1{PAGE}").json["verdicts"]:
        if not verdict["past"]:
            found.setdefault(verdict["group"], []).append(verdict["stream"])
    return found


def list_shown(page: BeautifulSoup, group: str) -> list[str]:
    """The ids of the streams whose verdict a group of the page shows, in order."""
    return [item["id"].removeprefix("stream-") for item in find_group(page, group).select("li.app-verdict")]


def find_group(page: BeautifulSoup, group: str) -> Tag:
    """The section of a group."""
    return page.select_one(f"#group-{group}").find_parent("section")


def shows(client: FlaskClient, address: str) -> bool:
    """True if the address answers with a page that has the verdict its fragment names."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.search(rf'<li class="[^"]*" id="{urlsplit(address).fragment}">', answer.text) is not None


def test_each_group_shows_its_first_ten_and_says_of_how_many(
    get_page: PageReader, groups: dict[str, list[str]]
) -> None:
    page = get_page(PAGE)
    assert {len(streams) > 10 for streams in groups.values()} == {True, False}
    for group, streams in groups.items():
        assert list_shown(page, group) == streams[:10]
        said = f"10 of {len(streams)} shown. Show all {len(streams)}"
        assert (said in read_text(find_group(page, group))) == (len(streams) > 10)


def test_a_group_is_shown_whole_from_where_it_broke_off(get_page: PageReader, groups: dict[str, list[str]]) -> None:
    link = find_group(get_page(PAGE), "check").select_one(".app-more a")["href"]
    assert link == f"{PAGE}&show=check#stream-{groups['check'][10]}"
    whole = get_page(link.partition("#")[0])
    assert list_shown(whole, "check") == groups["check"]
    assert list_shown(whole, "not-eligible") == groups["not-eligible"][:10]
    assert find_group(whole, "check").select_one(".app-more a")["href"] == f"{PAGE}#group-check"


def test_two_groups_can_be_shown_whole(get_page: PageReader, groups: dict[str, list[str]]) -> None:
    page = read_page(get_page.client.get(f"{PAGE}&show=not-eligible&show=check"))
    for group in ("check", "not-eligible"):
        assert list_shown(page, group) == groups[group]


def test_the_default_page_stays_small(get_page: PageReader) -> None:
    assert len(get_page.client.get(PAGE).data) < 250_000


def test_what_is_shown_stays_in_the_address_of_everything_on_the_page(get_page: PageReader) -> None:
    state = [*parse_qsl(STATE), ("show", "check"), ("show", "not-eligible")]
    page = get_page(f"/match?{STATE}&show=not-eligible&show=check")
    asked = {"q", "service_area", "lead", "roll.100000"}  # by the forms themselves, each by one of them
    forms = page.select('main form[action^="/match"]')
    assert len(forms) >= 4
    for form in forms:
        hidden = [(field["name"], field["value"]) for field in form.select('input[type="hidden"]')]
        assert [pair for pair in state if pair not in hidden and pair[0] not in asked] == []
    for name in ("Show everything", "Remove The Aldgate School", "Take it back", "Yes"):
        links = [link["href"] for link in page.select("main a") if read_text(link).startswith(name)]
        assert links
        assert all(("show", "check") in parse_qsl(urlsplit(link).query) for link in links)


def test_the_plan_leads_back_to_what_was_shown(get_page: PageReader) -> None:
    links = [link["href"] for link in get_page(f"{PAGE}&show=check").select('a[href^="/match/plan/"]')]
    assert links[0].endswith("?urn=100000&show=check")
    assert f"{PAGE}&show=check" in list_addresses(get_page(links[0]).main)


def test_every_link_to_a_verdict_arrives_at_it(get_page: PageReader) -> None:
    page = get_page(PAGE)
    best, answers, tried = ".app-best li a", "a.app-answer", ".app-unlock a"
    links = {name: [a["href"] for a in page.select(name) if "#stream-" in a["href"]] for name in (best, answers, tried)}
    assert any("show=not-eligible" in link for link in links[answers])
    assert any("show=not-eligible" in link for link in links[best])
    assert all("show=" in link for link in links[tried])
    # A few of each, because a page is read for each; the first of the answers are those of one verdict.
    some = chain(links[best][::7], links[answers][:6], links[answers][6::9], links[tried][::3])
    assert [link for link in some if not shows(get_page.client, urljoin(PAGE, link))] == []


def test_an_answer_that_leaves_a_verdict_among_the_first_asks_for_no_more(get_page: PageReader) -> None:
    several = next(
        item for item in get_page(PAGE).select("#group-check ~ ul > li") if len(item.select("a.app-answer")) > 2
    )
    yes = several.select_one("a.app-answer")["href"]
    assert "show=" not in yes
    assert shows(get_page.client, yes)


def test_an_old_address_of_a_verdict_arrives_where_it_can_be_shown(
    get_page: PageReader, groups: dict[str, list[str]]
) -> None:
    page = get_page(PAGE)
    for group, streams in groups.items():
        section = find_group(page, group)
        assert [section.select_one(f"#stream-{stream}") for stream in streams].count(None) == 0
        assert all(section.select_one(f"#stream-{stream}").find_parent(class_="app-more") for stream in streams[10:])


@pytest.mark.parametrize(
    ("value", "says"), [("everything", "Write one of: eligible, check, reach"), ("chek", "check?")]
)
def test_a_group_that_is_not_known_is_refused_with_those_that_are(get_page: PageReader, value: str, says: str) -> None:
    assert says in read_text(get_page(f"{PAGE}&show={value}", 400).main)


def test_the_api_and_the_command_answer_everything_and_take_no_show(get_page: PageReader, built_data: Path) -> None:
    answer = get_page.client.get(f"/api/v1{PAGE}&show=check")
    assert (answer.status_code, answer.json["errors"][0]["parameter"]) == (400, "show")
    run = CliRunner().invoke(
        main, ["match", "--urn", "100000", "--say", "show=check"], env={"KB_DATA": str(built_data)}
    )
    assert (run.exit_code, "not known" in run.output) == (2, True)


@pytest.mark.parametrize("stream", [STREAM, "building-schools-for-the-future"])
def test_the_table_of_schools_leads_to_the_verdict_of_each(get_page: PageReader, stream: str) -> None:
    links = [a["href"] for a in get_page(f"/funding/{stream}/schools?council=hackney").select("tbody th a")]
    page = get_page(links[0].partition("#")[0])
    place = page.select_one(f"#{urlsplit(links[0]).fragment}")
    assert stream in {a["href"].removeprefix("/funding/") for a in place.find_parent("section").select("a")}
    assert place.name == ("h2" if stream.startswith("building") else "li")


def test_past_streams_stay_apart_and_folded(get_page: PageReader) -> None:
    past = find_group(get_page(PAGE), "past")
    assert len(past.select("details:not([open]) li")) > 20
    assert not past.select("li.app-verdict")


def test_a_reader_narrows_the_match_by_service_area(get_page: PageReader) -> None:
    boxes = get_page(PAGE).select('form.app-need input[name="service_area"]')
    assert len(boxes) == 17
    address = f"{PAGE}&service_area=housing&service_area=libraries"
    page = get_page(address)
    ticked = [box["value"] for box in page.select('input[name="service_area"][checked]')]
    assert ticked == ["housing", "libraries"]
    answered = {v["stream"] for v in get_page.client.get(f"/api/v1{address}").json["verdicts"] if not v["past"]}
    assert 0 < len(answered) < 50
    assert {item["id"].removeprefix("stream-") for item in page.select("[id^=stream-]")} == answered


def test_each_need_can_be_dropped_by_itself(get_page: PageReader) -> None:
    chips = get_page(f"{PAGE}&q=club&service_area=housing&service_area=libraries&show=check").select(".app-chips a")
    assert [(read_text(chip), chip["href"]) for chip in chips] == [
        ("Remove “club” ×", f"{PAGE}&service_area=housing&service_area=libraries&show=check"),
        ("Remove Housing ×", f"{PAGE}&q=club&service_area=libraries&show=check"),
        ("Remove Libraries ×", f"{PAGE}&q=club&service_area=housing&show=check"),
        ("Show everything", f"{PAGE}&show=check"),
    ]


def test_a_need_that_nothing_fits_says_so_and_leads_back(get_page: PageReader) -> None:
    page = get_page(f"{PAGE}&q=zzzyyyxxx")
    assert "Nothing on record fits that need" in read_text(page.main)
    assert PAGE in list_addresses(page.main)
