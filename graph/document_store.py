"""Documents that clients had kept, in Redis: the newest few thousand, for all processes."""

from collections.abc import Awaitable
from typing import cast

import structlog
from redis.exceptions import RedisError

from localmessages.rates import open_redis

# In a cluster both must be in one place.
_TEXTS, _ORDER = "localmessages:{documents}:texts", "localmessages:{documents}:order"
MOST = 2_000

log = structlog.get_logger(__name__)


class DocumentStore:
    """Where Redis is away nothing is kept: clients send the document again."""

    def __init__(self, redis_url: str, *, most: int = MOST) -> None:
        self._redis = open_redis(redis_url)
        self._most = most

    async def __aenter__(self) -> "DocumentStore":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def get(self, key: str) -> str | None:
        """The document with this hash."""
        try:
            found = await cast(Awaitable[bytes | None], self._redis.eval(_GET, 2, _TEXTS, _ORDER, key))
        except (OSError, RedisError) as error:
            log.warning("documents.redis_away", error=repr(error))
            return None
        return None if found is None else found.decode(errors="surrogatepass")

    async def put(self, key: str, text: str) -> None:
        """Keep a document; those used longest ago make room."""
        given = (key, text.encode(errors="surrogatepass"), str(self._most))
        try:
            await cast(Awaitable[object], self._redis.eval(_PUT, 2, _TEXTS, _ORDER, *given))
        except (OSError, RedisError) as error:
            log.warning("documents.redis_away", error=repr(error))

    async def close(self) -> None:
        """Let go of Redis."""
        await self._redis.aclose()


_GET = """
local found = redis.call('HGET', KEYS[1], ARGV[1])
if found then redis.call('ZADD', KEYS[2], redis.call('TIME')[1], ARGV[1]) end
return found
"""

_PUT = """
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], redis.call('TIME')[1], ARGV[1])
local over = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[3])
if over > 0 then
    for _, key in ipairs(redis.call('ZRANGE', KEYS[2], 0, over - 1)) do
        redis.call('HDEL', KEYS[1], key)
        redis.call('ZREM', KEYS[2], key)
    end
end
return 1
"""
