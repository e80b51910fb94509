"""The table of a report: pages of its texts, sorted by any column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Page, Slice
from localmessages.reports.messages_report.body_keys import body_keys
from localmessages.reports.messages_report.columns import (
    CLICKED,
    CONTACT,
    LINK,
    NEWEST_FIRST,
    PAID,
    PAYMENT,
    RowOrder,
)
from localmessages.reports.messages_report.row_keys import near_keys, page_keys
from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.messages_report.wanted_rows import WantedRows
from localmessages.reports.rows import Args, ContactRow, MessageRow, columns, fields, made
from localmessages.rules.access import Viewer
from localmessages.rules.report import ReportColumn


class Beside(NamedTuple):
    """What a row shows besides its text."""

    link: str | None
    clicked: bool | None
    invoice: str | None
    paid: bool | None
    amount: Decimal | None
    currency: str | None
    card_type: str | None
    paid_at: datetime | None


class TableRow(NamedTuple):
    """A row of the table."""

    message: MessageRow
    contact: ContactRow
    beside: Beside


class RowView(NamedTuple):
    """A row of the table; `cursor` is of the order in which it was asked for."""

    message: MessageRow
    contact: ContactRow
    beside: Beside
    cursor: str


Statement = Callable[[Scope, WantedRows, Page, RowOrder, Args], str]

_SHOWN = f"""{columns(MessageRow, "message")},
    {columns(ContactRow, "contact")},
    link.url, {CLICKED}, payment_request.invoice, {PAID}, payment_request.paid_amount,
    payment_request.currency, payment_request.card_type, payment_request.paid_at"""
_BESIDE_AT = len(fields(MessageRow)) + len(fields(ContactRow))
_CURSOR_AT = _BESIDE_AT + len(fields(Beside))


def rows_statement(scope: Scope, wanted: WantedRows, page: Page, order: RowOrder, args: Args) -> str:
    """First the keys, out of indexes alone where that is possible, then the rest of so many rows."""
    return _rows_of(page_keys(scope, wanted, page, order, args), page, order)


def near_rows_statement(scope: Scope, wanted: WantedRows, page: Page, order: RowOrder, args: Args) -> str:
    """What is found near where the page begins; the page itself, if there is enough of it."""
    find = near_keys if order.by_date else body_keys
    return _rows_of(find(scope, wanted, page, order, args), page, order)


def _has_near(wanted: WantedRows, order: RowOrder) -> bool:
    if wanted.search is None:
        return order.column is ReportColumn.BODY
    return order.by_date


def _rows_of(keys: str, page: Page, order: RowOrder) -> str:
    # message_pkey, contact_pkey, payment_request_pkey, tracked_link_message_idx
    return f"""
WITH {keys}
SELECT
    {_SHOWN},
    key.rank
FROM key
JOIN message ON message.tenant_id = $1 AND message.id = key.id
{CONTACT}
{PAYMENT}
{LINK}
ORDER BY {order.keyset("key.rank", "key.at", "key.id").order_by(page)}
"""


async def rows_page(
    connection: asyncpg.Connection,
    scope: Scope,
    wanted: WantedRows,
    page: Page,
    order: RowOrder = NEWEST_FIRST,
) -> Slice[RowView]:
    """A page of the table."""

    async def fetch(statement: Statement) -> list[asyncpg.Record]:
        args = scope.args()
        return await connection.fetch(statement(scope, wanted, page, order, args), *args)

    # What many texts have is near; where few have it, all of these few are looked for.
    records = await fetch(near_rows_statement) if _has_near(wanted, order) else []
    if len(records) < page.rows:
        records = await fetch(rows_statement)
    return page.cut([_view(record, order) for record in records])


def table_row(record: asyncpg.Record) -> TableRow:
    """The row in a record of `rows_statement`."""
    return TableRow(
        made(MessageRow, record),
        made(ContactRow, record, len(fields(MessageRow))),
        made(Beside, record, _BESIDE_AT),
    )


def _view(record: asyncpg.Record, order: RowOrder) -> RowView:
    row = table_row(record)
    rank = () if order.by_date else (record[_CURSOR_AT],)
    return RowView(*row, order.keyset().cursor(*rank, row.message.at, row.message.id))


async def count_rows(connection: asyncpg.Connection, scope: Scope, wanted: WantedRows) -> int:
    """How many there are on all pages."""
    args = scope.args()
    statement = f"SELECT count(*) FROM {wanted.texts(scope, args)}"
    return await connection.fetchval(statement, *args) or 0


async def rows_by_id(
    connection: asyncpg.Connection, viewer: Viewer, ids: Sequence[UUID]
) -> dict[UUID, RowView]:
    """Those of the texts that were sent or received at locations of the viewer, as rows."""
    # message_pkey
    statement = f"""
SELECT
    {_SHOWN}
FROM message
{CONTACT}
{PAYMENT}
{LINK}
WHERE message.tenant_id = $1
    AND message.id = ANY($2::uuid[])
    AND message.location_id = ANY($3::uuid[])
"""
    records = await connection.fetch(statement, viewer.tenant_id, ids, viewer.location_ids)
    return {record[0]: _view(record, NEWEST_FIRST) for record in records}
