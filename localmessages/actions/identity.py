"""Signing in by the word of an identity provider, for who is a user already."""

from datetime import datetime

from localmessages.actions.codes import needs_code
from localmessages.actions.sessions import Device
from localmessages.actions.signing_in import SignedIn, let_in
from localmessages.actions.users import who_signs_in
from localmessages.auth import issue_code_token
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.services import Services


async def sign_in_by_identity(
    services: Services, email: str, provider: str, device: Device, now: datetime
) -> SignedIn | str:
    """A session for the active user with the address, or the token to come back with together with a code.

    Nobody becomes a user by this: who works here is decided here.
    """
    async with services.transaction() as tx:
        row = await who_signs_in(tx.connection, email)
        if row is None:
            raise Refused(
                UserErrorCode.INVALID_CREDENTIALS,
                "Nobody who may sign in here has this address.",
                remedy="Ask who manages your account to invite you.",
            )
        person = row["tenant_id"], row["id"]
        if await needs_code(tx.connection, *person):
            return issue_code_token(services.secret, *person, now=now)
        changes = {"identityProvider": (None, provider)}
        return await let_in(tx, services, *person, device, now, action="signIn", changes=changes)
