"""The list of pages that the browser tests look at is whole: a new template cannot be forgotten."""

from __future__ import annotations

from flask import Flask, template_rendered

from kb.config import PROJECT


def test_the_browser_tests_see_every_template(app: Flask, addresses: list[str], after_a_form: set[str]) -> None:
    seen: set[str | None] = set()

    def note(_app: Flask, template: object, **_values: object) -> None:
        seen.add(getattr(template, "name", None))

    with template_rendered.connected_to(note, app):
        for address in addresses:
            app.test_client(use_cookies=False).get(address)
    bases = {"base.html", "record_base.html", "bid_base.html"}
    pages = {path.name for path in (PROJECT / "templates").glob("[!_]*.html")} - bases - after_a_form
    assert pages - seen == set(), "add an address for these to PAGES in tests/browser/conftest.py"
