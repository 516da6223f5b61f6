"""Every weight of the ranking, in one place, each with its reason.

The figures were set on the judged queries that are not held out (docs/relevance.md); the reasons say why they are no
accident.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldWeight:
    """How much a match in a field counts (`weight`), and how far long fields are held back (`length`, BM25's b)."""

    weight: float
    length: float
    reason: str


FIELDS: dict[str, FieldWeight] = {
    "names": FieldWeight(
        3.0, 0.75, "Title, acronym and aliases: who types NRF or 'sports premium' wants that record and no other."
    ),
    "summary": FieldWeight(
        4.0, 0.4, "One sentence we wrote to say what the record is about: little in it is by the way."
    ),
    "facts": FieldWeight(
        2.0,
        0.2,
        "Labels of facets, places, partners, funder and whom it is for: how readers describe a need, often in words "
        "that the body never uses. Below the summary, because a record may carry many labels.",
    ),
    "asked": FieldWeight(
        3.0, 0.4, "What people would type for whom the record is an answer: their words, where it has the source's."
    ),
    "body": FieldWeight(
        1.0, 0.4, "The measure of the others. Our bodies are of like length, so length says little of them."
    ),
}
# BM25's k1: the second mention of a word adds less than the first. Larger than is usual for plain text, because
# the weights of the fields make the counts larger.
SATURATION = 6.0
# A record with every word gets this share of the best record's score on top: enough to stand first where the others
# have a word or two less, not where they are about the matter and it only happens to have the words.
ALL_WORDS = 0.3

# A record that answers the needs a query is for, or to which its words lead, gets this share of the best record's
# score, times how well it answers. It may then be shown without having the words, where it answers at least so well:
# who asks "mums and dads who can't read our letters" wants adult learning, which says neither.
NEEDS = 3.0
NEED_SHOWS = 0.3
# Of the first so many records, those like the first three of them get up to this share of the best score: who types a
# few words wants the records that have the others too. More than three bring in what is only near the matter.
LIKE_FIRST = 1.0
FIRST = 3
LIKE_OF_FIRST = 60

# How much a need weighs (as powers of e): the share of the query's words, by idf, that it says, and the share of its
# title that the query says, each up to 1. Words are scored by BM25 over the titles and expressions of all needs; the
# expressions are of like number, so length says little. What vectors, the nearest expression or the records found say
# beside it: docs/relevance.md.
NEED_WORDS = 20.0
NEED_TITLE = 2.5
NEED_SATURATION = 1.5
NEED_LENGTH = 0.3

# How well a record answers by what each word leads to (kb/index/leads.py) counts so much beside how well it answers the
# needs a query is for. The regression keeps weights small by this much of their squares, and leaves out words of fewer
# expressions than this, from which there is little to learn.
LEADS = 1.0
LEAD_RIDGE = 4.0
LEAD_FEWEST = 5

# A record's score is multiplied by how much of the query it has, by weight, of which the square root is taken so many
# times (to the power 0.25): two rare words of three beat one of them said often. Without it judged queries score lower
# (docs/relevance.md).
COVERAGE_ROOTS = 2

# A record with a name that has every word of a search gets this share of the best score, times how much of the name the
# search says: who types "sports premium" wants the primary PE and sport premium, before all that says the same words.
IN_NAMES = 6.0

# A search that says a name among other words gives the records of that name this share of the best score: "when does
# the Wolfson round close - science labs" asks for that fund and not for the many that are about science labs. A name is
# a word that at most so many records have in theirs and English has not, such as Wolfson or HAF, or a whole title,
# acronym or alias of two words and up to so many. Glossary terms gain nothing: who mentions the DSG in passing does not
# ask what it is.
SAID_NAME = 2.5
NAME_HOLDERS = 6
LONGEST_NAME = 8

# An expression of the thesaurus, or the word probably meant by one that no record has, counts for this share of its
# score: of records that say it as often, those with the reader's own word come first. So it does for needs, and in
# their titles, which are short, for OTHER_TITLE: "climbing frame" is not all that who types "playground" may mean.
OTHER_WORDS = 0.7
OTHER_TITLE = 0.5

# A stream limited to places, of which a query names none but others, counts for this share of its score: nobody in
# Brixton can bid for a fund for Bedford. Not for nothing, since a school may look for its neighbour.
ELSEWHERE = 0.3

# A query that is exactly a name of a record puts that record first, whatever else matches: one with a page of its own
# by its title, then by its acronym, its id or an alias that is a name of its own; then a glossary term, which only says
# what the words mean.
EXACT_NAMES = {"title": 3000.0, "alias": 2000.0, "term": 1000.0}

# A record with only some of the words is shown if the weight (idf) of those it has is at least this share of the best
# record's. Without it "police in school" answers with every record that says "school".
SHARE_OF_BEST = 0.35
