"""How many sockets somebody has at all processes: claims in Redis, each for as long as it is renewed."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from itertools import count
from typing import cast

import structlog
from redis.exceptions import RedisError

from localmessages.rates import open_redis
from subscriptions.line import stop
from subscriptions.messages import SocketRefused

PREFIX = "localmessages:sockets:"
# A process that ends without a word is forgotten after so long.
LASTS_SECONDS = 60
AWAY_SECONDS = 5
_AT_ONCE = 500
_CONNECTIONS = 8

log = structlog.get_logger(__name__)


class Claims:
    """Where Redis is away everybody is let in: then each process counts its own alone."""

    def __init__(self, redis_url: str, most: int, *, renew_seconds: float = LASTS_SECONDS / 3) -> None:
        self._redis = open_redis(redis_url)
        self._most = most
        self._renew_seconds = renew_seconds
        self._process = secrets.token_hex(6)
        self._numbers = count(1)
        self._held: dict[str, str] = {}
        self._turns = asyncio.Semaphore(_CONNECTIONS)
        self._away_until = 0.0
        self._leaving: set[asyncio.Task[None]] = set()

    async def claim(self, who: str) -> str:
        """One more socket of somebody; its name here. `SocketRefused` if it is one too many."""
        name = f"{self._process}:{next(self._numbers)}"
        # A bounded number of connections, however many come at once.
        async with self._turns:
            is_taken = await self._is_taken(who, name)
        if not is_taken:
            raise SocketRefused(4429, f"Too many sockets: at most {self._most} at a time")
        self._held[name] = who
        return name

    async def _is_taken(self, who: str, name: str) -> bool:
        now = asyncio.get_running_loop().time()
        if now < self._away_until:
            return True
        given = (name, str(self._most), str(LASTS_SECONDS))
        try:
            return bool(await cast(Awaitable[int], self._redis.eval(_CLAIM, 1, PREFIX + who, *given)))
        except (OSError, RedisError) as error:
            # Nobody waits for it again for a while.
            self._away_until = now + AWAY_SECONDS
            log.warning("sockets.redis_away", error=repr(error))
            return True

    def release(self, name: str) -> None:
        """It has closed. Nobody waits for Redis to know."""
        if (who := self._held.pop(name, None)) is not None:
            task = asyncio.ensure_future(self._drop(who, name))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    @asynccontextmanager
    async def renewed(self) -> AsyncIterator[None]:
        """Keep the claims of this process while this lasts."""
        task = asyncio.create_task(self._renew_always())
        try:
            yield
        finally:
            await stop(task)
            await asyncio.gather(*self._leaving, return_exceptions=True)
            await self._redis.aclose()

    async def _drop(self, who: str, name: str) -> None:
        try:
            async with self._turns:
                await self._redis.zrem(PREFIX + who, name)
        except (OSError, RedisError) as error:
            log.warning("sockets.redis_away", error=repr(error))

    async def _renew_always(self) -> None:
        while True:
            await asyncio.sleep(self._renew_seconds)
            held = list(self._held.items())
            try:
                for begin in range(0, len(held), _AT_ONCE):
                    await self._renew(held[begin : begin + _AT_ONCE])
            except (OSError, RedisError) as error:
                log.warning("sockets.redis_away", error=repr(error))

    async def _renew(self, held: list[tuple[str, str]]) -> None:
        batch = self._redis.pipeline(transaction=False)
        for name, who in held:
            batch.eval(_RENEW, 1, PREFIX + who, name, str(LASTS_SECONDS))
        await batch.execute()


_NOW = "local now = tonumber(redis.call('TIME')[1])\n"
_CLAIM = f"""{_NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
_RENEW = f"""{_NOW}
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""
