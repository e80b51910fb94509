"""API keys, without their secrets."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.rows import columns, made


class ApiKeyRow(NamedTuple):
    id: UUID
    account_id: UUID
    by_user_id: UUID
    name: str
    prefix: str
    scopes: list[str]
    location_ids: list[UUID]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


async def api_keys_by_id(
    connection: asyncpg.Connection, tenant_id: UUID, account_ids: Sequence[UUID], ids: Sequence[UUID]
) -> dict[UUID, ApiKeyRow]:
    """Those of the keys that work in one of these accounts."""
    # api_key_pkey
    statement = f"""
SELECT {columns(ApiKeyRow, "api_key")}
FROM api_key
WHERE tenant_id = $1 AND account_id = ANY($2::uuid[]) AND id = ANY($3::uuid[])
"""
    records = await connection.fetch(statement, tenant_id, account_ids, ids)
    return {record[0]: made(ApiKeyRow, record) for record in records}
