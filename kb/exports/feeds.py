"""Atom feeds (RFC 4287) of searches, for feed readers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from html import escape

from feedgenerator import Atom1Feed

from kb.exports.tables import explain_no_closing
from kb.queries.deadlines import find_next_closing, is_past_review
from kb.queries.request import SearchRequest
from kb.records.card import Card
from kb.records.facets import FACETS, list_facet_values
from kb.records.text import clean_line
from kb.records.vocabulary import Vocabulary

MAX_ENTRIES = 50
# The start of every id (RFC 4151). It names no server: a feed reader knows an entry again wherever the site runs.
TAG = "tag:find-school-funding,2026:"


@dataclass(frozen=True)
class FeedHead:
    """What a feed says of itself.

    `search` is the search as an address without the server, which makes its id; `feed` and `page` are the addresses of
    the feed and of the page that shows the same; `site` is the start of this site's addresses, without a slash at the
    end. `built` is when the records were read, with a time zone.
    """

    title: str
    author: str
    search: str
    feed: str
    page: str
    site: str
    built: datetime


class _Feed(Atom1Feed):  # type: ignore[misc]  # the library ships no types
    """A feed that is as old as its newest entry; without entries as old as the build, not of this moment."""

    def latest_post_date(self) -> datetime:
        found: datetime = max((item["updateddate"] for item in self.items), default=self.feed["built"])
        return found


def write_feed(cards: Iterable[Card], head: FeedHead, today: date) -> bytes:
    """The newest-checked of the records, at most MAX_ENTRIES, as an Atom feed.

    A record is as new as its newest source: the first day that its date can mean. One without such a date comes after
    the others, in the order given, and is as new as the build.
    """
    built = datetime.combine(head.built.astimezone(UTC).date(), time(), UTC)
    feed = _Feed(
        title=clean_line(head.title),
        link=head.page,
        description=None,
        language="en-GB",
        author_name=clean_line(head.author),
        feed_url=head.feed,
        feed_guid=f"{TAG}{head.search}",
        built=built,
    )
    newest_first = sorted(cards, key=lambda card: card.checked.first if card.checked else date.min, reverse=True)
    for card in newest_first[:MAX_ENTRIES]:
        feed.add_item(
            title=clean_line(card.title),
            link=f"{head.site}{card.url}",
            description=_write_summary(card, today),
            unique_id=f"{TAG}{card.type}/{card.id}",
            updateddate=datetime.combine(card.checked.first, time(), UTC) if card.checked else built,
            categories=[clean_line(area) for area in card.service_areas],
        )
    written: str = feed.writeString("utf-8")
    return written.encode("utf-8")


def _write_summary(card: Card, today: date) -> str:
    """What a list shows of a record, in short, as HTML: feeds have theirs so."""
    facts = [card.kind_label]
    if card.status is not None:
        closes = find_next_closing(card.closes, today)
        facts.append(f"Status: {card.status_label} ({_say_age(card, today)})")
        facts.append(f"Closes: {closes.words if closes else explain_no_closing(card)}")
    if card.headline:
        facts.append(card.headline)
    return "".join(f"<p>{escape(clean_line(text))}</p>" for text in (card.summary, ". ".join(facts)))


def _say_age(card: Card, today: date) -> str:
    """How current a stream's record is, as lists say it: never more than its newest source."""
    if card.status == "historic":
        return "kept for its lessons"
    if card.checked is None:
        return "date of the source not stated"
    if is_past_review(card.review_by, today):
        return f"last known {card.checked.words}: ask the funder"
    return f"as of {card.checked.words}"


def describe_search(request: SearchRequest, vocabulary: Vocabulary) -> str:
    """The search in words: "Funding; “sport”; school phase: Primary or Secondary"; "Everything" without any."""
    parts = []
    for facet in FACETS:
        labels = dict(list_facet_values(facet, vocabulary))
        chosen = " or ".join(labels.get(value, value) for value in request.selected.get(facet.name, ()))
        if chosen and facet.name == "type":
            parts.append(chosen)
        elif chosen:
            name = facet.label.lower()
            parts.append(f"{name}{'' if name.endswith('?') else ':'} {chosen}")
    text = clean_line(request.text)
    if text:
        shown = text if len(text) <= 80 else f"{text[:79]}…"
        parts.insert(1 if "type" in request.selected else 0, f"“{shown}”")
    return "; ".join(parts) or "Everything"
