"""Files in texts and the carrier's reports about them, of many texts at once; texts that never left."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.rows import Args, MessageRow, columns, made
from localmessages.rules.access import Viewer

# A text is seen where it was said, and where its conversation is now. $3 are the viewer's locations.
VISIBLE_MESSAGE = """JOIN message
    ON message.tenant_id = $1 AND message.id = {of}
JOIN conversation
    ON conversation.tenant_id = $1
    AND conversation.id = message.conversation_id
    AND (message.location_id = ANY($3::uuid[]) OR conversation.location_id = ANY($3::uuid[]))"""

MESSAGES_NEWEST_FIRST = Keyset(
    "messages",
    (Column("message.at", "timestamptz", descending=True), Column("message.id", "uuid", descending=True)),
)


class MediaRow(NamedTuple):
    id: UUID
    message_id: UUID
    filename: str | None
    content_type: str
    bytes: int
    width: int | None
    height: int | None
    thumbnail_key: str | None


class StatusRow(NamedTuple):
    message_id: UUID
    at: datetime
    status: str
    failure_code: str | None
    applied: bool


async def media_of_messages(
    connection: asyncpg.Connection, tenant_id: UUID, message_ids: Sequence[UUID]
) -> dict[UUID, list[MediaRow]]:
    """The files in each text."""
    # media_message_idx
    statement = f"""
SELECT {columns(MediaRow, "media")}
FROM media
WHERE media.tenant_id = $1 AND media.message_id = ANY($2::uuid[])
ORDER BY media.id
"""
    found: dict[UUID, list[MediaRow]] = {}
    for record in await connection.fetch(statement, tenant_id, message_ids):
        found.setdefault(record["message_id"], []).append(made(MediaRow, record))
    return found


async def media_by_id(
    connection: asyncpg.Connection, viewer: Viewer, ids: Sequence[UUID]
) -> dict[UUID, MediaRow]:
    """Those of the files that came with a text that the viewer sees."""
    # media_pkey
    statement = f"""
SELECT {columns(MediaRow, "media")}
FROM media
{VISIBLE_MESSAGE.format(of="media.message_id")}
WHERE media.tenant_id = $1 AND media.id = ANY($2::uuid[])
"""
    records = await connection.fetch(statement, viewer.tenant_id, ids, viewer.location_ids)
    return {record[0]: made(MediaRow, record) for record in records}


async def statuses_of_messages(
    connection: asyncpg.Connection, tenant_id: UUID, message_ids: Sequence[UUID]
) -> dict[UUID, list[StatusRow]]:
    """The reports of the carrier about each text, as they came in."""
    # message_status_message_idx
    statement = f"""
SELECT {columns(StatusRow, "message_status")}
FROM message_status
WHERE message_status.tenant_id = $1 AND message_status.message_id = ANY($2::uuid[])
ORDER BY message_status.id
"""
    found: dict[UUID, list[StatusRow]] = {}
    for record in await connection.fetch(statement, tenant_id, message_ids):
        found.setdefault(record["message_id"], []).append(made(StatusRow, record))
    return found


async def unsent_page(
    connection: asyncpg.Connection, tenant_id: UUID, location_ids: Sequence[UUID], page: Page
) -> Slice[MessageRow]:
    """A page of the texts of these locations that no attempt could hand to the carrier, newest first.

    The carrier did not take them, and gave no code for it, as it does when it refuses one.
    """
    args = Args([tenant_id, location_ids])
    order = MESSAGES_NEWEST_FIRST
    # message_not_handed_over_idx
    statement = f"""
SELECT {columns(MessageRow, "message")}
FROM unnest($2::uuid[]) AS place (id)
CROSS JOIN LATERAL (
    SELECT message.*
    FROM message
    WHERE message.tenant_id = $1
        AND message.location_id = place.id
        AND message.status = 'FAILED'
        AND message.refused
        AND message.failure_code IS NULL
        AND {order.where(page, args)}
    ORDER BY {order.order_by(page)}
    LIMIT {page.rows}
) AS message
ORDER BY {order.order_by(page)}
LIMIT {page.rows}
"""
    return page.cut([made(MessageRow, record) for record in await connection.fetch(statement, *args)])
