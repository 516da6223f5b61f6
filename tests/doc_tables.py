"""The tables of docs/records.md beside the models they describe, for the tests that hold one to the other."""

from __future__ import annotations

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kb.config import PROJECT
from kb.records import bid_plan, case_study, funding, guide, mentions, needs
from kb.records.corpus import VocabularyEntry
from kb.records.model import Source

DOC = (PROJECT / "docs" / "records.md").read_text(encoding="utf-8")
RECORDS = {
    "Funding stream": funding.FundingStream,
    "Case study": case_study.CaseStudy,
    "Framework page": guide.FrameworkPage,
}
GROUPS: dict[str, type[BaseModel]] = {
    "funder": funding.Funder,
    "checked": funding.Checked,
    "geography": funding.Geography,
    "lead": funding.Lead,
    "partners": funding.Partners,
    "rule": funding.Rule,
    "rule.limit": funding.Limit,
    "option": funding.Option,
    "amount": funding.Amount,
    "duration": funding.Duration,
    "window": funding.Window,
    "match": funding.MatchFunding,
    "effort": funding.Effort,
    "sustainability": funding.Sustainability,
    "exit": funding.ExitRoute,
    "combine": funding.Combine,
    "bar": funding.Bar,
    "place": case_study.Place,
    "setting": case_study.Setting,
    "period": case_study.Period,
    "partner": case_study.Partner,
    "paid": case_study.Paid,
    "cost": case_study.Cost,
    "result": case_study.Result,
    "sustained": case_study.Sustained,
    "source": Source,
    "question": guide.Question,
    "term": guide.Term,
    "document": guide.Document,
    "publisher": guide.Publisher,
    "holiday": bid_plan.SchoolHoliday,
    "step": bid_plan.PlanStep,
    "synonyms": guide.Synonyms,
    "mention": mentions.Mention,
    "need": needs.Need,
    "entry": VocabularyEntry,
}
MODELS = {**RECORDS, **GROUPS}


def read_tables() -> dict[str, dict[str, list[str]]]:
    """The rows of every table of fields: by heading for records, by prefix for groups; then by the field's name."""
    tables: dict[str, dict[str, list[str]]] = {}
    heading = ""
    for line in DOC.split("\n"):
        if line.startswith("## "):
            heading = line[3:]
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 5 and cells[0] != "field":
            prefix, _, name = cells[0].rpartition(".")
            rows = tables.setdefault(prefix or heading, {})
            assert name not in rows, f"{cells[0]} has two rows"
            rows[name] = cells[1:]
    return tables


TABLES = read_tables()


def name_fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields an author writes, under the names they are written by."""
    hidden = ("id", "body") if model in RECORDS.values() else ()
    return {field.alias or name: field for name, field in model.model_fields.items() if name not in hidden}
