"""The partners' summary: at most two pages for heads of partners, with what each does, gives, gets and must decide."""

from __future__ import annotations

from collections.abc import Iterator

from kb.exports.pack import say_endings, say_money, say_who
from kb.exports.pack_blocks import Block, Bullets, Facts, Heading, Pack, Paragraph, Table, end_sentence, shorten
from kb.exports.pack_facts import PackFacts
from kb.exports.pack_parts import NEVER, say_short, say_text, say_when, sort_tasks
from kb.exports.pack_streams import say_dates
from kb.workspaces.entries import About, AgreementPoint, Ending
from kb.workspaces.words import NOT_SAID

# Signs that fit on two pages beside the rest, shared among the cells of the partners.
TABLE_SIGNS, MOST_SIGNS = 2700, 160
FULL_PARTNERS = 10  # of more partners, each has one line
COMING_TASKS = 6


def make_partner_summary(facts: PackFacts) -> Pack:
    """What the scheme is, each partner's part in it, money, dates, what comes after, and what is to be decided."""
    about = facts.workspace.get_single(About).value
    rows = (
        ("What", shorten(about.summary, 400) or NOT_SAID),
        ("Who", say_who(facts, 6)),
        ("Money", say_money(facts, 6)),
        ("Dates", say_dates(facts)),
        ("When the money ends", say_endings(facts)),
    )
    blocks: list[Block] = [
        Facts(rows),
        *_write_roles(facts),
        *_write_next_steps(facts),
        Heading(1, "What you must decide", "decide"),
        Bullets(tuple(_list_decisions(facts)) or ("Nothing is open: sign the agreement.",)),
        Paragraph(f"{facts.made} The bid pack has everything in full.", note=True),
    ]
    return Pack(about.title, "Summary for partners", facts.now, facts.foot, tuple(blocks))


def _write_roles(facts: PackFacts) -> list[Block]:
    heading = Heading(1, "What each partner does, gives and gets", "roles")
    partners = [item.value for item in facts.workspace.partners]
    if not partners:
        return [heading, Paragraph("No partner has been named yet.")]
    if len(partners) > FULL_PARTNERS:
        given = tuple((shorten(partner.name, 46), say_text(shorten(partner.gives, 44))) for partner in partners)
        says = "What each does and gets is in the bid pack."
        return [heading, Table("", ("Partner", "Gives"), given, (54, 46)), Paragraph(says)]
    most = min(MOST_SIGNS, TABLE_SIGNS // (3 * len(partners)))
    rows = tuple(
        (
            shorten(partner.name, 60),
            *(say_text(shorten(text, most)) for text in (partner.does, partner.gives, partner.gets)),
        )
        for partner in partners
    )
    return [heading, Table("", ("Partner", "Does", "Gives", "Gets"), rows, (25, 25, 25, 25))]


def _write_next_steps(facts: PackFacts) -> list[Block]:
    """The tasks to be done next, where there is room for them."""
    tasks = [item.value for item in sort_tasks(facts.workspace) if not item.value.done]
    coming = [task for task in tasks if (task.due or NEVER) >= facts.today][:COMING_TASKS]
    if not coming or len(facts.workspace.partners) > FULL_PARTNERS:
        return []
    rows = tuple((shorten(task.what, 90), say_text(shorten(task.who, 50)), say_short(task.due)) for task in coming)
    return [
        Heading(1, "What comes next", "next"),
        Table("", ("What", "Who", "Due"), rows, (54, 32, 14)),
    ]


def _list_decisions(facts: PackFacts) -> Iterator[str]:
    """What the heads have to settle: points of the agreement, the lead, and what follows each stream."""
    workspace = facts.workspace
    if workspace.lead is None:
        yield "Who leads the bid."
    points = [item.value for item in workspace.list_items(AgreementPoint) if not item.value.agreed]
    for point in points:
        label = facts.vocabulary.label("agreement_points", point.point)
        by = f" By {say_when(point.by)}." if point.by else ""
        yield f"{label}: {end_sentence(shorten(point.says, 120)) or 'nothing is proposed yet.'}{by}"
    settled = {item.value.stream for item in workspace.list_items(Ending) if item.value.route}
    left = [facts.names.entries[item.id] for item in workspace.live_streams if item.id not in settled]
    if left:
        yield f"What pays when the money ends: {shorten('; '.join(left), 200)}."
