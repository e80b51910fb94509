"""What each person has read."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.rules.live import EventKind
from localmessages.rules.records import Conversation
from localmessages.rules.refusal import LimitRefused, NotFound
from localmessages.services import Transaction
from subscriptions.events import NewEvent

READ_LIMIT = 100


async def read_all(tx: Transaction, actor: Actor, conversation: Conversation) -> None:
    """Who writes into a conversation has read it. An API key reads nothing."""
    if actor.user_id is not None:
        await _mark(tx, actor, {conversation.id: conversation.entry_count})


async def mark_read(
    actor: Actor,
    conversation_ids: list[UUID],
    up_to: datetime | None,
    *,
    key: IdempotencyKey | None = None,
) -> Made:
    """Everything in them until an instant, or everything, is read; what was read stays so."""
    if len(conversation_ids) > READ_LIMIT:
        raise LimitRefused(
            f"At most {READ_LIMIT} conversations at once; {len(conversation_ids)} were given.",
            limit=READ_LIMIT,
            given=len(conversation_ids),
            field=["conversationIds"],
            remedy=f"Send them in groups of {READ_LIMIT}.",
        )

    async def do(tx: Transaction) -> Made:
        counts = await _entry_counts(tx, actor, conversation_ids, up_to, before=False)
        if set(counts) != set(conversation_ids):
            raise NotFound("conversation", field=["conversationIds"])
        await _mark(tx, actor, counts)
        return {}

    return await once(actor, key, do)


async def mark_unread(
    actor: Actor, conversation_id: UUID, since: datetime | None, *, key: IdempotencyKey | None = None
) -> Made:
    """From an instant on, or from the latest text on, it is unread; what was unread stays so."""

    async def do(tx: Transaction) -> Made:
        counts = await _entry_counts(tx, actor, [conversation_id], since, before=True)
        if not counts:
            raise NotFound("conversation", field=["conversationId"])
        await _unmark(tx, actor, conversation_id, counts[conversation_id])
        return {"conversation": conversation_id}

    return await once(actor, key, do)


async def _entry_counts(
    tx: Transaction,
    actor: Actor,
    conversation_ids: list[UUID],
    instant: datetime | None,
    *,
    before: bool,
) -> dict[UUID, int]:
    """How many entries came until `instant`, or before it, in each conversation that the viewer sees."""
    # conversation_pkey, message_conversation_idx, note_conversation_idx: what came after is the short part
    rows = await tx.connection.fetch(
        """
        SELECT
            conversation.id,
            greatest(0, CASE
                WHEN $4::timestamptz IS NULL AND $5 THEN conversation.entry_count - 1
                WHEN $4 IS NULL THEN conversation.entry_count
                ELSE conversation.entry_count - (
                    SELECT count(*)
                    FROM message
                    WHERE message.tenant_id = $1 AND message.conversation_id = conversation.id
                        AND (message.at > $4 OR ($5 AND message.at = $4))
                        AND message.direction = 'INBOUND'
                        AND (message.eligible OR message.keyword IS NOT NULL)
                ) - (
                    SELECT count(*)
                    FROM note
                    WHERE note.tenant_id = $1 AND note.conversation_id = conversation.id
                        AND (note.at > $4 OR ($5 AND note.at = $4))
                )
            END)::integer AS read
        FROM conversation
        WHERE conversation.tenant_id = $1
            AND conversation.id = ANY ($2::uuid[])
            AND conversation.location_id = ANY ($3::uuid[])
        """,
        actor.tenant_id,
        conversation_ids,
        actor.viewer.location_ids,
        instant,
        before,
    )
    return {row["id"]: row["read"] for row in rows}


async def _mark(tx: Transaction, actor: Actor, counts: dict[UUID, int]) -> None:
    if actor.user_id is None:
        return
    # conversation_read_pkey; a mark that stands already writes nothing and tells nobody
    changed = await tx.connection.fetch(
        """
        INSERT INTO conversation_read AS mark (tenant_id, user_id, conversation_id, entry_count, at)
        SELECT $1, $2, id, entry_count, $5
        FROM unnest($3::uuid[], $4::integer[]) AS new (id, entry_count)
        ORDER BY id
        ON CONFLICT (tenant_id, user_id, conversation_id)
            DO UPDATE SET entry_count = excluded.entry_count, at = excluded.at
            WHERE mark.entry_count < excluded.entry_count
        RETURNING conversation_id
        """,
        actor.tenant_id,
        actor.user_id,
        list(counts),
        list(counts.values()),
        actor.now,
    )
    _tell(tx, actor, [row["conversation_id"] for row in changed])


async def _unmark(tx: Transaction, actor: Actor, conversation_id: UUID, entry_count: int) -> None:
    # conversation_read_pkey
    changed = await tx.connection.fetchval(
        """
        UPDATE conversation_read
        SET entry_count = $4, at = $5
        WHERE tenant_id = $1 AND user_id = $2 AND conversation_id = $3 AND entry_count > $4
        RETURNING true
        """,
        actor.tenant_id,
        actor.user_id,
        conversation_id,
        entry_count,
        actor.now,
    )
    if changed:
        _tell(tx, actor, [conversation_id])


def _tell(tx: Transaction, actor: Actor, conversation_ids: Iterable[UUID]) -> None:
    assert actor.user_id is not None
    scope_id = actor.catalogue.people[actor.user_id].scope_id
    for conversation_id in conversation_ids:
        tx.emit(
            NewEvent(
                actor.tenant_id,
                scope_id,
                EventKind.CONVERSATION_READ,
                actor.now,
                conversation_id=conversation_id,
            )
        )
