"""The next access token, and the end of a session whose refresh token was copied."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from localmessages.actions.sessions import LONGEST_USER_AGENT, SESSION_LASTS, Device, end_sessions
from localmessages.actions.sign_in_audit import audit_person
from localmessages.actions.signing_in import SignedIn, signed_in
from localmessages.auth import BadToken, Refresh, read_refresh
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.services import Services, Transaction

# Two tabs that ask at once send the same token, and so does who never got the answer; a thief comes later.
GRACE = timedelta(seconds=30)
REUSED = {"session": (None, "ended: what refreshes it came a second time")}


async def refresh_session(services: Services, token: str, device: Device, now: datetime) -> SignedIn:
    """The next tokens of a session; a token that was used before ends it."""
    try:
        refresh = read_refresh(services.secret, token)
    except BadToken as error:
        raise refresh_refused() from error
    async with services.transaction() as tx:
        row = await _locked(tx.connection, refresh, now)
        generation = None if row is None else await _next(tx, refresh, row, device, now)
        if row is not None and generation is None:
            await _end(tx, services, refresh, row["user_id"], device, now)
    # Only now: the end of a session has to stand.
    if row is None or generation is None:
        raise refresh_refused()
    return signed_in(services, refresh.tenant_id, row["user_id"], refresh.session_id, generation, now)


def refresh_refused() -> Refused:
    """There is no next token."""
    return Refused(
        UserErrorCode.INVALID_TOKEN,
        "The session has ended.",
        field=["refreshToken"],
        remedy="Sign in again.",
    )


async def _locked(connection: asyncpg.Connection, refresh: Refresh, now: datetime) -> asyncpg.Record | None:
    # session_pkey, app_user_pkey
    return await connection.fetchrow(
        """
        SELECT session.user_id, session.generation, session.refreshed_at
        FROM session
        JOIN app_user ON app_user.tenant_id = session.tenant_id AND app_user.id = session.user_id
        WHERE session.tenant_id = $1 AND session.id = $2 AND session.ended_at IS NULL
            AND session.expires_at > $3 AND app_user.status = 'ACTIVE'
        FOR NO KEY UPDATE OF session
        """,
        refresh.tenant_id,
        refresh.session_id,
        now,
    )


async def _next(
    tx: Transaction, refresh: Refresh, row: asyncpg.Record, device: Device, now: datetime
) -> int | None:
    """The number of the refresh token to give; None where the one that came was used before."""
    current: int = row["generation"]
    if refresh.generation == current - 1 and now - row["refreshed_at"] < GRACE:
        return current
    if refresh.generation != current:
        return None
    # session_pkey
    await tx.connection.execute(
        """
        UPDATE session
        SET generation = generation + 1, refreshed_at = $3, last_used_at = $3, expires_at = $4, address = $5,
            user_agent = $6
        WHERE tenant_id = $1 AND id = $2
        """,
        refresh.tenant_id,
        refresh.session_id,
        now,
        now + SESSION_LASTS,
        device.address,
        device.user_agent and device.user_agent[:LONGEST_USER_AGENT],
    )
    return current + 1


async def _end(
    tx: Transaction, services: Services, refresh: Refresh, user_id: UUID, device: Device, now: datetime
) -> None:
    tenant_id = refresh.tenant_id
    await end_sessions(tx, tenant_id, user_id, at=now, only=refresh.session_id)
    await audit_person(
        tx, services, tenant_id, user_id, "refreshSession", device, at=now, changes=REUSED, by_nobody=True
    )
