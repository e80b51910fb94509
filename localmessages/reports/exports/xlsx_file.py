"""Rows as an Excel workbook, written as they come: memory holds one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from localmessages.reports.exports.table import Cell, Column, Kind
from localmessages.rules.cells import is_like_a_formula, printable

# What Excel takes, headings included; the rest goes on the next sheet.
ROWS_A_SHEET = 1_048_576
LONGEST_TEXT = 32_767
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  Excel knows no zones
_SECONDS_A_DAY = 86_400
_WIDTHS = {Kind.TEXT: 18, Kind.PHONE: 16, Kind.NUMBER: 11, Kind.YES_NO: 9, Kind.INSTANT: 19}

Write = Callable[[Worksheet, int, int, Any], None]


class XlsxFile:
    """A table on one sheet, or on as many as it needs, each with the headings."""

    def __init__(
        self,
        file: BinaryIO,
        columns: Sequence[Column[Any]],
        *,
        scratch: Path,
        rows_a_sheet: int = ROWS_A_SHEET,
    ) -> None:
        self._book = Workbook(file, {"constant_memory": True, "tmpdir": str(scratch)})
        self._book.use_zip64()
        self._columns = columns
        self._rows_a_sheet = rows_a_sheet
        self._heading = self._book.add_format({"bold": True})
        # Excel's own mark of a text: the cell holds what was said, and stays a text when it is edited.
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._instant = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        shown = self._shown()
        self._shown_columns = [(number, shown[column.kind]) for number, column in enumerate(columns)]
        self._sheets = 0
        self._begin_sheet()

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Add rows."""
        for row in rows:
            if self._row == self._rows_a_sheet:
                self._begin_sheet()
            sheet, at = self._sheet, self._row
            for (number, show), value in zip(self._shown_columns, row, strict=True):
                if value is not None:
                    show(sheet, at, number, value)
            self._row += 1

    def close(self) -> None:
        """Put the workbook together; the file itself stays open."""
        self._book.close()

    def _begin_sheet(self) -> None:
        self._sheets += 1
        self._sheet: Worksheet = self._book.add_worksheet(f"Sheet {self._sheets}")
        for number, column in enumerate(self._columns):
            self._sheet.set_column(number, number, _WIDTHS[column.kind])
        self._sheet.freeze_panes(1, 0)
        for number, column in enumerate(self._columns):
            self._sheet.write_string(0, number, column.heading, self._heading)
        self._row = 1

    def _shown(self) -> dict[Kind, Write]:
        quoted: Format = self._quoted
        instant: Format = self._instant

        def text(sheet: Worksheet, row: int, column: int, value: Any) -> None:
            said = _text(value)
            if said:
                sheet.write_string(row, column, said, quoted if is_like_a_formula(said) else None)

        def phone(sheet: Worksheet, row: int, column: int, value: Any) -> None:
            sheet.write_string(row, column, value, quoted)

        def number(sheet: Worksheet, row: int, column: int, value: Any) -> None:
            sheet.write_number(row, column, float(value))

        def yes_no(sheet: Worksheet, row: int, column: int, value: Any) -> None:
            sheet.write_boolean(row, column, value)

        def moment(sheet: Worksheet, row: int, column: int, value: Any) -> None:
            sheet.write_number(
                row,
                column,
                (value.replace(microsecond=0) - _DAY_ZERO).total_seconds() / _SECONDS_A_DAY,
                instant,
            )

        return {
            Kind.TEXT: text,
            Kind.PHONE: phone,
            Kind.NUMBER: number,
            Kind.YES_NO: yes_no,
            Kind.INSTANT: moment,
        }


def _text(value: str) -> str:
    # A carriage return of its own does not survive XML.
    return printable(value.replace("\r\n", "\n").replace("\r", "\n"))[:LONGEST_TEXT]
