"""What the site says of its own state, and what it answers while nothing has been built."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_checks import list_faults, read_page, read_text
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from kb.build import build_generation
from kb.generations import Generation

EXAMPLES = {"stream_id": "pupil-premium", "case_id": "x", "feature": "resource-management", "urn": "100001"}
PARAMETERS = {"/api/v1/schools": "?q=primary", "/api/v1/match": "?urn=100001"}  # without them: 400
WITHOUT_RECORDS = {"/accessibility", "/privacy"}


@pytest.fixture
def empty_site(make_app: Callable[..., Flask], tmp_path: Path) -> FlaskClient:
    """A site whose data folder holds nothing."""
    return make_app(data=tmp_path / "data").test_client()


@pytest.fixture(scope="session")
def built(generation: Generation) -> datetime:
    """When the generation was built."""
    return datetime.fromisoformat(generation.catalogue.read_meta()["built"])


def list_addresses(app: Flask) -> list[str]:
    """An address of every page, those of single records too."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and rule.endpoint != "static"]
    adapter = app.url_map.bind("localhost")
    return [adapter.build(rule.endpoint, {name: find_example(rule, name) for name in rule.arguments}) for rule in rules]


def find_example(rule: Rule, name: str) -> str | int:
    """A value for a part of an address: one of those it may have, where they are listed."""
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else EXAMPLES.get(name, "x")


def test_a_site_that_can_answer_says_from_which_generation(client: FlaskClient, generation: Generation) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.json == {
        "status": "ok",
        "generation": generation.id,
        "age_seconds": 0,
        "counts": generation.catalogue.read_meta()["counts"],
        "detail": None,
    }


@pytest.mark.parametrize(("later", "age"), [(timedelta(hours=1, seconds=30), 3630), (timedelta(days=400), 34_560_000)])
def test_the_age_is_counted_from_the_build_by_the_clock(
    make_app: Callable[..., Flask], built: datetime, later: timedelta, age: int
) -> None:
    assert make_app(built + later).test_client().get("/healthz").json["age_seconds"] == age


def test_a_clock_that_runs_behind_makes_no_negative_age(make_app: Callable[..., Flask], built: datetime) -> None:
    assert make_app(built - timedelta(minutes=5)).test_client().get("/healthz").json["age_seconds"] == 0


def test_a_site_without_a_generation_says_so_with_503(empty_site: FlaskClient) -> None:
    response = empty_site.get("/healthz")
    assert response.status_code == 503
    assert response.json == {
        "status": "no generation",
        "generation": None,
        "age_seconds": None,
        "counts": {},
        "detail": "Nothing has been built yet. Run: kb build",
    }


def test_every_page_without_a_generation_says_in_a_sentence_what_to_do(empty_site: FlaskClient) -> None:
    addresses = set(list_addresses(empty_site.application))
    apart = ("/api/", "/bids/")  # behind /bids/ is nothing without the link of a bid
    pages = {address for address in addresses if not address.startswith(apart)} - WITHOUT_RECORDS - {"/healthz"}
    assert {"/", "/search", "/funding/pupil-premium", "/glossary", "/about"} <= pages
    for address in pages:
        response = empty_site.get(address)
        assert response.status_code == 503, address
        page = read_page(response)
        assert list_faults(response.text, page) == [], address
        assert read_text(page.h1).startswith("Sorry, "), address
        assert "run: kb build" in read_text(page.main).lower() or "school" in address, address


def test_every_address_of_the_api_without_a_generation_answers_503(empty_site: FlaskClient) -> None:
    for address in list_addresses(empty_site.application):
        if address.startswith("/api/"):
            response = empty_site.get(address + PARAMETERS.get(address, ""))
            assert response.status_code == json.loads(response.text)["status"] == 503, address
            assert response.content_type == "application/problem+json", address


@pytest.mark.parametrize("address", sorted(WITHOUT_RECORDS))
def test_pages_that_need_no_records_are_there_before_the_first_build(empty_site: FlaskClient, address: str) -> None:
    assert empty_site.get(address).status_code == 200


def test_an_address_that_is_nowhere_is_not_found_before_the_first_build(empty_site: FlaskClient) -> None:
    assert empty_site.get("/nowhere").status_code == 404


def test_a_site_follows_the_first_build_without_a_restart(
    empty_site: FlaskClient, small_content: Path, built: datetime, tmp_path: Path
) -> None:
    assert empty_site.get("/").status_code == 503
    report = build_generation(small_content, tmp_path / "data", built)
    assert empty_site.get("/healthz").json["generation"] == report.generation_id
    assert empty_site.get("/").status_code == 200


def test_a_generation_that_cannot_be_opened_counts_as_none(
    make_app: Callable[..., Flask], built_data: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(built_data, tmp_path / "data"))
    (live,) = (data / "generations").iterdir()
    (live / "catalogue.sqlite").unlink()
    response = make_app(data=data).test_client().get("/healthz")
    assert response.status_code == 503
    assert "cannot be read" in response.json["detail"]


def test_a_site_keeps_its_generation_when_the_data_folder_goes(
    make_app: Callable[..., Flask], built_data: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(built_data, tmp_path / "data"))
    site = make_app(data=data).test_client()
    assert site.get("/search?q=wardens").status_code == 200
    (data / "current").unlink()
    assert site.get("/healthz").status_code == 200
    assert site.get("/search?q=wardens").status_code == 200
