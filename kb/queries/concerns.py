"""What the editors of a generation's records should look at next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kb.generations import Generation
from kb.records.case_study import CaseStudy
from kb.records.concerns import Concern, list_concerns
from kb.records.funding import FundingStream


@dataclass(frozen=True)
class EditorRecords:
    """The records that may be of concern, and the kind of each publisher by name."""

    records: tuple[FundingStream | CaseStudy, ...]
    publisher_kinds: dict[str, str]


def find_editor_concerns(generation: Generation, today: date) -> dict[str, list[Concern]]:
    """The concerns of a day by kind, as kb.records.concerns lists them."""
    found = generation.derive(read_editor_records)
    return list_concerns(found.records, found.publisher_kinds, today)


def read_editor_records(generation: Generation) -> EditorRecords:
    """Read the records of a generation once: there are hundreds, and only the day changes what is of concern."""
    catalogue = generation.catalogue
    kinds = {publisher.name: publisher.kind for publisher in catalogue.list_publishers()}
    return EditorRecords((*catalogue.list_funding_streams(), *catalogue.list_case_studies()), kinds)
