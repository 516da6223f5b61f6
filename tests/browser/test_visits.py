"""A visit sees each of the faults that the tests of every page ask about."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask, make_response
from playwright.sync_api import Browser
from visits import Visit, Visitor
from werkzeug.serving import make_server

pytestmark = pytest.mark.browser

BAD = """<!DOCTYPE html><html lang="en"><head><title>Bad</title></head><body class="js-enabled"><main><h1>Bad</h1>
<details><summary>More</summary><p id="wide">Wide</p></details><img id="late" src="data:,">
<form method="post" action="/"><button>Write</button></form></main>
<script>
  localStorage.setItem("seen", "1");
  console.error("It broke.");
  document.getElementById("wide").style.width = "1300px";
  document.querySelector("h1").setAttribute("style", "color: red");
  fetch("http://localhost:9/").catch(() => {});
</script><script src="/static/ours.js"></script></body></html>"""


@pytest.fixture(scope="module")
def seen(browser: Browser) -> Iterator[Visit]:
    """What a visit to a page with every fault shows; our script gives the image the words that it lacks."""
    app = Flask("bad", static_folder=None)

    @app.get("/")
    def show_page() -> object:
        answer = make_response(BAD)
        answer.headers["Content-Security-Policy"] = "style-src 'self'; script-src 'self' 'unsafe-inline'"
        answer.set_cookie("seen", "1")
        return answer

    @app.get("/static/ours.js")
    def send_script() -> object:
        return "document.getElementById('late').alt = 'A picture'", {"Content-Type": "text/javascript"}

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    visitor = Visitor(browser, f"http://127.0.0.1:{server.server_port}")
    yield visitor("/")
    visitor.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_visit_sees_what_is_asked_of_whom_and_what_stays(seen: Visit) -> None:
    assert "http://localhost:9/" in seen.asked
    assert (seen.has_form_that_writes, seen.cookies, seen.kept) == (
        True,
        ["seen"],
        ["cookie seen=1", "local storage seen"],
    )


def test_a_visit_sees_broken_rules_and_errors(seen: Visit) -> None:
    assert "style-src-attr" in seen.reports
    assert "It broke." in seen.said


def test_a_visit_sees_what_is_too_wide_even_when_it_is_folded(seen: Visit) -> None:
    assert [fault for fault in seen.wide if "Wide" in fault and "1280 px" in fault]


def test_a_visit_sees_a_fault_that_only_our_scripts_take_away(seen: Visit) -> None:
    assert not [fault for fault in seen.axe if "image-alt" in fault]
    assert [fault for fault in seen.axe_without_scripts if "image-alt" in fault]
