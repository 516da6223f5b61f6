"""Text of records and readers made safe to write into files of any format."""

from __future__ import annotations

import re

# Signs that a calendar, a feed or a table cannot show and some refuse; line ends are mended before.
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def clean_text(text: str) -> str:
    """Text with line ends as writers expect them and without signs that programs cannot show."""
    return CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_line(text: str) -> str:
    """Clean text on one line, with single spaces."""
    return " ".join(clean_text(text).split())
