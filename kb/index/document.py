"""What the index holds of a record: its names, summary, facts in words, body, and how people ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kb.index.words import WORD, fold_text
from kb.records.case_study import CaseStudy
from kb.records.facets import NOT_STATED, assign_facets
from kb.records.funding import FundingStream
from kb.records.guide import FrameworkPage, Term
from kb.records.vocabulary import Vocabulary

LISTS_BY_FACET = {"service_area": "service_areas", "phase": "phases"}


@dataclass(frozen=True)
class IndexDocument:
    """One record as the index takes it.

    `exact` are its whole names, folded, by the kinds of weights.EXACT_NAMES; `called` the names, folded, of which a
    search may say a part (none of a glossary term, which only says what the words mean); `text` is what excerpts are
    cut from.
    """

    no: int
    names: str
    exact: Mapping[str, tuple[str, ...]]
    summary: str
    facts: str
    body: str
    asked: str = ""
    called: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Summary and body, as a reader sees them."""
        return f"{self.summary} {self.body}"


def describe_record(
    no: int, record: FundingStream | CaseStudy | FrameworkPage | Term, vocabulary: Vocabulary
) -> IndexDocument:
    """The index document of any record."""
    if isinstance(record, Term):
        names = [record.name, record.acronym, *(record.aliases or ())]
        exact = {"term": _fold_names([*names[:2], *filter(_is_proper, names[2:])])}
        return IndexDocument(no, _join(names), exact, record.means, "", "", _join(record.asked_as or ()))
    names = [record.title]
    if isinstance(record, FundingStream):
        names += [record.acronym, *(record.aliases or ())]
    elif isinstance(record, CaseStudy):
        names += [*(record.aliases or ())]
    facts = _join([*_list_labels(record, vocabulary), *_list_facts(record, vocabulary)])
    proper = [*filter(_is_proper, names[1:]), record.id.replace("-", " ")]
    exact = {"title": _fold_names([record.title]), "alias": _fold_names(proper)}
    # Other names of a case study are mostly what it is about, "forest school", and those of a fund what it is called.
    called = _fold_names(names if isinstance(record, FundingStream) else [record.title, *proper])
    asked = _join(record.asked_as or ())
    return IndexDocument(no, _join(names), exact, record.summary, facts, record.text, asked, called)


def _join(parts: Iterable[str | None]) -> str:
    return ". ".join(part for part in parts if part)


def _is_proper(name: str | None) -> bool:
    """True for a name of its own, "The Learning Trust". Other aliases say what a record is about, "forest school" or
    "lottery grant", and others may be more about that."""
    return name is not None and name[:1].isupper()


def _fold_names(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(WORD.findall(fold_text(name))) for name in names if name))


def _list_labels(record: FundingStream | CaseStudy | FrameworkPage, vocabulary: Vocabulary) -> Iterator[str]:
    """Labels of the service areas and phases a record counts under, except when it counts under all."""
    for facet, name in LISTS_BY_FACET.items():
        values = assign_facets(record, vocabulary).get(facet, ())
        if len(values) < len(vocabulary.values(name)):
            yield from (vocabulary.label(name, value) for value in values if value != NOT_STATED)


def _list_facts(record: FundingStream | CaseStudy | FrameworkPage, vocabulary: Vocabulary) -> Iterator[str | None]:
    """What structured fields say in words."""
    if isinstance(record, FundingStream):
        yield record.funder.name
        yield record.administered_by
        yield record.audience
        yield from (rule.says for rule in record.eligibility or ())
        if record.applicants and record.applicants != ("all",):
            yield from (vocabulary.label("applicants", value) for value in record.applicants)
        if record.geography:
            yield from (vocabulary.label("regions", value) for value in record.geography.regions or ())
            yield from (vocabulary.label("local_authorities", la) for la in record.geography.local_authorities or ())
            yield record.geography.note
    elif isinstance(record, CaseStudy):
        yield record.place.name
        yield vocabulary.label("regions", record.place.region) if record.place.region else None
        yield record.lead
        yield from (setting.name for setting in record.settings or ())
        yield from (partner.name for partner in record.partners or ())
        yield from (result.measure for result in record.results or ())
