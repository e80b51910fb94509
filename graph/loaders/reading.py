"""One snapshot of the database, held for as long as an operation reads in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg

from localmessages.reports.messages_report.scope import ReportScopes
from localmessages.rules.access import Viewer
from localmessages.rules.metrics import OutOfHours
from models.database import Database


class Snapshot:
    """A connection whose statements all see the same instant, lent to one reader at a time.

    An operation has one: who held it and asked for a second connection would wait for others who do the same.
    """

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._turn = asyncio.Lock()
        self._connection: asyncpg.Connection | None = None

    async def open(self, database: Database) -> None:
        """Take the connection once; the first statement on it is where the snapshot is taken."""
        async with self._turn:
            if self._connection is None:
                self._connection = await self._stack.enter_async_context(database.snapshot())

    @property
    def is_open(self) -> bool:
        """Whether there is something to read in."""
        return self._connection is not None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """The connection, when the readers before have done with it."""
        async with self._turn:
            if self._connection is None:
                raise RuntimeError("The snapshot was given back before everything in it was read.")
            yield self._connection

    async def close(self) -> None:
        """Give the connection back, once whoever reads in it has ended."""
        async with self._turn:
            self._connection = None
            await self._stack.aclose()


class Reading:
    """A report as it is read: by whom, about what, in which snapshot."""

    def __init__(
        self, snapshot: Snapshot, viewer: Viewer, scopes: ReportScopes, out_of_hours: OutOfHours
    ) -> None:
        self.connection = snapshot.connection
        self.viewer = viewer
        self.scopes = scopes
        self.scope = scopes.window
        self.out_of_hours = out_of_hours
