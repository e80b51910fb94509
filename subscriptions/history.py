"""Of which history of the database a process tells, for as long as it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import structlog

from models.database import Database
from subscriptions import position
from subscriptions.bus import Bus
from subscriptions.line import stop
from subscriptions.patience import DATABASE_AWAY

LOOK_SECONDS = 2.0
_PATIENCE = 5.0

logger = structlog.get_logger(__name__)


@asynccontextmanager
async def followed(database: Database, bus: Bus, *, seconds: float = LOOK_SECONDS) -> AsyncIterator[None]:
    """Keep the epoch of what is published: after a failover messages with the old one are ignored."""
    async with database.connection() as connection:
        bus.epoch = await position.epoch(connection)
    task = asyncio.create_task(_follow(database, bus, seconds))
    try:
        yield
    finally:
        await stop(task)


async def _follow(database: Database, bus: Bus, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            async with asyncio.timeout(_PATIENCE), database.connection() as connection:
                bus.epoch = await position.epoch(connection)
        except (*DATABASE_AWAY, asyncpg.PostgresError) as error:
            logger.warning("live.database_away", error=repr(error))
