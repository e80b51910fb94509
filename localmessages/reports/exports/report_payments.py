"""The payment requests behind the conversion: those that were delivered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.contacts import known_contacts
from localmessages.reports.exports.clocks import Clocks
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.sources import MessagesReportSource
from localmessages.reports.exports.table import Column, Kind, Table, streamed
from localmessages.reports.keyset import WholeList
from localmessages.reports.messages_report.pay_by_text import count_requests, requests_statement
from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.names import contact_name
from localmessages.reports.payments import PaymentView, payments_by_id
from localmessages.reports.rows import ContactRow
from localmessages.rules.cells import words
from localmessages.rules.money import in_decimals
from localmessages.rules.report import PayByTextStage

_STAGE = PayByTextStage.RECEIVED


class BillRow(NamedTuple):
    """A payment request and who was asked to pay."""

    view: PaymentView
    contact: ContactRow


def payments_table(
    source: MessagesReportSource, scope: Scope, reader: Reader, clocks: Clocks, title: str
) -> Table[BillRow]:
    """Payment requests, latest text first."""
    search = source.search

    async def rows(connection: asyncpg.Connection) -> AsyncIterator[Sequence[BillRow]]:
        args = scope.args()
        statement = requests_statement(scope, _STAGE, search, WholeList(), args)
        async for records in streamed(connection, statement, args):
            ids = [record["id"] for record in records]
            views = await payments_by_id(connection, reader.viewer, ids)
            contact_ids = {view.request.contact_id for view in views.values()}
            contacts = await known_contacts(connection, reader.tenant_id, list(contact_ids))
            yield [BillRow(views[key], contacts[views[key].request.contact_id]) for key in ids]

    count = partial(count_requests, scope=scope, stage=_STAGE, search=search)
    return Table(title, _columns(reader, clocks), count, rows)


def _columns(reader: Reader, clocks: Clocks) -> list[Column[BillRow]]:
    return [
        Column("Name", lambda row: contact_name(row.contact)),
        Column("Phone", lambda row: row.contact.phone, Kind.PHONE),
        Column("Invoice", lambda row: row.view.request.invoice),
        Column("For", lambda row: row.view.request.description),
        Column("Amount", lambda row: _amount(row, row.view.request.amount), Kind.NUMBER),
        Column("Currency", lambda row: row.view.request.currency),
        Column("Status", lambda row: words(row.view.request.status)),
        Column("Clicked", lambda row: row.view.clicked, Kind.YES_NO),
        Column("Paid", lambda row: row.view.request.paid_at is not None, Kind.YES_NO),
        Column("Amount Paid", lambda row: _amount(row, row.view.request.paid_amount), Kind.NUMBER),
        Column("Refunded", lambda row: _amount(row, row.view.request.refunded_amount), Kind.NUMBER),
        Column("Card Type", lambda row: words(row.view.request.card_type or "") or None),
        clocks.column("Date Paid", lambda row: row.view.request.paid_at, _location),
        clocks.column("Requested", lambda row: row.view.request.created_at, _location),
        Column("Location", lambda row: reader.place(row.view.request.location_id)),
        *clocks.zones(_location),
    ]


def _amount(row: BillRow, amount: Decimal | None) -> Decimal | None:
    return None if amount is None else in_decimals(amount, row.view.request.currency)


def _location(row: BillRow) -> UUID:
    return row.view.request.location_id
