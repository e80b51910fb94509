"""What somebody had to do and leaves behind."""

from itertools import islice
from uuid import UUID

from localmessages.actions.actor import Actor
from localmessages.actions.events import emit_happenings
from localmessages.actions.store import lock_customers, save_customers
from localmessages.rules import lifecycle
from localmessages.rules.conversation import ConversationStatus
from localmessages.services import Transaction

# Customers under lock at once: what the memory holds, not the lock.
_BATCH = 500


async def unassign_everywhere(tx: Transaction, actor: Actor, user_id: UUID) -> None:
    """Take a person off every conversation that is not closed, as if each had been unassigned."""
    # conversation_assignee_idx
    rows = await tx.connection.fetch(
        """
        SELECT DISTINCT contact.phone
        FROM conversation
        JOIN contact
            ON contact.tenant_id = conversation.tenant_id AND contact.id = conversation.contact_id
        WHERE conversation.tenant_id = $1
            AND conversation.assignee_id = $2
            AND conversation.status IN ('OPEN', 'SNOOZED')
        ORDER BY contact.phone
        """,
        actor.tenant_id,
        user_id,
    )
    phones = iter([row["phone"] for row in rows])
    while batch := list(islice(phones, _BATCH)):
        customers = await lock_customers(tx.connection, actor.tenant_id, actor.place_of, phones=batch)
        for customer in customers:
            for conversation in list(customer.conversations.values()):
                is_open = conversation.status is not ConversationStatus.CLOSED
                if is_open and conversation.assignee_id == user_id:
                    lifecycle.assign(customer, conversation, None, customer.after(actor.now), actor.user_id)
            emit_happenings(tx, customer)
        await save_customers(tx.connection, customers)
