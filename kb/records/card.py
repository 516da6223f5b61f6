"""What a list shows of a record: the few facts that decide whether it is worth opening."""

from __future__ import annotations

from kb.records.amounts import describe_amount, describe_result
from kb.records.case_study import CaseStudy
from kb.records.dates import StatedDate
from kb.records.funding import FundingStream
from kb.records.guide import FrameworkPage, Term
from kb.records.model import Strict
from kb.records.vocabulary import Vocabulary


class Card(Strict):
    """A record in a list. `type` is funding, case-study, framework or glossary; labels are for readers.

    None means "not stated". Facts of another type than the card's are left at their defaults.
    """

    type: str
    id: str
    title: str
    summary: str
    url: str
    service_areas: tuple[str, ...] = ()
    key_features: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    phase_labels: tuple[str, ...] = ()
    kind_label: str = ""
    funder: str | None = None
    applicants: tuple[str, ...] | None = None
    joint_bid: str | None = None
    amount: str | None = None
    route: str | None = None
    status: str | None = None
    status_label: str | None = None
    checked: StatedDate | None = None
    review_by: StatedDate | None = None
    closes: tuple[StatedDate, ...] = ()
    place: str | None = None
    region: str | None = None
    partners: tuple[str, ...] | None = None
    headline: str | None = None
    sustained: str | None = None


def make_card(record: FundingStream | CaseStudy | FrameworkPage | Term, vocabulary: Vocabulary) -> Card:
    """The card of any record, with labels from the vocabulary."""
    if isinstance(record, FundingStream):
        return _card_stream(record, vocabulary)
    if isinstance(record, CaseStudy):
        return _card_case(record, vocabulary)
    if isinstance(record, FrameworkPage):
        return Card(
            type="framework",
            id=record.id,
            title=record.title,
            summary=record.summary,
            url=f"/framework/{record.id}",
            key_features=(record.id,),
            kind_label="Key feature of good practice",
        )
    title = f"{record.name} ({record.acronym})" if record.acronym else record.name
    url = f"/glossary#{record.id}"
    return Card(type="glossary", id=record.id, title=title, summary=record.means, url=url, kind_label="Glossary")


def _label_all(values: tuple[str, ...] | None, name: str, vocabulary: Vocabulary) -> tuple[str, ...] | None:
    if values is None:
        return None
    return ("All",) if values == ("all",) else tuple(vocabulary.label(name, value) for value in values)


def _card_stream(stream: FundingStream, vocabulary: Vocabulary) -> Card:
    closes = [window.closes for window in stream.windows or () if window.closes]
    return Card(
        type="funding",
        id=stream.id,
        title=stream.title,
        summary=stream.summary,
        url=f"/funding/{stream.id}",
        service_areas=stream.service_areas,
        key_features=stream.key_features or (),
        phases=stream.phases or (),
        phase_labels=_label_all(stream.phases, "phases", vocabulary) or (),
        kind_label=vocabulary.label("kinds", stream.kind),
        funder=stream.funder.name,
        applicants=_label_all(stream.applicants, "applicants", vocabulary),
        joint_bid=_describe_joint_bid(stream, vocabulary),
        amount=describe_amount(stream.amount, vocabulary),
        route=stream.route,
        status=stream.status,
        status_label=vocabulary.label("statuses", stream.status) if stream.status else None,
        checked=stream.checked.on if stream.checked else None,
        review_by=stream.review_by,
        closes=tuple(sorted(closes, key=lambda found: found.last)),
    )


def _describe_joint_bid(stream: FundingStream, vocabulary: Vocabulary) -> str | None:
    """Who must lead a joint bid and who must be in it, as far as the record has it in its fields."""
    lead, partners, said = stream.lead, stream.partners, []
    if lead and lead.may_be:
        said.append(f"Led by: {', '.join(_label_all(lead.may_be, 'applicants', vocabulary) or ())}")
    if partners and partners.min:
        said.append(f"at least {partners.min} {'partner' if partners.min == 1 else 'partners'} beside the lead")
    if partners and partners.schools_min:
        schools = "school" if partners.schools_min == 1 else "schools"
        said.append(f"at least {partners.schools_min} {schools} in all")
    if partners and partners.must_include:
        said.append(f"must include: {', '.join(_label_all(partners.must_include, 'bodies', vocabulary) or ())}")
    if partners and partners.one_of:
        said.append(f"one of: {', '.join(_label_all(partners.one_of, 'bodies', vocabulary) or ())}")
    joined = "; ".join(said)
    return joined[0].upper() + joined[1:] if joined else None


def _card_case(case: CaseStudy, vocabulary: Vocabulary) -> Card:
    kinds = dict.fromkeys(vocabulary.label("bodies", partner.kind) for partner in case.partners or ())
    return Card(
        type="case-study",
        id=case.id,
        title=case.title,
        summary=case.summary,
        url=f"/case-studies/{case.id}",
        service_areas=case.service_areas,
        key_features=case.key_features or (),
        phases=case.phases or (),
        phase_labels=_label_all(case.phases, "phases", vocabulary) or (),
        kind_label="Case study",
        place=case.place.name,
        region=vocabulary.label("regions", case.place.region) if case.place.region else None,
        partners=tuple(kinds) or None,
        headline=describe_result(case.results[0]) if case.results else None,
        sustained=vocabulary.label("sustained_states", case.sustained.state),
    )
