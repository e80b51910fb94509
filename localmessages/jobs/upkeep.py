"""Work that is always there. What it is about stands in the tables: a worker that dies loses none of it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

import asyncpg
import structlog

from localmessages.actions.expiry import remove_files
from localmessages.actions.forgetting import forget_ways_in
from localmessages.actions.payments import close_pages
from localmessages.actions.removal import remove_noted_files
from localmessages.actions.waking import due_to_wake, wake_conversation
from localmessages.jobs.scheduled_reports import start_due_reports
from localmessages.services import Services
from subscriptions.retention import RETENTION, prune

logger = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0
_DELTAS_A_FOLD = 5_000
_KEYS_A_STATEMENT = 5_000
KEYS_LAST = timedelta(hours=24)
JOB_LOG_LASTS = timedelta(days=1)
# So long can be looked up what was sent to whom; a key that is used again after that makes a new mail.
MAILS_LAST = timedelta(days=30)
RUNS_LAST = timedelta(days=400)


async def keep_up(services: Services, stop: asyncio.Event, *, every: float = EVERY_SECONDS) -> None:
    """Fold, wake, close and report until told to stop; one that fails is tried again at the next turn."""
    while not stop.is_set():
        for work in (fold, wake_due, close_pages, start_due_reports):
            await _attempt(services, work)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every)


async def _attempt(services: Services, work: Callable[[Services], Awaitable[None]]) -> None:
    try:
        await work(services)
    except Exception:
        logger.exception("upkeep.failed", work=work.__name__)


async def fold(services: Services) -> None:
    """Move all deltas into the rollups; folders of other workers share the work."""
    async with services.database.connection() as connection:
        # message_hour_delta_pkey
        while await connection.fetchval("SELECT fold_message_hours($1)", _DELTAS_A_FOLD) == _DELTAS_A_FOLD:
            pass


async def wake_due(services: Services) -> None:
    """Wake every conversation whose sleep is over."""
    async with services.database.connection() as connection:
        due = await due_to_wake(connection, services.clock())
    for tenant_id, conversation_id in due:
        await wake_conversation(services, tenant_id, conversation_id)


async def clear_out(services: Services) -> None:
    """Delete what has outlived its use: events, keys, the log of jobs, mails, files, sessions, attempts."""
    now = services.clock()
    async with services.database.connection() as connection:
        events = await prune(connection, now - RETENTION)
        keys = await _forget_keys(connection, now - KEYS_LAST)
        await _forget_jobs(connection)
        await _forget_mails(connection, now)
        await forget_ways_in(connection, now)
    files = await remove_files(services) + await remove_noted_files(services)
    logger.info("upkeep.cleared_out", events=events, keys=keys, files=files)


async def _forget_keys(connection: asyncpg.Connection, before: object) -> int:
    forgotten = 0
    # Some at a time: whoever is about to use one of them waits no longer than for these.
    while True:
        # idempotency_key_created_at_idx
        status = await connection.execute(
            """
            DELETE FROM idempotency_key
            WHERE ctid = ANY (
                ARRAY(SELECT ctid FROM idempotency_key WHERE created_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
            )
            """,
            before,
            _KEYS_A_STATEMENT,
        )
        few = int(status.rpartition(" ")[2])
        forgotten += few
        if few < _KEYS_A_STATEMENT:
            return forgotten


async def _forget_jobs(connection: asyncpg.Connection) -> None:
    # pgqueuer_log_created; the queue's own clock is the database's.
    await connection.execute("DELETE FROM pgqueuer_log WHERE created < now() - $1::interval", JOB_LOG_LASTS)
    await connection.execute(
        "DELETE FROM pgqueuer_statistics WHERE created < now() - $1::interval", JOB_LOG_LASTS
    )


async def _forget_mails(connection: asyncpg.Connection, now: datetime) -> None:
    # mail_created_at_idx
    await connection.execute("DELETE FROM mail WHERE created_at < $1", now - MAILS_LAST)
    # report_run_started_at_idx
    await connection.execute("DELETE FROM report_run WHERE started_at < $1", now - RUNS_LAST)
