"""The marks of who is in a conversation, in Redis: one hash a conversation, by one clock, that of Redis."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from localmessages.rules.presence import Mark, PresenceState
from subscriptions.address import is_cluster, seeds

PREFIX = "localmessages:presence:"
# How long a question may wait for a Redis that does not answer.
PATIENCE = 0.5
MOST_AT_ONCE = 8
# No hash outlives its last mark for long.
FORGOTTEN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Doing:
    """What somebody does, and in which window."""

    user_id: UUID
    state: PresenceState
    window: str = ""

    @property
    def field(self) -> str:
        """Its name in the hash of a conversation."""
        return f"{self.state}:{self.user_id}:{self.window}"


class Marks:
    """Each mark says since when and until when, in milliseconds; `since` stays while it is repeated."""

    def __init__(self, redis_url: str, *, prefix: str = PREFIX) -> None:
        self._prefix = prefix
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)
        options: dict[str, Any] = {
            "socket_timeout": PATIENCE,
            "socket_connect_timeout": PATIENCE,
            "retry": Retry(NoBackoff(), 0),
        }
        if is_cluster(redis_url):
            self._redis: Redis | RedisCluster = RedisCluster.from_url(seeds(redis_url)[0], **options)
        else:
            self._redis = Redis.from_url(redis_url, **options)

    async def close(self) -> None:
        """Let go of Redis."""
        await self._redis.aclose()

    async def put(self, conversation_id: UUID, doing: Doing, lasts: timedelta) -> bool:
        """Make a mark last from now; whether it is new."""
        given = (doing.field, _ms(lasts), _ms(FORGOTTEN_AFTER))
        (is_new,) = await self._run(_PUT, [conversation_id], *given)
        return bool(is_new)

    async def drop(self, conversation_id: UUID, doing: Doing) -> bool:
        """Take a mark away; whether there was one."""
        (was_there,) = await self._run(_DROP, [conversation_id], doing.field)
        return bool(was_there)

    async def read(self, conversation_ids: Sequence[UUID]) -> dict[UUID, tuple[datetime, list[Mark]]]:
        """Of each conversation the instant, and the marks that last."""
        answers = await self._run(_READ, conversation_ids)
        return {key: _read(answer) for key, answer in zip(conversation_ids, answers, strict=True)}

    async def _run(self, script: str, conversation_ids: Sequence[UUID], *given: str | int) -> list[Any]:
        # A bounded number of connections, however many come and go at once.
        async with self._turns:
            batch = self._redis.pipeline(transaction=False)
            for key in conversation_ids:
                batch.eval(script, 1, f"{self._prefix}{key}", *map(str, given))
            answers: list[Any] = await batch.execute()
            return answers


def _read(answer: list[bytes]) -> tuple[datetime, list[Mark]]:
    now, *rest = answer
    instant = _instant(int(now))
    pairs = zip(rest[::2], rest[1::2], strict=True)
    marks = [_mark(field.decode(), value.decode()) for field, value in pairs]
    return instant, [mark for mark in marks if mark.until > instant]


def _mark(field: str, value: str) -> Mark:
    state, user_id, _ = field.split(":")
    since, until = value.split(":")
    return Mark(UUID(user_id), PresenceState(state), _instant(int(since)), _instant(int(until)))


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


_NOW = """
local function now()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end
"""

_PUT = f"""{_NOW}
local now, before = now(), redis.call('HGET', KEYS[1], ARGV[1])
local since, is_new = now, 1
if before then
    local first, last = string.match(before, '(%d+):(%d+)')
    if tonumber(last) > now then since, is_new = tonumber(first), 0 end
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f:%.0f', since, now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return is_new
"""

_DROP = "return redis.call('HDEL', KEYS[1], ARGV[1])"

_READ = f"""{_NOW}
local found = redis.call('HGETALL', KEYS[1])
table.insert(found, 1, string.format('%.0f', now()))
return found
"""
