"""The whole set of records, assembled from content files with every problem found on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from kb.errors import Problem
from kb.records.bid_plan import PlanStep, SchoolHoliday
from kb.records.case_study import CaseStudy
from kb.records.check_record import check_record
from kb.records.funding import FundingStream
from kb.records.guide import FrameworkPage, Question, SourcesRegister, Synonyms, Term
from kb.records.mentions import Mention
from kb.records.model import Id, Record, Region, Strict, Text
from kb.records.needs import Need
from kb.records.parse import name_field, parse_record, validate_data
from kb.records.vocabulary import LISTS, Entry, Vocabulary, suggest_nearest
from kb.source.front_matter import SourceFile
from kb.source.reader import ContentFiles
from kb.source.yaml_lines import LinedData

Model = TypeVar("Model", bound=BaseModel)
AnyRecord = TypeVar("AnyRecord", bound=Record)


class VocabularyEntry(Strict):
    """One entry of a closed list, as its file writes it."""

    value: Id
    label: Text
    means: Text | None = None
    region: Region | None = None
    gss: Text | None = None


@dataclass(frozen=True)
class Corpus:
    """Everything the content folder holds, typed. Records are in the order of their ids, needs by theme."""

    vocabulary: Vocabulary
    funding: tuple[FundingStream, ...] = ()
    case_studies: tuple[CaseStudy, ...] = ()
    framework: tuple[FrameworkPage, ...] = ()
    questions: tuple[Question, ...] = ()
    glossary: tuple[Term, ...] = ()
    sources: SourcesRegister | None = None
    school_holidays: tuple[SchoolHoliday, ...] = ()
    plan_steps: tuple[PlanStep, ...] = ()
    thesaurus: tuple[Synonyms, ...] = ()
    mentions: tuple[Mention, ...] = ()
    needs: Mapping[str, tuple[Need, ...]] = field(default_factory=dict)

    @property
    def records(self) -> tuple[Record, ...]:
        """All records that have a page of their own."""
        return (*self.funding, *self.case_studies, *self.framework)


@dataclass
class Assembly:
    """A corpus with what is wrong in it, and where each record's fields stand (by path of the file).

    `bodies` holds the Markdown of every record by path: its text and the line it starts on.
    """

    corpus: Corpus
    problems: list[Problem]
    places: dict[str, LinedData] = field(default_factory=dict)
    bodies: dict[str, tuple[str, int]] = field(default_factory=dict)

    def line_of(self, path: str, *at: str | int) -> int:
        """The line of a field in a file; 0 if the file is not known."""
        return self.places[path].line_of(at) if path in self.places else 0

    def line_of_text(self, path: str, text: str) -> int:
        """The first line of a body that holds a text, or else the line the body starts on."""
        body, first_line = self.bodies[path]
        return next((number for number, line in enumerate(body.split("\n"), first_line) if text in line), first_line)

    def list_ids(self, folder: str) -> list[str]:
        """The ids of all records of a folder, in order, those that are left out of the corpus included."""
        return [path[len(folder) + 1 : -3] for path in self.bodies if path.startswith(f"{folder}/")]

    def list_entry_ids(self, name: str) -> list[str]:
        """The id of each entry of a list such as glossary.yml, "" where it has none; unsound entries included."""
        entries = self.places[name].data if name in self.places else None
        found = [entry.get("id") if isinstance(entry, dict) else None for entry in entries or ()]
        return [entry_id.strip() if isinstance(entry_id, str) else "" for entry_id in found]


def path_of(record: Record) -> str:
    """The path of a record's file in the content folder."""
    folder = {"funding": "funding", "case-study": "casestudies", "framework": "framework"}
    return f"{folder[type(record).record_type]}/{record.id}.md"  # type: ignore[attr-defined]


def assemble_corpus(files: ContentFiles) -> Assembly:
    """Validate all content files: the records that could be typed, and every problem in each of them."""
    problems = [Problem(path, 0, "", "this is missing from the content folder. Put it back") for path in files.missing]
    places: dict[str, LinedData] = {}
    vocabulary = _assemble_vocabulary(files.vocabulary, problems)
    funding = _assemble_records(FundingStream, files.records.get("funding", []), vocabulary, problems, places)
    cases = _assemble_records(CaseStudy, files.records.get("casestudies", []), vocabulary, problems, places)
    framework = _assemble_records(FrameworkPage, files.records.get("framework", []), vocabulary, problems, places)
    questions = _assemble_list(Question, "self-assessment.yml", files.data, vocabulary, problems, places)
    glossary = _assemble_list(Term, "glossary.yml", files.data, vocabulary, problems, places)
    holidays = _assemble_list(SchoolHoliday, "school-weeks.yml", files.data, vocabulary, problems, places)
    steps = _assemble_list(PlanStep, "plan-steps.yml", files.data, vocabulary, problems, places)
    thesaurus = _assemble_list(Synonyms, "thesaurus.yml", files.data, vocabulary, problems, places)
    mentions = _assemble_list(Mention, "mentions.yml", files.data, vocabulary, problems, places)
    corpus = Corpus(
        vocabulary,
        tuple(funding),
        tuple(cases),
        tuple(sorted(framework, key=lambda page: page.order)),
        tuple(questions),
        tuple(glossary),
        _assemble_sources(files.data, vocabulary, problems, places),
        tuple(holidays),
        tuple(steps),
        tuple(thesaurus),
        tuple(mentions),
        _assemble_needs(files.needs, vocabulary, problems, places),
    )
    bodies = {source.path: (source.body, source.body_line) for read in files.records.values() for source in read}
    return Assembly(corpus, problems, places, bodies)


def _assemble_vocabulary(read: Mapping[str, LinedData], problems: list[Problem]) -> Vocabulary:
    lists: dict[str, list[Entry]] = {}
    for name in LISTS:
        if name not in read:
            problems.append(Problem(f"vocabulary/{name}.yml", 0, "", "this closed list is missing. Put it back"))
    # The councils come last: their entries name regions.
    for name, lined in sorted(read.items(), key=lambda item: item[0] == "local_authorities"):
        path = f"vocabulary/{name}.yml"
        if name not in LISTS:
            problems.append(
                Problem(path, 0, "", f"there is no closed list of this name. {suggest_nearest(name, LISTS)}")
            )
        entries = _validate_list(VocabularyEntry, path, lined, Vocabulary(lists), problems)
        lists[name] = [Entry(**entry.model_dump()) for _, entry in entries]
        _check_unique(path, "value", [(at, entry.value) for at, entry in entries], lined, problems)
    return Vocabulary(lists)


def _assemble_records(
    model: type[AnyRecord],
    sources: Iterable[SourceFile],
    vocabulary: Vocabulary,
    problems: list[Problem],
    places: dict[str, LinedData],
) -> list[AnyRecord]:
    records = []
    for source in sources:
        record, wrong = parse_record(model, source, _expected_sections(model, source), vocabulary)
        places[source.path] = source.front
        problems += wrong
        if record is not None:
            records.append(record)
            problems += [
                Problem(source.path, source.front.line_of(path), name_field(path), message)
                for path, message in check_record(record)
            ]
    return records


def _expected_sections(model: type[Record], source: SourceFile) -> tuple[str, ...]:
    """The headings a body must have; those of a funding record depend on its kind."""
    if model is FundingStream:
        is_mechanism = isinstance(source.front.data, dict) and source.front.data.get("kind") == "mechanism"
        return FundingStream.mechanism_sections if is_mechanism else FundingStream.programme_sections
    return CaseStudy.sections if model is CaseStudy else FrameworkPage.sections


def _assemble_list(
    model: type[Model],
    name: str,
    data: Mapping[str, LinedData],
    vocabulary: Vocabulary,
    problems: list[Problem],
    places: dict[str, LinedData],
) -> list[Model]:
    if name not in data:
        return []
    places[name] = data[name]
    entries = _validate_list(model, name, data[name], vocabulary, problems)
    if "id" in model.model_fields:
        ids = [(at, entry.id) for at, entry in entries]  # type: ignore[attr-defined]
        _check_unique(name, "id", ids, data[name], problems)
    return [entry for _, entry in entries]


def _validate_list(
    model: type[Model], path: str, lined: LinedData, vocabulary: Vocabulary, problems: list[Problem]
) -> list[tuple[int, Model]]:
    """The entries of a file that is a list, each with its number in the file."""
    problems += [Problem(path, line, "", message) for line, message in lined.complaints]
    if not isinstance(lined.data, list):
        if lined.complaints:
            return []
        problems.append(Problem(path, 1, "", 'this file must be a list: start each entry with "- "'))
        return []
    entries = []
    for number, item in enumerate(lined.data):
        entry, wrong = validate_data(model, item, lined, (number,), path, vocabulary)
        problems += wrong
        if entry is not None:
            entries.append((number, entry))
    return entries


def _check_unique(path: str, key: str, named: list[tuple[int, str]], lined: LinedData, problems: list[Problem]) -> None:
    seen: set[str] = set()
    for number, name in named:
        if name in seen:
            line = lined.line_of((number, key))
            problems.append(Problem(path, line, key, f'"{name}" stands in this file twice; keep one or rename one'))
        seen.add(name)


def _assemble_needs(
    read: Mapping[str, LinedData], vocabulary: Vocabulary, problems: list[Problem], places: dict[str, LinedData]
) -> dict[str, tuple[Need, ...]]:
    """The needs of each theme, in the order of the closed list of themes."""
    themes = vocabulary.values("need_themes")
    for name in sorted(set(read) - set(themes)):
        message = f"there is no theme of this name. {suggest_nearest(name, themes)}"
        problems.append(Problem(f"needs/{name}.yml", 0, "", message))
    data = {f"needs/{name}.yml": lined for name, lined in read.items()}
    return {
        theme: tuple(_assemble_list(Need, f"needs/{theme}.yml", data, vocabulary, problems, places)) for theme in themes
    }


def _assemble_sources(
    data: Mapping[str, LinedData], vocabulary: Vocabulary, problems: list[Problem], places: dict[str, LinedData]
) -> SourcesRegister | None:
    name = "sources.yml"
    if name not in data:
        return None
    lined = places[name] = data[name]
    problems += [Problem(name, line, "", message) for line, message in lined.complaints]
    if lined.complaints and not isinstance(lined.data, dict):
        return None
    register, wrong = validate_data(SourcesRegister, lined.data, lined, (), name, vocabulary)
    problems += wrong
    return register
