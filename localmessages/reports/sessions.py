"""Where a person is signed in."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.rows import Args, columns, made

LAST_USED_FIRST = Keyset(
    "sessions",
    (Column("last_used_at", "timestamptz", descending=True), Column("id", "uuid", descending=True)),
)


class SessionRow(NamedTuple):
    id: UUID
    address: str
    user_agent: str | None
    created_at: datetime
    last_used_at: datetime


async def sessions_page(
    connection: asyncpg.Connection, tenant_id: UUID, user_id: UUID, page: Page, *, now: datetime
) -> Slice[SessionRow]:
    """A page of those that let a person in, last used first."""
    args = Args([tenant_id, user_id, now])
    # session_user_idx
    statement = f"""
SELECT {columns(SessionRow, "session")}
FROM session
WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > $3
    AND {LAST_USED_FIRST.where(page, args)}
ORDER BY {LAST_USED_FIRST.order_by(page)}
LIMIT {page.rows}
"""
    return page.cut([made(SessionRow, row) for row in await connection.fetch(statement, *args)])


async def last_seen(
    connection: asyncpg.Connection, tenant_id: UUID, user_ids: Sequence[UUID]
) -> dict[UUID, datetime | None]:
    """When people last used the API, to the minute."""
    # app_user_pkey
    records = await connection.fetch(
        "SELECT id, last_seen_at FROM app_user WHERE tenant_id = $1 AND id = ANY ($2::uuid[])",
        tenant_id,
        user_ids,
    )
    return {record["id"]: record["last_seen_at"] for record in records}


async def sessions_by_id(
    connection: asyncpg.Connection, tenant_id: UUID, user_id: UUID | None, ids: Sequence[UUID]
) -> dict[UUID, SessionRow]:
    """Those of them that are a person's own, also when they have ended."""
    # session_pkey
    statement = f"""
SELECT {columns(SessionRow, "session")}
FROM session
WHERE tenant_id = $1 AND user_id = $2 AND id = ANY($3::uuid[])
"""
    records = await connection.fetch(statement, tenant_id, user_id, ids)
    return {record[0]: made(SessionRow, record) for record in records}
