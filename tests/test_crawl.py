"""The whole site, followed link by link from the home page as a reader might."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from page_checks import PageReader, list_links

from kb.generations import Generation

STARTS = ("/", "/schools?q=school", "/match?urn=100000")  # what links lead to, and what only a form leads to
# Addresses followed of one path with the same parameters, of which a list has thousands.
SAME_SHAPE = {"match": 1, "schools": 1, "funding": 1, "case-studies": 1, "search": 2, "needs": 15}
PLANS = "/match/plan/"
FOLDERS = {"funding": "funding", "case-study": "case-studies", "framework": "framework"}


@dataclass
class Crawl:
    """What was found: the ids on each page, what each page links to, and every fault."""

    ids: dict[str, set[str]] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def crawl(get_page: PageReader) -> Crawl:
    found = Crawl()
    waiting, shapes = deque(STARTS), Counter[object]()
    while waiting:
        address = waiting.popleft()
        path, names = urlsplit(address).path, {name for name, _ in parse_qsl(urlsplit(address).query)}
        # The plan of each stream is read as it stands; for applicants or dates it is the same page with other words.
        shape = (PLANS if names and path.startswith(PLANS) else path, *sorted(names))
        if path.startswith("/needs/"):  # cards that other pages show: some are read, and all are there (page_checks.py)
            shape = ("/needs/",)
        if "shortlist" in names:  # every page there is, once more for each record: one of each folder shows how they go
            shape = ("shortlist", path.split("/")[1])
        if address in found.links or shapes[shape] >= SAME_SHAPE.get(path.split("/")[1], 1):
            continue
        shapes[shape] += 1
        found.ids[address], found.links[address] = set(), []
        if path.startswith(("/static/", "/api/")) or "format" in names:
            with get_page.client.get(address) as response:
                found.faults += [f"{address} answered {response.status}"] if response.status_code != 200 else []
            continue
        try:
            page = get_page(address)
        except AssertionError as error:
            found.faults.append(str(error))
            continue
        found.ids[address] = {tag["id"] for tag in page.find_all(id=True)}
        found.links[address] = list_links(page, address)
        waiting.extend(link.partition("#")[0] for link in found.links[address])
    return found


def test_no_page_that_links_lead_to_has_a_fault(crawl: Crawl) -> None:
    assert crawl.faults == []


def test_every_fragment_that_links_lead_to_is_on_its_page(crawl: Crawl) -> None:
    wanted = {(page, link) for page, links in crawl.links.items() for link in links if "#" in link}
    assert len(wanted) > 100
    dead = [
        f"{page} links to {link}"
        for page, link in sorted(wanted)
        if link.partition("#")[2] not in crawl.ids.get(link.partition("#")[0], {link.partition("#")[2]})
    ]
    assert dead == []


def test_links_lead_to_every_record(crawl: Crawl, generation: Generation) -> None:
    records = {
        f"/{folder}/{record_id}"
        for record_type, folder in FOLDERS.items()
        for record_id in generation.catalogue.list_ids(record_type)
    }
    assert len(records) > 70
    assert records - crawl.links.keys() == set()


def test_links_lead_to_every_page_of_the_site(crawl: Crawl, app: Flask) -> None:
    pages = {rule.rule for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in rule.methods}
    for_programs = {page for page in pages if page.startswith("/api/") or page == "/healthz"}
    assert pages - for_programs - crawl.links.keys() == set()


def test_filtered_lists_are_among_what_was_followed(crawl: Crawl) -> None:
    followed = [urlsplit(address) for address in crawl.links]
    names = {name for address in followed for name, _ in parse_qsl(address.query)}
    assert {"service_area", "status", "sort", "page", "applicant", "kind", "sustained"} <= names
    assert {address.path for address in followed if address.query} >= {"/search", "/funding", "/case-studies"}
