"""Checks inside one record that no single field can show: provenance, dates in order, bounds the right way round."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from kb.records.case_study import CaseStudy
from kb.records.dates import StatedDate
from kb.records.funding import FundingStream, Option, Rule
from kb.records.model import Record, Source
from kb.records.vocabulary import suggest_nearest
from kb.source.yaml_lines import Path as FieldPath

Complaint = tuple[FieldPath, str]

# Which fields a group of `supports` covers: docs/records.md shows the same table to authors.
FUNDING_GROUPS: dict[str, tuple[str, ...]] = {
    "purpose": (
        "funder",
        "administered_by",
        "audience",
        "exclusions",
        "service_areas",
        "key_features",
        "outcomes",
        "money",
    ),
    "who": (
        "applicants",
        "phases",
        "establishment_types",
        "geography",
        "lead",
        "partners",
        "lead_duties",
        "eligibility",
    ),
    "amount": ("amount", "duration", "match_funding"),
    "dates": ("status", "windows"),
    "applying": ("route", "how_it_reaches_you", "effort"),
    "conditions": ("monitoring",),
    "afterwards": ("sustainability",),
    "combining": ("combine", "replaces", "replaced_by"),
}
CASE_GROUPS: dict[str, tuple[str, ...]] = {
    "setting": ("place", "settings", "period", "phases"),
    "work": ("lead", "partners", "service_areas", "key_features", "outcomes"),
    "results": ("results",),
    "paying": ("funding", "cost"),
    "lasting": ("sustained",),
}
# Statuses under which a reader may count on the stream, so that the record must say when it is to be looked at again.
CURRENT_STATUSES = frozenset({"open", "rolling", "recurring", "opening-soon", "expected-again", "paused"})
REVIEW_WITHIN = timedelta(days=366)
UNLINKABLE_ENDS = {"test", "localhost", "invalid", "example", "local"}
UNLINKABLE_WORDS = {"staging", "test", "dev", "mirror", "preview", "uat"}
UNLINKABLE = "this looks like a staging, test or mirror host."


def check_record(record: Record) -> Iterator[Complaint]:
    """Everything wrong inside one record, as (path of the field, sentence)."""
    yield from check_sources(record)
    if isinstance(record, FundingStream):
        yield from check_provenance(record, FUNDING_GROUPS, _is_silent_funding_field)
        yield from check_kind(record)
        yield from check_review(record)
        yield from check_bounds(record)
        yield from check_windows(record)
        yield from check_rules(record)
    elif isinstance(record, CaseStudy):
        yield from check_provenance(record, CASE_GROUPS, _is_silent_case_field)
        yield from check_results(record)
        yield from check_period(record)
    else:
        yield from check_provenance(record, {"purpose": ("order",)}, lambda _record, _field: False)


def check_sources(record: Record) -> Iterator[Complaint]:
    """Each source has an id of its own and leads somewhere: a publisher's page or a place in a document."""
    seen: set[str] = set()
    for number, source in enumerate(record.sources):
        at: FieldPath = ("sources", number)
        if source.id in seen:
            yield (*at, "id"), f'another source of this record has the id "{source.id}". Give this one its own'
        seen.add(source.id)
        for path, message in _check_source(source):
            yield (*at, *path), message


def _check_source(source: Source) -> Iterator[Complaint]:
    if bool(source.document) == bool(source.publisher):
        yield (), "a source has either a document (with a locator) or a publisher (with a url where there is one)"
    if source.document and not source.locator:
        yield (), "say where in the document: add a locator, such as Case study 6, or Paragraph 74"
    if source.url and is_unlinkable(source.url):
        yield ("url",), f"{UNLINKABLE} Leave the url out and name publisher and date"


def is_unlinkable(url: str) -> bool:
    """True for an address that readers must not be sent to: test.example.org, www-staging.example.org."""
    labels = (urlsplit(url).hostname or "").split(".")
    return labels[-1] in UNLINKABLE_ENDS or "staging" in labels or not UNLINKABLE_WORDS.isdisjoint(labels[0].split("-"))


def check_provenance(
    record: Record, groups: dict[str, tuple[str, ...]], is_silent: Callable[[Record, str], bool]
) -> Iterator[Complaint]:
    """Every filled group of fields is borne by a source, and sources name only groups there are."""
    borne: set[str] = set()
    for number, source in enumerate(record.sources):
        for place, group in enumerate(source.supports):
            if group not in groups:
                yield ("sources", number, "supports", place), f'"{group}" is no group. {suggest_nearest(group, groups)}'
        borne.update(source.supports)
    for group, fields in groups.items():
        filled = [name for name in fields if getattr(record, name) is not None and not is_silent(record, name)]
        if filled and group not in borne:
            yield (filled[0],), f"no source supports this. Add {group} to the supports of the source that says it"


def _is_silent_funding_field(record: Record, name: str) -> bool:
    """True for a field that is filled but states nothing a source must bear."""
    if name != "sustainability" or not isinstance(record, FundingStream) or record.sustainability is None:
        return False
    found = record.sustainability
    sourced_route = any(route.basis == "source" for route in found.exit_routes or ())
    return found.after == "not-stated" and not sourced_route and not found.note


def _is_silent_case_field(record: Record, name: str) -> bool:
    return name == "sustained" and isinstance(record, CaseStudy) and record.sustained.state == "not-stated"


def check_kind(stream: FundingStream) -> Iterator[Complaint]:
    """A programme has a status; a mechanism has none, and no dates. The official page is one for the public."""
    if stream.official_page and is_unlinkable(stream.official_page):
        yield ("official_page",), f"{UNLINKABLE} Write the public address, or leave this out"
    if stream.is_mechanism:
        for name in ("status", "status_note", "review_by", "windows"):
            if getattr(stream, name) is not None:
                yield (name,), "a mechanism has no status and no dates. Leave this out"
    elif stream.status is None:
        yield ("status",), "a programme needs a status. Write not-confirmed if the sources do not settle it"


def check_review(stream: FundingStream) -> Iterator[Complaint]:
    """A record that readers may act on says when to look again, at most a year after its newest source."""
    checked = stream.checked.on if stream.checked else None
    if stream.review_by is None:
        if checked and stream.status in CURRENT_STATUSES:
            yield ("review_by",), "add the day after which this is stale, at most 12 months after checked.on"
        return
    if stream.review_by.precision != "day":
        yield ("review_by",), "this must be a day, like 2027-03-27"
    elif checked and stream.review_by.first > checked.last + REVIEW_WITHIN:
        yield ("review_by",), f"this is more than 12 months after checked.on ({checked.words}). Bring it forward"
    for number, source in enumerate(stream.sources):
        if checked and source.dated and source.dated.first > checked.last:
            yield ("sources", number, "dated"), "this source is newer than checked.on. Set checked.on to its date"


def check_bounds(stream: FundingStream) -> Iterator[Complaint]:
    """The smaller bound stands in the field for the smaller."""
    pairs = []
    if stream.amount:
        pairs.append((("amount", "max"), stream.amount.min, stream.amount.max))
    if stream.duration:
        pairs.append((("duration", "max_months"), stream.duration.min_months, stream.duration.max_months))
    for path, low, high in pairs:
        if low is not None and high is not None and low > high:
            yield path, f"{high} is less than the lower bound, {low}. Swap them or look at the source again"


def check_windows(stream: FundingStream) -> Iterator[Complaint]:
    """Each window has a date or a recurrence, and its dates follow each other."""
    for number, window in enumerate(stream.windows or ()):
        named = [(name, getattr(window, name)) for name in ("opens", "closes", "decision_by")]
        if not any(getattr(window, n) for n in ("opens", "closes", "decision_by", "spend_from", "spend_by", "recurs")):
            yield ("windows", number), "a window needs a date or recurs. Leave it out if the source states none"
        for path, message in [
            *_check_order(named),
            *_check_order([(n, getattr(window, n)) for n in ("spend_from", "spend_by")]),
        ]:
            yield ("windows", number, *path), message


def _check_order(named: list[tuple[str, StatedDate | None]]) -> Iterator[Complaint]:
    stated = [(name, found) for name, found in named if found]
    for (earlier_name, earlier), (later_name, later) in pairwise(stated):
        if later.last < earlier.first:
            yield (later_name,), f"{later.words} is before {earlier_name}, {earlier.words}. Look at the source again"


def check_rules(stream: FundingStream) -> Iterator[Complaint]:
    """A rule has what its kind compares with, and its source is one of the record's own."""
    ids = [source.id for source in stream.sources]
    for number, rule in enumerate(stream.eligibility or ()):
        at: FieldPath = ("eligibility", number)
        if rule.source not in ids:
            yield (
                (*at, "source"),
                f'no source of this record has the id "{rule.source}". {suggest_nearest(rule.source, ids)}',
            )
        yield from _check_comparison(at, rule)
        if (rule.kind == "any-of") != (rule.options is not None):
            yield (*at, "options"), "a rule of the kind any-of, and no other, lists the options of which one is enough"
        for place, option in enumerate(rule.options or ()):
            yield from _check_comparison((*at, "options", place), option)
            if option.kind == "any-of":
                yield (*at, "options", place, "kind"), "an option cannot have options itself. List them all here"


def _check_comparison(at: FieldPath, rule: Rule | Option) -> Iterator[Complaint]:
    """A rule that compares a fact says with what."""
    if rule.kind in ("age-range", "roll", "fsm-percent", "trust-size"):
        if rule.limit is None or (rule.limit.min is None and rule.limit.max is None):
            yield (*at, "limit"), f"a rule of the kind {rule.kind} needs a limit with min, max or both"
        elif rule.limit.min is not None and rule.limit.max is not None and rule.limit.min > rule.limit.max:
            yield (*at, "limit", "max"), "this is less than min. Swap them or look at the source again"
    if rule.kind in ("area-list", "phase", "establishment-type", "not-establishment-type") and not rule.values:
        yield (*at, "values"), f"a rule of the kind {rule.kind} needs values: what it is compared with"


def check_results(case: CaseStudy) -> Iterator[Complaint]:
    """A result holds at least one figure; a case with figures is at least measured."""
    for number, result in enumerate(case.results or ()):
        if result.before is None and result.after is None and result.change is None:
            yield ("results", number), "a result needs before, after or change. Put words without figures in the body"
    if case.evidence == "measured" and not case.results:
        yield ("evidence",), 'measured means that results has figures. Add them, or write "described"'
    if case.evidence == "described" and case.results:
        yield ("evidence",), 'results has figures. Write "measured"'


def check_period(case: CaseStudy) -> Iterator[Complaint]:
    """A period ends after it starts."""
    if case.period:
        for path, message in _check_order([("from", case.period.from_), ("to", case.period.to)]):
            yield ("period", *path), message
