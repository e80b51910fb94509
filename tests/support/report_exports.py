"""Every view of a report as a file: its rows are those of the tile, of the pages, of the bare facts (C8)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from localmessages.reports.exports.csv_file import CsvFile
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.sources import MessagesReportSource, from_json, to_json
from localmessages.reports.exports.table import AnyTable, Cell, Kind
from localmessages.reports.exports.tables import report_table
from localmessages.reports.exports.xlsx_file import XlsxFile
from localmessages.reports.messages_report.asked import AskedFilter
from localmessages.reports.messages_report.columns import RowOrder
from localmessages.reports.windows import WindowSpec
from localmessages.rules.cells import harmless, printable
from localmessages.rules.exports import ReportView
from localmessages.rules.metrics import OutOfHours
from tests.support.exports import read
from tests.support.report_recompute import AskedReport, Recomputed

IDS: dict[ReportView, Callable[[Any], UUID]] = {
    ReportView.ROWS: lambda row: row.message.id,
    ReportView.DELIVERED: lambda row: row.message.id,
    ReportView.NON_DELIVERABLE: lambda row: row.message.id,
    ReportView.CONVERSATIONS_HELD: lambda row: row.figures.id,
    ReportView.CONVERSATIONS_WITH_PAY_BY_TEXT: lambda row: row.figures.id,
    ReportView.PAY_BY_TEXT: lambda row: row.view.request.id,
    ReportView.OPT_OUTS: lambda row: row.entry.id,
    ReportView.LINKS_SENT: lambda row: row.view.link.id,
    ReportView.LINKS_CLICKED: lambda row: row.view.link.id,
    ReportView.INBOUND_WAITS: lambda row: row.wait.id,
    ReportView.OUTBOUND_WAITS: lambda row: row.wait.id,
}


def source_of(asked: AskedReport, window: WindowSpec, view: ReportView, order: RowOrder) -> Any:
    """The source of a view, as it comes out of the table of exports."""
    source = MessagesReportSource(
        filter=AskedFilter(
            window=window,
            zone=asked.window.zone,
            location_ids=asked.places,
            agent_ids=asked.agents,
            campaign_ids=asked.campaigns,
            any_tags=asked.any_tags,
            all_tags=asked.all_tags,
        ),
        out_of_hours=OutOfHours(asked.mode),
        view=view,
        order_by=order.column,
        order=order.direction,
    )
    kept = from_json(to_json(source))
    assert kept == source
    return kept


def table_of_view(
    asked: AskedReport, window: WindowSpec, view: ReportView, order: RowOrder, reader: Reader
) -> AnyTable:
    """The table that the file of a view is made of."""
    return report_table(source_of(asked, window, view, order), reader)


async def all_rows(connection: asyncpg.Connection, table: AnyTable) -> list[Any]:
    """Everything that is in the file; as many as were counted."""
    rows = [row async for part in table.rows(connection) for row in part]
    assert len(rows) == await table.count(connection)
    return rows


def expected_ids(told: Recomputed) -> dict[ReportView, set[UUID]]:
    """What the bare facts say that is in each view, waits aside."""
    links = told.links()
    return {
        ReportView.ROWS: _ids(told.texts),
        ReportView.DELIVERED: _ids(told.delivered),
        ReportView.NON_DELIVERABLE: _ids(told.failed),
        ReportView.CONVERSATIONS_HELD: told.held(),
        ReportView.CONVERSATIONS_WITH_PAY_BY_TEXT: told.with_bills(),
        ReportView.PAY_BY_TEXT: told.stages()["RECEIVED"],
        ReportView.OPT_OUTS: _ids(told.changes("OPTED_OUT")),
        ReportView.LINKS_SENT: _ids(link for link, _ in links),
        ReportView.LINKS_CLICKED: _ids(link for link, clicked in links if clicked),
    }


def tile_of(view: ReportView, numbers: dict[str, Any]) -> int:
    """The tile that a view stands behind, of `report_numbers`."""
    return int(
        {
            ReportView.ROWS: numbers["rows"],
            ReportView.DELIVERED: numbers["delivered"],
            ReportView.NON_DELIVERABLE: numbers["failed"],
            ReportView.CONVERSATIONS_HELD: numbers["held"],
            ReportView.CONVERSATIONS_WITH_PAY_BY_TEXT: numbers["with_bills"],
            ReportView.PAY_BY_TEXT: numbers["stages"]["RECEIVED"],
            ReportView.OPT_OUTS: numbers["out"],
            ReportView.LINKS_SENT: numbers["links"],
            ReportView.LINKS_CLICKED: numbers["clicked"],
            ReportView.INBOUND_WAITS: numbers["inbound"]["sample"],
            ReportView.OUTBOUND_WAITS: numbers["outbound"]["sample"],
        }[view]
    )


def _ids(rows: Iterable[dict[str, Any]]) -> set[UUID]:
    return {row["id"] for row in rows}


def check_files(table: AnyTable, rows: Sequence[Any]) -> None:
    """Both formats, read by other people's readers, have the cells of the table."""
    cells = [table.cells(row) for row in rows]
    csv_file, xlsx_file = io.BytesIO(), io.BytesIO()
    for file in (
        CsvFile(csv_file, table.columns),
        XlsxFile(xlsx_file, table.columns, scratch=Path("/tmp")),
    ):
        file.write(cells)
        file.close()
    kinds = [column.kind for column in table.columns]
    headings = [column.heading for column in table.columns]
    in_csv, in_book = read(csv_file.getvalue(), "CSV"), read(xlsx_file.getvalue(), "XLSX")
    assert in_csv[0] == in_book[0] == headings
    assert len(in_csv) == len(in_book) == len(rows) + 1
    for shown, booked, row in zip(in_csv[1:], in_book[1:], cells, strict=True):
        for text, value, cell, kind in zip(shown, booked, row, kinds, strict=True):
            assert (text, value) == _expected(cell, kind)


def _expected(cell: Cell, kind: Kind) -> tuple[str, Any]:
    """A cell as CSV has it, and as the workbook has it."""
    if cell is None or cell == "":
        return "", None
    match kind:
        case Kind.TEXT:
            return harmless(printable(str(cell))), printable(str(cell))
        case Kind.NUMBER:
            return str(cell), float(cell)  # type: ignore[arg-type]
        case Kind.YES_NO:
            return ("TRUE" if cell else "FALSE"), cell
        case Kind.INSTANT:
            assert isinstance(cell, datetime)
            whole = cell.replace(microsecond=0)
            return str(whole), whole
    return str(cell), cell
