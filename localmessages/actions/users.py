"""People and their roles."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import asyncpg

from localmessages.actions.catalogue import catalogue_changed
from localmessages.rules.access import Role, UserStatus
from localmessages.rules.keys import new_key
from localmessages.rules.live import EventKind
from localmessages.services import Transaction
from subscriptions.events import NewEvent


async def who_signs_in(connection: asyncpg.Connection, email: str) -> asyncpg.Record | None:
    """Tenant, id, name, address and password's hash of the active person with an address, in any case."""
    # app_user_email_key
    return await connection.fetchrow(
        """
        SELECT tenant_id, id, name, email, password_hash
        FROM app_user
        WHERE lower(email) = lower($1) AND status = 'ACTIVE'
        """,
        email,
    )


async def create_user(
    tx: Transaction,
    *,
    tenant_id: UUID,
    name: str,
    email: str,
    memberships: Iterable[tuple[Role, UUID | None, UUID | None]],
    at: datetime,
    external_id: str | None = None,
    password_hash: str | None = None,
    status: UserStatus = UserStatus.ACTIVE,
) -> UUID:
    """A new person with roles `(role, account, location)`, and the scope of their own events."""
    user_id = new_key(at)
    await tx.connection.execute(
        """
        INSERT INTO app_user (tenant_id, id, external_id, name, email, password_hash, status, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        tenant_id,
        user_id,
        external_id,
        name,
        email,
        password_hash,
        status,
        at,
    )
    await create_own_scope(tx, tenant_id, user_id)
    await tx.connection.executemany(
        """
        INSERT INTO membership (tenant_id, id, user_id, role, account_id, location_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        [
            (tenant_id, new_key(at), user_id, role, account, location, at)
            for role, account, location in memberships
        ],
    )
    await catalogue_changed(tx, tenant_id, at, ("User", user_id))
    return user_id


async def mark_former(tx: Transaction, *, tenant_id: UUID, user_id: UUID, at: datetime) -> None:
    """The person has left: no sign-in, no roles; what they did stays theirs."""
    # app_user_pkey
    await tx.connection.execute(
        """
        UPDATE app_user SET status = 'FORMER', left_at = $3
        WHERE tenant_id = $1 AND id = $2 AND status <> 'FORMER'
        """,
        tenant_id,
        user_id,
        at,
    )
    await rights_changed(tx, tenant_id, user_id, at)
    await catalogue_changed(tx, tenant_id, at, ("User", user_id))


async def create_own_scope(tx: Transaction, tenant_id: UUID, actor_id: UUID) -> None:
    """The scope of what concerns one person, or one API key, alone."""
    await tx.connection.execute(
        "INSERT INTO live_scope (tenant_id, kind, user_id) VALUES ($1, 'USER', $2)", tenant_id, actor_id
    )


async def rights_changed(tx: Transaction, tenant_id: UUID, user_id: UUID, at: datetime) -> None:
    """The sockets of the person, or of the API key, must look again what they may see."""
    # live_scope_tenant_id_kind_lane_user_id_key
    scope = await tx.connection.fetchval(
        "SELECT id FROM live_scope WHERE tenant_id = $1 AND kind = 'USER' AND user_id = $2",
        tenant_id,
        user_id,
    )
    tx.emit(NewEvent(tenant_id, scope, EventKind.VIEWER_CHANGED, at, raises_access=True))
