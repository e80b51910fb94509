"""Mails that let a new person in."""

from uuid import UUID, uuid4

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.catalogue import lock_catalogue
from localmessages.actions.mailing import mail
from localmessages.actions.memberships import held_by
from localmessages.actions.one_time_tokens import TokenPurpose, issue_one_time_token
from localmessages.rules.access import UserStatus
from localmessages.rules.people import check_manages
from localmessages.rules.refusal import NotFound, Refused, UserErrorCode
from localmessages.services import Transaction

_TEXT = """Hello {name},

{by} has invited you to LocalMessages, where {business} answers its customers' texts. Choose a password within
a week, and you are in:

{url}
"""


async def invite(tx: Transaction, actor: Actor, user_id: UUID, name: str, email: str) -> None:
    """Send a person the link by which they become a user; one that was sent before works no more."""
    token = await issue_one_time_token(tx, actor.tenant_id, user_id, TokenPurpose.INVITATION, at=actor.now)
    people, business = actor.catalogue.people, actor.catalogue.accounts[actor.tenant_id].name
    by = people[actor.user_id].name if actor.user_id is not None else business
    url = f"{actor.services.public_url}/invitation?token={token}"
    await mail(
        tx,
        tenant_id=actor.tenant_id,
        key=f"invitation {uuid4()}",
        to=[email],
        subject=f"{business}: your invitation to LocalMessages",
        text=_TEXT.format(name=name, by=by, business=business, url=url),
        at=actor.now,
    )


async def resend_invitation(actor: Actor, user_id: UUID, *, key: IdempotencyKey | None = None) -> Made:
    """Invite a person once more who has not come yet."""

    async def do(tx: Transaction) -> Made:
        person = (await lock_catalogue(tx, actor.tenant_id)).people.get(user_id)
        if person is None:
            raise NotFound("person", field=["userId"])
        check_manages(actor.viewer, held_by(person))
        if person.status is not UserStatus.INVITED:
            raise Refused(
                UserErrorCode.WRONG_STATE,
                "The person has a password already, or has left.",
                field=["userId"],
                remedy="Whoever has forgotten their password asks for a new one where they sign in.",
            )
        await invite(tx, actor, user_id, person.name, person.email)
        await audit(tx, actor, "resendInvitation", ("User", user_id), person.name)
        return {"user": user_id}

    return await once(actor, key, do)
