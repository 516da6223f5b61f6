"""Checks over the whole set: links that lead somewhere, sources that are registered, ids that are one record's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from kb.errors import Problem
from kb.records.corpus import Assembly, Corpus, path_of
from kb.records.funding import FundingStream
from kb.records.vocabulary import suggest_nearest

INTERNAL_LINK = re.compile(r'href="(/(?:funding|case-studies|framework|glossary)[/#][^"]*)"')


def check_set(assembly: Assembly) -> list[Problem]:
    """Everything wrong between records, in the order of files and lines."""
    found = [
        *check_links(assembly),
        *check_registered_sources(assembly),
        *check_framework(assembly),
        *check_glossary_links(assembly),
        *check_body_links(assembly),
        *check_shared_ids(assembly),
        *check_contradictions(assembly),
    ]
    return sorted(found)


def check_links(assembly: Assembly) -> Iterator[Problem]:
    """Every id that a record names belongs to a record, and exit routes lead to mechanisms."""
    streams = {stream.id: stream for stream in assembly.corpus.funding}
    for stream in assembly.corpus.funding:
        for at, wanted in list_stream_links(stream):
            yield from _check_link(assembly, path_of(stream), at, wanted, streams)
            if at[-1] == "mechanism" and wanted in streams and not streams[wanted].is_mechanism:
                yield _problem(
                    assembly, path_of(stream), at, f'"{wanted}" is a programme; an exit route is a mechanism'
                )
            if wanted == stream.id:
                yield _problem(assembly, path_of(stream), at, "a record cannot lead to itself. Take this out")
    for case in assembly.corpus.case_studies:
        for number, paid in enumerate(case.funding or ()):
            at = ("funding", number, "stream")
            yield from _check_link(assembly, path_of(case), at, paid.stream, streams)


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
                hint = suggest_nearest(source.document, documents)
                yield _problem(
                    assembly, path_of(record), (*at, "document"), f'"{source.document}" is not in sources.yml. {hint}'
                )
            if source.publisher and source.publisher not in publishers:
                message = f'"{source.publisher}" is not among the publishers of sources.yml. Add it there'
                yield _problem(assembly, path_of(record), (*at, "publisher"), message)
    for number, question in enumerate(assembly.corpus.questions):
        if question.document not in documents:
            message = f'"{question.document}" is not in sources.yml. {suggest_nearest(question.document, documents)}'
            yield _problem(assembly, "self-assessment.yml", (number, "document"), message)


def check_framework(assembly: Assembly) -> Iterator[Problem]:
    """Each key feature has one page, and each page is of a key feature."""
    features = assembly.corpus.vocabulary.values("key_features")
    for page in assembly.corpus.framework:
        if page.id not in features:
            yield Problem(path_of(page), 0, "", f'"{page.id}" is no key feature. {suggest_nearest(page.id, features)}')


def check_glossary_links(assembly: Assembly) -> Iterator[Problem]:
    """Every `see` of the glossary leads to a record or a term."""
    known = set(list_addresses(assembly.corpus))
    for number, term in enumerate(assembly.corpus.glossary):
        for place, wanted in enumerate(term.see or ()):
            if wanted not in known:
                message = f'"{wanted}" leads nowhere. {suggest_nearest(wanted, sorted(known), show=3)}'
                yield _problem(assembly, "glossary.yml", (number, "see", place), message)


def check_body_links(assembly: Assembly) -> Iterator[Problem]:
    """Every link in a body to a page of this site leads to a record that is there."""
    known = set(list_addresses(assembly.corpus))
    for record in assembly.corpus.records:
        for section in record.body:
            for address in INTERNAL_LINK.findall(section.html):
                wanted = address.lstrip("/").replace("glossary#", "glossary/")
                if wanted not in known:
                    hint = suggest_nearest(wanted, sorted(known), show=3)
                    message = f'"{address}" in "{section.title}" leads nowhere. {hint}'
                    yield Problem(path_of(record), 0, "body", message)


def list_addresses(corpus: Corpus) -> Iterator[str]:
    """What `see` may name: funding/ID, case-studies/ID, framework/ID, glossary/ID."""
    yield from (f"funding/{stream.id}" for stream in corpus.funding)
    yield from (f"case-studies/{case.id}" for case in corpus.case_studies)
    yield from (f"framework/{page.id}" for page in corpus.framework)
    yield from (f"glossary/{term.id}" for term in corpus.glossary)


def check_shared_ids(assembly: Assembly) -> Iterator[Problem]:
    """A case study and a stream do not share an id: readers and scripts tell records apart by it."""
    streams = {stream.id for stream in assembly.corpus.funding}
    for case in assembly.corpus.case_studies:
        if case.id in streams:
            yield Problem(path_of(case), 0, "", "a funding record has the same id. Rename one of the two files")


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
            yield _problem(assembly, path_of(stream), ("replaces",), f'"{other}" also says it replaces this one')
        for pair in sorted(with_ & bars, key=sorted):
            if stream.combine and stream.id in pair:
                other = next(iter(pair - {stream.id}), stream.id)
                message = f'"{other}" is named as combinable and as barred. Keep what the source says'
                yield _problem(assembly, path_of(stream), ("combine",), message)


def _problem(assembly: Assembly, path: str, at: tuple[str | int, ...], message: str) -> Problem:
    name = ".".join(str(part) for part in at if isinstance(part, str))
    return Problem(path, assembly.line_of(path, *at), name, message)


def list_stale(corpus: Corpus, today: date) -> list[FundingStream]:
    """Streams past their `review_by` on `today`, longest overdue first."""
    stale = [stream for stream in corpus.funding if stream.review_by and stream.review_by.last < today]
    return sorted(stale, key=lambda stream: (stream.review_by.last if stream.review_by else today, stream.id))
