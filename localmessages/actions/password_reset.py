"""A new password for who has forgotten theirs: by a link in a mail, without telling who has an account."""

from datetime import datetime
from uuid import UUID, uuid4

from localmessages.actions.attempts import begin_attempt
from localmessages.actions.mailing import mail
from localmessages.actions.one_time_tokens import (
    TokenPurpose,
    issue_one_time_token,
    redeem_one_time_token,
    token_owner,
)
from localmessages.actions.passwords import hashed_new_password, set_password
from localmessages.actions.queue import PASSWORD_RESET, enqueue
from localmessages.actions.sessions import Device
from localmessages.actions.sign_in_audit import audit_person
from localmessages.actions.users import who_signs_in
from localmessages.services import Services

_TEXT = """Hello {name},

somebody, probably you, asked for a new password at LocalMessages. Choose it here, within an hour:

{url}

If it was not you, do nothing: your password stays as it is.
"""


async def request_password_reset(services: Services, email: str, device: Device, now: datetime) -> None:
    """Have a link sent. Whether anybody has the address is found out later, where nobody can measure it."""
    await begin_attempt(services, ["password reset", email.lower()], device.address, now)
    async with services.transaction() as tx:
        await enqueue(tx.connection, PASSWORD_RESET, {"email": email, "address": device.address})


async def send_password_reset(services: Services, email: str, device: Device) -> None:
    """Write the mail with the link, if somebody who can sign in has the address."""
    now = services.clock()
    async with services.transaction() as tx:
        row = await who_signs_in(tx.connection, email)
        if row is None:
            return
        person = row["tenant_id"], row["id"]
        token = await issue_one_time_token(tx, *person, TokenPurpose.PASSWORD_RESET, at=now)
        url = f"{services.public_url}/reset-password?token={token}"
        await mail(
            tx,
            tenant_id=row["tenant_id"],
            key=f"password reset {uuid4()}",
            to=[row["email"]],
            subject="A new password for LocalMessages",
            text=_TEXT.format(name=row["name"], url=url),
            at=now,
        )
        await audit_person(tx, services, *person, "requestPasswordReset", device, at=now, by_nobody=True)


async def reset_password(
    services: Services, token: str, password: str, device: Device, now: datetime
) -> tuple[UUID, UUID]:
    """Set the password of whose token it is; every session of theirs ends. The tenant and the person."""
    purpose = TokenPurpose.PASSWORD_RESET
    owner = await token_owner(services, token, purpose, at=now)
    hashed = await hashed_new_password(password, of=[owner.email, owner.name], field="password")
    async with services.transaction() as tx:
        person = await redeem_one_time_token(tx, token, purpose, at=now)
        await set_password(tx, *person, hashed, at=now)
        await audit_person(tx, services, *person, "resetPassword", device, at=now)
    return person
