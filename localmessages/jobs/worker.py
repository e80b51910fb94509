"""The worker: takes jobs from PostgreSQL, and keeps up what is always to be done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.errors import FailingListenerError
from pgqueuer.executors import AbstractEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.models import Job, Schedule
from prometheus_client import start_http_server

from localmessages.actions.queue import (
    BULK_TRANSFER,
    CLICK,
    EXPORT,
    MAIL,
    PASSWORD_RESET,
    RECEIPT,
    REPORT_MAIL,
    SEND,
    SIGN_IN_REFUSED,
)
from localmessages.gateways.carrier import Carrier
from localmessages.jobs.bulk_transfers import run_bulk_transfer
from localmessages.jobs.clicks import run_click
from localmessages.jobs.executor import Persistent
from localmessages.jobs.exports import run_export
from localmessages.jobs.mailing import run_mail
from localmessages.jobs.receipts import run_receipt, simulated_carrier
from localmessages.jobs.scheduled_reports import run_report_mail
from localmessages.jobs.sending import HANDOVER_SECONDS, Sender
from localmessages.jobs.sign_ins import run_password_reset, run_sign_in_refused
from localmessages.jobs.upkeep import clear_out, keep_up
from localmessages.jobs.verify import verify_rollups
from localmessages.process import working
from localmessages.services import Services
from localmessages.settings import Settings

logger = structlog.get_logger(__name__)

# So many of all workers together: what waits for others must not keep texts waiting. Else no limit.
_AT_ONCE_OF = {EXPORT: 4, MAIL: 8}
_QUEUE_LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, FailingListenerError)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a worker looks after its jobs."""

    heartbeat: timedelta = timedelta(seconds=20)
    """A job whose worker has been silent for so long is another's."""
    look: timedelta = timedelta(seconds=5)
    """How often it looks for such jobs; new ones announce themselves."""
    reconnect: timedelta = timedelta(seconds=1)
    farewell: timedelta = timedelta(seconds=HANDOVER_SECONDS + 5)
    """How long jobs may take to end when it stops; what has not ended goes back into the queue."""
    at_once: int = 100


async def run_worker(settings: Settings) -> None:
    """Work until SIGINT or SIGTERM; jobs that run may end first."""
    if settings.worker_metrics_port:
        start_http_server(settings.worker_metrics_port, settings.worker_metrics_host)
    async with (
        working(settings) as services,
        running_worker(services, simulated_carrier(services), settings.database_url),
    ):
        await asyncio.Event().wait()


@asynccontextmanager
async def running_worker(
    services: Services, carrier: Carrier, database_url: str, *, rhythm: Rhythm | None = None
) -> AsyncIterator[None]:
    """A worker beside what else the event loop does. Needs a connection of its own, past any pooler."""
    rhythm = rhythm or Rhythm()
    stop = asyncio.Event()
    tasks = [
        asyncio.create_task(_work(services, carrier, database_url, rhythm, stop)),
        asyncio.create_task(keep_up(services, stop)),
    ]
    try:
        yield
    finally:
        stop.set()
        _, unfinished = await asyncio.wait(tasks, timeout=rhythm.farewell.total_seconds())
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _work(
    services: Services, carrier: Carrier, database_url: str, rhythm: Rhythm, stop: asyncio.Event
) -> None:
    sender = Sender(services, carrier)
    while not stop.is_set():
        try:
            await _work_while_connected(services, sender, database_url, rhythm, stop)
        except _QUEUE_LOST as error:
            logger.warning("worker.queue_lost", error=repr(error))
        except Exception:
            # Jobs wait meanwhile: what is wrong is told, and tried again.
            logger.exception("worker.failed")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), rhythm.reconnect.total_seconds())


async def _work_while_connected(
    services: Services, sender: Sender, database_url: str, rhythm: Rhythm, stop: asyncio.Event
) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        queue = _queue(connection, services, sender)
        stopping = asyncio.create_task(_pass_on(stop, queue.shutdown))
        try:
            await queue.run(
                dequeue_timeout=rhythm.look,
                heartbeat_timeout=rhythm.heartbeat,
                max_concurrent_tasks=rhythm.at_once,
                shutdown_on_listener_failure=True,
            )
        finally:
            stopping.cancel()
    finally:
        await connection.close(timeout=5)


async def _pass_on(stop: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stop.wait()
    shutdown.set()


def _queue(connection: asyncpg.Connection, services: Services, sender: Sender) -> PgQueuer:
    queue = PgQueuer.from_asyncpg_connection(connection)
    jobs: dict[str, Callable[[Job], Awaitable[None]]] = {
        SEND: sender.run,
        RECEIPT: partial(run_receipt, services),
        CLICK: partial(run_click, services),
        BULK_TRANSFER: partial(run_bulk_transfer, services),
        EXPORT: partial(run_export, services),
        MAIL: partial(run_mail, services),
        REPORT_MAIL: partial(run_report_mail, services),
        PASSWORD_RESET: partial(run_password_reset, services),
        SIGN_IN_REFUSED: partial(run_sign_in_refused, services),
    }
    for name, run in jobs.items():
        queue.entrypoint(
            name,
            accepts_context=False,
            on_failure="hold",
            executor_factory=_persistent,
            concurrency_limit=_AT_ONCE_OF.get(name, 0),
        )(run)

    @queue.schedule("clear_out", "17 * * * *")
    async def _hourly(schedule: Schedule) -> None:
        await clear_out(services)

    @queue.schedule("verify_rollups", "30 3 * * *")
    async def _nightly(schedule: Schedule) -> None:
        await verify_rollups(services)

    return queue


def _persistent(parameters: EntrypointExecutorParameters) -> AbstractEntrypointExecutor:
    return Persistent(parameters)
