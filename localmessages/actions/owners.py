"""The first person of a company, and tokens for scripts."""

from datetime import timedelta

from localmessages.actions.accounts import create_root_account
from localmessages.actions.passwords import hashed_new_password
from localmessages.actions.sessions import Device, begin_session
from localmessages.actions.users import create_user, who_signs_in
from localmessages.auth import issue_token
from localmessages.rules.access import Role
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.services import Services

SCRIPT_TOKEN_LASTS = timedelta(days=1)


async def create_owner(services: Services, *, account: str, name: str, email: str, password: str) -> None:
    """Open a company's account, with the first person who may do everything in it."""
    password_hash = await hashed_new_password(password, of=[email, name, account], field="password")
    now = services.clock()
    async with services.transaction() as tx:
        # app_user_email_key
        taken = await tx.connection.fetchval(
            "SELECT true FROM app_user WHERE lower(email) = lower($1) AND status <> 'FORMER'", email
        )
        if taken:
            raise Refused(
                UserErrorCode.ALREADY_EXISTS,
                f"Another person has the address {email}.",
                remedy="Use another address.",
            )
        tenant_id = await create_root_account(tx, name=account, at=now)
        await create_user(
            tx,
            tenant_id=tenant_id,
            name=name,
            email=email,
            memberships=[(Role.OWNER, tenant_id, None)],
            at=now,
            password_hash=password_hash,
        )


async def token_for(services: Services, email: str) -> str | None:
    """A day's bearer token for whoever signs in with an address, in a session of its own; None for nobody."""
    async with services.database.connection() as connection:
        row = await who_signs_in(connection, email)
    if row is None:
        return None
    tenant_id, user_id, now = row["tenant_id"], row["id"], services.clock()
    async with services.transaction() as tx:
        device = Device(user_agent="localmessages token")
        session_id = await begin_session(tx, tenant_id, user_id, device, at=now, lasts=SCRIPT_TOKEN_LASTS)
    token, _ = issue_token(
        services.secret, tenant_id, user_id, now=now, lasts=SCRIPT_TOKEN_LASTS, session_id=session_id
    )
    return token
