"""The table of a Messages Report, and the details that are texts: columns as on the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from functools import partial

import asyncpg

from localmessages.reports.exports.clocks import Clocks
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.sources import MessagesReportSource
from localmessages.reports.exports.table import Column, Kind, Table, streamed
from localmessages.reports.keyset import WholeList
from localmessages.reports.messages_report.columns import RowOrder
from localmessages.reports.messages_report.rows import (
    TableRow,
    count_rows,
    rows_statement,
    table_row,
)
from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.messages_report.wanted_rows import WantedRows
from localmessages.reports.names import contact_name
from localmessages.rules.cells import words
from localmessages.rules.delivery import MessageStatus, failure_reason, is_non_deliverable
from localmessages.rules.exports import ReportView
from localmessages.rules.money import in_decimals
from localmessages.rules.report import ReportColumn

WITH_TEXTS = frozenset({ReportView.ROWS, ReportView.DELIVERED, ReportView.NON_DELIVERABLE})
_INSTANTS = frozenset({ReportColumn.SENT_AT, ReportColumn.PAID_AT})


def texts_table(
    source: MessagesReportSource, scope: Scope, reader: Reader, clocks: Clocks, title: str
) -> Table[TableRow]:
    """The texts that the view shows, in the order that was asked for."""
    wanted, order = _wanted(source), RowOrder(source.order_by, source.order)

    async def rows(connection: asyncpg.Connection) -> AsyncIterator[Sequence[TableRow]]:
        args = scope.args()
        statement = rows_statement(scope, wanted, WholeList(), order, args)
        async for records in streamed(connection, statement, args):
            yield [table_row(record) for record in records]

    count = partial(count_rows, scope=scope, wanted=wanted)
    return Table(title, text_columns(source.columns or tuple(ReportColumn), reader, clocks), count, rows)


def _wanted(source: MessagesReportSource) -> WantedRows:
    wanted = WantedRows(source.direction, source.origins, source.statuses, source.search)
    match source.view:
        case ReportView.DELIVERED:
            return wanted.delivered()
        case ReportView.NON_DELIVERABLE:
            return wanted.non_deliverable()
    return wanted


def text_columns(chosen: Sequence[ReportColumn], reader: Reader, clocks: Clocks) -> list[Column[TableRow]]:
    """The columns of the file: an amount has its currency beside it, a reason its code."""
    known = _columns(reader, clocks)
    columns = [column for name in chosen for column in known[name]]
    if not _INSTANTS.isdisjoint(chosen):
        columns += clocks.zones(lambda row: row.message.location_id)
    return columns


def _columns(reader: Reader, clocks: Clocks) -> dict[ReportColumn, list[Column[TableRow]]]:
    def instant(name: str, at: ReportColumn) -> Column[TableRow]:
        of = (lambda row: row.message.at) if at is ReportColumn.SENT_AT else (lambda row: row.beside.paid_at)
        return clocks.column(name, of, lambda row: row.message.location_id)

    return {
        ReportColumn.SENT_AT: [instant("Date Sent", ReportColumn.SENT_AT)],
        ReportColumn.NAME: [Column("Name", lambda row: contact_name(row.contact))],
        ReportColumn.PHONE: [Column("Phone", lambda row: row.contact.phone, Kind.PHONE)],
        ReportColumn.DIRECTION: [Column("Direction", lambda row: words(row.message.direction))],
        ReportColumn.ORIGIN: [Column("Origin", lambda row: row.message.origin and words(row.message.origin))],
        ReportColumn.STATUS: [Column("Status", lambda row: words(row.message.status))],
        ReportColumn.REASON: [Column("Reason", _reason), Column("Code", _code)],
        ReportColumn.BODY: [Column("Text", lambda row: row.message.body)],
        ReportColumn.LINK: [Column("Link", lambda row: row.beside.link)],
        ReportColumn.CLICKED: [Column("Clicked", lambda row: row.beside.clicked, Kind.YES_NO)],
        ReportColumn.INVOICE: [Column("Invoice", lambda row: row.beside.invoice)],
        ReportColumn.PAID: [Column("Paid", lambda row: row.beside.paid, Kind.YES_NO)],
        ReportColumn.AMOUNT: [
            Column("Amount", _amount, Kind.NUMBER),
            Column("Currency", lambda row: None if row.beside.amount is None else row.beside.currency),
        ],
        ReportColumn.CARD_TYPE: [
            Column("Card Type", lambda row: row.beside.card_type and words(row.beside.card_type))
        ],
        ReportColumn.PAID_AT: [instant("Date Paid", ReportColumn.PAID_AT)],
        ReportColumn.CAMPAIGN: [Column("Campaign", lambda row: reader.campaign(row.message.campaign_id))],
        ReportColumn.AGENT: [Column("Agent", lambda row: reader.person(row.message.agent_id))],
        ReportColumn.LOCATION: [Column("Location", lambda row: reader.place(row.message.location_id))],
    }


def _amount(row: TableRow) -> Decimal | None:
    beside = row.beside
    return None if beside.amount is None else in_decimals(beside.amount, beside.currency or "")


def _failed(row: TableRow) -> bool:
    return is_non_deliverable(MessageStatus(row.message.status))


def _reason(row: TableRow) -> str | None:
    return words(failure_reason(row.message.failure_code)) if _failed(row) else None


def _code(row: TableRow) -> str | None:
    return row.message.failure_code if _failed(row) else None
