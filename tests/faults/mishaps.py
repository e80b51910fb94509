"""What may befall servers and processes, each by chance and for a while."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import redis.asyncio
import redis.exceptions

from tests.faults.api import Api, Ended
from tests.faults.house import House
from tests.faults.proxy import Proxy
from tests.faults.servers import OwnServers
from tests.faults.tampering import Tampering
from tests.faults.writing import Writer
from tests.support.waiting import eventually

Mishap = Callable[[], Awaitable[None]]


class Mishaps:
    """Of a house, its own servers and the line to Redis. One process, `spared`, is never harmed."""

    spared: Api

    def __init__(
        self, house: House, own: OwnServers, line: Proxy, writer: Writer, chance: random.Random
    ) -> None:
        self._house, self._own, self._line = house, own, line
        self._writer, self._chance = writer, chance
        self._ahead = timedelta()
        house.desk.services = replace(house.desk.services, clock=self._now)
        self._all: list[Mishap] = [
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

    def some(self) -> list[Mishap]:
        """One to three of them."""
        return self._chance.sample(self._all, self._chance.randint(1, 3))

    async def a_while(self) -> None:
        """Some seconds."""
        await asyncio.sleep(self._chance.uniform(0.2, 2.5))

    async def open_api(self) -> Api:
        """Start one again and again, as a supervisor does: without a database it ends at once."""

        async def attempt() -> Api | None:
            try:
                return await self._house.open_api(redis_url=self._line.redis_url)
            except Ended:
                return None

        opened = await eventually(attempt, within=60)
        assert opened
        return opened

    async def an_api_is_killed(self) -> None:
        api = await self._any_api()
        await api.child.kill()
        await self.open_api()

    async def an_api_dies_before_it_publishes(self) -> None:
        """Between commit and publish; where the database is away, it dies without a commit."""
        api = await self._any_api()
        await api.die_at_next_publish()
        with suppress(httpx.TransportError):
            await self._house.write_at(api, "owner", await self._writer.any_talk())
        await api.child.kill()
        await self.open_api()

    async def an_api_is_replaced(self) -> None:
        api = await self._any_api()
        await self.open_api()
        await api.end()

    async def an_api_stops(self) -> None:
        api = await self._any_api()
        api.child.signal(signal.SIGSTOP)
        await self.a_while()
        api.child.signal(signal.SIGCONT)
        api.is_in_service = True

    async def redis_is_killed(self) -> None:
        await self._own.kill("Redis")
        await self.a_while()
        await self._own.start("Redis")

    async def redis_stops(self) -> None:
        async with self._own.stopped("Redis"):
            await self.a_while()

    async def redis_pauses(self) -> None:
        # Another fault may have it away already.
        with suppress(OSError, redis.exceptions.RedisError):
            async with redis.asyncio.Redis.from_url(self._house.redis_url, socket_timeout=2) as client:
                await client.client_pause(1_500)

    async def redis_is_half_open(self) -> None:
        self._line.fall_silent()
        await self.a_while()

    async def redis_is_cut_off(self) -> None:
        self._line.accepts = False
        self._line.cut()
        await self.a_while()
        self._line.accepts = True

    async def publishes_are_tampered_with(self) -> None:
        harm = {name: self._chance.randrange(30) for name in ("dropped", "repeated", "held")}
        self._line.hand_of = Tampering(self._chance.randrange(2**32), **harm).hand_of
        self._line.cut()
        await self.a_while()

    async def postgresql_is_killed(self) -> None:
        await self._own.kill("PostgreSQL")
        await self.a_while()
        await self._own.start("PostgreSQL")

    async def the_clock_is_stepped(self) -> None:
        hours = -1 if self._ahead else 1
        self._ahead += timedelta(hours=hours)
        for api in self._running():
            # Another fault may kill it at this moment.
            with suppress(OSError, EOFError):
                await api.step_clock(hours)

    # The clock of who writes is stepped too.
    def _now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def _running(self) -> list[Api]:
        return [api for api in self._house.apis if api.is_in_service and api.child.is_alive]

    async def _any_api(self) -> Api:
        """One that may be harmed, and is not harmed yet; another mishap may have the last one."""

        async def free() -> list[Api]:
            return [api for api in self._running() if api is not self.spared]

        api = self._chance.choice(await eventually(free, within=60))
        api.is_in_service = False
        return api
