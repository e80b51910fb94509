"""What both connections to Redis have in common."""

import asyncio
from typing import Any

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

REDIS_AWAY = (OSError, TimeoutError, RedisError)
_PATIENCE = 2.0


def pool(redis_url: str) -> ConnectionPool:
    """What makes connections: RESP2, since RESP3 costs a third; trying again is left to the caller."""
    return ConnectionPool.from_url(
        redis_url,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=_PATIENCE,
        socket_connect_timeout=_PATIENCE,
    )


def connection_of(pool: ConnectionPool) -> AbstractConnection:
    """A connection of its own, not yet open."""
    connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]
    return connection


async def connect(connection: AbstractConnection) -> None:
    """Open a connection unless it is open."""
    await connection.connect()  # type: ignore[no-untyped-call]


async def stop(task: asyncio.Future[Any], *, patience: float = 0.1) -> None:
    """Cancel a task until it ends: redis-py may swallow a cancellation, while it closes a connection.

    `patience` is how long the task may tidy up before it is cancelled again.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=patience)
    if not task.cancelled():
        # Looked at, so that nobody is told that nobody did.
        task.exception()


class Backoff:
    """Longer and longer pauses, up to a second."""

    _FIRST, _LONGEST = 0.02, 1.0

    def __init__(self) -> None:
        self._seconds = self._FIRST

    def reset(self) -> None:
        """Begin with the shortest again."""
        self._seconds = self._FIRST

    async def pause(self) -> None:
        """Wait."""
        await asyncio.sleep(self._seconds)
        self._seconds = min(2 * self._seconds, self._LONGEST)
