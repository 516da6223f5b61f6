"""Links to other pages of a list."""

from __future__ import annotations

from dataclasses import dataclass

from kb.queries.search import SearchResults
from kb.views.site import make_url


@dataclass(frozen=True)
class PageLinks:
    """Addresses of the pages around the one shown; a number of None stands for pages left out."""

    previous: str | None
    next: str | None
    numbers: tuple[tuple[int | None, str, bool], ...]


def list_page_links(path: str, results: SearchResults) -> PageLinks | None:
    """Links to the first, last and neighbouring pages; None when there is one page."""
    current, last = results.request.page, results.pages
    if last == 1 and current == 1:
        return None

    def url(page: int) -> str:
        pairs = results.request.list_pairs(page=page)
        return make_url(path, pairs if path == "/search" else [pair for pair in pairs if pair[0] != "type"])

    near = sorted({1, last, *range(max(1, current - 1), min(last, current + 1) + 1)})
    numbers: list[tuple[int | None, str, bool]] = []
    for position, page in enumerate(near):
        if position and page - near[position - 1] > 1:
            numbers.append((None, "", False))
        numbers.append((page, url(page), page == current))
    before = url(min(current - 1, last)) if current > 1 else None
    return PageLinks(before, url(current + 1) if current < last else None, tuple(numbers))
