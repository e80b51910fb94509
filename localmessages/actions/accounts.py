"""Accounts: the root of a tenant, and the ones below it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from localmessages.actions.catalogue import catalogue_changed
from localmessages.rules.account import SETTING_NAMES
from localmessages.rules.keys import new_key
from localmessages.services import Transaction

LANES = 64


async def create_root_account(
    tx: Transaction, *, name: str, at: datetime, external_id: str | None = None
) -> UUID:
    """A new tenant with the scopes of its events; its id is that of the account."""
    account_id = new_key(at)
    await tx.connection.execute(
        "INSERT INTO account (tenant_id, id, external_id, name, created_at) VALUES ($1, $1, $2, $3, $4)",
        account_id,
        external_id,
        name,
        at,
    )
    await tx.connection.execute(
        """
        INSERT INTO live_scope (tenant_id, kind, lane)
        SELECT $1::uuid, 'LANE', lane FROM generate_series(0, $2::integer - 1) AS lane
        UNION ALL
        SELECT $1::uuid, 'TENANT', NULL
        """,
        account_id,
        LANES,
    )
    return account_id


async def create_account(
    tx: Transaction,
    *,
    tenant_id: UUID,
    parent_id: UUID,
    name: str,
    at: datetime,
    external_id: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> UUID:
    """A new account below another; settings left out are its parent's."""
    account_id = new_key(at)
    chosen = {setting: value for setting, value in (settings or {}).items() if setting in SETTING_NAMES}
    names = ["tenant_id", "id", "parent_id", "external_id", "name", "created_at", *chosen]
    places = ", ".join(f"${position}" for position in range(1, len(names) + 1))
    await tx.connection.execute(
        f"INSERT INTO account ({', '.join(names)}) VALUES ({places})",
        tenant_id,
        account_id,
        parent_id,
        external_id,
        name,
        at,
        *chosen.values(),
    )
    await catalogue_changed(tx, tenant_id, at, ("Account", account_id))
    return account_id
