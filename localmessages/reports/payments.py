"""Payment requests, and what the provider reported about them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.rows import columns, fields, made
from localmessages.rules.access import Viewer


class PaymentRow(NamedTuple):
    id: UUID
    invoice: str
    amount: Decimal
    currency: str
    description: str | None
    contact_id: UUID
    location_id: UUID
    status: str
    paid_at: datetime | None
    paid_amount: Decimal | None
    refunded_amount: Decimal
    card_type: str | None
    created_at: datetime


class PaymentView(NamedTuple):
    """A payment request; whether a text with it was delivered, and whether a person opened it."""

    request: PaymentRow
    delivered: bool
    clicked: bool


class PaymentEventRow(NamedTuple):
    payment_request_id: UUID
    at: datetime
    kind: str
    amount: Decimal | None
    card_type: str | None


class BillRow(NamedTuple):
    """A payment request as whoever has its link sees it."""

    tenant_id: UUID
    id: UUID
    location_id: UUID
    invoice: str
    amount: Decimal
    currency: str
    description: str | None
    status: str
    paid_at: datetime | None
    paid_amount: Decimal | None
    refunded_amount: Decimal
    card_type: str | None
    expires_at: datetime | None


async def bill_of_page(connection: asyncpg.Connection, request_id: UUID) -> BillRow | None:
    """The request that a payment page is about; None when there is none."""
    # payment_request_id_idx
    statement = f"SELECT {columns(BillRow, 'payment_request')} FROM payment_request WHERE id = $1"
    record = await connection.fetchrow(statement, request_id)
    return made(BillRow, record) if record is not None else None


async def payments_by_id(
    connection: asyncpg.Connection, viewer: Viewer, ids: Sequence[UUID]
) -> dict[UUID, PaymentView]:
    """Those first texted at a location of the viewer, or in a text that they see."""
    # payment_request_pkey, message_payment_idx, tracked_link_message_idx
    statement = f"""
SELECT {columns(PaymentRow, "payment_request")},
    coalesce(bool_or(message.status IN ('DELIVERED', 'READ')), false),
    payment_request.paid_at IS NOT NULL OR coalesce(bool_or(tracked_link.clicks > 0), false)
FROM payment_request
LEFT JOIN message ON message.tenant_id = $1 AND message.payment_request_id = payment_request.id
LEFT JOIN conversation ON conversation.tenant_id = $1 AND conversation.id = message.conversation_id
LEFT JOIN tracked_link ON tracked_link.tenant_id = $1 AND tracked_link.message_id = message.id
WHERE payment_request.tenant_id = $1
    AND payment_request.id = ANY($2::uuid[])
GROUP BY payment_request.tenant_id, payment_request.id
HAVING payment_request.location_id = ANY($3::uuid[])
    OR bool_or(message.location_id = ANY($3::uuid[]))
    OR bool_or(conversation.location_id = ANY($3::uuid[]))
"""
    records = await connection.fetch(statement, viewer.tenant_id, ids, viewer.location_ids)
    width = len(fields(PaymentRow))
    return {record[0]: PaymentView(made(PaymentRow, record), *record[width:]) for record in records}


async def events_of_payments(
    connection: asyncpg.Connection, tenant_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, list[PaymentEventRow]]:
    """What the provider reported about each request, oldest first."""
    # payment_request_pkey, payment_event_invoice_idx
    statement = f"""
SELECT {columns(PaymentEventRow, "payment_event")}
FROM payment_request
JOIN payment_event
    ON payment_event.tenant_id = $1
    AND payment_event.invoice = payment_request.invoice
    AND payment_event.payment_request_id = payment_request.id
WHERE payment_request.tenant_id = $1 AND payment_request.id = ANY($2::uuid[])
ORDER BY payment_event.at, payment_event.id
"""
    found: dict[UUID, list[PaymentEventRow]] = {}
    for record in await connection.fetch(statement, tenant_id, ids):
        found.setdefault(record["payment_request_id"], []).append(made(PaymentEventRow, record))
    return found
