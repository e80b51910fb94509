"""Random faults on everything at once, from a seed, as long as one likes."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import orjson
import psutil
import redis.asyncio
import redis.exceptions

from tests.faults.api import Api, Ended
from tests.faults.house import House
from tests.faults.proxy import Proxy
from tests.faults.servers import OwnServers
from tests.faults.tampering import Tampering
from tests.faults.writing import Writer
from tests.support.waiting import eventually

Fault = Callable[[], Awaitable[None]]
FOLLOWERS = ("owner", "owner", "owner", "ann", "ann", "bob", "eve", "eve")
PROCESSES = 2


class Storm:
    """Writes without a pause, makes faults, and after each round checks everything that was told."""

    def __init__(self, house: House, own: OwnServers, line: Proxy, seed: int, log: Path) -> None:
        self.rounds = 0
        self.told = 0
        """Events that followers were told."""
        self.faults: Counter[str] = Counter()
        self.broken: Counter[str] = Counter()
        self.memory: list[int] = []
        """Of the process that nothing befalls, after each round."""
        self._house, self._own, self._line = house, own, line
        self._chance = random.Random(seed)
        self._writer = Writer(house.desk, seed)
        self._log = log
        self._seed = seed
        self._spared: Api | None = None
        self._ahead = timedelta()
        house.desk.services = replace(house.desk.services, clock=self.now)
        self._faults: list[Fault] = [
            self.an_api_is_killed,
            self.an_api_dies_before_it_publishes,
            self.an_api_is_replaced,
            self.an_api_stops,
            self.redis_is_killed,
            self.redis_stops,
            self.redis_pauses,
            self.redis_is_half_open,
            self.redis_is_cut_off,
            self.publishes_are_tampered_with,
            self.postgresql_is_killed,
            self.the_clock_is_stepped,
        ]

    async def begin(self) -> None:
        """Have some processes serve, and people follow."""
        self.note(seed=self._seed)
        self._spared = await self._open_api()
        for _ in range(PROCESSES):
            await self._open_api()
        await self._house.follow(*FOLLOWERS)
        await self._house.follow("owner", "bob", at=self._spared)

    async def rage(self, *, rounds: int = 1, seconds: float = 0) -> None:
        """So many rounds, or more until that time has passed."""
        end = monotonic() + seconds
        while self.rounds < rounds or monotonic() < end:
            await self._round(self._chance.sample(self._faults, self._chance.randint(1, 3)))

    async def _round(self, faults: list[Fault]) -> None:
        """Some faults at once while people write; then calm, and the check."""
        began, before = monotonic(), self._deeds
        writing = asyncio.create_task(self._write())
        try:
            await asyncio.gather(self._a_while(), *(fault() for fault in faults))
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
        await self._house.settle()
        self._count(faults)
        self.note(
            round=self.rounds,
            faults=[fault.__name__ for fault in faults],
            seconds=round(monotonic() - began, 1),
            deeds=self._deeds - before,
            told=self.told,
            memory=self.memory[-1],
            own_memory=psutil.Process().memory_info().rss,
        )

    def summary(self) -> dict[str, Any]:
        """What all rounds came to."""
        return {
            "seed": self._seed,
            "rounds": self.rounds,
            "told": self.told,
            "deeds": self._deeds,
            "faults": dict(self.faults),
            "lines broken": dict(self.broken),
            "memory": self.memory and [self.memory[0], max(self.memory), self.memory[-1]],
        }

    async def an_api_is_killed(self) -> None:
        await self._any_api().child.kill()
        await self._open_api()

    async def an_api_dies_before_it_publishes(self) -> None:
        """Between commit and publish; where the database is away, it dies without a commit."""
        api = self._any_api()
        await api.die_at_next_publish()
        with suppress(httpx.TransportError):
            await self._house.write_at(api, "owner", await self._writer.any_talk())
        await api.child.kill()
        await self._open_api()

    async def an_api_is_replaced(self) -> None:
        api = self._any_api()
        await self._open_api()
        await api.end()

    async def an_api_stops(self) -> None:
        api = self._any_api()
        api.child.signal(signal.SIGSTOP)
        await self._a_while()
        api.child.signal(signal.SIGCONT)
        api.is_in_service = True

    async def redis_is_killed(self) -> None:
        await self._own.kill("Redis")
        await self._a_while()
        await self._own.start("Redis")

    async def redis_stops(self) -> None:
        async with self._own.stopped("Redis"):
            await self._a_while()

    async def redis_pauses(self) -> None:
        # Another fault may have it away already.
        with suppress(OSError, redis.exceptions.RedisError):
            async with redis.asyncio.Redis.from_url(self._house.redis_url, socket_timeout=2) as client:
                await client.client_pause(1_500)

    async def redis_is_half_open(self) -> None:
        self._line.fall_silent()
        await self._a_while()

    async def redis_is_cut_off(self) -> None:
        self._line.accepts = False
        self._line.cut()
        await self._a_while()
        self._line.accepts = True

    async def publishes_are_tampered_with(self) -> None:
        harm = {name: self._chance.randrange(30) for name in ("dropped", "repeated", "held")}
        self._line.hand_of = Tampering(self._chance.randrange(2**32), **harm).hand_of
        self._line.cut()
        await self._a_while()

    async def postgresql_is_killed(self) -> None:
        await self._own.kill("PostgreSQL")
        await self._a_while()
        await self._own.start("PostgreSQL")

    async def the_clock_is_stepped(self) -> None:
        hours = -1 if self._ahead else 1
        self._ahead += timedelta(hours=hours)
        for api in self._running():
            # Another fault may kill it at this moment.
            with suppress(OSError, EOFError):
                await api.step_clock(hours)

    def now(self) -> datetime:
        """The clock of who writes, which is stepped too."""
        return datetime.now(UTC) + self._ahead

    @property
    def _deeds(self) -> int:
        """What was done, and neither refused nor in vain."""
        in_vain = ("refused", "database away")
        return sum(count for name, count in self._writer.done.items() if name not in in_vain)

    async def _write(self) -> None:
        while True:
            await self._writer.act()
            await asyncio.sleep(0.001)

    async def _a_while(self) -> None:
        await asyncio.sleep(self._chance.uniform(0.2, 2.5))

    async def _open_api(self) -> Api:
        """Start one again and again, as a supervisor does: without a database it ends at once."""

        async def attempt() -> Api | None:
            try:
                return await self._house.open_api(redis_url=self._line.redis_url)
            except Ended:
                return None

        opened = await eventually(attempt, within=60)
        assert opened
        return opened

    def _running(self) -> list[Api]:
        return [api for api in self._house.apis if api.is_in_service and api.child.is_alive]

    def _any_api(self) -> Api:
        """One that may be harmed, and is not harmed yet."""
        api = self._chance.choice([api for api in self._running() if api is not self._spared])
        api.is_in_service = False
        return api

    def _count(self, faults: list[Fault]) -> None:
        self.rounds += 1
        self.faults.update(fault.__name__ for fault in faults)
        for follower, _ in self._house.followers:
            self.told += len(follower.seen)
            self.broken.update(follower.broken)
            follower.broken.clear()
            follower.forget()
        assert self._spared is not None
        self.memory.append(self._spared.child.memory)

    def note(self, **facts: Any) -> None:
        """Write a line into the log."""
        with self._log.open("ab") as file:
            file.write(orjson.dumps({"at": datetime.now(UTC), **facts}) + b"\n")
