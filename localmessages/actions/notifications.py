"""What a person wanted to know: told once, until they have read it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.rules.keys import new_key
from localmessages.rules.live import EventKind
from localmessages.rules.notifications import NotificationKind, one_line
from localmessages.rules.refusal import LimitRefused, NotFound
from localmessages.services import Transaction
from subscriptions.events import NewEvent

MOST_MARKED = 100


async def notify(
    change: Transaction,
    *,
    tenant_id: UUID,
    user_id: UUID,
    kind: NotificationKind,
    title: str,
    subject: tuple[str, UUID] | None,
    at: datetime,
) -> None:
    """Let a person know of something; `subject` is `(type name, id)`, shown for as long as they see it."""
    notification_id = new_key(at)
    await change.connection.execute(
        """
        INSERT INTO notification (tenant_id, id, user_id, kind, at, title, subject_type, subject_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        tenant_id,
        notification_id,
        user_id,
        kind,
        at,
        one_line(title),
        *(subject or (None, None)),
    )
    body = {"notification": str(notification_id)}
    await _tell(change, tenant_id, user_id, EventKind.NOTIFICATION_ADDED, at, body)


async def _tell(
    change: Transaction, tenant_id: UUID, user_id: UUID, kind: EventKind, at: datetime, body: dict[str, str]
) -> None:
    # live_scope_tenant_id_kind_lane_user_id_key
    scope_id = await change.connection.fetchval(
        "SELECT id FROM live_scope WHERE tenant_id = $1 AND kind = 'USER' AND user_id = $2",
        tenant_id,
        user_id,
    )
    change.emit(NewEvent(tenant_id, scope_id, kind, at, body=body))


async def mark_notifications_read(
    actor: Actor, notification_ids: Sequence[UUID] | None, *, key: IdempotencyKey | None = None
) -> Made:
    """Mark one's own as read, all where None is given; the viewer's other devices get the new count."""
    ids = None if notification_ids is None else _checked(notification_ids)
    user_id = actor.user_id

    async def do(tx: Transaction) -> Made:
        # An API key has no notifications, so it can only be mistaken about their ids.
        if ids is not None and await _count(tx, actor, ids) < len(ids):
            raise NotFound("notification", field=["notificationIds"])
        if user_id is not None and await _mark(tx, actor, ids):
            await _tell(tx, actor.tenant_id, user_id, EventKind.VIEWER_CHANGED, actor.now, {})
        return {}

    return await once(actor, key, do)


def _checked(notification_ids: Sequence[UUID]) -> list[UUID]:
    if len(notification_ids) > MOST_MARKED:
        raise LimitRefused(
            f"At most {MOST_MARKED} notifications are marked at once; these are {len(notification_ids)}.",
            limit=MOST_MARKED,
            given=len(notification_ids),
            field=["notificationIds"],
            remedy="Mark them in several goes, or leave `notificationIds` out to mark all.",
        )
    return list(dict.fromkeys(notification_ids))


async def _count(tx: Transaction, actor: Actor, ids: list[UUID]) -> int:
    # notification_pkey
    count: int = await tx.connection.fetchval(
        """
        SELECT count(*)
        FROM notification
        WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND user_id = $3
        """,
        actor.tenant_id,
        ids,
        actor.user_id,
    )
    return count


async def _mark(tx: Transaction, actor: Actor, ids: list[UUID] | None) -> bool:
    """Whether any was unread."""
    # notification_unread_idx
    status = await tx.connection.execute(
        """
        UPDATE notification
        SET read_at = $4
        WHERE tenant_id = $1 AND user_id = $2 AND read_at IS NULL
            AND ($3::uuid[] IS NULL OR id = ANY($3))
        """,
        actor.tenant_id,
        actor.user_id,
        ids,
        actor.now,
    )
    return not status.endswith(" 0")
