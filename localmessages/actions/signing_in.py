"""Signing in by address and password."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from localmessages.auth import Bearer, issue_token, verify_password
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.services import Services


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who has signed in, and the token that lets them in until the bearer's end."""

    bearer: Bearer
    token: str


async def sign_in(services: Services, email: str, password: str, now: datetime) -> SignedIn:
    """A token for whose password it is; `Refused` takes as long for an unknown address as for a known one."""
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
    tenant_id: UUID = row["tenant_id"]
    token, ends = issue_token(services.secret, tenant_id, row["id"], now=now)
    return SignedIn(Bearer(tenant_id, row["id"], ends), token)
