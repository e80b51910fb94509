"""Both formats, read back by readers of other people."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from localmessages.reports.exports.csv_file import CsvFile
from localmessages.reports.exports.table import Cell, Column, Kind
from localmessages.reports.exports.xlsx_file import XlsxFile
from localmessages.rules.cells import harmless, is_like_a_formula, printable
from tests.support.exports import read

COLUMNS: list[Column[Any]] = [Column(kind.name, lambda row: row, kind) for kind in Kind]
AT = datetime(2026, 11, 1, 1, 30, 59)  # noqa: DTZ001
ROW: list[Cell] = ["Ada", "+19175550123", Decimal("9.50"), True, AT]
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠x", '=HYPERLINK("x";"y")']


def csv_of(*rows: list[Cell], columns: list[Column[Any]] = COLUMNS) -> bytes:
    file = io.BytesIO()
    made = CsvFile(file, columns)
    made.write(rows)
    made.close()
    return file.getvalue()


def xlsx_of(*rows: list[Cell], columns: list[Column[Any]] = COLUMNS, **more: Any) -> bytes:
    file = io.BytesIO()
    made = XlsxFile(file, columns, scratch=Path("/tmp"), **more)
    made.write(rows)
    made.close()
    return file.getvalue()


def test_csv_is_that_of_the_rfc_in_utf_8_that_excel_knows():
    content = csv_of(ROW, [None] * 5, ['He said "hi", then\nleft; ü', None, 3, False, None])

    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").split("\r\n") == [
        '"TEXT","PHONE","NUMBER","YES_NO","INSTANT"',
        '"Ada","+19175550123",9.50,"TRUE","2026-11-01 01:30:59"',
        '"","","","",""',
        '"He said ""hi"", then\nleft; ü","",3,"FALSE",""',
        "",
    ]


def test_a_workbook_has_numbers_booleans_and_instants_as_such():
    headings, row, *_ = read(xlsx_of(ROW), "XLSX")

    assert headings == ["TEXT", "PHONE", "NUMBER", "YES_NO", "INSTANT"]
    assert row == ["Ada", "+19175550123", 9.5, True, AT]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_is_a_formula(text: str):
    _, (shown,) = read(csv_of([text], columns=COLUMNS[:1]), "CSV")
    book = load_workbook(io.BytesIO(xlsx_of([text], columns=COLUMNS[:1])))
    cell = book.worksheets[0]["A2"]

    assert shown == f"'{text}"
    assert (cell.data_type, cell.value) == ("s", text.replace("\r", "\n"))
    # As if somebody had typed an apostrophe: it stays a text when it is edited.
    assert cell.quotePrefix


def test_a_sheet_that_is_full_is_followed_by_another_with_the_headings():
    rows: list[list[Cell]] = [[n] for n in range(7)]
    columns: list[Column[Any]] = [Column("N", lambda row: row, Kind.NUMBER)]

    book = load_workbook(io.BytesIO(xlsx_of(*rows, columns=columns, rows_a_sheet=4)))

    sheets = {sheet.title: [row[0] for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}
    assert sheets == {
        "Sheet 1": ["N", 0, 1, 2],
        "Sheet 2": ["N", 3, 4, 5],
        "Sheet 3": ["N", 6],
    }


def test_a_text_that_is_too_long_for_a_cell_is_cut_off():
    _, (shown,) = read(xlsx_of(["x" * 40_000], columns=COLUMNS[:1]), "XLSX")

    assert shown == "x" * 32_767


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(DANGEROUS)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(texts, min_size=1, max_size=8))
def test_any_text_comes_back_the_same_but_for_what_files_refuse(given_texts: list[str]):
    rows: list[list[Cell]] = [[text] for text in given_texts]

    in_csv = [row[0] for row in read(csv_of(*rows, columns=COLUMNS[:1]), "CSV")[1:]]
    content = xlsx_of(*rows, columns=COLUMNS[:1])
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    in_book = [sheet.cell(row, 1).value or "" for row in range(2, len(rows) + 2)]

    shown = [printable(text) for text in given_texts]
    assert in_csv == [harmless(text) for text in shown]
    assert not any(is_like_a_formula(text) for text in in_csv)
    assert in_book == [text.replace("\r\n", "\n").replace("\r", "\n") for text in shown]
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
