"""Attempts to get in: counted before they are looked at, so that many at once gain nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from localmessages.auth import secret_hash
from localmessages.rules.attempts import MOST_COUNTED, OF_ADDRESS, OF_SUBJECT
from localmessages.rules.keys import new_key
from localmessages.rules.networks import network_of
from localmessages.rules.refusal import RetryLater, UserErrorCode
from localmessages.services import Services, Transaction


@dataclass(frozen=True, slots=True)
class Attempt:
    """One that is under way. It has failed until it is said to have succeeded."""

    id: UUID
    subject: bytes


async def begin_attempt(services: Services, subject: Sequence[str], address: str, now: datetime) -> Attempt:
    """Count an attempt at a subject, such as an account from a network; `RetryLater` after too many.

    It is the same for what exists and what does not.
    """
    attempt = Attempt(new_key(now), _hash(subject))
    place = _hash(["from", network_of(address)])
    async with services.transaction() as tx:
        until = await _locked_until(tx.connection, attempt.subject, place, now)
        if until is None:
            await tx.connection.execute(
                "INSERT INTO failed_attempt (id, subject, address, at) VALUES ($1, $2, $3, $4)",
                attempt.id,
                attempt.subject,
                place,
                now,
            )
    if until is not None:
        raise RetryLater(UserErrorCode.TOO_MANY_ATTEMPTS, "There were too many attempts.", until)
    return attempt


async def _locked_until(
    connection: asyncpg.Connection, subject: bytes, place: bytes, now: datetime
) -> datetime | None:
    # Those from one place first, then those at one subject: nobody waits in a circle.
    for key in (place, subject):
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key.hex())
    # failed_attempt_subject_idx, failed_attempt_address_idx
    row = await connection.fetchrow(
        """
        SELECT
            ARRAY(
                SELECT at FROM failed_attempt WHERE subject = $1 AND at > $3 ORDER BY at DESC LIMIT $5
            ) AS of_subject,
            ARRAY(
                SELECT at FROM failed_attempt WHERE address = $2 AND at > $4 ORDER BY at DESC LIMIT $5
            ) AS of_address
        """,
        subject,
        place,
        now - OF_SUBJECT.window,
        now - OF_ADDRESS.window,
        MOST_COUNTED,
    )
    assert row is not None
    waits = (
        OF_SUBJECT.waits_until(row["of_subject"], now),
        OF_ADDRESS.waits_until(row["of_address"], now),
    )
    return max((until for until in waits if until is not None), default=None)


async def attempt_succeeded(tx: Transaction, attempt: Attempt) -> None:
    """Whoever it was is let through, and begins from nothing the next time."""
    # failed_attempt_subject_idx
    await tx.connection.execute("DELETE FROM failed_attempt WHERE subject = $1", attempt.subject)


def _hash(parts: Sequence[str]) -> bytes:
    return secret_hash("\n".join(parts))
