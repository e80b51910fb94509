"""API keys, without their secrets."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.rows import Args, columns, made
from localmessages.rules.access import Role, Viewer


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


NEWEST_FIRST = Keyset(
    "API keys",
    (
        Column("api_key.created_at", "timestamptz", descending=True),
        Column("api_key.id", "uuid", descending=True),
    ),
)


async def api_keys_page(
    connection: asyncpg.Connection, tenant_id: UUID, account_ids: Sequence[UUID], page: Page
) -> Slice[ApiKeyRow]:
    """A page of the keys that work in one of these accounts, newest first."""
    args = Args([tenant_id, account_ids])
    # api_key_pkey; a tenant has few.
    statement = f"""
SELECT {columns(ApiKeyRow, "api_key")}
FROM api_key
WHERE tenant_id = $1
    AND account_id = ANY($2::uuid[])
    AND {NEWEST_FIRST.where(page, args)}
ORDER BY {NEWEST_FIRST.order_by(page)}
LIMIT {page.limit}
"""
    return page.cut([made(ApiKeyRow, record) for record in await connection.fetch(statement, *args)])


async def api_keys_by_id(
    connection: asyncpg.Connection, viewer: Viewer, ids: Sequence[UUID]
) -> dict[UUID, ApiKeyRow]:
    """Those of the keys that work in an account of an owner, and the key that asks."""
    # api_key_pkey
    statement = f"""
SELECT {columns(ApiKeyRow, "api_key")}
FROM api_key
WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND (account_id = ANY($3::uuid[]) OR id = $4)
"""
    owned = owned_accounts(viewer)
    records = await connection.fetch(statement, viewer.tenant_id, ids, owned, viewer.api_key_id)
    return {record[0]: made(ApiKeyRow, record) for record in records}


def owned_accounts(viewer: Viewer) -> list[UUID]:
    """The accounts whose keys the viewer looks after."""
    return sorted(key for key in viewer.account_roles if viewer.may_on_account(Role.OWNER, key))
