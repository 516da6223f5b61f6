"""The pages and the API about schools: finding one, what is known of it and of what date, and who is to be named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from page_checks import PageReader, read_page, read_text
from register_files import NOW, make_seed, write_download, write_links

from kb.register import ATTRIBUTION, ensure_register, import_register

MakeApp = Callable[..., Flask]


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_seed(tmp_path_factory.mktemp("seed"))


@pytest.fixture(scope="module")
def school_data(built_data: Path, seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generation, and a register of a few shipped schools."""
    data = Path(shutil.copytree(built_data, tmp_path_factory.mktemp("schools") / "data"))
    ensure_register(data, seed)
    return data


@pytest.fixture(scope="module")
def get_page(make_app: MakeApp, school_data: Path) -> PageReader:
    return PageReader(make_app(data=school_data))


@pytest.fixture(scope="module")
def client(make_app: MakeApp, school_data: Path) -> FlaskClient:
    return make_app(data=school_data).test_client(use_cookies=False)


@pytest.fixture
def imported(built_data: Path, seed: Path, tmp_path: Path) -> Path:
    """A data folder whose register was imported: a school that closes soon, and the one that takes over."""
    data = Path(shutil.copytree(built_data, tmp_path / "data"))
    links = write_links(tmp_path, (200001, 200002, "Hill Top Academy", "Successor", "31-12-2026"))
    file = write_download(tmp_path, {}, {"URN": "200002", "EstablishmentName": "Hill Top Academy"})
    import_register(file, data, NOW, links, seed)
    return data


def read_facts(page: BeautifulSoup) -> dict[str, str]:
    """What the page of a school says, by name."""
    rows = page.select(".govuk-summary-list__row")
    return {read_text(row.dt): read_text(row.dd) for row in rows}


def list_found(page: BeautifulSoup) -> list[str]:
    return [link["href"] for link in page.select(".app-result__title a")]


def shows_attribution(page: BeautifulSoup) -> bool:
    text, links = read_text(page.main), {link["href"] for link in page.main.select("a[href]")}
    return all(line.text in text and line.licence_url in links for line in ATTRIBUTION)


def test_the_search_page_offers_a_form_that_needs_no_script(get_page: PageReader) -> None:
    page = get_page("/schools")
    form = page.select_one("form:has([data-school-search])")
    assert (form["action"], form["method"], form.input["name"]) == ("/schools", "get", "q")
    assert not list_found(page)
    assert "15 schools in England" in read_text(page.main)


def test_results_are_told_apart_by_town_council_phase_and_number(get_page: PageReader) -> None:
    page = get_page("/schools?q=st+marys+catholic")
    assert set(list_found(page)) == {"/schools/140081", "/schools/140803", "/schools/148980"}
    text = read_text(page.select_one(".app-result-list"))
    for words in ("Newcastle Under Lyme, Staffordshire", "North Tyneside", "Primary.", "Secondary.", "URN 140803"):
        assert words in text


def test_a_result_that_has_been_replaced_says_by_which_school(get_page: PageReader) -> None:
    text = read_text(get_page("/schools?q=colvestone").select_one(".app-result"))
    assert "Replaced on 31 August 2024 by Princess May Primary School (URN 100239)" in text


def test_a_search_that_finds_nothing_says_what_to_try(get_page: PageReader) -> None:
    page = get_page("/schools?q=zzzzzz")
    assert read_text(page.select_one("#count")).startswith("0 schools")
    assert "postcode" in read_text(page.select_one(".govuk-inset-text"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("132833", "number of a school that has been replaced"),
        ("151400", "too new for our register"),
        ("EC3A+5ZZ", "in and around this postcode"),
        ("colvestome", "spelt nearly so"),
        ("colvestone+manchester", "all but one"),
    ],
)
def test_a_search_that_was_taken_otherwise_says_so(get_page: PageReader, text: str, words: str) -> None:
    assert words in read_text(get_page(f"/schools?q={text}").main)


def test_the_words_typed_stay_in_the_box_and_cannot_break_the_page(get_page: PageReader) -> None:
    page = get_page("/schools?q=%3Cscript%3E%22%27")
    assert page.select_one("#school")["value"] == "<script>\"'"


def test_a_school_shows_each_value_with_its_source_and_date(get_page: PageReader) -> None:
    facts = read_facts(get_page("/schools/100000"))
    assert facts["Pupils"].startswith("285 Source: January 2019 school census")
    assert facts["Eligible for free school meals"].startswith("11.2% Source: January 2019 school census")
    assert "school performance tables, school year 2017-18" in facts["Ages"]
    assert "Get Information About Schools, 17 June 2024" in facts["Status"]
    assert "Get Information About Schools, April 2022" in facts["Town and postcode"]


def test_a_figure_of_a_predecessor_says_whose_it_is_and_others_do_not(get_page: PageReader) -> None:
    facts = read_facts(get_page("/schools/143452"))
    marked = {name for name, text in facts.items() if "Recorded for the school that this one replaced" in text}
    assert marked == {"Pupils", "Eligible for free school meals", "Eligible at any time in six years"}
    assert "URN 132833" in facts["Pupils"]


def test_what_is_not_known_is_not_stated_and_names_no_source(get_page: PageReader) -> None:
    facts = read_facts(get_page("/schools/100001"))
    assert facts["Eligible for free school meals"] == facts["Trust"] == "Not stated"


def test_a_list_that_covers_part_of_a_council_is_to_be_looked_up(get_page: PageReader) -> None:
    lists = read_facts(get_page("/schools/121241"))["Published lists of areas"]
    assert lists.startswith("Education investment areas Part of Norfolk is in Priority education investment areas")


def test_a_school_links_to_what_it_can_get(get_page: PageReader) -> None:
    link = get_page("/schools/100000").select_one("a.govuk-button")
    assert (link["href"], read_text(link)) == ("/match?urn=100000", "See what this school can get")


def test_a_replaced_school_links_to_its_successor_where_the_register_has_it(get_page: PageReader) -> None:
    note = get_page("/schools/100221").select_one(".govuk-inset-text")
    assert read_text(note).startswith("Replaced on 31 August 2024 by Princess May Primary School (URN 100239)")
    assert note.a["href"] == "/schools/100239"
    unknown = get_page("/schools/100179").select_one(".govuk-inset-text")
    assert "URN 151400" in read_text(unknown)
    assert unknown.a is None


def test_a_school_that_will_be_replaced_says_so_until_the_day(make_app: MakeApp, imported: Path) -> None:
    before = PageReader(make_app(data=imported))("/schools/200001")
    assert "To be replaced on 31 December 2026" in read_text(before.main)
    after = PageReader(make_app(now=datetime(2026, 12, 31, tzinfo=UTC), data=imported))("/schools/200001")
    assert "Replaced on 31 December 2026 by Hill Top Academy" in read_text(after.main)


def test_an_imported_register_says_of_what_day_it_is_and_when_it_was_imported(
    make_app: MakeApp, imported: Path
) -> None:
    text = read_text(PageReader(make_app(data=imported))("/schools").main)
    assert "Imported on 21 November 2026 from the publisher’s download of 18 November 2026" in text


def test_a_running_site_follows_an_import(make_app: MakeApp, imported: Path, seed: Path, tmp_path: Path) -> None:
    client = make_app(data=imported).test_client()
    assert client.get("/schools/200003").status_code == 404
    import_register(write_download(tmp_path, {"URN": "200003"}), imported, NOW, seed=seed)
    assert client.get("/schools/200003").status_code == 200


@pytest.mark.parametrize(
    "address", ["/schools", "/schools?q=mary", "/schools?q=zzzzzz", "/schools/100000", "/schools/100221"]
)
def test_attribution_is_shown_wherever_schools_are(get_page: PageReader, address: str) -> None:
    assert shows_attribution(get_page(address))


def test_attribution_stands_on_the_page_about_the_site(get_page: PageReader) -> None:
    text = read_text(get_page("/about").main)
    assert "Get Information About Schools; school and college performance tables" in text
    assert "English indices of deprivation 2019 and 2025" in text
    assert "mySociety" in text


@pytest.mark.parametrize("urn", ["999999", "0100000", "abc", "1e5", "-1", "١٠٠٠٠٠", "100000.0", "9" * 30, "%00", "%ff"])
def test_an_unknown_number_is_not_found(client: FlaskClient, urn: str) -> None:
    assert client.get(f"/schools/{urn}").status_code == 404


def test_the_number_of_a_replaced_school_is_not_found_but_leads_on(get_page: PageReader) -> None:
    page = get_page("/schools/132833", status=404)
    assert read_text(page.h1) == "School 132833 is not in the register"
    assert list_found(page) == ["/schools/143452"]


@pytest.mark.parametrize("address", ["/schools?q=" + "a" * 201, "/schools?colour=red", "/schools?q=a&q=b"])
def test_a_parameter_that_cannot_be_used_is_refused(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 400
    assert read_page(response).select_one("main ul li strong")


def test_campaign_parameters_are_ignored(client: FlaskClient) -> None:
    assert client.get("/schools?q=aldgate&utm_source=x&fbclid=1&gclid=2").status_code == 200


# For scripts


def test_the_api_answers_schools_with_sources_and_attribution(client: FlaskClient) -> None:
    answer = client.get("/api/v1/schools?q=cherry+tree").get_json()
    assert (answer["query"], answer["total"]) == ("cherry tree", 1)
    school = answer["schools"][0]
    assert (school["urn"], school["url"], school["reason"]) == (143452, "/schools/143452", "name")
    assert school["pupils"] == {
        "value": 458,
        "source": "January 2019 school census",
        "dated": "2019-01",
        "predecessor": True,
    }
    assert (school["open_date"], school["successor"], school["local_authority"]) == ("2019-04-01", None, "essex")
    assert answer["attribution"] == [line.line for line in ATTRIBUTION]


def test_the_api_names_the_successor_of_a_replaced_school(client: FlaskClient) -> None:
    school = client.get("/api/v1/schools?q=100221").get_json()["schools"][0]
    assert school["successor"] == {"urn": 100239, "name": "Princess May Primary School", "date": "2024-08-31"}


def test_the_api_gives_as_many_as_asked_for_and_counts_all(client: FlaskClient) -> None:
    answer = client.get("/api/v1/schools?q=school&limit=2").get_json()
    assert len(answer["schools"]) == 2
    assert answer["total"] > 2


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=+", "q"),
        ("q=" + "a" * 201, "q"),
        ("q=a&limit=0", "limit"),
        ("q=a&limit=51", "limit"),
        ("q=a&limit=many", "limit"),
        ("q=a&limit=²", "limit"),
        ("q=a&page=2", "page"),
    ],
)
def test_the_api_refuses_what_it_cannot_use_and_names_it(client: FlaskClient, query: str, parameter: str) -> None:
    response = client.get(f"/api/v1/schools?{query}")
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    assert [error["parameter"] for error in response.get_json()["errors"]] == [parameter]


def test_the_api_is_described_with_its_limits(client: FlaskClient) -> None:
    description = client.get("/api/v1/openapi.json").get_json()
    parameters = {found["name"]: found for found in description["paths"]["/api/v1/schools"]["get"]["parameters"]}
    assert parameters["limit"]["schema"]["maximum"] == 50
    assert parameters["q"]["required"]
    assert set(description["components"]["schemas"]["SchoolsAnswer"]["properties"]) == {
        "query",
        "total",
        "schools",
        "attribution",
    }


# Without a register


@pytest.mark.parametrize("address", ["/schools", "/schools?q=hill", "/schools/100000"])
def test_without_a_register_pages_about_schools_say_what_to_do(
    make_app: MakeApp, built_data: Path, address: str
) -> None:
    response = make_app(data=built_data).test_client().get(address)
    assert response.status_code == 503
    assert "kb schools import FILE" in read_text(read_page(response).main)


def test_without_a_register_the_api_answers_a_problem(make_app: MakeApp, built_data: Path) -> None:
    response = make_app(data=built_data).test_client().get("/api/v1/schools?q=hill")
    assert (response.status_code, response.content_type) == (503, "application/problem+json")
    assert "kb schools import FILE" in response.get_json()["detail"]


@pytest.mark.parametrize("address", ["/", "/search?q=school", "/about", "/healthz"])
def test_without_a_register_the_rest_of_the_site_is_as_always(
    make_app: MakeApp, built_data: Path, address: str
) -> None:
    assert make_app(data=built_data).test_client().get(address).status_code == 200
