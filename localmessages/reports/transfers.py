"""Transfers: pages of them, those of a conversation, and bulk transfers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.rows import Args, columns, made
from localmessages.reports.timeline_rows import ENTRIES, EntryView, entry_view
from localmessages.rules.access import Viewer

TRANSFERS_NEWEST_FIRST = Keyset(
    "transfers",
    (Column("key.at", "timestamptz", descending=True), Column("key.id", "uuid", descending=True)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedTransfers:
    """Which transfers; all conditions must hold, and None is no condition."""

    from_location_ids: Sequence[UUID] | None = None
    to_location_ids: Sequence[UUID] | None = None
    user_ids: Sequence[UUID] | None = None
    start: datetime | None = None
    end: datetime | None = None


class BulkTransferRow(NamedTuple):
    id: UUID
    to_location_id: UUID
    by_user_id: UUID | None
    status: str
    conversation_ids: list[UUID]
    transferred: int
    refused: int
    created_at: datetime


class BulkResultRow(NamedTuple):
    conversation_id: UUID
    transfer_id: UUID | None
    refusal: Any


def transfer_cursor(view: EntryView) -> str:
    """The cursor of a transfer in a list, newest first."""
    return TRANSFERS_NEWEST_FIRST.cursor(view.entry.at, view.entry.id)


async def transfers_page(
    connection: asyncpg.Connection, viewer: Viewer, wanted: WantedTransfers, page: Page, *, now: datetime
) -> Slice[EntryView]:
    """A page of the moves from or to locations of the viewer, newest first."""
    args = Args([viewer.tenant_id, now, viewer.location_ids])
    order = TRANSFERS_NEWEST_FIRST
    conditions = "".join(
        f"\n        AND {template.format(args.add(value))}"
        for name, template in _CONDITIONS.items()
        if (value := getattr(wanted, name)) is not None
    )
    # transfer_at_idx
    statement = f"""
WITH key AS (
    SELECT 'Transfer' AS kind, key.id, key.at
    FROM transfer AS key
    WHERE key.tenant_id = $1
        AND (key.from_location_id = ANY($3::uuid[]) OR key.to_location_id = ANY($3::uuid[])){conditions}
        AND {order.where(page, args)}
    ORDER BY {order.order_by(page)}
    LIMIT {page.rows}
)
{ENTRIES}
ORDER BY {order.order_by(page)}
"""
    return page.cut([entry_view(record) for record in await connection.fetch(statement, *args)])


_CONDITIONS = {
    "from_location_ids": "key.from_location_id = ANY({}::uuid[])",
    "to_location_ids": "key.to_location_id = ANY({}::uuid[])",
    "user_ids": "key.by_user_id = ANY({}::uuid[])",
    "start": "key.at >= {}::timestamptz",
    "end": "key.at < {}::timestamptz",
}


async def transfers_of_conversations(
    connection: asyncpg.Connection, tenant_id: UUID, conversation_ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, list[EntryView]]:
    """Every move of conversations that the viewer sees, oldest first."""
    # transfer_conversation_idx
    statement = f"""
WITH key AS (
    SELECT 'Transfer' AS kind, id, at
    FROM transfer
    WHERE tenant_id = $1 AND conversation_id = ANY($3::uuid[])
)
{ENTRIES}
ORDER BY key.at, key.id
"""
    found: dict[UUID, list[EntryView]] = {}
    for record in await connection.fetch(statement, tenant_id, now, conversation_ids):
        view = entry_view(record)
        if view.entry.conversation_id is not None:
            found.setdefault(view.entry.conversation_id, []).append(view)
    return found


class PreviewFacts(NamedTuple):
    """What a transfer to a location would find of the contact."""

    opted_out_at: datetime | None
    blocked_at: datetime | None
    meets_another: bool


async def preview_facts(
    connection: asyncpg.Connection, tenant_id: UUID, contact_id: UUID, to_location_id: UUID
) -> PreviewFacts:
    """Whether a notice could be sent, and whether the destination talks with the contact already."""
    # contact_pkey, conversation_live_key
    statement = """
SELECT
    contact.opted_out_at,
    contact.blocked_at,
    EXISTS (
        SELECT FROM conversation
        WHERE conversation.tenant_id = $1
            AND conversation.location_id = $3
            AND conversation.contact_id = $2
            AND conversation.status <> 'CLOSED'
    )
FROM contact
WHERE contact.tenant_id = $1 AND contact.id = $2
"""
    record = await connection.fetchrow(statement, tenant_id, contact_id, to_location_id)
    assert record is not None, "a contact is never deleted"
    return made(PreviewFacts, record)


async def bulk_transfers_by_id(
    connection: asyncpg.Connection, viewer: Viewer, ids: Sequence[UUID]
) -> dict[UUID, BulkTransferRow]:
    """Those that the viewer began, or that lead to a location of theirs."""
    # bulk_transfer_pkey
    statement = f"""
SELECT {columns(BulkTransferRow, "bulk_transfer")}
FROM bulk_transfer
WHERE bulk_transfer.tenant_id = $1
    AND bulk_transfer.id = ANY($2::uuid[])
    AND (
        bulk_transfer.by_user_id = $3
        OR bulk_transfer.api_key_id = $3
        OR bulk_transfer.to_location_id = ANY($4::uuid[])
    )
"""
    records = await connection.fetch(statement, viewer.tenant_id, ids, viewer.actor_id, viewer.location_ids)
    return {record[0]: made(BulkTransferRow, record) for record in records}


async def bulk_results(
    connection: asyncpg.Connection, tenant_id: UUID, bulk_transfer_id: UUID
) -> list[BulkResultRow]:
    """What became of each finished conversation, in the order given."""
    # bulk_transfer_result_pkey
    statement = f"""
SELECT {columns(BulkResultRow, "bulk_transfer_result")}
FROM bulk_transfer_result
WHERE tenant_id = $1 AND bulk_transfer_id = $2
ORDER BY position
"""
    return [
        made(BulkResultRow, record)
        for record in await connection.fetch(statement, tenant_id, bulk_transfer_id)
    ]
