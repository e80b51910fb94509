"""A database in which everything is tried and nothing stays: a connection, rolled back each time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
import asyncpg.connection

from models.database import Database

Row = tuple[str, str]
# What the driver asks for itself, once a connection and type; and transactions within this one.
_DRIVERS = ("typeinfo_tree", "current_setting('jit')", "SAVEPOINT ")
# What asks, and so has to wait for its turn.
_ASKS = frozenset(("execute", "executemany", "fetch", "fetchmany", "fetchrow", "fetchval"))


class _Shared:
    """A connection that several tasks use: one statement after the other."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.turn = asyncio.Lock()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._connection, name)
        if name not in _ASKS:
            return found

        async def ask(*args: Any, **more: Any) -> Any:
            async with self.turn:
                return await found(*args, **more)

        async def to_its_end(*args: Any, **more: Any) -> Any:
            # Whoever is cancelled meanwhile must not leave the connection in the middle of an answer.
            return await asyncio.shield(ask(*args, **more))

        return to_its_end


class Sandbox(Database):
    """Counts the statements; everybody is given the same connection."""

    def __init__(self, database: Database, connection: asyncpg.Connection) -> None:
        super().__init__(database.pool, database.acquire_seconds)
        self.statements: list[str] = []
        self._connection = connection
        shared = _Shared(connection)
        self._turn = shared.turn
        self._shared = cast("asyncpg.Connection", shared)
        self._standing: set[Row] | None = None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        yield self._shared

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[asyncpg.Connection]:
        yield self._shared

    def _note(self, logged: asyncpg.connection.LoggedQuery) -> None:
        if not any(text in logged.query for text in _DRIVERS):
            self.statements.append(logged.query)

    async def written(self) -> set[Row]:
        """The rows that the attempt added, changed or removed, as they were and are."""
        async with self._turn:
            return await self._written()

    async def _written(self) -> set[Row]:
        if await self._is_broken():
            return set()
        # Whoever wrote, or locked a row, has a number.
        if await self._connection.fetchval("SELECT pg_current_xact_id_if_assigned()") is None:
            return set()
        assert self._standing is not None
        return self._standing ^ await self._rows()

    async def _is_broken(self) -> bool:
        """Whether a statement failed and nobody caught it: nothing was written, and the answer says so."""
        try:
            await self._connection.execute("SELECT")
        except asyncpg.InFailedSQLTransactionError:
            return True
        return False

    async def _rows(self) -> set[Row]:
        tables = await self._connection.fetch(
            """
            SELECT table_name
            FROM information_schema.tables
            WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
            """
        )
        every = " UNION ALL ".join(f"SELECT '{name}', t::text FROM {name} AS t" for (name,) in tables)
        return {(name, row) for name, row in await self._connection.fetch(every)}

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Something is tried, and undone."""
        if self._standing is None:
            self._standing = await self._rows()
        undo = self._connection.transaction()
        await undo.start()
        self.statements.clear()
        try:
            with self._connection.query_logger(self._note):
                yield
        finally:
            async with self._turn:
                await undo.rollback()


@asynccontextmanager
async def sandbox(database: Database) -> AsyncIterator[Sandbox]:
    """One on a connection of the database."""
    async with database.connection() as connection:
        yield Sandbox(database, connection)
