"""Checks of a deployment: what is wrong with it, and what to do."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import redis.asyncio
import redis.exceptions
from aiosmtplib import SMTPException

import models.migrations
from graph.persisted import BadDocuments, read_documents
from localmessages.gateways.identity import IdentityUnavailable, Issuer
from localmessages.gateways.mail import MailUnavailable, Sender
from localmessages.gateways.openid import OpenIdProvider
from localmessages.gateways.smtp_mail import SmtpMailer
from localmessages.gateways.smtp_url import SmtpServer
from localmessages.settings import Settings
from models.migrate import applied_steps
from subscriptions.address import seeds

OLDEST_POSTGRES = 15
OLDEST_REDIS = (6, 2)
MOST_SKEW_SECONDS = 2
# Of a key that was made at random.
FEWEST_CHARACTERS = 12
_PLACEHOLDER = re.compile(r"change.?me|example|secret|password|insecure|default", re.IGNORECASE)


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
    for finding in exposed(settings):
        yield finding
    yield _trusted(settings)
    yield await asyncio.to_thread(_storage, settings.files)
    async for finding in _database(settings.database_url):
        yield finding
    async for finding in _redis(settings.redis_url):
        yield finding
    yield await _mail(settings)
    async for finding in _identity(settings.issuers):
        yield finding


def _secret(settings: Settings) -> Finding:
    key = settings.secret_key
    remedy = "Set LOCALMESSAGES_SECRET_KEY to 32 random characters or more: `openssl rand -base64 48`."
    if not key:
        return Finding("Secret key", "is missing", remedy)
    if len(key) < 32 or len(set(key)) < FEWEST_CHARACTERS or _PLACEHOLDER.search(key):
        return Finding("Secret key", "can be guessed", remedy if settings.production else None)
    return Finding("Secret key", "is given" if settings.production else "is there")


def exposed(settings: Settings) -> Iterator[Finding]:
    """What an installation shows to everybody, and should not in production."""
    if not settings.production:
        yield Finding("Environment", "development: what production must not show is not looked at")
        return
    shown = {
        "Public URL": (
            not settings.public_url.startswith("https://"),
            f"is {settings.public_url or 'missing'}",
            "Set LOCALMESSAGES_PUBLIC_URL to the https address that people use.",
        ),
        "GraphiQL": (settings.graphiql, "is on", "Set LOCALMESSAGES_GRAPHIQL=false."),
        "Introspection": (
            settings.introspection and not settings.trusted_documents_only,
            "is on",
            "Set LOCALMESSAGES_INTROSPECTION=false, or LOCALMESSAGES_TRUSTED_DOCUMENTS_ONLY=true.",
        ),
        "Suggestions": (settings.suggestions, "are on", "Set LOCALMESSAGES_SUGGESTIONS=false."),
        "Metrics": (not settings.metrics_token, "are not shown", "Set LOCALMESSAGES_METRICS_TOKEN."),
        "Allowed origins": (
            any(origin.startswith("http://") for origin in settings.origins),
            settings.allowed_origins,
            "Set LOCALMESSAGES_ALLOWED_ORIGINS to https origins.",
        ),
    }
    for subject, (is_wrong, says, remedy) in shown.items():
        yield Finding(subject, says, remedy) if is_wrong else Finding(subject, "as it should be")
    if not settings.proxies:
        yield Finding("Proxies", "none is trusted: all requests count as those of whoever connects")


def _trusted(settings: Settings) -> Finding:
    file = settings.trusted_documents
    try:
        count = len(read_documents(file)) if file is not None else 0
    except BadDocuments as error:
        return Finding(
            "Trusted documents", str(error), "Set LOCALMESSAGES_TRUSTED_DOCUMENTS to the right file."
        )
    if file is not None and not file.is_file():
        return Finding("Trusted documents", f"{file} is not there", "Build the console: `make web`.")
    return Finding(
        "Trusted documents", f"{count} of a file" if file else "those of the console, if it is built"
    )


async def _identity(issuers: Sequence[Issuer]) -> AsyncIterator[Finding]:
    async with httpx.AsyncClient() as client:
        for issuer in issuers:
            try:
                await OpenIdProvider(issuer, client).examine()
            except IdentityUnavailable as error:
                remedy = (
                    f"Let this machine reach {issuer.url}; it has to be exactly what the issuer calls itself."
                )
                yield Finding(f"Identity provider {issuer.name}", str(error), remedy)
            else:
                yield Finding(f"Identity provider {issuer.name}", "answers")


def _storage(directory: Path) -> Finding:
    probe = directory / f".doctor-{os.getpid()}"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe.write_text("written")
        probe.unlink()
    except OSError as error:
        remedy = f"Let this account write to {directory}, or set LOCALMESSAGES_STORAGE_DIR."
        return Finding("Files", f"{directory} cannot be written: {error.strerror}", remedy)
    return Finding("Files", f"{directory} can be written")


def _clock(subject: str, now: datetime) -> Finding:
    """How far a server's clock is from this machine's."""
    seconds = abs((datetime.now(UTC) - now).total_seconds())
    if seconds > MOST_SKEW_SECONDS:
        remedy = "Let all machines keep the time by NTP: tokens, limits and reports go by the clock."
        return Finding(subject, f"{seconds:.0f} s from this machine's", remedy)
    return Finding(subject, "agrees with this machine's")


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
        yield _clock("PostgreSQL's clock", await connection.fetchval("SELECT clock_timestamp()"))
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


async def _redis(url: str) -> AsyncIterator[Finding]:
    try:
        async with redis.asyncio.Redis.from_url(seeds(url)[0], socket_timeout=5) as client:
            version = str((await client.info("server"))["redis_version"])
            seconds, microseconds = await client.time()
    except (OSError, ValueError, redis.exceptions.RedisError) as error:
        yield Finding("Redis", _said(error), "Check REDIS_URL, and that the server takes connections.")
        return
    if tuple(map(int, version.split(".")[:2])) < OLDEST_REDIS:
        yield Finding("Redis", f"is {version}", "Use Redis 6.2 or later.")
    else:
        yield Finding("Redis", f"{version} answers")
    yield _clock("Redis' clock", datetime.fromtimestamp(seconds + microseconds / 1e6, UTC))


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
