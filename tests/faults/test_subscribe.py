"""A commit at every step of a subscription: it is told once, and the kept inbox has it once."""

from collections.abc import AsyncIterator

import pytest

from tests.faults.company import store
from tests.faults.house import House, open_house
from tests.faults.proxy import Hand, Way, database_proxy, redis_proxy
from tests.faults.writing import Writer
from tests.support.waiting import eventually

STEPS = 12


class Steps:
    """What the API and its servers say to each other, piece by piece; before some, a customer texts."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._left: set[int] = set()
        self._step = 0
        self._to: str | None = None

    def begin(self, *before: int, to: str | None = None) -> None:
        """From now on count the steps, and have a store, or any, be texted before these."""
        self._step, self._left, self._to = 0, set(before), to

    @property
    def are_done(self) -> bool:
        """Whether all that was asked for is committed."""
        return not self._left

    def hand_of(self, way: Way) -> Hand:
        """What the proxies do with a direction of a connection."""
        return self._pass_on

    async def _pass_on(self, data: bytes) -> list[bytes]:
        self._step = step = self._step + 1
        if step in self._left:
            await self._writer.text(to=self._to)
            self._left.discard(step)
        return [data]


@pytest.fixture
async def stepped(directory, database_url, own_redis) -> AsyncIterator[tuple[House, Steps]]:
    stores = [store(f"P{step}", 300 + step) for step in range(1, STEPS + 1)]
    async with (
        redis_proxy(directory, own_redis) as redis,
        database_proxy(directory, database_url) as database,
        open_house(directory, database_url, own_redis, more=stores) as house,
    ):
        steps = Steps(Writer(house.desk, 8))
        redis.hand_of = database.hand_of = steps.hand_of
        await house.open_api(database_url=database.database_url(database_url), redis_url=redis.redis_url)
        yield house, steps


async def test_something_is_committed_before_any_one_step(stepped):
    """Each time at another store: its lane is not followed yet."""
    house, steps = stepped
    for step in range(1, STEPS + 1):
        steps.begin(step, to=(await house.desk.place(f"P{step}")).number)
        await house.follow("owner", only=f"P{step}")
        await eventually(committed(steps))
        await house.settle()
        await house.go_home()


async def test_something_is_committed_before_every_step(stepped):
    house, steps = stepped

    steps.begin(*range(1, STEPS + 1))
    await house.follow("owner", "ann", "bob")
    await eventually(committed(steps))

    await house.settle()


def committed(steps):
    async def are_done():
        return steps.are_done

    return are_done
