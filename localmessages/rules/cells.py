"""Texts in cells of spreadsheets, which run what looks like a formula."""

import re

# What spreadsheets take for the beginning of a formula, also as full-width and small forms.
_STARTS = "=+\\-@＝＋－＠﹦﹢﹣﹫"
# Some trim what cannot be seen before they look.
_UNSEEN = "\\s\u00ad\u200b-\u200f\u2060\ufeff"
_FORMULA = re.compile(f"[{_UNSEEN}]*[{_STARTS}]|[\t\r\n]")
# XML has no place for these, so a workbook with one of them does not open.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def is_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet might run it."""
    return _FORMULA.match(text) is not None


def harmless(text: str) -> str:
    """The text behind an apostrophe where a spreadsheet might run it, which makes it a text there."""
    return f"'{text}" if is_like_a_formula(text) else text


def printable(text: str) -> str:
    """The text without the control characters that files refuse; line breaks and tabs stay."""
    return _REFUSED.sub("", text)


def words(value: str) -> str:
    """The name of a value of an enum, as people read it."""
    return value.replace("_", " ").capitalize()
