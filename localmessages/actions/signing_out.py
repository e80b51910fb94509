"""Signing out: of this device, of all, of one elsewhere."""

from uuid import UUID

from localmessages.actions.actor import Actor
from localmessages.actions.sessions import Device, end_sessions
from localmessages.actions.sign_in_audit import audit_person
from localmessages.rules.refusal import NotAllowed, NotFound


async def sign_out(actor: Actor, session_id: UUID | None, device: Device, *, everywhere: bool) -> int:
    """End the session that asks, or all of the person's; how many ended."""
    user_id = _person(actor)
    if session_id is None and not everywhere:
        raise NotAllowed("This token belongs to no session.")
    only = None if everywhere else session_id
    async with actor.services.transaction() as tx:
        ended = await end_sessions(tx, actor.tenant_id, user_id, at=actor.now, only=only)
        await audit_person(tx, actor.services, actor.tenant_id, user_id, "signOut", device, at=actor.now)
    return len(ended)


async def revoke_session(actor: Actor, session_id: UUID, device: Device) -> None:
    """End one session of the person."""
    if actor.user_id is None:
        raise NotFound("session", field=["sessionId"])
    async with actor.services.transaction() as tx:
        ended = await end_sessions(tx, actor.tenant_id, actor.user_id, at=actor.now, only=session_id)
        if not ended:
            raise NotFound("session", field=["sessionId"])
        await audit_person(
            tx, actor.services, actor.tenant_id, actor.user_id, "revokeSession", device, at=actor.now
        )


def _person(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise NotAllowed("An API key has no sessions: revoke the key.")
    return actor.user_id
