"""Sums of money and results in words."""

from __future__ import annotations

import pytest

from kb.records.amounts import describe_amount, describe_result, write_number, write_pounds
from kb.records.case_study import Result
from kb.records.funding import Amount
from kb.records.vocabulary import Entry, Vocabulary

VOCABULARY = Vocabulary({"amount_per": [Entry("award", "Each award"), Entry("pupil", "Each pupil")]})


@pytest.mark.parametrize(
    ("pounds", "words"),
    [
        (0, "£0"),
        (300, "£300"),
        (10_000, "£10,000"),
        (999_999, "£999,999"),
        (1_000_000, "£1 million"),
        (1_500_000, "£1.5 million"),
        (1_234_000, "£1.234 million"),
        (1_234_567, "£1,234,567"),
        (10_000_000, "£10 million"),
        (600_000_000, "£600 million"),
        (1_000_000_000, "£1 billion"),
        (1_875_000_000, "£1.875 billion"),
        (2_000_500_000, "£2,000.5 million"),
        (1_000_000_000_000, "£1,000 billion"),
    ],
)
def test_pounds_are_written_as_readers_write_them(pounds, words):
    assert write_pounds(pounds) == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"min": 300, "max": 20_000, "per": "award"}, "£300 to £20,000"),
        ({"min": 300, "max": 20_000}, "£300 to £20,000"),
        ({"min": 0, "max": 500}, "£0 to £500"),
        ({"max": 20_000, "total": 5_000_000}, "Up to £20,000"),
        ({"min": 300}, "From £300"),
        ({"min": 1_515, "max": 1_515, "per": "pupil"}, "£1,515 for each pupil"),
        ({"max": 500, "per": "council"}, "Up to £500 for council"),
        ({"total": 600_000_000, "per": "pupil"}, "£600 million in all"),
        ({"note": "By agreement"}, "Varies: see the record"),
        ({"per": "pupil"}, None),
    ],
)
def test_an_amount_is_described_in_a_few_words(fields, words):
    assert describe_amount(Amount(**fields), VOCABULARY) == words


def test_no_amount_is_no_words():
    assert describe_amount(None, VOCABULARY) is None


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (61.0, "61"),
        (4.5, "4.5"),
        (-42.0, "−42"),
        (-0.5, "−0.5"),
        (0.0, "0"),
        (12_345.0, "12,345"),
        (1_234.25, "1,234.25"),
    ],
)
def test_a_figure_has_no_needless_decimals_and_a_real_minus_sign(number, words):
    assert write_number(number) == words


@pytest.mark.parametrize(
    ("figures", "unit", "words"),
    [
        ({"change": -42}, "%", "Call-outs: −42%"),
        ({"change": 5}, "percentage points", "Call-outs: +5 percentage points"),
        ({"change": 0}, "%", "Call-outs: 0%"),
        ({"before": 25, "after": 61}, "% of pupils", "Call-outs: 25 to 61% of pupils"),
        ({"before": 25, "after": 61, "change": 36}, "pupils", "Call-outs: 25 to 61 pupils"),
        ({"before": 0, "after": 3}, "a week", "Call-outs: 0 to 3 a week"),
        ({"after": 4.5}, "a week", "Call-outs: 4.5 a week"),
        ({"before": 7}, "a week", "Call-outs: 7 a week"),
        ({"before": 7, "change": -2}, "a week", "Call-outs: −2 a week"),
    ],
)
def test_a_result_is_one_line(figures, unit, words):
    assert describe_result(Result(measure="Call-outs", unit=unit, locator="Case 7", **figures)) == words
