"""A generated town in a database of its own: made once for a size and a schema, and then copied."""

import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from bench.company import LAST_DAY, NOW, OWNER, phrases, set_up
from localmessages.auth import issue_token
from localmessages.replay import replay_lines
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import open_database
from models.migrate import migrate

SECRET = "a key of measurements alone, which opens nothing"
HERE = Path(__file__).parent
SCHEMA = HERE.parent / "models" / "migrations"


@dataclass(frozen=True, slots=True)
class Town:
    """A copy of a town, to read and to write."""

    database_url: str
    tenant_id: UUID
    viewer_id: UUID
    messages: int
    size: str
    made_in: float | None
    """Seconds; None if it was there already."""

    @property
    def token(self) -> str:
        """The bearer token of the owner, who sees every location."""
        return issue_token(SECRET, self.tenant_id, self.viewer_id, now=NOW, lasts=timedelta(days=365))[0]


@asynccontextmanager
async def town(server_url: str, messages: int) -> AsyncIterator[Town]:
    """A town of so many messages, as it was made, whatever was done to the last copy."""
    kept = f"town_{messages}_{_digest()}"
    server = await asyncpg.connect(server_url)
    try:
        started = time.monotonic()
        is_new = not await _exists(server, kept)
        if is_new:
            await _make(server, server_url, kept, messages)
        made_in = time.monotonic() - started
        copy = f"{kept}_copy"
        await server.execute(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")
        await server.execute(f"CREATE DATABASE {copy} TEMPLATE {kept} STRATEGY FILE_COPY")
        yield await _look(url_of(server_url, copy), messages, made_in if is_new else None)
        await server.execute(f"DROP DATABASE {copy} WITH (FORCE)")
    finally:
        await server.close()


@asynccontextmanager
async def empty_database(server_url: str, name: str) -> AsyncIterator[str]:
    """The address of a migrated database without rows, dropped afterwards."""
    server = await asyncpg.connect(server_url)
    try:
        await server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await server.execute(f"CREATE DATABASE {name}")
        await migrate(url_of(server_url, name))
        yield url_of(server_url, name)
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await server.close()


def url_of(server_url: str, database: str) -> str:
    """The address of another database of the same server."""
    before, _, options = server_url.partition("?")
    return f"{before.rsplit('/', 1)[0]}/{database}?{options}"


def _digest() -> str:
    """Of everything that a town depends on."""
    made_of = [*sorted(SCHEMA.glob("*.sql")), HERE / "town.sql", HERE / "company.py"]
    return hashlib.blake2b(b"\0".join(path.read_bytes() for path in made_of), digest_size=4).hexdigest()


async def _exists(server: asyncpg.Connection, name: str) -> bool:
    return bool(await server.fetchval("SELECT true FROM pg_database WHERE datname = $1", name))


async def _make(server: asyncpg.Connection, server_url: str, name: str, messages: int) -> None:
    older = await server.fetch(
        "SELECT datname FROM pg_database WHERE datname LIKE $1", f"town\\_{messages}\\_%"
    )
    for row in older:
        await server.execute(f'DROP DATABASE "{row["datname"]}" WITH (FORCE)')
    async with _building(server, name):
        url = url_of(server_url, f"{name}_new")
        await migrate(url)
        await _set_up(url)
        await _fill(url, messages)


@asynccontextmanager
async def _building(server: asyncpg.Connection, name: str) -> AsyncIterator[None]:
    """Renamed when whole: what was interrupted is never taken for a town."""
    await server.execute(f"DROP DATABASE IF EXISTS {name}_new WITH (FORCE)")
    await server.execute(f"CREATE DATABASE {name}_new")
    yield
    await server.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")


async def _set_up(url: str) -> None:
    database = await open_database(url)
    try:
        founded = NOW - timedelta(days=500)
        await replay_lines(Services(database, Catalogues(), clock=lambda: founded), set_up())
    finally:
        await database.close()


async def _fill(url: str, messages: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("CREATE TEMP TABLE phrase (number bigint, body text) ON COMMIT DROP")
            await connection.copy_records_to_table("phrase", records=enumerate(phrases()))
            await connection.execute(
                """
                CREATE TEMP TABLE size
                    (tenant_id uuid, viewer_id uuid, messages integer, last_day date, now timestamptz)
                    ON COMMIT DROP
                """
            )
            await connection.execute(
                """
                INSERT INTO size
                SELECT tenant_id, id, $2, $3, $4 FROM app_user WHERE external_id = $1
                """,
                OWNER,
                messages,
                LAST_DAY,
                NOW,
            )
            await connection.execute((HERE / "town.sql").read_text(), timeout=3600)
        while await connection.fetchval("SELECT fold_message_hours(100000)"):
            continue
        await connection.execute("VACUUM (FREEZE, ANALYZE)", timeout=3600)
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def _look(url: str, messages: int, made_in: float | None) -> Town:
    connection = await asyncpg.connect(url)
    try:
        owner = await connection.fetchrow("SELECT tenant_id, id FROM app_user WHERE external_id = $1", OWNER)
        assert owner is not None
        size = await connection.fetchval("SELECT pg_size_pretty(pg_database_size(current_database()))")
        return Town(url, owner["tenant_id"], owner["id"], messages, size, made_in)
    finally:
        await connection.close()
