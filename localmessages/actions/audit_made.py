"""What an action did that wrote no entry of its own into the audit log: who, to what, from where."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from localmessages.rules.keys import new_key
from localmessages.services import Transaction

if TYPE_CHECKING:
    from localmessages.actions.actor import Actor

# What is in no entry, and why.
UNSAID = {
    "markRead": "what one has read is one's own, and changes nothing for others",
    "markUnread": "the same",
    "markNotificationsRead": "the same",
    "simulateInboundMessage": "the customer does it, and nobody here",
}
# By what an action made: the type of the subject, and how its contact is found. The first counts.
_SUBJECTS = {
    "payment_request": (
        "PaymentRequest",
        # payment_request_pkey
        "JOIN payment_request AS it ON it.tenant_id = $1 AND it.contact_id = contact.id AND it.id = $6",
    ),
    "conversation": (
        "Conversation",
        # conversation_pkey
        "JOIN conversation AS it ON it.tenant_id = $1 AND it.contact_id = contact.id AND it.id = $6",
    ),
    "message": (
        "Message",
        # message_pkey
        "JOIN message AS it ON it.tenant_id = $1 AND it.contact_id = contact.id AND it.id = $6",
    ),
}


async def audit_made(tx: Transaction, actor: Actor, made: dict[str, UUID | None]) -> None:
    """Note what was made in a transaction that changed something and has no entry yet."""
    if actor.action is None or tx.is_audited or not tx.events or actor.action in UNSAID:
        return
    found = next(((name, made[name]) for name in _SUBJECTS if made.get(name) is not None), None)
    if found is None:
        return
    type_name, join = _SUBJECTS[found[0]]
    await tx.connection.execute(
        f"""
        INSERT INTO audit_entry
            (tenant_id, id, at, action, subject_type, subject_id, subject_name, user_id, api_key_id, address)
        SELECT $1, $2, $3, $4, $5, $6, contact.name, $7, $8, $9
        FROM contact
        {join}
        WHERE contact.tenant_id = $1
        """,
        actor.tenant_id,
        new_key(actor.now),
        actor.now,
        actor.action,
        type_name,
        found[1],
        actor.viewer.user_id,
        actor.viewer.api_key_id,
        actor.address,
    )
