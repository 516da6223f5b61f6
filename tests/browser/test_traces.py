"""Reading leaves nothing behind and calls nobody else: what the privacy page promises."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from visits import Visitor

pytestmark = pytest.mark.browser


def test_a_page_keeps_nothing_in_the_browser_and_asks_no_other_host(visit: Visitor, site: str, address: str) -> None:
    seen = visit(address)
    assert f"{site}{address}" in seen.asked
    assert {urlsplit(url).netloc for url in seen.asked} == {urlsplit(site).netloc}
    # A form that writes needs a cookie, which scripts cannot see.
    assert seen.cookies == (["bids"] if seen.has_form_that_writes else [])
    assert seen.kept == []


def test_a_page_breaks_none_of_its_own_rules_and_writes_no_error(visit: Visitor, address: str) -> None:
    seen = visit(address)
    assert seen.reports == []
    assert seen.said == []
