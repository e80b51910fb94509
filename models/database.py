"""The database as the application holds it: one pool for the hot SQL, Tortoise beside it for the rest."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any, cast

import asyncpg
import orjson
from tortoise import Tortoise

from models.orm import orm_config
from models.spent import count_statement, count_wait


class DatabaseBusy(TimeoutError):
    """No connection became free in time."""


class PooledConnection(asyncpg.Connection):
    """A connection whose release costs no round trip: nothing here keeps session state."""

    def get_reset_query(self) -> str:
        return ""


class Database:
    """A pool of connections. `acquire_seconds` bounds how long anything waits for one."""

    def __init__(self, pool: "asyncpg.Pool[Any]", acquire_seconds: float) -> None:
        self.pool = pool
        self.acquire_seconds = acquire_seconds

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection outside a transaction: for single reads."""
        asked = monotonic()
        try:
            connection = await self.pool.acquire(timeout=self.acquire_seconds)
        except TimeoutError:
            raise DatabaseBusy(f"No database connection was free within {self.acquire_seconds} s.") from None
        finally:
            count_wait(monotonic() - asked)
        try:
            yield cast(asyncpg.Connection, connection)
        except asyncpg.InternalClientError as error:
            # The server's last word has come, and the end of the connection has not: the driver is at a loss.
            raise asyncpg.ConnectionDoesNotExistError("The database server is ending.") from error
        finally:
            # Shielded: a cancelled caller must still give the connection back. One that the server drops at
            # this moment is out of the pool already: what was done with it stands.
            with suppress(asyncpg.InternalClientError):
                await asyncio.shield(self.pool.release(connection))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """A read-write transaction: committed at the end, rolled back by any exception."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[asyncpg.Connection]:
        """A read-only transaction in which every statement sees the same instant."""
        async with (
            self.connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection

    async def close(self) -> None:
        """Give back everything; running statements may end first."""
        await self.pool.close()
        await Tortoise.close_connections()


async def open_database(
    database_url: str,
    *,
    min_size: int = 1,
    max_size: int = 16,
    acquire_seconds: float = 5,
    statement_cache: int = 512,
    statement_seconds: float | None = None,
) -> Database:
    """Connect to a migrated database. `statement_cache=0` is for PgBouncer in transaction mode.

    The server ends a statement that takes longer than `statement_seconds`.
    """
    pool = await asyncpg.create_pool(
        database_url,
        min_size=min_size,
        max_size=max_size,
        connection_class=PooledConnection,
        statement_cache_size=statement_cache,
        max_cached_statement_lifetime=0,
        init=_prepare,
        # Hot statements are planned once a connection, not with every call: a third to a half of their time.
        # And one answer has one core, however large: everybody else's are small.
        server_settings={
            "timezone": "UTC",
            "jit": "off",
            "plan_cache_mode": "force_generic_plan",
            "max_parallel_workers_per_gather": "0",
            "statement_timeout": str(round((statement_seconds or 0) * 1000)),
        },
    )
    await Tortoise.init(config=orm_config(database_url))
    return Database(pool, acquire_seconds)


async def _prepare(connection: asyncpg.Connection) -> None:
    connection.add_query_logger(count_statement)
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name, schema="pg_catalog", encoder=_encode_json, decoder=orjson.loads, format="text"
        )


def _encode_json(value: object) -> str:
    return orjson.dumps(value, default=str).decode()
