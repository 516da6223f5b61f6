"""The self-assessment: ratings by question, a result by key feature, and what helps where it is weak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.generations import Generation
from kb.queries.search import make_lookup
from kb.records.card import Card
from kb.records.guide import Question

RATINGS = {1: "No, or we cannot say", 2: "In part", 3: "Mostly", 4: "Yes, and we can show it"}
AUDIENCES = {"council": "A council", "school": "A school"}
WEAK = 2.5  # the middle of the scale: a mean below it says "in part" more often than "mostly"
SHOWN = 4  # records of each kind to start from


@dataclass(frozen=True)
class RatedQuestion:
    """A question as its audience reads it, with its rating from 1 to 4, None while it is not answered."""

    question: Question
    asks: str
    rating: int | None


@dataclass(frozen=True)
class FeatureResult:
    """One key feature with its questions. `mean` of the ratings given, None without any.

    `cases` and `streams` are records to start from; they are given only where the feature is weak.
    """

    value: str
    label: str
    questions: tuple[RatedQuestion, ...]
    mean: float | None
    cases: tuple[Card, ...] = ()
    streams: tuple[Card, ...] = ()

    @property
    def answered(self) -> int:
        """How many of its questions have a rating."""
        return sum(question.rating is not None for question in self.questions)

    @property
    def is_weak(self) -> bool:
        """True when its mean lies below the middle of the scale."""
        return self.mean is not None and self.mean < WEAK

    @property
    def percent(self) -> float:
        """The mean as a share of the scale, for a bar: 1 is 0, 4 is 100."""
        return 0.0 if self.mean is None else round((self.mean - 1) / 3 * 100, 1)


def list_question_ids(generation: Generation) -> list[str]:
    """The ids of all questions, in their order."""
    return [question.id for question in generation.catalogue.list_all_questions()]


def assess(generation: Generation, audience: str, ratings: Mapping[str, int]) -> tuple[FeatureResult, ...]:
    """The result of each key feature, in their order; `ratings` by question id."""
    questions = generation.catalogue.list_all_questions()
    features = generation.catalogue.vocabulary.entries("key_features")
    results = []
    for feature in features:
        rated = tuple(
            RatedQuestion(question, _word(question, audience), ratings.get(question.id))
            for question in questions
            if question.feature == feature.value
        )
        given = [question.rating for question in rated if question.rating is not None]
        mean = round(sum(given) / len(given), 2) if given else None
        helps = _find_helps(generation, feature.value) if mean is not None and mean < WEAK else ((), ())
        results.append(FeatureResult(feature.value, feature.label, rated, mean, *helps))
    return tuple(results)


def _word(question: Question, audience: str) -> str:
    return question.for_school if audience == "school" and question.for_school else question.asks


def _find_helps(generation: Generation, feature: str) -> tuple[tuple[Card, ...], tuple[Card, ...]]:
    """Cases that show a feature, those that lasted first, and current streams that ask or pay for it."""
    lookup = generation.derive(make_lookup)
    tagged = lookup.sets["key_feature"].get(feature, 0)
    found = []
    for record_type in ("case-study", "funding"):
        members = tagged & lookup.sets["type"][record_type]
        numbers = [number for number in range(members.bit_length()) if members >> number & 1]
        lasted = lookup.sets["sustained"].get("yes", 0)
        numbers.sort(key=lambda number: (not lasted >> number & 1, lookup.keys.browse[number]))
        found.append(tuple(generation.catalogue.list_cards(numbers[:SHOWN])))
    return found[0], found[1]
