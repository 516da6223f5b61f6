"""What a bid pack rests on: the cases that support the bid, the checks still open, and the sources with their dates."""

from __future__ import annotations

from collections.abc import Iterator

from kb.exports.pack_blocks import Block, Bullets, Facts, Heading, Paragraph
from kb.exports.pack_facts import PackFacts
from kb.exports.pack_parts import say_text
from kb.exports.pack_streams import say_last_known
from kb.records.amounts import describe_result
from kb.records.case_study import CaseStudy
from kb.records.model import Record, Source
from kb.workspaces.entries import Ending, Evidence
from kb.workspaces.health_check import Level
from kb.workspaces.sections import SECTIONS

LEVEL_HEADINGS: dict[Level, str] = {
    "problem": "Problems",
    "warning": "To look at",
    "unknown": "To check",
    "to-do": "Still to do",
}


def write_evidence(facts: PackFacts) -> list[Block]:
    """The cases that support the bid: what each shows, and whether it lasted."""
    written: list[Block] = [Heading(1, "Evidence from elsewhere", "evidence")]
    chosen = [item.value for item in facts.workspace.list_items(Evidence)]
    if not chosen:
        written.append(Paragraph("No case study has been chosen yet."))
    for evidence in chosen:
        case = facts.live.cases.get(evidence.case)
        if case is None:
            gone = f"The knowledge base no longer has this case study ({evidence.case})."
            written += [Heading(2, evidence.case), Paragraph(gone), Paragraph(say_text(evidence.why))]
        else:
            rows = (("What it shows for this bid", say_text(evidence.why)), *_list_case_facts(case, facts))
            written += [Heading(2, case.title), Paragraph(case.summary), Facts(rows)]
    return written


def _list_case_facts(case: CaseStudy, facts: PackFacts) -> list[tuple[str, str]]:
    period = case.period
    since = period.from_.words if period and period.from_ else ""
    until = period.to.words if period and period.to else ""
    when = " to ".join(part for part in (since, until) if part) if since or not until else f"Until {until}"
    results = "\n".join(describe_result(result) for result in case.results or ())
    state = facts.vocabulary.label("sustained_states", case.sustained.state)
    lasted = ". ".join(part.rstrip(".") for part in (state, case.sustained.how, case.sustained.note) if part)
    return [
        ("Where", case.place.name),
        ("When", when or "Not stated"),
        ("What changed", results or "The source gives no figures"),
        ("Rests on", facts.vocabulary.label("evidence", case.evidence)),
        ("Did it last?", lasted),
        ("Case study", f"{facts.site}/case-studies/{case.id}"),
    ]


def write_checks(facts: PackFacts) -> list[Block]:
    """What is wrong, unclear or still to do, the gravest first, each with its reason and how to mend it."""
    written: list[Block] = [Heading(1, "Checks still open", "checks")]
    if not facts.checks:
        return [*written, Paragraph("No check is open.")]
    parts = {section.name: section.title for section in SECTIONS}
    for level, label in LEVEL_HEADINGS.items():
        found = [check for check in facts.checks if check.level == level]
        if found:
            points = tuple(
                f"{parts.get(check.section, check.section)}: {check.says} {check.why} {check.mend}" for check in found
            )
            written += [Heading(2, f"{label} ({len(found)})"), Bullets(points)]
    return written


def write_sources(facts: PackFacts) -> list[Block]:
    """Every record that the pack draws on, with when it was last known and what it rests on."""
    records = list(_list_records(facts))
    written: list[Block] = [
        Heading(1, "Sources", "sources"),
        Paragraph(
            "Facts about funding and cases are from the knowledge base below. They were true at the dates that stand "
            "here, and may have changed since: ask the funder before you act. All else was written by the partners."
        ),
        Facts((("Knowledge base", facts.knowledge_base), ("Site", facts.site))),
    ]
    if not records:
        written.append(Paragraph("No record of the knowledge base is used yet."))
    for record, path, known in records:
        written += [Heading(2, record.title), Paragraph(f"{known}.", f"{facts.site}{path}", note=True)]
        written += [_write_source(source, facts) for source in record.sources]
    return written


def _list_records(facts: PackFacts) -> Iterator[tuple[Record, str, str]]:
    """The streams, the mechanisms chosen to follow them and the cases: each record once, its path, how old it is."""
    chosen = [stream.record for stream in facts.live.live_streams if stream.record]
    routes = {item.value.route for item in facts.workspace.list_items(Ending)}
    chosen += [record for route, record in facts.live.mechanisms.items() if route in routes and record not in chosen]
    for record in chosen:
        yield record, f"/funding/{record.id}", say_last_known(record, facts)
    for case in facts.live.cases.values():
        dated = [source.dated for source in case.sources if source.dated]
        newest = max(dated, key=lambda found: found.last, default=None)
        yield case, f"/case-studies/{case.id}", f"As of {newest.words}" if newest else "Its source is not dated"


def _write_source(source: Source, facts: PackFacts) -> Paragraph:
    """One source: its title, who published it, its date and where to find it."""
    whence = facts.documents.get(source.document, source.document) if source.document else source.publisher
    said = (source.title, whence, source.locator, source.dated.words if source.dated else "date not stated")
    return Paragraph(f"Source: {'. '.join(part for part in said if part)}.", source.url or "", note=True)
