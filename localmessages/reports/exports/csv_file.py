"""Rows as CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO

from localmessages.reports.exports.table import Cell, Column, Kind
from localmessages.rules.cells import harmless, printable


class CsvFile:
    """A table in UTF-8, with headings, lines ended by CRLF.

    It begins with a byte order mark: without one Excel reads the bytes in the code page of the machine.
    """

    def __init__(self, file: BinaryIO, columns: Sequence[Column[Any]]) -> None:
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=False)
        # Texts are quoted, all of them: a program that parts columns by semicolons must not find any in one.
        self._writer = csv.writer(self._text, quoting=csv.QUOTE_NONNUMERIC)
        self._shown = [_SHOWN[column.kind] for column in columns]
        self._writer.writerow([column.heading for column in columns])

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add rows."""
        shown = self._shown
        self._writer.writerows([show(value) for show, value in zip(shown, row, strict=True)] for row in rows)

    def close(self) -> None:
        """Write what is left; the file itself stays open."""
        self._text.flush()
        self._text.detach()


def _text(value: Any) -> str:
    return "" if value is None else harmless(printable(value))


def _as_it_is(value: Any) -> Any:
    return "" if value is None else value


def _yes_no(value: Any) -> str:
    return "" if value is None else "TRUE" if value else "FALSE"


def _instant(value: Any) -> str:
    return "" if value is None else value.isoformat(" ", "seconds")


_SHOWN: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: _text,
    Kind.PHONE: _as_it_is,
    Kind.NUMBER: _as_it_is,
    Kind.YES_NO: _yes_no,
    Kind.INSTANT: _instant,
}
