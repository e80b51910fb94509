"""Sessions: one sign-in on one device, from its begin to its end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from localmessages.actions.catalogue import tell_person
from localmessages.rules.keys import new_key
from localmessages.rules.live import EventKind
from localmessages.services import Transaction

SESSION_LASTS = timedelta(days=30)
LONGEST_USER_AGENT = 500


@dataclass(frozen=True, slots=True)
class Device:
    """Who asks, as the network shows them; an empty address is our own command line."""

    address: str = ""
    user_agent: str | None = None


async def begin_session(
    tx: Transaction,
    tenant_id: UUID,
    user_id: UUID,
    device: Device,
    *,
    at: datetime,
    lasts: timedelta = SESSION_LASTS,
) -> UUID:
    """A person signs in on a device. It ends by itself when it was not refreshed for so long."""
    session_id = new_key(at)
    await tx.connection.execute(
        """
        WITH seen AS (
            UPDATE app_user SET last_seen_at = $4 WHERE tenant_id = $1 AND id = $3
        )
        INSERT INTO session
            (tenant_id, id, user_id, refreshed_at, address, user_agent, created_at, last_used_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $4, $4, $7)
        """,
        tenant_id,
        session_id,
        user_id,
        at,
        device.address,
        device.user_agent and device.user_agent[:LONGEST_USER_AGENT],
        at + lasts,
    )
    return session_id


async def end_sessions(
    tx: Transaction,
    tenant_id: UUID,
    user_id: UUID,
    *,
    at: datetime,
    only: UUID | None = None,
    but: UUID | None = None,
) -> list[UUID]:
    """End a person's sessions: all, `only` one, or all `but` one. Their next request is refused.

    Their sockets hear of it by the event. What ended before, and what is somebody else's, is left alone.
    """
    # session_user_idx
    rows = await tx.connection.fetch(
        """
        UPDATE session SET ended_at = $3
        WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL
            AND ($4::uuid IS NULL OR id = $4)
            AND id IS DISTINCT FROM $5::uuid
        RETURNING id, expires_at > $3 AS counted
        """,
        tenant_id,
        user_id,
        at,
        only,
        but,
    )
    ended = [row["id"] for row in rows]
    if ended:
        body = {"sessions": [str(session_id) for session_id in ended]}
        await tell_person(tx, tenant_id, user_id, EventKind.SESSIONS_ENDED, at, body)
    return [row["id"] for row in rows if row["counted"]]


async def note_use(
    connection: asyncpg.Connection, tenant_id: UUID, session_id: UUID, device: Device, now: datetime
) -> None:
    """The session is used: from where, and when, to the minute; so its person was seen."""
    # session_pkey, app_user_pkey
    await connection.execute(
        """
        WITH used AS (
            UPDATE session SET last_used_at = $3, address = $4
            WHERE tenant_id = $1 AND id = $2 AND last_used_at <= $3::timestamptz - interval '1 minute'
            RETURNING user_id
        )
        UPDATE app_user SET last_seen_at = $3
        FROM used
        WHERE app_user.tenant_id = $1 AND app_user.id = used.user_id
        """,
        tenant_id,
        session_id,
        now,
        device.address,
    )
