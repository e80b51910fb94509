"""Sockets whose session or API key has ended: closed at once where a session ended here, else in a second."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol
from uuid import UUID

import structlog

from localmessages.rules.live import EventKind
from models.database import Database
from subscriptions.events import Event
from subscriptions.line import stop
from subscriptions.patience import DATABASE_AWAY

ENDED = 4403, "The session has ended. Sign in again."
LOOK_SECONDS = 1.0
Publish = Callable[[Sequence[Event]], None]

log = structlog.get_logger(__name__)


class Closing(Protocol):
    """A socket that can be told to close."""

    def end(self, code: int, reason: str) -> None: ...


class SessionSockets:
    """The open sockets of this process by the session, or the API key, that they belong to.

    What is looked up in PostgreSQL makes it true, also while Redis is away; the events of this process make
    it fast. One small statement a second, and none without such sockets.
    """

    def __init__(self) -> None:
        self._sockets: defaultdict[tuple[UUID, UUID], set[Closing]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._sockets)

    def enter(self, socket: Closing, tenant_id: UUID, session_id: UUID) -> None:
        """It belongs to a session."""
        self._sockets[tenant_id, session_id].add(socket)

    def leave(self, socket: Closing, tenant_id: UUID, session_id: UUID) -> None:
        """It is closed."""
        sockets = self._sockets.get((tenant_id, session_id))
        if sockets is not None:
            sockets.discard(socket)
            if not sockets:
                del self._sockets[tenant_id, session_id]

    def end(self, tenant_id: UUID, session_id: UUID) -> None:
        """Close the sockets of a session that has ended."""
        for socket in self._sockets.pop((tenant_id, session_id), ()):
            socket.end(*ENDED)

    def listening(self, publish: Publish) -> Publish:
        """`publish`, and what it says of sessions is heard here first."""

        def heard(events: Sequence[Event]) -> None:
            for event in events:
                if event.kind is EventKind.SESSIONS_ENDED:
                    for session_id in event.body["sessions"]:
                        self.end(event.tenant_id, UUID(session_id))
            publish(events)

        return heard

    @asynccontextmanager
    async def watched(self, database: Database, every: float = LOOK_SECONDS) -> AsyncIterator[None]:
        """Look for sessions that were ended elsewhere, as long as this lasts."""
        task = asyncio.create_task(self._look_always(database, every))
        try:
            yield
        finally:
            await stop(task)

    async def _look_always(self, database: Database, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            try:
                await self.look(database)
            except DATABASE_AWAY as error:
                # Nothing is told to anybody meanwhile either.
                log.warning("sessions.database_away", error=repr(error))

    async def look(self, database: Database) -> None:
        """Close the sockets of all sessions that have ended."""
        if not self._sockets:
            return
        tenants, sessions = zip(*self._sockets, strict=True)
        async with database.connection() as connection:
            # session_pkey, api_key_pkey: no two of them share an id.
            ended = await connection.fetch(
                """
                SELECT session.tenant_id, session.id
                FROM unnest($1::uuid[], $2::uuid[]) AS open (tenant_id, id)
                JOIN session ON session.tenant_id = open.tenant_id AND session.id = open.id
                WHERE session.ended_at IS NOT NULL
                UNION ALL
                SELECT api_key.tenant_id, api_key.id
                FROM unnest($1::uuid[], $2::uuid[]) AS open (tenant_id, id)
                JOIN api_key ON api_key.tenant_id = open.tenant_id AND api_key.id = open.id
                WHERE api_key.revoked_at IS NOT NULL
                """,
                tenants,
                sessions,
            )
        for row in ended:
            self.end(row["tenant_id"], row["id"])
