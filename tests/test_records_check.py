"""What `kb check` says of one spoiled record: the file, the line, the field, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.build import check_content

FUND = "funding/youth-fund.md"
LETTINGS = "funding/lettings.md"
CASE = "casestudies/wardens.md"

# (file, text that stands there once, text put in its place, text on the line that is wrong, field, what is said)
Spoil = tuple[str, str, str, str, str, str]

# fmt: off
FIELDS: dict[str, Spoil] = {
    "unknown field": (FUND, "aliases:", "aliasses:", "aliasses:", "aliasses", "Did you mean aliases?"),
    "unknown field of a group": (FUND, "    closes:", "    closing:", "    closing:", "windows[1].closing",
        "there is no field of this name. Did you mean closes?"),
    "unknown field like no other": (CASE, "lead:", "xyz: 1\nlead:", "xyz:", "xyz", "Write one of: title, summary,"),
    "required field left out": (FUND, "title: Youth fund\n", "", "kind:", "title", "required and is not there. Add it"),
    "required field of a group left out": (FUND, "    says: Schools with 20 to 100 pupils.\n", "", "- kind: roll",
        "eligibility[1].says", "required and is not there. Add it"),
    "list in place of text": (FUND, "title: Youth", "title: [Youth]\n#", "title:", "title", "must be text, not a list"),
    "group in place of text": (FUND, "money: revenue", "money: {a: b}", "money:", "money", "must be text, not a list"),
    "text in place of a list": (FUND, "[primary, secondary]", "primary", "phases:", "phases",
        'must be a list. Write [primary], or one value a line after "- "'),
    "group in place of a list": (FUND, "lead_duties: [Holds the grant]", "lead_duties: {a: b}", "lead_duties:",
        "lead_duties", "this must be a list, like [one, two]"),
    "text in place of a group": (FUND, "funder: {name: Youth Trust, kind: trust-or-foundation}", "funder: Youth Trust",
        "funder:", "funder", "must be a group of fields, like {name: Ofsted}"),
    "list in place of a group": (FUND, "effort: {level: light, basis: One form}", "effort: [light]", "effort:",
        "effort", "must be a group of fields"),
    "empty field": (FUND, "money: revenue", "money:", "money:", "money", "this is empty. Leave the field out"),
    "empty text": (FUND, "monitoring: A report at the end.", 'monitoring: " "', "monitoring:", "monitoring",
        "this is empty. Leave the field out"),
    "empty field that should be a list": (FUND, "phases: [primary, secondary]", "phases:", "phases:", "phases",
        "this is empty. Leave the field out"),
    "empty item": (FUND, "[Holds the grant]", '[Holds the grant, ""]', "lead_duties:", "lead_duties[2]",
        "this is empty. Leave the field out"),
    "empty list": (FUND, "[primary, secondary]", "[]", "phases:", "phases", "this list is empty. Leave the field out"),
    "empty group": (FUND, "{percent: 10}", "{}", "match_funding:", "match_funding",
        "this group is empty. Leave it out"),
    "the same value twice": (FUND, "[primary, secondary]", "[primary, primary]", "phases:", "phases",
        '"primary" is in this list twice; keep one'),
    "all among other values": (FUND, "[primary, secondary]", "[primary, all]", "phases:", "phases",
        '"all" stands alone'),
    "all inside a list": (FUND, "[primary, secondary]", "[all]", "phases:", "phases",
        'write "all", or list the values'),
    "all where there is no all": (FUND, "[operational-coordination]", "[all]", "key_features:", "key_features[1]",
        '"all" is not in the list key_features'),
    "summary too long": (FUND, "summary: Pays", f"summary: {'Pays ' * 40}", "summary:", "summary",
        "254 characters. Write at most 200"),
    "the file's own id": (FUND, "title: Youth fund", "title: Youth fund\nid: youth-fund", "id: youth-fund", "id",
        "leave this out: it comes from the file itself"),
    "a skeleton's gap in a field": (FUND, "money: revenue", "money: FILL IN", "money:", "money",
        '"FILL IN" still stands here. Write what the source says'),
}
VALUES: dict[str, Spoil] = {
    "value not in its list": (FUND, "status: open", "status: opne", "status:", "status",
        '"opne" is not in the list statuses. Did you mean open?'),
    "value not in its list, in a list": (FUND, "[primary, secondary]", "[primary,\n  secundary]", "secundary",
        "phases[2]", "Did you mean secondary?"),
    "value in words": (FUND, "route: competitive-bid", "route: Competitive bid", "route:", "route",
        "Did you mean competitive-bid?"),
    "value like no other": (FUND, "money: revenue", "money: gold", "money:", "money",
        "Write one of: capital, revenue, both, in-kind."),
    "unknown council": (CASE, "[portsmouth]", "[portsmoth]", "local_authorities:", "place.local_authorities[1]",
        "Did you mean portsmouth?"),
    "no day of the calendar": (FUND, "closes: 2026-11-12", "closes: 2026-11-31", "closes:", "windows[1].closes",
        '"2026-11-31" is not a date. Write a day 2026-11-14'),
    "pounds with a sign": (FUND, "{min: 300,", "{min: £300,", "amount:", "amount.min",
        'whole number without sign or comma, like 10000, not "£300"'),
    "pounds with a comma": (FUND, "max: 20000", 'max: "20,000"', "amount:", "amount.max", 'not "20,000"'),
    "pounds and pence": (FUND, "{min: 300,", "{min: 300.50,", "amount:", "amount.min", "whole number"),
    "endless digits": (FUND, "{min: 300,", f"{{min: {'9' * 5000},", "amount:", "amount.min",
        "this number is too large"),
    "less than nothing": (FUND, "{min: 300,", "{min: -300,", "amount:", "amount.min", "this must be 0 or more"),
    "more than the whole": (FUND, "{percent: 10}", "{percent: 110}", "match_funding:", "match_funding.percent",
        "this must be 100 or less"),
    "words for a number": (FUND, "{percent: 10}", "{percent: ten}", "match_funding:", "match_funding.percent",
        'must be a number, like 12.5, not "ten"'),
    "no number at all": (CASE, "change: -42", "change: nan", "change:", "results[1].change", "must be a number"),
    "no end": (FUND, "{min: 20, max: 100}", "{min: 20, max: inf}", "limit:", "eligibility[1].limit.max", "be a number"),
    "scope": (FUND, "scope: at-least-2", "scope: at-least-none", "scope: at-least", "eligibility[2].scope",
        "Write lead, every, any, or a number like at-least-2"),
    "no id": (FUND, "source: page\n  - kind: area-list", "source: The page\n  - kind: area-list", "source: The page",
        "eligibility[1].source", '"The page" is not an id. Write lower-case letters'),
    "address without its start": (FUND, "    url: https://", "    url: ", "    url:", "sources[1].url",
        "is not a web address. Write it in full, like https://"),
    "address that cannot be taken apart": (FUND, "    url: https://www", '    url: "https://[www"\n#', "    url:",
        "sources[1].url", "is not a web address"),
    "address of a staging host": (FUND, "    url: https://www.", "    url: https://www-staging.", "    url:",
        "sources[1].url", "Leave the url out and name publisher and date"),
    "official page on a test host": (FUND, "official_page: https://www.", "official_page: https://test.",
        "official_page:", "official_page", "Write the public address, or leave this out"),
    "official page without https": (FUND, "official_page: https:", "official_page: http:", "official_page:",
        "official_page", "this must start with https://"),
}
SENSE: dict[str, Spoil] = {
    "two sources of one id": (FUND, "- id: study", "- id: page  # again", "# again", "sources[2].id",
        'another source of this record has the id "page". Give this one its own'),
    "document without locator": (FUND, "    locator: Paragraph 12\n", "", "- id: study", "sources[2]", "add a locator"),
    "source of nobody": (FUND, "    publisher: Youth Trust\n", "", "- id: page", "sources[1]",
        "either a document (with a locator) or a publisher"),
    "source of two": (FUND, "document: evening", "publisher: Youth Trust\n    document: evening", "- id: study",
        "sources[2]", "either a document (with a locator) or a publisher"),
    "group no source bears": (FUND, "applying, conditions,", "applying,", "monitoring:", "monitoring",
        "no source supports this. Add conditions to the supports"),
    "group no source of a case bears": (CASE, "results, paying,", "results,", "funding:", "funding",
        "no source supports this. Add paying to the supports"),
    "group there is not": (FUND, "    supports: [purpose]", "    supports: [purpose, purposes]",
        "supports: [purpose, p", "sources[2].supports[2]", '"purposes" is no group. Did you mean purpose?'),
    "programme without status": (FUND, "status: open\n", "", "kind:", "status", "Write not-confirmed if the sources"),
    "mechanism with status": (LETTINGS, "route:", "status: open\nroute:", "status:", "status",
        "a mechanism has no status and no dates. Leave this out"),
    "mechanism with dates": (LETTINGS, "route:", "windows:\n  - {closes: 2027}\nroute:", "windows:", "windows",
        "a mechanism has no status and no dates. Leave this out"),
    "nothing to review it by": (FUND, "review_by: 2027-03-27\n", "", "kind:", "review_by",
        "add the day after which this is stale, at most 12 months after checked.on"),
    "review too late": (FUND, "review_by: 2027-03-27", "review_by: 2027-03-29", "review_by:", "review_by",
        "more than 12 months after checked.on (27 March 2026). Bring it forward"),
    "review in some month": (FUND, "review_by: 2027-03-27", "review_by: 2027-03", "review_by:", "review_by",
        "this must be a day, like 2027-03-27"),
    "source newer than the check": (FUND, "    dated: 2026-03-27", "    dated: 2026-03-28", "dated:",
        "sources[1].dated", "newer than checked.on. Set checked.on to its date"),
    "closing before opening": (FUND, "closes: 2026-11-12", "closes: 2026-08", "closes:", "windows[1].closes",
        "August 2026 is before opens, 1 September 2026"),
    "spending ends before it begins": (FUND, "spend_by: 2028", "spend_by: 2026", "spend_by:", "windows[1].spend_by",
        "31 March 2026 is before spend_from, April 2027"),
    "window without a date": (FUND, "- recurs: yearly", "- note: Some day", "- note:", "windows[2]",
        "a window needs a date or recurs"),
    "amounts swapped": (FUND, "{min: 300, max: 20000,", "{min: 20000, max: 300,", "amount:", "amount.max",
        "300 is less than the lower bound, 20000. Swap them"),
    "months swapped": (FUND, "max_months: 24", "max_months: 6", "max_months:", "duration.max_months",
        "6 is less than the lower bound, 12. Swap them"),
    "rule without limit": (FUND, "    limit: {min: 20, max: 100}\n", "", "- kind: roll", "eligibility[1].limit",
        "a rule of the kind roll needs a limit with min, max or both"),
    "limit swapped": (FUND, "{min: 20, max: 100}", "{min: 200, max: 100}", "limit:", "eligibility[1].limit.max",
        "this is less than min. Swap them"),
    "rule without values": (FUND, "    values: [opportunity-areas]\n", "", "- kind: area-list", "eligibility[2].values",
        "needs values: what it is compared with"),
    "any of nothing": (FUND, "- kind: roll", "- kind: any-of", "- kind: any-of", "eligibility[1].options",
        "a rule of the kind any-of, and no other, lists the options"),
    "option without limit": (FUND, "- kind: area-list\n    values: [opportunity-areas]",
        "- kind: any-of\n    options:\n      - {kind: roll, says: Small schools.}", "- {kind: roll",
        "eligibility[2].options[1].limit", "a rule of the kind roll needs a limit with min, max or both"),
    "rule of an unknown source": (FUND, "source: page\n  - kind: area", "source: pages\n  - kind: area",
        "source: pages", "eligibility[1].source", 'no source of this record has the id "pages". Did you mean page?'),
    "result without a figure": (CASE, "    change: -42\n", "", "- measure:", "results[1]",
        "needs before, after or change. Put words without figures in the body"),
    "measured without results": (CASE, 'results:\n  - measure: Calls to the police\n    change: -42\n    unit: "%"\n'
        "    locator: Paragraph 12\nevidence", "evidence", "evidence:", "evidence",
        'measured means that results has figures. Add them, or write "described"'),
    "option with options": (FUND, "- kind: area-list\n    values: [opportunity-areas]",
        "- kind: any-of\n    options:\n      - {kind: any-of, says: Some.}", "- {kind: any-of",
        "eligibility[2].options[1].kind", "an option cannot have options itself. List them all here"),
    "figures that are only described": (CASE, "evidence: measured", "evidence: described", "evidence:", "evidence",
        'results has figures. Write "measured"'),
    "period that ends before it starts": (CASE, "to: 2006-03}", "to: 2000-03}", "period:", "period.to",
        "March 2000 is before from, 2001"),
}
BODIES: dict[str, Spoil] = {
    "section left out": (FUND, "## How to apply\n", "", "\n## What it pays for", "body",
        'the section "## How to apply" is missing. Add it, if only with a line'),
    "section too many": (CASE, "## The situation", "## Thanks\n\nMany.\n\n## The situation", "## Thanks", "body",
        '"Thanks" is not a section. Write one of: '),
    "sections in another order": (LETTINGS, "## Who did it\n\nThe source does not say.\n\n## What to watch\n\nHeating.",
        "## What to watch\n\nHeating.\n\n## Who did it\n\nThe source does not say.", "## What to watch", "body",
        "in this order: What it is, When it fits, What it takes to set up, Who did it, What to watch"),
    "section twice": (LETTINGS, "## When it fits", "## What it is\n\nAgain.\n\n## When it fits",
        "## What it is\n\nAgain", "body", "put each section once, in this order"),
    "empty section": (FUND, "\nOne form.\n", "\n<!-- later -->\n", "## How to apply", "body",
        '"How to apply" is empty. Say in a line that the source is silent'),
    "text above the first section": (FUND, "---\n\n## What it pays", "---\nHello.\n\n## What it pays", "Hello.", "body",
        'start the body with "## What it pays for"'),
    "link without an address": (FUND, "(https://www.youthtrust.org.uk/evenings)", "(evenings)", "## Who can apply",
        "body", 'a link in "Who can apply" leads nowhere. Write https://... in full'),
    "a skeleton's gap in the body": (FUND, "\nOne form.\n", "\nFILL IN\n", "FILL IN", "body",
        '"FILL IN" still stands here'),
    "lists without end": (FUND, "\nOne form.\n", "\n".join(["", *("    " * depth + "- x" for depth in range(300)), ""]),
        "## How to apply", "body", 'in "How to apply" lists or quotations stand in each other too'),
}
# fmt: on
SPOILS = FIELDS | VALUES | SENSE | BODIES


def spoil(content: Path, path: str, old: str, new: str) -> str:
    """Replace a text that stands in a file once, and return what the file then holds."""
    text = (content / path).read_text()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    spoiled = text.replace(old, new)
    (content / path).write_text(spoiled)
    return spoiled


def test_the_small_set_is_sound(small_content: Path):
    assembly, problems = check_content(small_content)
    assert problems == []
    assert len(assembly.corpus.records) == 11


@pytest.mark.parametrize("name", SPOILS)
def test_one_fault_is_one_problem_in_its_place_with_what_to_write_instead(small_content: Path, name):
    path, old, new, at, field, says = SPOILS[name]
    spoiled = spoil(small_content, path, old, new)
    _, problems = check_content(small_content)
    assert [(problem.path, problem.field) for problem in problems] == [(path, field)]
    line = spoiled.count("\n", 0, spoiled.index(at)) + 1
    assert problems[0].line == line
    assert says in problems[0].message
    assert str(problems[0]) == f"{path}:{line}: {field}: {problems[0].message}"
