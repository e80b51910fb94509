"""Who does something, with what, when; and that it is done once however often it is asked for."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from localmessages.actions.audit_made import audit_made
from localmessages.rules.access import Role, Viewer
from localmessages.rules.place import Place
from localmessages.rules.refusal import NotAllowed, NotFound, Refused, UserErrorCode
from localmessages.services import Services, Transaction
from models.catalogue import Catalogue

# What an action made, by name: ids, from which the answer is read.
Made = dict[str, UUID | None]


@dataclass(frozen=True, slots=True)
class Actor:
    """A viewer at work, with the catalogue as their request began."""

    services: Services
    viewer: Viewer
    catalogue: Catalogue
    now: datetime
    address: str | None = None
    """Where the request came from; None for work of our own."""
    action: str | None = None
    """The mutation that is performed; None for work of our own."""

    @property
    def tenant_id(self) -> UUID:
        """The viewer's tenant: every statement of an action names it."""
        return self.viewer.tenant_id

    @property
    def user_id(self) -> UUID | None:
        """The person; None for an API key."""
        return self.viewer.user_id

    def place_of(self, location_id: UUID) -> Place:
        """A location of the tenant."""
        return self.catalogue.places[location_id]

    def needs(self, role: Role, location_id: UUID, *, what: str, field: str) -> None:
        """Raise `NotFound` for what is hidden, `NotAllowed` for what is seen without the role."""
        if not self.viewer.sees(location_id):
            raise NotFound(what, field=[field])
        if not self.viewer.may(role, location_id):
            raise NotAllowed(field=[field])


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's key, with the digest of what it was given for."""

    key: str
    mutation: str
    input_hash: bytes


def idempotency_key(key: str | None, mutation: str, given: Mapping[str, Any]) -> IdempotencyKey | None:
    """The key of a mutation's input; None for None. `Refused` unless it has 1 to 100 printable characters."""
    if key is None:
        return None
    if not 1 <= len(key) <= 100 or not key.isprintable():
        raise Refused(
            UserErrorCode.INVALID,
            "An idempotency key has 1 to 100 characters that can be printed.",
            field=["idempotencyKey"],
            remedy="Use a UUID.",
        )
    content = orjson.dumps(given, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return IdempotencyKey(key, mutation, hashlib.blake2b(content, digest_size=16).digest())


async def once(
    actor: Actor, key: IdempotencyKey | None, do: Callable[[Transaction], Awaitable[Made]]
) -> Made:
    """Run `do` in one transaction; under a key that was used, give what it made then and do nothing."""
    async with actor.services.transaction() as tx:
        if key is None:
            made = await do(tx)
            await audit_made(tx, actor, made)
            return made
        earlier = await _claim(tx, actor, key)
        if earlier is not None:
            return earlier
        made = await do(tx)
        await audit_made(tx, actor, made)
        # idempotency_key_pkey
        await tx.connection.execute(
            "UPDATE idempotency_key SET result = $4 WHERE tenant_id = $1 AND actor_id = $2 AND key = $3",
            actor.tenant_id,
            actor.viewer.actor_id,
            key.key,
            made,
        )
        return made


async def is_repeat(actor: Actor, key: IdempotencyKey | None) -> bool:
    """Whether something was done under the key, so that what is asked for now changes nothing."""
    if key is None:
        return False
    async with actor.services.database.connection() as connection:
        # idempotency_key_pkey
        found = await connection.fetchval(
            "SELECT true FROM idempotency_key WHERE tenant_id = $1 AND actor_id = $2 AND key = $3",
            actor.tenant_id,
            actor.viewer.actor_id,
            key.key,
        )
    return bool(found)


async def _claim(tx: Transaction, actor: Actor, key: IdempotencyKey) -> Made | None:
    """Take the key, waiting for whoever is using it; what it made, if it has been used."""
    # idempotency_key_pkey
    claimed = await tx.connection.fetchval(
        """
        INSERT INTO idempotency_key (tenant_id, actor_id, key, mutation, input_hash, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant_id, actor_id, key) DO NOTHING
        RETURNING true
        """,
        actor.tenant_id,
        actor.viewer.actor_id,
        key.key,
        key.mutation,
        key.input_hash,
        actor.now,
    )
    if claimed:
        return None
    row = await tx.connection.fetchrow(
        """
        SELECT mutation, input_hash, result
        FROM idempotency_key
        WHERE tenant_id = $1 AND actor_id = $2 AND key = $3
        """,
        actor.tenant_id,
        actor.viewer.actor_id,
        key.key,
    )
    if row is None or (row["mutation"], row["input_hash"]) != (key.mutation, key.input_hash):
        raise Refused(
            UserErrorCode.IDEMPOTENCY_CONFLICT,
            "The idempotency key was used before with another input.",
            field=["idempotencyKey"],
            remedy="Use a new key for a new request.",
        )
    return {name: UUID(value) if value is not None else None for name, value in row["result"].items()}
