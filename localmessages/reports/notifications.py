"""What a person wanted to know."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.rows import Args, columns, made

NEWEST_FIRST = Keyset(
    "notifications",
    (Column("at", "timestamptz", descending=True), Column("id", "uuid", descending=True)),
)


class NotificationRow(NamedTuple):
    id: UUID
    kind: str
    at: datetime
    title: str
    subject_type: str | None
    subject_id: UUID | None
    read_at: datetime | None


async def notifications_page(
    connection: asyncpg.Connection, tenant_id: UUID, user_id: UUID, page: Page, *, unread_only: bool
) -> Slice[NotificationRow]:
    """A page of a person's own, newest first."""
    args = Args([tenant_id, user_id])
    # notification_user_idx, or notification_unread_idx
    statement = f"""
SELECT {columns(NotificationRow, "notification")}
FROM notification
WHERE tenant_id = $1 AND user_id = $2
    AND {"read_at IS NULL" if unread_only else "TRUE"}
    AND {NEWEST_FIRST.where(page, args)}
ORDER BY {NEWEST_FIRST.order_by(page)}
LIMIT {page.rows}
"""
    return page.cut([made(NotificationRow, row) for row in await connection.fetch(statement, *args)])


async def notifications_by_id(
    connection: asyncpg.Connection, tenant_id: UUID, user_id: UUID | None, ids: Sequence[UUID]
) -> dict[UUID, NotificationRow]:
    """Those of them that are a person's own."""
    # notification_pkey
    statement = f"""
SELECT {columns(NotificationRow, "notification")}
FROM notification
WHERE tenant_id = $1 AND user_id = $2 AND id = ANY($3::uuid[])
"""
    records = await connection.fetch(statement, tenant_id, user_id, ids)
    return {record[0]: made(NotificationRow, record) for record in records}


async def count_unread(connection: asyncpg.Connection, tenant_id: UUID, user_id: UUID) -> int:
    """How many of a person's own are unread."""
    # notification_unread_idx
    count: int = await connection.fetchval(
        "SELECT count(*) FROM notification WHERE tenant_id = $1 AND user_id = $2 AND read_at IS NULL",
        tenant_id,
        user_id,
    )
    return count
