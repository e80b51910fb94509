"""Checks of a deployment: what is wrong with it, and what to do."""

import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import redis.asyncio
import redis.exceptions
from aiosmtplib import SMTPException

import models.migrations
from localmessages.gateways.mail import MailUnavailable, Sender
from localmessages.gateways.smtp_mail import SmtpMailer
from localmessages.gateways.smtp_url import SmtpServer
from localmessages.settings import Settings
from models.migrate import applied_steps
from subscriptions.address import seeds

OLDEST_POSTGRES = 15
OLDEST_REDIS = (6, 2)


@dataclass(frozen=True)
class Finding:
    subject: str
    says: str
    remedy: str | None = None
    """What to do; None where all is well."""

    @property
    def well(self) -> bool:
        return self.remedy is None


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything that the application stands on; `settings` names its servers."""
    yield Finding("Python", sys.version.partition(" ")[0])
    yield _secret(settings)
    async for finding in _database(settings.database_url):
        yield finding
    yield await _redis(settings.redis_url)
    yield await _mail(settings)


def _secret(settings: Settings) -> Finding:
    if settings.secret_key:
        return Finding("Secret key", "is given" if settings.production else "is there")
    return Finding(
        "Secret key", "is missing", "Set LOCALMESSAGES_SECRET_KEY to 32 random characters or more."
    )


async def _database(url: str) -> AsyncIterator[Finding]:
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        yield Finding(
            "PostgreSQL", _said(error), "Check DATABASE_URL, and that the server takes connections."
        )
        return
    try:
        yield _version(connection)
        yield await _migrations(connection)
    finally:
        await connection.close()


def _version(connection: asyncpg.Connection) -> Finding:
    version = connection.get_server_version()
    if version.major < OLDEST_POSTGRES:
        return Finding("PostgreSQL", f"is {version.major}", f"Use PostgreSQL {OLDEST_POSTGRES} or later.")
    return Finding("PostgreSQL", f"{version.major}.{version.micro} answers")


async def _migrations(connection: asyncpg.Connection) -> Finding:
    known = _known_steps()
    applied = set(await applied_steps(connection))
    if missing := sorted(known - applied):
        return Finding(
            "Migrations", f"{len(missing)} missing: {', '.join(missing)}", "Run `localmessages migrate`."
        )
    if unknown := sorted(applied - known):
        return Finding("Migrations", f"made by a later version: {', '.join(unknown)}", "Run that version.")
    return Finding("Migrations", f"all {len(known)} applied")


def _known_steps() -> set[str]:
    return {path.stem for path in Path(models.migrations.__path__[0]).glob("[0-9]*.py")}


async def _redis(url: str) -> Finding:
    try:
        async with redis.asyncio.Redis.from_url(seeds(url)[0], socket_timeout=5) as client:
            version = str((await client.info("server"))["redis_version"])
    except (OSError, ValueError, redis.exceptions.RedisError) as error:
        return Finding("Redis", _said(error), "Check REDIS_URL, and that the server takes connections.")
    if tuple(map(int, version.split(".")[:2])) < OLDEST_REDIS:
        return Finding("Redis", f"is {version}", "Use Redis 6.2 or later.")
    return Finding("Redis", f"{version} answers")


async def _mail(settings: Settings) -> Finding:
    if not settings.smtp_url:
        says = f"is written to files in {settings.mails}"
        return Finding("Mail", says, "Set LOCALMESSAGES_SMTP_URL." if settings.production else None)
    sender = Sender.parse(settings.mail_from)
    if sender.domain == "localhost":
        return Finding("Mail", f"comes from {sender.address}", "Set LOCALMESSAGES_MAIL_FROM.")
    server = SmtpServer.parse(settings.smtp_url)
    try:
        async with SmtpMailer(server, sender, patience=5).connected() as client:
            await client.quit()
    except (MailUnavailable, SMTPException) as error:
        remedy = "Check LOCALMESSAGES_SMTP_URL, and that the server takes connections."
        return Finding("Mail", _said(error), remedy)
    return Finding("Mail", f"{server.host} answers")


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
