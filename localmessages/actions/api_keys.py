"""Keys for the programs of a parent account."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from localmessages.actions.account_settings import account_at_hand
from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.catalogue import catalogue_changed, lock_catalogue
from localmessages.actions.users import create_own_scope, rights_changed
from localmessages.auth import api_key_digest, new_api_key
from localmessages.rules.access import ApiScope, Role
from localmessages.rules.api_keys import check_end, check_owns_something, check_places, check_scopes
from localmessages.rules.keys import new_key
from localmessages.rules.refusal import NotFound
from localmessages.rules.texts import check_name
from localmessages.services import Transaction
from models.catalogue import Catalogue


async def create_api_key(
    actor: Actor,
    name: str,
    account_id: UUID,
    *,
    scopes: Sequence[ApiScope],
    location_ids: Sequence[UUID],
    expires_at: datetime | None = None,
    key: IdempotencyKey | None = None,
) -> tuple[Made, str | None]:
    """A new key for an owner of the account, and its secret; None where it was made before under `key`."""
    check_owns_something(actor.viewer)
    name = check_name(name, field=["name"])
    scopes = check_scopes(scopes)
    check_end(expires_at, actor.now)
    shown: list[str] = []

    async def do(tx: Transaction) -> Made:
        catalogue = await lock_catalogue(tx, actor.tenant_id)
        account_at_hand(actor, catalogue, account_id, Role.OWNER, field="accountId")
        places = check_places(actor.viewer, catalogue.places, _paths(catalogue), account_id, location_ids)
        key_id = new_key(actor.now)
        secret, prefix = new_api_key(actor.tenant_id, key_id)
        await tx.connection.execute(
            """
            INSERT INTO api_key
                (tenant_id, id, account_id, by_user_id, name, prefix, secret_hash, scopes, location_ids,
                 created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            actor.tenant_id,
            key_id,
            account_id,
            actor.user_id,
            name,
            prefix,
            api_key_digest(secret),
            scopes,
            places,
            actor.now,
            expires_at,
        )
        await create_own_scope(tx, actor.tenant_id, key_id)
        made = {
            "scopes": (None, scopes),
            "locations": (None, [catalogue.places[each].name for each in places] or None),
            "expiresAt": (None, expires_at),
            "secret": (None, secret),
        }
        await audit(tx, actor, "createApiKey", ("ApiKey", key_id), name, made)
        await catalogue_changed(tx, actor.tenant_id, actor.now, ("ApiKey", key_id))
        shown.append(secret)
        return {"api_key": key_id}

    made = await once(actor, key, do)
    return made, shown[0] if shown else None


async def revoke_api_key(actor: Actor, key_id: UUID, *, key: IdempotencyKey | None = None) -> Made:
    """End a key for an owner of its account; one that was revoked before stays so."""
    check_owns_something(actor.viewer)

    async def do(tx: Transaction) -> Made:
        await lock_catalogue(tx, actor.tenant_id)
        # api_key_pkey
        row = await tx.connection.fetchrow(
            "SELECT account_id, name, revoked_at FROM api_key WHERE tenant_id = $1 AND id = $2",
            actor.tenant_id,
            key_id,
        )
        if row is None or not actor.viewer.may_on_account(Role.OWNER, row["account_id"]):
            raise NotFound("API key", field=["apiKeyId"])
        if row["revoked_at"] is None:
            await _revoke(tx, actor, key_id, row["name"])
        return {"api_key": key_id}

    return await once(actor, key, do)


async def _revoke(tx: Transaction, actor: Actor, key_id: UUID, name: str) -> None:
    # api_key_pkey
    await tx.connection.execute(
        "UPDATE api_key SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2",
        actor.tenant_id,
        key_id,
        actor.now,
    )
    await audit(tx, actor, "revokeApiKey", ("ApiKey", key_id), name, {"revokedAt": (None, actor.now)})
    await rights_changed(tx, actor.tenant_id, key_id, actor.now)
    await catalogue_changed(tx, actor.tenant_id, actor.now, ("ApiKey", key_id))


def _paths(catalogue: Catalogue) -> dict[UUID, tuple[UUID, ...]]:
    return {account.id: account.path for account in catalogue.accounts.values()}
