"""Transfers of many conversations: asked for in one transaction, done one conversation a transaction.

How far it is stands in its row, which each step locks: a job that is repeated goes on where the last one
stopped, and two never do the same.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.messages import check_place
from localmessages.actions.queue import BULK_TRANSFER, enqueue
from localmessages.actions.transfers import TransferRequest, check_texts, destination, transfer_in
from localmessages.rules.access import Role
from localmessages.rules.jobs import JobStatus
from localmessages.rules.keys import new_key
from localmessages.rules.live import EventKind
from localmessages.rules.refusal import LimitRefused, NotAllowed, Refused, UserErrorCode
from localmessages.services import Services, Transaction
from models.catalogue import Catalogue
from subscriptions.events import NewEvent

MOST_CONVERSATIONS = 500
# Whoever watches is told after so many.
_TOLD_EVERY = 10


async def request_bulk_transfer(
    actor: Actor,
    conversation_ids: list[UUID],
    request: TransferRequest,
    *,
    key: IdempotencyKey | None = None,
) -> Made:
    """Have many conversations moved; each is refused or moved for itself, in the order given."""
    _check_number(conversation_ids)
    check_place(destination(actor, request.to_location_id), field="to")
    check_texts(request)
    if not actor.viewer.may_anywhere(Role.AGENT):
        raise NotAllowed

    async def do(tx: Transaction) -> Made:
        bulk_id = new_key(actor.now)
        await tx.connection.execute(
            """
            INSERT INTO bulk_transfer
                (tenant_id, id, to_location_id, by_user_id, api_key_id, status, conversation_ids,
                 note, notify, notice, created_at)
            VALUES ($1, $2, $3, $4, $11, $5, $6, $7, $8, $9, $10)
            """,
            actor.tenant_id,
            bulk_id,
            request.to_location_id,
            actor.user_id,
            JobStatus.QUEUED,
            list(dict.fromkeys(conversation_ids)),
            request.note,
            request.notify,
            request.notice,
            actor.now,
            actor.viewer.api_key_id,
        )
        name = actor.place_of(request.to_location_id).name
        number = {"conversations": (None, len(set(conversation_ids)))}
        await audit(tx, actor, "transferConversations", ("BulkTransfer", bulk_id), name, number)
        await enqueue(tx.connection, BULK_TRANSFER, {"tenant": actor.tenant_id, "bulk_transfer": bulk_id})
        return {"bulk_transfer": bulk_id}

    return await once(actor, key, do)


def _check_number(conversation_ids: list[UUID]) -> None:
    if not conversation_ids:
        raise Refused(
            UserErrorCode.EMPTY,
            "No conversations were given.",
            field=["conversationIds"],
            remedy="Choose at least one.",
        )
    if len(conversation_ids) > MOST_CONVERSATIONS:
        raise LimitRefused(
            f"At most {MOST_CONVERSATIONS} conversations are moved at once; these are "
            f"{len(conversation_ids)}.",
            limit=MOST_CONVERSATIONS,
            given=len(conversation_ids),
            field=["conversationIds"],
            remedy="Move them in several goes.",
        )


async def transfer_next(services: Services, tenant_id: UUID, bulk_transfer_id: UUID) -> bool:
    """Move, or refuse, the next conversation; False when none is left."""
    async with services.transaction() as tx:
        bulk = await tx.connection.fetchrow(_LOCK, tenant_id, bulk_transfer_id)
        if bulk is None or bulk["finished_at"] is not None:
            return False
        catalogue = await services.catalogues.of(tx.connection, tenant_id, bulk["seq"])
        position = bulk["transferred"] + bulk["refused"]
        transfer_id, refusal = await _move(services, tx, catalogue, bulk, position)
        is_last = position + 1 == len(bulk["conversation_ids"])
        await _keep_result(tx, bulk, position, transfer_id, refusal, services.clock() if is_last else None)
        if is_last or (position + 1) % _TOLD_EVERY == 0:
            _tell(tx, catalogue, bulk, services.clock())
        return not is_last


# bulk_transfer_pkey, live_scope_tenant_id_kind_lane_user_id_key
_LOCK = """
SELECT bulk_transfer.*, live_scope.seq
FROM bulk_transfer
JOIN live_scope ON live_scope.tenant_id = bulk_transfer.tenant_id AND live_scope.kind = 'TENANT'
WHERE bulk_transfer.tenant_id = $1 AND bulk_transfer.id = $2
FOR NO KEY UPDATE OF bulk_transfer
"""


async def _move(
    services: Services, tx: Transaction, catalogue: Catalogue, bulk: asyncpg.Record, position: int
) -> tuple[UUID | None, dict[str, Any] | None]:
    """The transfer, or the refusal, which leaves nothing behind."""
    told = len(tx.events)
    try:
        async with tx.connection.transaction():
            actor = _on_behalf(services, catalogue, bulk["by_user_id"] or bulk["api_key_id"])
            return await transfer_in(tx, actor, bulk["conversation_ids"][position], _request(bulk)), None
    except Refused as no:
        del tx.events[told:]
        return None, {"code": no.code, "message": no.message, "field": no.field, "remedy": no.remedy}


def _on_behalf(services: Services, catalogue: Catalogue, actor_id: UUID | None) -> Actor:
    """Who asked for it, with the rights that they have now."""
    viewer = catalogue.viewer(actor_id) if actor_id is not None else None
    if viewer is None:
        raise NotAllowed("Who asked for this may not sign in any more.")
    return Actor(services, viewer, catalogue, services.clock())


def _request(bulk: asyncpg.Record) -> TransferRequest:
    return TransferRequest(
        bulk["to_location_id"], bulk["note"], bulk["notify"], bulk["notice"], bulk_transfer_id=bulk["id"]
    )


async def _keep_result(
    tx: Transaction,
    bulk: asyncpg.Record,
    position: int,
    transfer_id: UUID | None,
    refusal: dict[str, Any] | None,
    finished_at: datetime | None,
) -> None:
    # bulk_transfer_pkey
    await tx.connection.execute(
        """
        WITH result AS (
            INSERT INTO bulk_transfer_result
                (tenant_id, bulk_transfer_id, position, conversation_id, transfer_id, refusal)
            VALUES ($1, $2, $3, $4, $5, $6)
        )
        UPDATE bulk_transfer SET
            status = CASE WHEN $7::timestamptz IS NULL THEN 'RUNNING' ELSE 'COMPLETED' END,
            transferred = transferred + ($5 IS NOT NULL)::integer,
            refused = refused + ($5 IS NULL)::integer,
            finished_at = $7
        WHERE tenant_id = $1 AND id = $2
        """,
        bulk["tenant_id"],
        bulk["id"],
        position,
        bulk["conversation_ids"][position],
        transfer_id,
        refusal,
        finished_at,
    )


def _tell(tx: Transaction, catalogue: Catalogue, bulk: asyncpg.Record, at: datetime) -> None:
    by = catalogue.people.get(bulk["by_user_id"]) or catalogue.api_keys.get(bulk["api_key_id"])
    if by is not None:
        tx.emit(
            NewEvent(
                bulk["tenant_id"],
                by.scope_id,
                EventKind.BULK_TRANSFER_CHANGED,
                at,
                body={"bulk_transfer": str(bulk["id"])},
            )
        )
