"""What a process opens before it works, and closes after: the database, Redis, the hub."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import asyncpg
import httpx
import structlog

from localmessages.gateways.disk_mail import DiskMailer
from localmessages.gateways.disk_storage import DiskStorage
from localmessages.gateways.mail import Mailer, Sender
from localmessages.gateways.openid import OpenIdProvider
from localmessages.gateways.simulated_payments import SimulatedPayments
from localmessages.gateways.smtp_mail import SmtpMailer
from localmessages.gateways.smtp_url import SmtpServer
from localmessages.services import Publish, Services, utc_now
from localmessages.settings import Settings
from models.catalogue import Catalogues
from models.database import Database, open_database
from subscriptions.admission import Admission
from subscriptions.bus import Bus
from subscriptions.history import followed
from subscriptions.hub import Hub
from subscriptions.marks import Marks
from subscriptions.presence import RedisPresence

# What a server says that starts or is not there yet.
_STARTING = (OSError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError)
_LOOK_SECONDS = 1.0

log = structlog.get_logger(__name__)


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[Services]:
    """For commands and workers: what they change is published, but they hear nothing."""
    async with _database(settings) as database:
        bus = Bus(settings.redis_url)
        try:
            async with followed(database, bus):
                yield _services(settings, database, bus.publish)
        finally:
            await bus.close()


@asynccontextmanager
async def serving(
    settings: Settings, admission: Admission | None = None
) -> AsyncIterator[tuple[Services, Hub]]:
    """For the API: what it changes reaches its own subscribers at once, and the hub hears the others."""
    async with _database(settings, settings.statement_seconds) as database:
        bus = Bus(settings.redis_url)
        hub = Hub(database, bus, admission=admission)
        presence = RedisPresence(bus, Marks(settings.redis_url))
        await hub.start()
        try:
            async with followed(database, bus), httpx.AsyncClient() as client:
                services = _services(settings, database, hub.publish)
                providers = {issuer.slug: OpenIdProvider(issuer, client) for issuer in settings.issuers}
                yield replace(services, presence=presence, identity_providers=providers), hub
        finally:
            await presence.close()
            await hub.close()


@asynccontextmanager
async def _database(settings: Settings, statement_seconds: float | None = None) -> AsyncIterator[Database]:
    database = await _opened(settings, statement_seconds)
    try:
        yield database
    finally:
        await database.close()


async def _opened(settings: Settings, statement_seconds: float | None) -> Database:
    """The database, waited for while it starts too; what it refuses for another reason is told at once."""
    loop = asyncio.get_running_loop()
    until = loop.time() + settings.database_patience_seconds
    while True:
        try:
            return await open_database(
                settings.database_url,
                min_size=settings.pool_min_size,
                max_size=settings.pool_max_size,
                acquire_seconds=settings.pool_seconds,
                statement_seconds=statement_seconds,
            )
        except _STARTING as error:
            left = until - loop.time()
            if left <= 0:
                raise
            log.warning("database.away", error=repr(error), waiting_seconds=round(left))
            await asyncio.sleep(min(left, _LOOK_SECONDS))


def _services(settings: Settings, database: Database, publish: Publish) -> Services:
    clock = clock_of(settings.now)
    return Services(
        database,
        Catalogues(),
        publish=publish,
        clock=clock,
        secret=settings.secret_key,
        token_lasts=timedelta(minutes=settings.access_token_minutes),
        public_url=settings.url,
        simulator=not settings.production,
        payments=None if settings.production else SimulatedPayments(settings.webhook_secrets, clock),
        storage=DiskStorage(settings.files),
        mailer=mailer_of(settings),
    )


def mailer_of(settings: Settings) -> Mailer:
    """The mail server of the settings, or a directory where there is none."""
    sender = Sender.parse(settings.mail_from)
    if settings.smtp_url:
        return SmtpMailer(SmtpServer.parse(settings.smtp_url), sender)
    return DiskMailer(settings.mails, sender)


def clock_of(stopped_at: datetime | None) -> Callable[[], datetime]:
    """The wall clock, or one that stands still."""
    return utc_now if stopped_at is None else lambda: stopped_at
