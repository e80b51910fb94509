"""A tenant with lanes and nothing in them, and what makes events there."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from localmessages.rules.live import EventKind
from models.database import Database
from subscriptions import log
from subscriptions.bus import Bus
from subscriptions.events import Event, NewEvent
from subscriptions.hub import Hub

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Tenant:
    database: Database
    id: UUID
    scope_id: int
    user_id: UUID
    user_scope_id: int
    lanes: list[int]

    def new(self, scope_id: int, number: int = 0, **more: object) -> NewEvent:
        return NewEvent(self.id, scope_id, EventKind.CONVERSATION_CHANGED, AT, body={"n": number, **more})

    async def append(self, *scope_ids: int) -> list[Event]:
        return await self.commit(*[self.new(scope_id) for scope_id in scope_ids])

    async def commit(self, *events: NewEvent) -> list[Event]:
        async with self.database.transaction() as connection:
            return await log.append(connection, events)

    async def move(self, source: int, target: int) -> list[Event]:
        body = {"transfer": str(uuid4()), "from": str(uuid4()), "to": str(uuid4())}
        return await self.commit(
            NewEvent(self.id, target, EventKind.MOVED_IN, AT, body=body),
            NewEvent(self.id, source, EventKind.MOVED_OUT, AT, body=body),
        )


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await tenant_in(database)


async def tenant_in(database: Database) -> Tenant:
    """A new tenant."""
    tenant_id, user_id = uuid4(), uuid4()
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO account (tenant_id, id, name, created_at) VALUES ($1, $1, 'Acme', $2)", tenant_id, AT
        )
        rows = await connection.fetch(
            """
            INSERT INTO live_scope (tenant_id, kind, lane, user_id)
            VALUES ($1, 'TENANT', NULL, NULL), ($1, 'USER', NULL, $2),
                ($1, 'LANE', 0, NULL), ($1, 'LANE', 1, NULL), ($1, 'LANE', 2, NULL)
            RETURNING id
            """,
            tenant_id,
            user_id,
        )
    own, user, *lanes = [row["id"] for row in rows]
    return Tenant(database, tenant_id, own, user_id, user, lanes)


@pytest.fixture
async def open_hub(database: Database, redis_url: str) -> AsyncIterator[Callable[..., Awaitable[Hub]]]:
    """Makes hubs as other processes have them; by default they look into PostgreSQL almost never."""
    opened: list[Hub] = []

    async def start(*, url: str = redis_url, probe_seconds: float = 1.0, **settings: Any) -> Hub:
        hub = Hub(database, Bus(url, probe_seconds=probe_seconds), **{"poll_seconds": 60, **settings})
        await hub.start()
        opened.append(hub)
        return hub

    yield start
    for hub in opened:
        await hub.close()
