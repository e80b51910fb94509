"""Ways in that let nobody in any more: kept for a while, so that one sees where one was signed in."""

from datetime import datetime, timedelta

import asyncpg

from localmessages.rules.attempts import OF_ADDRESS, OF_SUBJECT

SESSIONS_LAST = timedelta(days=30)
ATTEMPTS_LAST = max(OF_SUBJECT.window, OF_ADDRESS.window)


async def forget_ways_in(connection: asyncpg.Connection, now: datetime) -> None:
    """Delete sessions a month after they have ended, links that are over, attempts that count no more."""
    # session_expires_at_idx; one that was ended early is over at the latest with its refresh token.
    await connection.execute("DELETE FROM session WHERE expires_at < $1", now - SESSIONS_LAST)
    # A handful a person at most.
    await connection.execute("DELETE FROM one_time_token WHERE expires_at < $1", now)
    # failed_attempt_at_idx
    await connection.execute("DELETE FROM failed_attempt WHERE at < $1", now - ATTEMPTS_LAST)
