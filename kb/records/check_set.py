"""Checks over the whole set: links that lead somewhere, sources that are registered, ids that are one record's own."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Iterable, Iterator
from datetime import date

from kb.errors import Problem
from kb.records.corpus import Assembly, Corpus, path_of
from kb.records.funding import FundingStream
from kb.records.needs import GRADES
from kb.records.parse import name_field
from kb.records.vocabulary import suggest_nearest

INTERNAL_LINK = re.compile(r'href="(/[^"]*)"')
# Pages of the site that a body may lead to beside records and terms.
PAGES = (
    "/", "/search", "/funding", "/case-studies", "/framework", "/self-assessment", "/glossary", "/sources", "/schools",
    "/match", "/needs", "/coverage", "/map", "/timeline", "/editors", "/about", "/accessibility", "/privacy",
)  # fmt: skip


def check_set(assembly: Assembly) -> list[Problem]:
    """Everything wrong between records, in the order of files and lines."""
    found = [
        *check_stream_links(assembly),
        *check_case_links(assembly),
        *check_registered_sources(assembly),
        *check_framework(assembly),
        *check_glossary_links(assembly),
        *check_needs(assembly),
        *check_wider_needs(assembly),
        *check_body_links(assembly),
        *check_shared_ids(assembly),
        *check_contradictions(assembly),
    ]
    return sorted(found)


def check_stream_links(assembly: Assembly) -> Iterator[Problem]:
    """Every id that a stream names belongs to another stream, and exit routes lead to mechanisms."""
    known = assembly.list_ids("funding")
    streams = {stream.id: stream for stream in assembly.corpus.funding}
    for stream in assembly.corpus.funding:
        for at, wanted in list_stream_links(stream):
            yield from _check_link(assembly, path_of(stream), at, wanted, known)
            if at[-1] == "mechanism" and wanted in streams and not streams[wanted].is_mechanism:
                message = f'"{wanted}" is a programme; an exit route is a mechanism. Name one, or leave this out'
                yield _problem(assembly, path_of(stream), at, message)
            if wanted == stream.id:
                yield _problem(assembly, path_of(stream), at, "a record cannot lead to itself. Take this out")


def check_case_links(assembly: Assembly) -> Iterator[Problem]:
    """Every stream that a case study names is there."""
    known = assembly.list_ids("funding")
    for case in assembly.corpus.case_studies:
        for number, paid in enumerate(case.funding or ()):
            yield from _check_link(assembly, path_of(case), ("funding", number, "stream"), paid.stream, known)


def list_stream_links(stream: FundingStream) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The ids of other streams that a stream names, each with the path of the field it stands in."""
    if stream.sustainability:
        for number, route in enumerate(stream.sustainability.exit_routes or ()):
            yield ("sustainability", "exit_routes", number, "mechanism"), route.mechanism
    if stream.combine:
        for number, other in enumerate(stream.combine.with_ or ()):
            yield ("combine", "with", number), other
        for number, bar in enumerate(stream.combine.not_with or ()):
            yield ("combine", "not_with", number, "id"), bar.id
    for name in ("replaces", "replaced_by"):
        for number, other in enumerate(getattr(stream, name) or ()):
            yield (name, number), other


def _check_link(
    assembly: Assembly, path: str, at: tuple[str | int, ...], wanted: str, known: Iterable[str]
) -> Iterator[Problem]:
    if wanted not in known:
        hint = suggest_nearest(wanted, known, show=3)
        yield _problem(assembly, path, at, f'there is no funding record "{wanted}". {hint}')


def check_registered_sources(assembly: Assembly) -> Iterator[Problem]:
    """Every document and publisher that a record names is in sources.yml."""
    register = assembly.corpus.sources
    if register is None:
        return
    documents = [document.id for document in register.documents]
    publishers = {publisher.name for publisher in register.publishers}
    for record in assembly.corpus.records:
        for number, source in enumerate(record.sources):
            at = ("sources", number)
            if source.document and source.document not in documents:
                message = f'"{source.document}" is not in sources.yml. {suggest_nearest(source.document, documents)}'
                yield _problem(assembly, path_of(record), (*at, "document"), message)
            if source.publisher and source.publisher not in publishers:
                near = difflib.get_close_matches(source.publisher, publishers, n=1)
                hint = f"Did you mean {near[0]}?" if near else "Add it there"
                message = f'"{source.publisher}" is not among the publishers of sources.yml. {hint}'
                yield _problem(assembly, path_of(record), (*at, "publisher"), message)
    numbers = assembly.list_entry_ids("self-assessment.yml")
    for question in assembly.corpus.questions:
        if question.document not in documents:
            message = f'"{question.document}" is not in sources.yml. {suggest_nearest(question.document, documents)}'
            yield _problem(assembly, "self-assessment.yml", (numbers.index(question.id), "document"), message)


def check_framework(assembly: Assembly) -> Iterator[Problem]:
    """Each key feature has one page, and each page is of a key feature."""
    features = assembly.corpus.vocabulary.values("key_features")
    pages = assembly.list_ids("framework")
    for page in pages if features else ():
        if page not in features:
            message = f'"{page}" is no key feature. {suggest_nearest(page, features)}'
            yield Problem(f"framework/{page}.md", 0, "", message)
    for feature in features if pages else ():
        if feature not in pages:
            yield Problem(f"framework/{feature}.md", 0, "", f'the key feature "{feature}" has no page. Add this file')


def check_glossary_links(assembly: Assembly) -> Iterator[Problem]:
    """Every `see` of the glossary leads to a record or a term."""
    known = list_addresses(assembly)
    numbers = assembly.list_entry_ids("glossary.yml")
    for term in assembly.corpus.glossary:
        for place, wanted in enumerate(term.see or ()):
            if wanted not in known:
                message = f'"{wanted}" leads nowhere. {suggest_nearest(wanted, known, show=3)}'
                yield _problem(assembly, "glossary.yml", (numbers.index(term.id), "see", place), message)


def check_needs(assembly: Assembly) -> Iterator[Problem]:
    """Every answer to a need is there, and no two themes have a need of one id."""
    known = set(list_addresses(assembly))
    without = () if any(assembly.list_entry_ids("glossary.yml")) else ("glossary/",)  # unread: a problem of its own
    themes: dict[str, str] = {}
    for theme, needs in assembly.corpus.needs.items():
        path = f"needs/{theme}.yml"
        numbers = {need_id: number for number, need_id in enumerate(assembly.list_entry_ids(path))}
        for need in needs:
            for name in GRADES:
                for place, wanted in enumerate(getattr(need, name) or ()):
                    if wanted not in known and not wanted.startswith(without):
                        message = f'"{wanted}" leads nowhere. {suggest_nearest(wanted, known, show=3)}'
                        yield _problem(assembly, path, (numbers[need.id], name, place), message)
            if themes.setdefault(need.id, theme) != theme:
                message = f"needs/{themes[need.id]}.yml has a need of this id too. Rename one"
                yield _problem(assembly, path, (numbers[need.id], "id"), message)


def check_wider_needs(assembly: Assembly) -> Iterator[Problem]:
    """The wider need that a need names is there and has none itself: readers look through two levels, no more."""
    wider = {need.id: need.wider for needs in assembly.corpus.needs.values() for need in needs}
    for theme, needs in assembly.corpus.needs.items():
        path = f"needs/{theme}.yml"
        numbers = {need_id: number for number, need_id in enumerate(assembly.list_entry_ids(path))}
        for need in needs:
            if need.wider and need.wider not in wider:
                message = f'there is no need "{need.wider}". {suggest_nearest(need.wider, wider, show=3)}'
            elif need.wider and wider[need.wider]:
                message = f'"{need.wider}" is a special case itself, of "{wider[need.wider]}". Name that one'
            else:
                continue
            yield _problem(assembly, path, (numbers[need.id], "wider"), message)


def check_body_links(assembly: Assembly) -> Iterator[Problem]:
    """Every link in a body to a page of this site leads to a record that is there."""
    known = [f"/{address}".replace("/glossary/", "/glossary#") for address in list_addresses(assembly)]
    for record in assembly.corpus.records:
        for section in record.body:
            if "[[" in section.text:
                line = assembly.line_of_text(path_of(record), "[[")
                yield Problem(path_of(record), line, "body", '"[[" is no link here. Write [words](/funding/ID)')
            for found in INTERNAL_LINK.findall(section.html):
                address = html.unescape(found)
                wanted = address if address.startswith("/glossary#") else re.split("[?#]", address)[0]
                if wanted not in known and wanted not in PAGES:
                    line = assembly.line_of_text(path_of(record), address)
                    message = f'"{address}" leads nowhere. {suggest_nearest(wanted, known, show=3)}'
                    yield Problem(path_of(record), line, "body", message)


def list_addresses(assembly: Assembly) -> list[str]:
    """What `see` may name: funding/ID, case-studies/ID, framework/ID, glossary/ID."""
    folders = {"funding": "funding", "case-studies": "casestudies", "framework": "framework"}
    found = [f"{name}/{record_id}" for name, folder in folders.items() for record_id in assembly.list_ids(folder)]
    return found + [f"glossary/{term_id}" for term_id in assembly.list_entry_ids("glossary.yml") if term_id]


def check_shared_ids(assembly: Assembly) -> Iterator[Problem]:
    """A case study and a stream do not share an id: readers and scripts tell records apart by it."""
    streams = assembly.list_ids("funding")
    for case in assembly.list_ids("casestudies"):
        if case in streams:
            message = "a funding record has the same id. Rename one of the two files"
            yield Problem(f"casestudies/{case}.md", 0, "", message)


def check_contradictions(assembly: Assembly) -> Iterator[Problem]:
    """Two streams do not each replace the other, and a pair is not both combinable and barred."""
    replaces = {(stream.id, old) for stream in assembly.corpus.funding for old in stream.replaces or ()}
    replaces |= {(new, stream.id) for stream in assembly.corpus.funding for new in stream.replaced_by or ()}
    with_, bars = set(), set()
    for stream in assembly.corpus.funding:
        if stream.combine:
            with_ |= {frozenset((stream.id, other)) for other in stream.combine.with_ or ()}
            bars |= {frozenset((stream.id, bar.id)) for bar in stream.combine.not_with or ()}
    for stream in assembly.corpus.funding:
        for other in sorted(old for new, old in replaces if new == stream.id and (old, new) in replaces):
            message = f'"{other}" also says it replaces this one. Keep what the source says'
            yield _problem(assembly, path_of(stream), ("replaces",), message)
        for pair in sorted(with_ & bars, key=sorted):
            if stream.combine and stream.id in pair:
                other = next(iter(pair - {stream.id}), stream.id)
                message = f'"{other}" is named as combinable and as barred. Keep what the source says'
                yield _problem(assembly, path_of(stream), ("combine",), message)


def _problem(assembly: Assembly, path: str, at: tuple[str | int, ...], message: str) -> Problem:
    # The number of an entry in a list file is no part of a field's name.
    name = name_field(at[1:] if isinstance(at[0], int) else at)
    return Problem(path, assembly.line_of(path, *at), name, message)


def list_stale(corpus: Corpus, today: date) -> list[FundingStream]:
    """Streams past their `review_by` on `today`, longest overdue first."""
    stale = [stream for stream in corpus.funding if stream.review_by and stream.review_by.last < today]
    return sorted(stale, key=lambda stream: (stream.review_by.last if stream.review_by else today, stream.id))
