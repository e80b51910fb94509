"""The table of a report: pages of its texts, sorted by any column, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Page, Slice
from localmessages.reports.messages_report.columns import (
    CLICKED,
    CONTACT,
    LINK,
    NEWEST_FIRST,
    PAID,
    PAYMENT,
    RowOrder,
)
from localmessages.reports.messages_report.matching import matching_texts
from localmessages.reports.messages_report.scope import SPAN, Scope, joined, together
from localmessages.reports.rows import Args, ContactRow, MessageRow, columns, fields, made
from localmessages.rules.access import Viewer
from localmessages.rules.delivery import MessageDirection, MessageOrigin, MessageStatus
from localmessages.rules.report import DELIVERED, NON_DELIVERABLE


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


@dataclass(frozen=True, slots=True)
class WantedRows:
    """Which texts of a report; all conditions must hold, and None is no condition."""

    direction: MessageDirection | None = None
    origins: Sequence[MessageOrigin] | None = None
    statuses: Sequence[MessageStatus] | None = None
    search: str | None = None

    def delivered(self) -> WantedRows:
        """Those behind the tile Total Messages Delivered."""
        return WantedRows(MessageDirection.OUTBOUND, None, DELIVERED, self.search)

    def non_deliverable(self) -> WantedRows:
        """Those behind the tile Total Non-deliverable Messages."""
        return WantedRows(MessageDirection.OUTBOUND, None, NON_DELIVERABLE, self.search)


ALL_ROWS = WantedRows()

_SHOWN = f"""{columns(MessageRow, "message")},
    {columns(ContactRow, "contact")},
    link.url, {CLICKED}, payment_request.invoice, {PAID}, payment_request.paid_amount,
    payment_request.currency, payment_request.card_type, payment_request.paid_at"""
_BESIDE_AT = len(fields(MessageRow)) + len(fields(ContactRow))
_CURSOR_AT = _BESIDE_AT + len(fields(Beside))


def _conditions(scope: Scope, wanted: WantedRows, args: Args) -> list[str]:
    found = scope.conditions("message", "at", args)
    if wanted.direction is not None:
        found.append(f"message.direction = '{wanted.direction}'")
    if wanted.origins is not None:
        found.append(f"message.origin = ANY({args.add(list(wanted.origins))}::text[])")
    if wanted.statuses is not None:
        found.append(f"message.status = ANY({args.add(list(wanted.statuses))}::text[])")
    if wanted.search is not None:
        found.append(f"message.id IN ({matching_texts(wanted.search, args)}\n    )")
    return found


def rows_statement(scope: Scope, wanted: WantedRows, page: Page, order: RowOrder, args: Args) -> str:
    """First the keys out of the covering index, then the rest of so many rows as the page has."""
    conditions = _conditions(scope, wanted, args)
    find = _newest_keys if order.by_date and wanted.search is None else _sorted_keys
    walk = order.keyset("key.rank", "key.at", "key.id").order_by(page)
    rank = "key.at" if order.by_date else "key.rank"
    # message_pkey, contact_pkey, payment_request_pkey, tracked_link_message_idx
    return f"""
WITH key AS ({find(conditions, page, order, args)})
SELECT
    {_SHOWN},
    {rank}
FROM key
JOIN message ON message.tenant_id = $1 AND message.id = key.id
{CONTACT}
{PAYMENT}
{LINK}
ORDER BY {walk}
"""


def _newest_keys(conditions: list[str], page: Page, order: RowOrder, args: Args) -> str:
    """The first of each location, merged."""
    keyset = order.keyset()
    inner = together([*conditions, keyset.where(page, args)], indent="            ")
    # message_location_idx, alone
    return f"""
    SELECT key.id, key.at, key.at AS rank
    FROM {SPAN}
    CROSS JOIN LATERAL (
        SELECT message.id, message.at
        FROM message
        WHERE {inner}
        ORDER BY {keyset.order_by(page)}
        LIMIT {page.limit}
    ) AS key
    ORDER BY {order.keyset("key.rank", "key.at", "key.id").order_by(page)}
    LIMIT {page.limit}
"""


def _sorted_keys(conditions: list[str], page: Page, order: RowOrder, args: Args) -> str:
    """All keys with the column, sorted."""
    keyset = order.keyset()
    joins = "\n".join(order.sorting.joins)
    # message_location_idx, alone but for a search or the text itself
    return f"""
    SELECT message.id, message.at, {order.sorting.sql} AS rank
    FROM {joined("message", conditions)}
{joins}
    WHERE {keyset.where(page, args)}
    ORDER BY {keyset.order_by(page)}
    LIMIT {page.limit}
"""


async def rows_page(
    connection: asyncpg.Connection,
    scope: Scope,
    wanted: WantedRows,
    page: Page,
    order: RowOrder = NEWEST_FIRST,
) -> Slice[RowView]:
    """A page of the table."""
    args = scope.args()
    records = await connection.fetch(rows_statement(scope, wanted, page, order, args), *args)
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
    # message_location_idx, alone but for a search
    statement = f"SELECT count(*) FROM {joined('message', _conditions(scope, wanted, args))}"
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
