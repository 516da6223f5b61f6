"""Everything works without scripts; with them, filters on a narrow screen fold behind a button."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_from_home_to_a_case_and_its_funding_without_scripts(open_page: Callable[..., Page]) -> None:
    page = open_page("/", 375, scripts=False)
    page.get_by_role("searchbox").fill("wardens")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("checkbox", name="Housing").check()
    page.get_by_role("checkbox", name="Primary").check()
    page.get_by_role("button", name="Apply filters").click()
    expect(page).to_have_url(re.compile(r"q=wardens&.*service_area=housing&.*phase=primary"))
    expect(page.get_by_role("checkbox", name="Housing")).to_be_checked()
    page.get_by_role("link", name=re.compile("^Neighbourhood wardens who work in playgrounds")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Neighbourhood wardens")
    page.get_by_role("link", name="Neighbourhood Renewal Fund").first.click()
    expect(page).to_have_url(re.compile(r"/funding/neighbourhood-renewal-fund$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Neighbourhood Renewal Fund")


def test_every_filter_can_be_opened_and_ticked_without_scripts(open_page: Callable[..., Page]) -> None:
    page = open_page("/search", 375, scripts=False)
    facets = page.locator("details")
    assert facets.count() > 8
    for facet in facets.all():
        expect(facet).to_be_visible()
        if facet.get_attribute("open") is None:
            facet.locator("summary").click()
        facet.get_by_role("checkbox").first.check()
    assert page.get_by_role("checkbox", checked=True).count() == facets.count()
    expect(page.get_by_role("button", name="Apply filters")).to_be_visible()


def test_there_is_no_button_for_folding_without_scripts(open_page: Callable[..., Page]) -> None:
    page = open_page("/search", 375, scripts=False)
    expect(page.get_by_role("button", name="Apply filters")).to_be_visible()
    expect(page.get_by_role("button", name="filters")).to_have_count(1)


def test_on_a_narrow_screen_a_button_opens_and_closes_the_filters(open_page: Callable[..., Page]) -> None:
    page = open_page("/funding?phase=primary&phase=special", 375)
    button = page.locator("[aria-controls=filter-groups]")
    filters = page.get_by_role("group", name="Service area")
    expect(filters).not_to_be_visible()
    expect(button).to_have_text("Show filters (2 chosen)")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(filters).to_be_visible()
    expect(button).to_have_text("Hide filters")
    expect(button).to_have_attribute("aria-expanded", "true")
    button.click()
    expect(filters).not_to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_on_a_wide_screen_filters_stand_open_without_a_button(open_page: Callable[..., Page]) -> None:
    page = open_page("/funding", 1280)
    expect(page.get_by_role("group", name="Service area")).to_be_visible()
    expect(page.locator("[aria-controls=filter-groups]")).not_to_be_visible()


def test_filters_unfold_when_scripts_run_but_ours_does_not_arrive(new_page: Callable[..., Page]) -> None:
    page = new_page(375)
    page.route("**/site.js*", lambda route: route.abort())
    page.goto("/funding")
    page.evaluate("document.getAnimations().forEach(wait => wait.finish())")
    expect(page.get_by_role("group", name="Service area")).to_be_visible()
    page.get_by_role("checkbox").first.check()


def test_folded_filters_stay_folded_however_long_a_reader_waits(open_page: Callable[..., Page]) -> None:
    page = open_page("/funding", 375)
    page.evaluate("document.getAnimations().forEach(wait => wait.finish())")
    expect(page.get_by_role("group", name="Service area")).not_to_be_visible()
