"""Waiting for a database that is away, full or restarting."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import structlog

from models.database import DatabaseBusy

T = TypeVar("T")

_PAUSE = 0.2
DATABASE_AWAY = (
    OSError,
    TimeoutError,
    DatabaseBusy,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
)

logger = structlog.get_logger(__name__)


async def insist(question: Callable[[], Awaitable[T]]) -> T:
    """The answer to a question that only reads, asked again for as long as the database is away."""
    while True:
        try:
            return await question()
        except DATABASE_AWAY as error:
            logger.warning("live.database_away", error=repr(error))
            await asyncio.sleep(_PAUSE)
