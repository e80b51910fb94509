"""How often somebody may ask: a sliding window that all processes share through Redis, without waiting."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil
from time import time
from typing import Any

import structlog
from redis.asyncio import Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from localmessages import metrics
from localmessages.rules.networks import network_of
from subscriptions.address import is_cluster, seeds
from subscriptions.line import stop

PREFIX = "localmessages:rate:"
PATIENCE = 0.5
# Who comes from so many places at once crowds out who came first.
MOST_KEYS = 100_000
_ROUNDING = 1e-6
# How often others are asked about somebody who has just been counted.
_LOOKS = 5

log = structlog.get_logger(__name__)


class RateLimited(Exception):
    """One request too many; `seconds` until the next one counts."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(f"{message} Try again in {seconds} s.")
        self.seconds = seconds


@dataclass(slots=True)
class Window:
    """The requests of one: of all processes as far as they have told, and those that are told next."""

    span: int
    told: int = 0
    """In this span, by everybody."""
    untold: int = 0
    before: int = 0
    """In the span before it, which counts for as much of it as the window still covers."""

    def move_to(self, span: int) -> None:
        if span != self.span:
            self.before = self.told + self.untold if span == self.span + 1 else 0
            self.span, self.told, self.untold = span, 0, 0

    def wait(self, most: int, passed: float) -> float:
        """How much of a span it takes until one more fits in; `passed` is how much of this one is over."""
        now = self.told + self.untold
        if now + self.before * (1 - passed) + 1 <= most + _ROUNDING:
            return 0.0
        if now + 1 <= most:
            return (1 - passed) - (most - now - 1) / self.before
        return (1 - passed) + (1 - (most - 1) / now)


class Rates:
    """Counts here at once, and tells Redis soon; where that is away, each process counts for itself."""

    def __init__(
        self,
        redis_url: str = "",
        *,
        per_viewer: int,
        per_address: int,
        seconds: float = 60,
        tell_seconds: float = 0.2,
        clock: Callable[[], float] = time,
    ) -> None:
        self._most = {"viewer": per_viewer, "address": per_address}
        self._seconds = seconds
        self._tell_seconds = tell_seconds
        self._clock = clock
        self._windows: OrderedDict[tuple[str, str], Window] = OrderedDict()
        self._recent: dict[tuple[str, str], int] = {}
        self._redis = open_redis(redis_url) if redis_url else None
        self._is_away = False

    def count_viewer(self, name: str) -> None:
        """One more request of somebody who has signed in; `RateLimited` if it is one too many."""
        self._count("viewer", name)

    def count_address(self, address: str) -> None:
        """One more request from an address; `RateLimited` if it is one too many."""
        self._count("address", network_of(address))

    def _count(self, kind: str, name: str) -> None:
        span, passed = divmod(self._clock() / self._seconds, 1)
        window = self._windows.get((kind, name))
        if window is None:
            window = self._windows[kind, name] = Window(int(span))
            if len(self._windows) > MOST_KEYS:
                self._windows.popitem(last=False)
        window.move_to(int(span))
        most = self._most[kind]
        if (wait := window.wait(most, passed)) > 0:
            metrics.RATE_LIMITED.labels(kind).inc()
            text = f"At most {most} requests in {self._seconds:g} s are taken of one {kind}."
            raise RateLimited(text, max(1, ceil(wait * self._seconds)))
        window.untold += 1
        self._recent[kind, name] = _LOOKS

    @asynccontextmanager
    async def told(self) -> AsyncIterator[None]:
        """Share what is counted while this lasts."""
        if self._redis is None:
            yield
            return
        task = asyncio.create_task(self._tell_always(self._redis))
        try:
            yield
        finally:
            await stop(task)
            await self._redis.aclose()

    async def _tell_always(self, redis: "Redis | RedisCluster") -> None:
        while True:
            await asyncio.sleep(self._tell_seconds)
            self._forget()
            try:
                async with asyncio.timeout(2 * PATIENCE):
                    await self._tell(redis)
            except (OSError, RedisError) as error:
                if not self._is_away:
                    log.warning("rates.redis_away", error=repr(error))
                self._is_away = True
            else:
                self._is_away = False

    async def _tell(self, redis: "Redis | RedisCluster") -> None:
        names = [name for name in self._recent if name in self._windows]
        if not names:
            return
        batch, counts = redis.pipeline(transaction=False), []
        for kind, name in names:
            window = self._windows[kind, name]
            counts.append((window, window.span, window.untold))
            key = f"{PREFIX}{kind}:{{{name}}}:"
            batch.incrby(f"{key}{window.span}", window.untold)
            batch.pexpire(f"{key}{window.span}", int(self._seconds * 2_000))
            batch.get(f"{key}{window.span - 1}")
        answers = await batch.execute()
        for (window, span, count), total, before in zip(counts, answers[::3], answers[2::3], strict=True):
            if window.span == span:
                window.untold -= count
                window.told = int(total)
                window.before = max(window.before, int(before or 0))
        self._recent = {name: looks - 1 for name, looks in self._recent.items() if looks > 1}

    def _forget(self) -> None:
        """Leave out whom nobody has heard of for two spans."""
        span = int(self._clock() / self._seconds)
        while self._windows and next(iter(self._windows.values())).span < span - 1:
            self._recent.pop(self._windows.popitem(last=False)[0], None)


def open_redis(redis_url: str) -> "Redis | RedisCluster":
    """Redis for what must not wait for it: what takes longer than the patience has failed."""
    options: dict[str, Any] = {
        "socket_timeout": PATIENCE,
        "socket_connect_timeout": PATIENCE,
        "retry": Retry(NoBackoff(), 0),
    }
    if is_cluster(redis_url):
        return RedisCluster.from_url(seeds(redis_url)[0], **options)
    return Redis.from_url(redis_url, **options)
