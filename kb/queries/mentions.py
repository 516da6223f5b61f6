"""What a search says of a filter's values ("special school", "as a cluster", "Leeds"), offered as filters above its
results: a reader decides whether it is meant. All is read from what the results hold already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from kb.generations import Generation
from kb.queries.mentioned import make_mention_lookup
from kb.queries.search import SearchResults

MOST = 3


@dataclass(frozen=True)
class MentionedFilter:
    """A filter that the text of a search names: its value, what it is called, and how many results it would leave."""

    facet: str
    value: str
    label: str
    count: int


def find_mentioned_filters(generation: Generation, results: SearchResults) -> list[MentionedFilter]:
    """Up to MOST filters that the text names, in its order: of filters of which nothing is chosen yet, and that leave
    some of the results but not all."""
    return list(islice(_list_useful(generation, results), MOST))


def _list_useful(generation: Generation, results: SearchResults) -> Iterator[MentionedFilter]:
    if not results.total:
        return
    labels = generation.derive(make_mention_lookup).labels
    for facet, value in dict.fromkeys((each.facet, each.value) for each in results.mentioned):
        if not results.request.selected.get(facet):
            count = _count(results, facet, value)
            if 0 < count < results.total:
                yield MentionedFilter(facet, value, labels[facet, value], count)


def _count(results: SearchResults, facet: str, value: str) -> int:
    """How many results a value of a filter would leave, of which nothing is chosen yet."""
    counts = next(each for each in results.facets if each.name == facet)
    return next((each.count for each in counts.values if each.value == value), 0)
