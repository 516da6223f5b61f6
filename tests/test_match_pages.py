"""What a reader meets at /match: verdicts with reasons, questions to answer, partners, dates, and the API."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from page_checks import PageReader, read_text

from kb.cli import main
from kb.register import ensure_register

PRIMARY = 100000  # The Aldgate School: voluntary aided, primary, 285 pupils in January 2019
SECOND = 100009  # West Hampstead Primary School: community, Camden
AWARDS = "national-lottery-awards-for-all-england"
GROUPS = ["eligible", "check", "reaches-you", "not-enough-recorded", "not-eligible"]
RENEWAL = "service_area=regeneration-and-renewal"  # one of AWARDS, to keep pages small
WHOLE = "&".join(f"show={group}" for group in GROUPS)


@pytest.fixture(scope="session")
def school_data(built_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the project's content and its register of schools."""
    data = Path(shutil.copytree(built_data, tmp_path_factory.mktemp("schools") / "data"))
    assert ensure_register(data)
    return data


@pytest.fixture(scope="session")
def read(make_app: Callable[..., Flask], school_data: Path) -> PageReader:
    """Reads pages of the site with schools, and checks the whole of each."""
    return PageReader(make_app(data=school_data))


@pytest.fixture(scope="session")
def api(make_app: Callable[..., Flask], school_data: Path) -> FlaskClient:
    """Sends requests to the site with schools."""
    return make_app(data=school_data).test_client(use_cookies=False)


def get_verdict(api: FlaskClient, query: str, stream: str) -> dict:
    """The verdict of one stream in the API's answer."""
    answer = api.get(f"/api/v1/match?{query}")
    assert answer.status_code == 200, answer.text
    return next(verdict for verdict in answer.json["verdicts"] if verdict["stream"] == stream)


def test_the_start_page_asks_for_a_school_or_a_description(read: PageReader) -> None:
    page = read("/match")
    assert page.select_one("input[data-school-search]")
    assert page.select_one('form[action="/match"] select[name="council.profile"]')


def test_a_head_gets_from_home_to_the_match_of_a_school_in_three_pages(read: PageReader) -> None:
    home = read("/")
    assert home.select_one('main a[href="/match"]')
    found = read("/schools?q=aldgate+school+london")
    assert found.select_one(f'main a[href="/schools/{PRIMARY}"]')
    assert read(f"/schools/{PRIMARY}").select_one(f'a[href="/match?urn={PRIMARY}"]')


def test_every_current_programme_stands_in_one_group(api: FlaskClient) -> None:
    shown = re.findall(r'app-verdict" id="stream-([^"]+)"', api.get(f"/match?urn={PRIMARY}&{WHOLE}").text)
    verdicts = api.get(f"/api/v1/match?urn={PRIMARY}").json["verdicts"]
    assert sorted(shown) == sorted(verdict["stream"] for verdict in verdicts if not verdict["past"])
    assert {verdict["group"] for verdict in verdicts} <= set(GROUPS)


def test_answering_every_question_in_the_address_makes_a_stream_look_eligible(read: PageReader) -> None:
    address = f"/match?urn={PRIMARY}&{RENEWAL}&show=check"
    for _ in range(10):
        item = read(address).select_one(f"#stream-{AWARDS}")
        answers = [a for a in item.select("a.app-answer") if read_text(a).startswith("Yes")]
        if not answers:
            break
        address = answers[0]["href"].split("#")[0]
    assert item.find_parent("section").select_one("h2")["id"] == "group-eligible"
    assert "Every condition on record is met" in read_text(item)


def test_an_answer_of_no_says_why_and_can_be_taken_back(read: PageReader) -> None:
    address = f"/match?urn={PRIMARY}&{RENEWAL}&show=not-eligible&answer={AWARDS}:community-benefit-1:no"
    item = read(address).select_one(f"#stream-{AWARDS}")
    assert item.find_parent("section").select_one("h2")["id"] == "group-not-eligible"
    assert "You said no" in read_text(item)
    back = next(a for a in item.select("a") if read_text(a).startswith("Take it back"))
    assert "answer=" not in back["href"]


def test_a_corrected_roll_is_used_and_shown_as_said(read: PageReader, api: FlaskClient) -> None:
    assert "61 pupils (as you said)" in read_text(read(f"/match?urn={PRIMARY}&roll.{PRIMARY}=61").select_one("main"))
    answer = api.get(f"/api/v1/match?urn={PRIMARY}&roll.{PRIMARY}=61&fsm.{PRIMARY}=44").json
    assert (answer["applicants"][0]["roll"], answer["applicants"][0]["fsm_percent"]) == (61, 44)


def test_the_register_s_figures_are_shown_with_their_date(read: PageReader) -> None:
    assert "285 pupils (January 2019 school census)" in read_text(read(f"/match?urn={PRIMARY}").select_one("main"))


def test_each_verdict_opens_to_its_findings_with_rule_comparison_and_source(read: PageReader) -> None:
    why = read(f"/match?urn={PRIMARY}&q=pupil+premium").select_one("#stream-pupil-premium details")
    rows = [[read_text(cell) for cell in row.select("th, td")] for row in why.select("tbody tr")]
    phases = next(row for row in rows if row[0].startswith("School phases"))
    assert "primary" in phases[1]
    assert phases[2] == "Met"
    number = int(phases[0].rpartition("[")[2].rstrip("]"))
    source = why.select("ol li")[number - 1]
    assert "conditions of grant" in read_text(source)
    assert source.a["href"].startswith("/funding/pupil-premium#source-")


def test_money_nobody_applies_for_says_how_it_comes(api: FlaskClient) -> None:
    verdict = get_verdict(api, f"urn={PRIMARY}", "pupil-premium")
    assert verdict["group"] == "reaches-you"
    assert "council" in verdict["how_it_reaches_you"]


def test_a_stream_for_charities_alone_says_that_a_charity_would_open_it(api: FlaskClient) -> None:
    verdict = get_verdict(api, f"urn={PRIMARY}", "co-op-local-community-fund")
    assert verdict["group"] == "not-eligible"
    assert {"change": "add", "id": "partner:charity:1"}.items() <= verdict["unlocks"][0].items()
    opened = get_verdict(api, f"urn={PRIMARY}&partner=charity", "co-op-local-community-fund")
    assert opened["group"] == "check"
    assert opened["may_lead"] == ["partner:charity:1"]


def test_a_set_is_told_the_single_change_that_opens_most_and_can_try_it(read: PageReader) -> None:
    query = f"/match?urn={PRIMARY}&urn={SECOND}&partner=college&partner=council-service"
    best = read(query).select_one("section.app-best li")
    assert read_text(best).startswith("Add a charity")
    tried = next(a for a in best.select("a") if read_text(a).startswith("Try it"))["href"]
    assert "partner=charity" in tried
    assert read(tried)


def test_the_lead_can_be_named_or_left_open(api: FlaskClient) -> None:
    query = f"urn={PRIMARY}&partner=charity"
    assert api.get(f"/api/v1/match?{query}").json["lead"] is None
    named = api.get(f"/api/v1/match?{query}&lead=urn:{PRIMARY}").json
    assert named["lead"] == f"urn:{PRIMARY}"
    verdict = next(v for v in named["verdicts"] if v["stream"] == "co-op-local-community-fund")
    assert (verdict["group"], verdict["unlocks"][0]["change"]) == ("not-eligible", "lead")


def test_a_school_that_is_typed_in_gets_verdicts_too(read: PageReader) -> None:
    page = read("/match?profile=1&name.profile=Hill+School&phase.profile=primary&council.profile=leeds&roll.profile=61")
    assert read_text(page.h1) == "What Hill School can get"
    assert len(page.select("li.app-verdict")) > 10


def test_a_need_narrows_the_streams(api: FlaskClient) -> None:
    everything = api.get(f"/api/v1/match?urn={PRIMARY}").json["verdicts"]
    needed = api.get(f"/api/v1/match?urn={PRIMARY}&q=breakfast").json["verdicts"]
    assert 0 < len(needed) < len(everything)
    assert "free-breakfast-clubs-programme" in [verdict["stream"] for verdict in needed]


def test_an_expected_window_is_marked_and_never_a_deadline(api: FlaskClient, read: PageReader) -> None:
    verdict = get_verdict(api, f"urn={PRIMARY}&partner=charity", "co-op-local-community-fund")
    assert verdict["next_window"]["expected"] is True
    assert verdict["next_window"]["precision"] == "month"
    page = read(f"/match?urn={PRIMARY}&partner=charity&q=local+community+fund")
    assert "no date is stated" in read_text(page.select_one("#stream-co-op-local-community-fund"))


def test_the_dates_come_as_a_calendar_file(api: FlaskClient) -> None:
    answer = api.get(f"/match?urn={PRIMARY}&partner=charity&format=ics")
    assert answer.mimetype == "text/calendar"
    assert b"STATUS:TENTATIVE" in answer.data
    assert b"Aldgate" not in answer.data


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("urn=1", 400, "is not a URN"),
        ("urn=999999", 404, "no school called"),
        (f"urn={PRIMARY}&roll.{PRIMARY}=many", 400, "Write a whole number"),
        (f"urn={PRIMARY}&roll.{SECOND}=61", 400, "is not one of the schools"),
        (f"urn={PRIMARY}&partner=wizard", 400, "is not a kind of partner"),
        (f"urn={PRIMARY}&lead=urn:{SECOND}", 400, "is not one of the partners"),
        (f"urn={PRIMARY}&answer=nonsense", 400, "STREAM:RULE:yes"),
        (f"urn={PRIMARY}&colour=red", 400, "not known"),
    ],
)
def test_bad_input_is_told_what_to_write_instead(
    api: FlaskClient, read: PageReader, query: str, status: int, says: str
) -> None:
    assert says in read_text(read(f"/match?{query}", status).select_one("main"))
    answer = api.get(f"/api/v1/match?{query}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_nobody_named_is_an_error_of_the_api(api: FlaskClient) -> None:
    answer = api.get("/api/v1/match")
    assert (answer.status_code, answer.json["errors"][0]["parameter"]) == (400, "urn")


def test_the_command_answers_as_the_api_does(api: FlaskClient, school_data: Path) -> None:
    run = CliRunner().invoke(main, ["match", "--urn", str(PRIMARY), "--json"], env={"KB_DATA": str(school_data)})
    assert run.exit_code == 0, run.output
    groups = {verdict["stream"]: verdict["group"] for verdict in json.loads(run.stdout)["verdicts"]}
    answer = api.get(f"/api/v1/match?urn={PRIMARY}").json
    assert groups == {verdict["stream"]: verdict["group"] for verdict in answer["verdicts"]}


def test_the_command_names_an_unknown_school_and_wrong_usage(school_data: Path) -> None:
    env = {"KB_DATA": str(school_data)}
    assert CliRunner().invoke(main, ["match", "--urn", "999999"], env=env).exit_code == 1
    assert CliRunner().invoke(main, ["match"], env=env).exit_code == 2


def test_a_council_officer_sees_every_school_of_a_council(read: PageReader, api: FlaskClient) -> None:
    page = read("/funding/pupil-premium/schools?council=portsmouth")
    rows = page.select("tbody tr")
    assert len(rows) > 50
    table = api.get("/funding/pupil-premium/schools?council=portsmouth&format=csv")
    assert table.mimetype == "text/csv"
    assert len(table.text.strip().splitlines()) == len(rows) + 1


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/funding/pupil-premium/schools?council=atlantis", 400),
        ("/funding/pupil-premium/schools?format=pdf", 400),
        ("/funding/council-core-revenue/schools", 404),
        ("/funding/no-such-thing/schools", 404),
    ],
)
def test_the_table_of_schools_refuses_what_it_cannot_show(read: PageReader, address: str, status: int) -> None:
    read(address, status)


def test_a_cell_that_starts_like_a_formula_is_made_harmless() -> None:
    from kb.exports.tables import write_csv

    assert write_csv(["a"], [["=1+1"], [5], [None]]).decode("utf-8-sig").splitlines() == ["a", "'=1+1", "5", '""']
