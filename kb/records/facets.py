"""Facets: under which values of each filter a record counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.records.case_study import CaseStudy
from kb.records.funding import FundingStream, Geography
from kb.records.guide import FrameworkPage, Term
from kb.records.model import Record
from kb.records.vocabulary import Vocabulary

NOT_STATED = "not-stated"
NOT_STATED_LABEL = "Not stated"
REACH = "reach"  # beside the facets, no filter: the places that a stream limited to some reaches


@dataclass(frozen=True)
class Facet:
    """One filter: its parameter in URLs, its label, the closed list its values come from ("" for `type`)."""

    name: str
    label: str
    vocabulary: str


FACETS = (
    Facet("type", "Kind of record", ""),
    Facet("service_area", "Service area", "service_areas"),
    Facet("key_feature", "Key feature", "key_features"),
    Facet("phase", "School phase", "phases"),
    Facet("status", "Status", "statuses"),
    Facet("applicant", "Who can apply", "applicants"),
    Facet("region", "Region", "regions"),
    Facet("route", "How the money comes", "routes"),
    Facet("money", "Capital or revenue", "money"),
    Facet("kind", "Kind of funding", "kinds"),
    Facet("sustained", "Did it last?", "sustained_states"),
)
TYPES = {"funding": "Funding", "case-study": "Case studies", "guide": "Guide and glossary"}


def list_facet_values(facet: Facet, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """The values of a facet with their labels, in the order of their list, "not stated" last (but once)."""
    if facet.name == "type":
        return list(TYPES.items())
    entries = [
        (entry.value, entry.label)
        for entry in vocabulary.entries(facet.vocabulary)
        if not (facet.name == "money" and entry.value == "both") and entry.value != NOT_STATED
    ]
    return [*entries, (NOT_STATED, NOT_STATED_LABEL)]


def assign_facets(record: Record | Term, vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """The values a record counts under, by facet.

    A facet the record's type has no field for is absent; a field it leaves out is ("not-stated",); `all` is every
    value of the list.
    """
    if isinstance(record, FundingStream):
        return {
            "type": ("funding",),
            "service_area": _spread(record.service_areas, vocabulary, "service_areas"),
            "key_feature": _spread(record.key_features, vocabulary, "key_features"),
            "phase": _spread(record.phases, vocabulary, "phases"),
            "region": _stream_regions(record.geography, vocabulary),
            "money": _money(record.money),
            "kind": (record.kind,),
        } | (_programme_facets(record, vocabulary) if not record.is_mechanism else {})
    if isinstance(record, CaseStudy):
        return {
            "type": ("case-study",),
            "service_area": _spread(record.service_areas, vocabulary, "service_areas"),
            "key_feature": _spread(record.key_features, vocabulary, "key_features"),
            "phase": _spread(record.phases, vocabulary, "phases"),
            "region": _case_regions(record, vocabulary),
            "sustained": (record.sustained.state,),
        }
    if isinstance(record, FrameworkPage):
        return {"type": ("guide",), "key_feature": (record.id,)}
    return {"type": ("guide",)}


def _programme_facets(record: FundingStream, vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Facets of programmes alone: nobody applies for a mechanism."""
    return {
        "status": (record.status or NOT_STATED,),
        "applicant": _spread(record.applicants, vocabulary, "applicants"),
        "route": (record.route or NOT_STATED,),
    }


def _spread(values: Iterable[str] | None, vocabulary: Vocabulary, name: str) -> tuple[str, ...]:
    if values is None:
        return (NOT_STATED,)
    found = tuple(values)
    return tuple(vocabulary.values(name)) if found == ("all",) else found


def _money(money: str | None) -> tuple[str, ...]:
    if money is None:
        return (NOT_STATED,)
    return ("capital", "revenue") if money == "both" else (money,)


def _stream_regions(geography: Geography | None, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Regions a stream reaches; one for a whole nation with no narrower area reaches all regions of it."""
    if geography is None:
        return (NOT_STATED,)
    named = set(geography.regions or ())
    named |= {region for la in geography.local_authorities or () if (region := vocabulary.region_of(la))}
    if not named and geography.nations and not geography.area_lists:
        other = {"scotland", "wales", "northern-ireland"}
        for nation in geography.nations:
            named |= other if nation == "uk" else {nation} & other
            if nation in ("england", "uk"):
                named |= set(vocabulary.values("regions")) - other
    return tuple(value for value in vocabulary.values("regions") if value in named) or (NOT_STATED,)


def list_reach(record: Record | Term, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The regions and councils that a stream limited to some of them reaches: those it states, the regions of these
    councils and the councils of these regions. Empty where it states no limit, and for all other records."""
    geography = record.geography if isinstance(record, FundingStream) else None
    if geography is None:
        return ()
    councils = set(geography.local_authorities or ())
    regions = set(geography.regions or ())
    councils |= {la for la in vocabulary.values("local_authorities") if vocabulary.region_of(la) in regions}
    regions |= {region for la in geography.local_authorities or () if (region := vocabulary.region_of(la))}
    return (*sorted(regions), *sorted(councils))


def _case_regions(case: CaseStudy, vocabulary: Vocabulary) -> tuple[str, ...]:
    named = {case.place.region} if case.place.region else set()
    named |= {region for la in case.place.local_authorities or () if (region := vocabulary.region_of(la))}
    return tuple(value for value in vocabulary.values("regions") if value in named) or (NOT_STATED,)
