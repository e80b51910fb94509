"""Who types: shown to the others for seconds, and never written down."""

from uuid import UUID

from localmessages.actions.actor import Actor, Made
from localmessages.rules.access import Role
from localmessages.rules.refusal import NotAllowed, NotFound


async def set_typing(actor: Actor, conversation_id: UUID, typing: bool) -> Made:
    """Show the viewer as typing in a conversation in which they may write, or no longer."""
    async with actor.services.database.connection() as connection:
        # conversation_pkey
        location_id = await connection.fetchval(
            "SELECT location_id FROM conversation WHERE tenant_id = $1 AND id = $2",
            actor.tenant_id,
            conversation_id,
        )
    if location_id is None:
        raise NotFound("conversation", field=["conversationId"])
    actor.needs(Role.AGENT, location_id, what="conversation", field="conversationId")
    if actor.user_id is None:
        # An API key is nobody who could be seen.
        raise NotAllowed(field=["conversationId"])
    await actor.services.presence.set_typing(conversation_id, actor.user_id, typing)
    return {"conversation": conversation_id}
