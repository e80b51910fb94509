"""Random faults on everything at once, from a seed, as long as one likes."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
import psutil

from tests.faults.house import House
from tests.faults.mishaps import Mishap, Mishaps
from tests.faults.proxy import Proxy
from tests.faults.servers import OwnServers
from tests.faults.writing import Writer

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
        self._house = house
        self._chance = random.Random(seed)
        self._writer = Writer(house.desk, seed)
        self._log = log
        self._seed = seed
        self._mishaps = Mishaps(house, own, line, self._writer, self._chance)

    async def begin(self) -> None:
        """Have some processes serve, and people follow."""
        self.note(seed=self._seed)
        self._mishaps.spared = await self._mishaps.open_api()
        # Else everybody would end up where nothing happens.
        self._mishaps.spared.is_in_service = False
        for _ in range(PROCESSES):
            await self._mishaps.open_api()
        await self._house.follow(*FOLLOWERS)
        await self._house.follow("owner", "bob", at=self._mishaps.spared)

    async def rage(self, *, rounds: int = 1, seconds: float = 0) -> None:
        """So many rounds, or more until that time has passed."""
        end = monotonic() + seconds
        while self.rounds < rounds or monotonic() < end:
            await self._round(self._mishaps.some())

    async def _round(self, mishaps: list[Mishap]) -> None:
        """Some faults at once while people write; then calm, and the check."""
        began, before = monotonic(), self._deeds
        writing = asyncio.create_task(self._write())
        try:
            await asyncio.gather(self._mishaps.a_while(), *(mishap() for mishap in mishaps))
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
        await self._house.settle()
        self._count(mishaps)
        self.note(
            round=self.rounds,
            faults=[mishap.__name__ for mishap in mishaps],
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

    @property
    def _deeds(self) -> int:
        """What was done, and neither refused nor in vain."""
        in_vain = ("refused", "database away")
        return sum(count for name, count in self._writer.done.items() if name not in in_vain)

    async def _write(self) -> None:
        while True:
            await self._writer.act()
            await asyncio.sleep(0.001)

    def _count(self, mishaps: list[Mishap]) -> None:
        self.rounds += 1
        self.faults.update(mishap.__name__ for mishap in mishaps)
        for follower, _ in self._house.followers:
            self.told += len(follower.seen)
            self.broken.update(follower.broken)
            follower.broken.clear()
            follower.forget()
        self.memory.append(self._mishaps.spared.child.memory)

    def note(self, **facts: Any) -> None:
        """Write a line into the log."""
        with self._log.open("ab") as file:
            file.write(orjson.dumps({"at": datetime.now(UTC), **facts}) + b"\n")
