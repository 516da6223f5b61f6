"""What the site sends and refuses: headers on every answer, and an answer to whatever is asked of it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from page_checks import list_faults, read_page, read_text
from werkzeug.test import TestResponse

from kb.queries.request import MAX_PAGE, MAX_PER_PAGE, PARAMETERS

POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
EVERY_KIND = [
    ("GET", "/", 200),
    ("HEAD", "/", 200),
    ("OPTIONS", "/", 200),
    ("GET", "/search?q=police", 200),
    ("GET", "/search?colour=red", 400),
    ("GET", "/funding/pupil-premium", 200),
    ("GET", "/funding//pupil-premium", 308),
    ("GET", "/nowhere", 404),
    ("GET", "/static/nowhere.css", 404),
    ("POST", "/search", 405),
    ("POST", "/static/site.css", 405),
    ("GET", "/healthz", 200),
    ("GET", "/api/v1/search", 200),
    ("GET", "/api/v1/openapi.json", 200),
    ("GET", "/api/v1/search?colour=red", 400),
    ("GET", "/api/v1/funding/nowhere", 404),
    ("DELETE", "/api/v1/search", 405),
]
ODD = [
    *(
        "\0",
        "a\0b",
        "🚓",
        "👩🏽\u200d🏫",
        "\u202e",
        "\u200b",
        "\ufeff",
        "İı",
        "ẞß",
        "\ud7ff",
        "\uffff",
        "𝕒",
        "e\u0301" * 50,
    ),
    *("\r\n", "\x0c", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' or 1=1 --", "{{ 7*7 }}"),
    *("%s%n", "../../etc/passwd"),
]
LONG = ["a" * 10_000, "school " * 1500, "\0" * 10_000, '"' * 10_000, "-a " * 3000]
ODD_PATHS = [
    *("/" + "a" * 9000, "/funding/" + "a" * 9000, "/a" * 4000, "/case-studies/" + "%20" * 3000),
    *("/%", "/%zz", "/%00", "/funding/%00", "/funding/%ff", "/framework/%ed%a0%80", "/%f0%9f%9a%93", "/x%0d%0aX: y"),
    *("/funding/..%2f..%2fkb", "/SEARCH", "/search;x", "/.env", "/.git/config", "/wp-login.php"),
    *("/static", "/static/", "/static/built/", "/static/../kb/app.py", "/static/%2e%2e/kb/app.py"),
    *("/static/..%2fwsgi.py", "/static//etc/passwd", "/static/..\\wsgi.py", "/static/....//wsgi.py", "/static/%00"),
]


def read_policy(response: TestResponse) -> dict[str, list[str]]:
    parts = [part.split() for part in response.headers["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts}


def list_page_faults(response: TestResponse) -> list[str]:
    """What is wrong with a page; odd signs are no fault where a reader typed them."""
    faults = list_faults(response.text, read_page(response))
    return [fault for fault in faults if not fault.startswith("odd signs")]


def check_way_on(response: TestResponse) -> BeautifulSoup:
    """A whole page without faults, from which a reader can go on."""
    page = read_page(response)
    assert list_page_faults(response) == []
    assert page.select("form[action='/search']")
    assert "/" in [link["href"] for link in page.select("a")]
    return page


@pytest.mark.parametrize(("method", "address", "status"), EVERY_KIND)
def test_every_kind_of_answer_has_the_headers(client: FlaskClient, method: str, address: str, status: int) -> None:
    with client.open(address, method=method) as response:
        assert response.status_code == status
        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
        policy = read_policy(response)
        assert {name: policy.get(name) for name in POLICY} == POLICY
        assert "geolocation=()" in response.headers["Permissions-Policy"]
        assert "Set-Cookie" not in response.headers
        assert "Server" not in response.headers


@pytest.mark.parametrize("name", ["site.css", "site.js", "icon.svg"])
def test_static_files_have_headers_of_their_own(client: FlaskClient, name: str) -> None:
    with client.get(f"/static/{name}") as response:
        assert response.status_code == 200
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert read_policy(response) == {"default-src": ["'none'"], "frame-ancestors": ["'none'"]}
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.headers["Cache-Control"] == "max-age=300, public"


def test_files_in_a_folder_named_by_version_may_be_kept_for_a_year(client: FlaskClient) -> None:
    (address,) = (tag["href"] for tag in read_page(client.get("/")).select("link[href^='/static/built/']"))
    with client.get(address) as response:
        assert "immutable" in response.headers["Cache-Control"]


def test_no_script_runs_but_ours_and_the_one_in_the_page_template(client: FlaskClient) -> None:
    response = client.get("/")
    allowed = read_policy(response)["script-src"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "data:"} & set(allowed)
    (script,) = read_page(response).select("script:not([src])")
    digest = base64.b64encode(hashlib.sha256(script.string.encode()).digest()).decode()
    assert allowed == ["'self'", f"'sha256-{digest}'"]


def test_browsers_are_told_to_stay_on_https_once_they_came_by_it(client: FlaskClient) -> None:
    assert "max-age=31536000" in client.get("/", base_url="https://localhost").headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in client.get("/").headers


@pytest.fixture
def broken_app(make_app: Callable[..., Flask]) -> Flask:
    """A site with a fault of ours in one page and in one address of the API."""

    def fail() -> str:
        raise RuntimeError("a secret detail")

    app = make_app()
    app.view_functions["pages.show_about"] = fail
    app.view_functions["api.answer_search_request"] = fail
    return app


def test_a_fault_of_ours_is_told_without_details_and_with_a_way_on(broken_app: Flask) -> None:
    assert not broken_app.debug
    response = broken_app.test_client().get("/about")
    assert response.status_code == 500
    assert read_text(check_way_on(response).h1) == "Sorry, there is a problem with this site"
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert read_policy(response)["default-src"] == ["'none'"]


def test_a_fault_of_ours_in_the_api_is_problem_json(broken_app: Flask) -> None:
    response = broken_app.test_client().get("/api/v1/search")
    assert response.status_code == json.loads(response.text)["status"] == 500
    assert response.content_type == "application/problem+json"
    assert "secret" not in response.text


def test_a_fault_in_the_error_page_itself_is_told_in_plain_words(
    broken_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(broken_app.jinja_env.globals, "navigation", None)
    response = broken_app.test_client().get("/about")
    assert response.status_code == 500
    assert response.content_type == "text/plain; charset=utf-8"
    assert "problem with this site" in response.text


@pytest.mark.parametrize("text", [*ODD, *LONG], ids=lambda text: ascii(text[:30]))
@pytest.mark.parametrize("path", ["/search", "/funding", "/api/v1/search"])
def test_odd_and_long_searches_are_answered(client: FlaskClient, path: str, text: str) -> None:
    response = client.get(path, query_string={"q": text})
    assert response.status_code == 200
    if path.startswith("/api"):
        assert response.json["page"] == 1
    else:
        assert list_page_faults(response) == []
        assert not read_page(response).select("main img, main script")


@pytest.mark.parametrize("text", ODD)
def test_odd_values_are_refused_with_a_page_that_shows_them_harmlessly(client: FlaskClient, text: str) -> None:
    for parameter in ("phase", "sort", "page", text):
        response = client.get("/search", query_string={parameter: text})
        if text.strip() or parameter == text:
            assert response.status_code == 400
            assert not check_way_on(response).select("main img, main script")


@pytest.mark.parametrize("query", ["q=caf\xe9", "q=\x80\xff", "\xe9=1"])
def test_bytes_that_a_client_sends_raw_are_read_as_if_they_came_in_percent_signs(
    client: FlaskClient, query: str
) -> None:
    raw = client.get("/search", environ_overrides={"QUERY_STRING": query})
    assert raw.status_code == (200 if query.startswith("q=") else 400)
    assert raw.text == client.get("/search?" + quote(query, safe="=", encoding="latin-1")).text


def test_what_a_reader_typed_is_shown_as_text(client: FlaskClient) -> None:
    page = read_page(client.get("/search", query_string={"q": "<b>police</b>"}))
    assert read_text(page.h1) == "Search: <b>police</b>"
    assert page.select_one("#q")["value"] == "<b>police</b>"


@pytest.mark.parametrize("names", [[f"name{n}" for n in range(3000)], ["phase"] * 3000, ["q"] * 3000, ["page"] * 3000])
def test_thousands_of_parameters_get_a_short_page(client: FlaskClient, names: list[str]) -> None:
    response = client.get("/search?" + urlencode([(name, f"value{n}") for n, name in enumerate(names)]))
    assert response.status_code == 400
    assert len(response.text) < 20_000
    page = check_way_on(response)
    assert len(page.select("main li")) == 20 or len(set(names)) == 1
    answer = client.get("/api/v1/search?" + urlencode([(name, "x") for name in names]))
    assert 0 < len(json.loads(answer.text)["errors"]) <= 20


def test_parts_beyond_those_shown_are_counted(client: FlaskClient) -> None:
    page = check_way_on(client.get("/search?" + "&".join(f"name{n}=1" for n in range(25))))
    assert "5 more cannot be used either." in read_text(page.main)


@pytest.mark.parametrize("path", ODD_PATHS, ids=lambda path: path[:30])
def test_an_odd_path_is_not_found_and_offers_a_way_on(client: FlaskClient, path: str) -> None:
    response = client.get(path, follow_redirects=True)
    assert response.status_code == 404
    assert len(response.text) < 20_000
    check_way_on(response)


@pytest.mark.parametrize(
    "path", ["/", "/search", "/funding/pupil-premium", "/glossary", "/healthz", "/static/site.css"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "FROB"])
def test_pages_are_read_and_anything_else_gets_a_page_that_says_so(client: FlaskClient, path: str, method: str) -> None:
    response = client.open(path, method=method, data={"q": "police"})
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert read_text(check_way_on(response).h1) == "This page cannot be used in that way"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/search"), ("GET", "/"), ("PUT", "/static/site.css"), ("POST", "/x")]
)
def test_a_huge_body_is_refused_with_a_page(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method, data=b"x" * 70_000)
    assert response.status_code == 413
    assert read_text(check_way_on(response).h1) == "That is too large"


def test_a_huge_body_for_the_api_is_refused_with_problem_json(client: FlaskClient) -> None:
    response = client.post("/api/v1/search", data=b"x" * 70_000)
    assert response.status_code == json.loads(response.text)["status"] == 413


@pytest.mark.parametrize("path", ["/search", "/funding", "/case-studies", "/api/v1/search"])
@pytest.mark.parametrize(("name", "most"), [("page", MAX_PAGE), ("per_page", MAX_PER_PAGE)])
def test_numbers_are_taken_up_to_their_limit_and_no_further(
    client: FlaskClient, path: str, name: str, most: int
) -> None:
    for good in ("1", "1.0", str(most), f" {most} ", ""):
        assert client.get(path, query_string={name: good}).status_code == 200, good
    for bad in ("0", "-1", str(most + 1), "9" * 400, "1.5", "1e3", "0x10", "²", "١", "one", "NaN", "1,000", "null"):
        assert client.get(path, query_string={name: bad}).status_code == 400, bad


NAMES = st.sampled_from([*PARAMETERS, "utm_source", "fbclid", "colour", "Q", "q[]", "", "page.1"])
VALUES = st.one_of(
    st.sampled_from(["police", "primary", "not-stated", "1", "100", "title", "", "guide", "all", '"a b" -c']),
    st.text(max_size=60),
)
BYTES = st.text(st.characters(max_codepoint=255), max_size=200)  # a query as it comes, percent signs and all
QUERIES = st.one_of(
    st.lists(st.tuples(NAMES, VALUES), max_size=12).map(urlencode), BYTES, BYTES.map(lambda x: f"q={x}")
)


@settings(deadline=None, max_examples=100)
@given(query=QUERIES)
def test_any_query_gets_results_or_a_page_that_says_what_is_wrong(client: FlaskClient, query: str) -> None:
    response = client.get("/search", environ_overrides={"QUERY_STRING": query})
    assert response.status_code in (200, 400)
    check_way_on(response)


@settings(deadline=None, max_examples=100)
@given(query=QUERIES)
def test_any_query_gets_an_answer_from_the_api_that_agrees_with_the_page(client: FlaskClient, query: str) -> None:
    response = client.get("/api/v1/search", environ_overrides={"QUERY_STRING": query})
    assert response.status_code in (200, 400)
    answer = json.loads(response.text)
    assert ("results" in answer) == (response.status_code == 200)
    assert bool(answer.get("errors")) == (response.status_code == 400)
    page = client.get("/search", environ_overrides={"QUERY_STRING": query})
    assert page.status_code == response.status_code


@settings(deadline=None, max_examples=100)
@given(path=BYTES)
def test_any_path_gets_a_page(client: FlaskClient, path: str) -> None:
    with client.get("/", environ_overrides={"PATH_INFO": f"/{path}"}) as response:
        assert response.status_code != 500
        if response.status_code == 404 and not path.startswith("api/"):
            check_way_on(response)
