"""What changes of a tenant's accounts, locations, people, tags and campaigns share."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from localmessages.rules.live import EventKind
from localmessages.services import Services, Transaction
from models.catalogue import Catalogue, load_catalogue
from subscriptions.events import NewEvent


async def tenant_scope(connection: asyncpg.Connection, tenant_id: UUID) -> int:
    """The scope of what concerns the whole tenant."""
    # live_scope_tenant_id_kind_lane_user_id_key
    scope: int = await connection.fetchval(
        "SELECT id FROM live_scope WHERE tenant_id = $1 AND kind = 'TENANT'", tenant_id
    )
    return scope


async def current_catalogue(
    services: Services, connection: asyncpg.Connection, tenant_id: UUID
) -> Catalogue | None:
    """The catalogue as of now, for work that no viewer does; None when there is no such tenant."""
    # live_scope_tenant_id_kind_lane_user_id_key
    seq = await connection.fetchval(
        "SELECT seq FROM live_scope WHERE tenant_id = $1 AND kind = 'TENANT'", tenant_id
    )
    return None if seq is None else await services.catalogues.of(connection, tenant_id, seq)


async def lock_catalogue(tx: Transaction, tenant_id: UUID) -> Catalogue:
    """The catalogue as it stands, while nobody else changes it: writers of one tenant's queue up here."""
    # account_pkey
    await tx.connection.execute(
        "SELECT FROM account WHERE tenant_id = $1 AND id = $1 FOR NO KEY UPDATE", tenant_id
    )
    return await load_catalogue(tx.connection, tenant_id)


async def catalogue_changed(
    tx: Transaction,
    tenant_id: UUID,
    at: datetime,
    subject: tuple[str, UUID],
    *,
    location_id: UUID | None = None,
) -> None:
    """Tell everyone in the tenant, and every process that keeps its catalogue."""
    tx.emit(
        NewEvent(
            tenant_id,
            await tenant_scope(tx.connection, tenant_id),
            EventKind.CATALOGUE_CHANGED,
            at,
            location_id=location_id,
            body={"subject": [subject[0], str(subject[1])]},
        )
    )


async def tell_person(
    tx: Transaction,
    tenant_id: UUID,
    user_id: UUID,
    kind: EventKind,
    at: datetime,
    body: Mapping[str, Any] | None = None,
) -> None:
    """Tell a person, wherever they are signed in."""
    # live_scope_tenant_id_kind_lane_user_id_key
    scope_id = await tx.connection.fetchval(
        "SELECT id FROM live_scope WHERE tenant_id = $1 AND kind = 'USER' AND user_id = $2",
        tenant_id,
        user_id,
    )
    tx.emit(NewEvent(tenant_id, scope_id, kind, at, body={**(body or {})}))
