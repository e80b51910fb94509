"""Signing in by address and password."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from localmessages.actions.sessions import SESSION_LASTS, Device, begin_session
from localmessages.auth import Bearer, Refresh, issue_refresh, issue_token, verify_password
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.services import Services, Transaction


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who has signed in, the token that lets them in until the bearer's end, and what gives the next one."""

    bearer: Bearer
    token: str
    refresh_token: str
    refresh_ends: datetime


async def sign_in(services: Services, email: str, password: str, device: Device, now: datetime) -> SignedIn:
    """A session for whose password it is; a refusal takes as long for an unknown address as for a known."""
    async with services.database.connection() as connection:
        # app_user_email_key
        row = await connection.fetchrow(
            """
            SELECT tenant_id, id, password_hash
            FROM app_user
            WHERE lower(email) = lower($1) AND status = 'ACTIVE'
            """,
            email,
        )
    matches = await asyncio.to_thread(verify_password, row["password_hash"] if row else None, password)
    if row is None or not matches:
        raise Refused(
            UserErrorCode.INVALID_CREDENTIALS,
            "E-mail address and password do not match.",
            remedy="Check both, or ask who manages your account for a new password.",
        )
    async with services.transaction() as tx:
        return await let_in(tx, services, row["tenant_id"], row["id"], device, now)


async def let_in(
    tx: Transaction, services: Services, tenant_id: UUID, user_id: UUID, device: Device, now: datetime
) -> SignedIn:
    """A new session for a person who has proved who they are."""
    session_id = await begin_session(tx, tenant_id, user_id, device, at=now)
    return signed_in(services, tenant_id, user_id, session_id, 1, now)


def signed_in(
    services: Services, tenant_id: UUID, user_id: UUID, session_id: UUID, generation: int, now: datetime
) -> SignedIn:
    """The tokens of a session, of which the refresh token is the `generation`th."""
    token, ends = issue_token(
        services.secret, tenant_id, user_id, now=now, lasts=services.token_lasts, session_id=session_id
    )
    refresh = issue_refresh(services.secret, Refresh(tenant_id, session_id, generation))
    return SignedIn(Bearer(tenant_id, user_id, ends, session_id), token, refresh, now + SESSION_LASTS)
