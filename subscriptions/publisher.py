"""Messages on their way to Redis: nobody waits for them, and they may be lost."""

import asyncio
from collections import deque
from collections.abc import Iterable

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import RedisError

from subscriptions.line import REDIS_AWAY, Backoff, connect, connection_of, pool, stop
from subscriptions.verbs import PLAIN, Verbs

Message = tuple[str, bytes]
MOST_QUEUED = 10_000
MOST_AT_ONCE = 1_000


class Publisher:
    """A queue with one writer, who sends all that waits in one go; when it is full the oldest are dropped."""

    def __init__(self, redis_url: str, verbs: Verbs = PLAIN) -> None:
        self._verb = verbs.publish
        self._pool: ConnectionPool = pool(redis_url)
        self._queue: deque[Message] = deque(maxlen=MOST_QUEUED)
        self._filled = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    def send(self, messages: Iterable[Message]) -> None:
        """Have them published, in order."""
        self._queue.extend(messages)
        self._filled.set()
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Drop what waits."""
        if self._writer is not None:
            await stop(self._writer)

    async def _write(self) -> None:
        connection = connection_of(self._pool)
        backoff = Backoff()
        try:
            while True:
                await self._filled.wait()
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_AT_ONCE))]
                if not self._queue:
                    self._filled.clear()
                try:
                    await connect(connection)
                    await self._publish(connection, batch)
                    backoff.reset()
                except REDIS_AWAY:
                    await connection.disconnect(nowait=True)
                    await backoff.pause()
        finally:
            await connection.disconnect(nowait=True)

    async def _publish(self, connection: AbstractConnection, batch: list[Message]) -> None:
        commands = [(self._verb, channel, message) for channel, message in batch]
        await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
        for _ in batch:
            if isinstance(answer := await connection.read_response(), RedisError):
                raise answer
