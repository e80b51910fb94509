"""Redis dies, stops, pauses or falls silent: everybody is told of everything all the same."""

import redis.asyncio

from tests.faults.proxy import redis_proxy
from tests.faults.writing import Writer
from tests.support.waiting import eventually


async def test_redis_is_killed_and_comes_back(house, own):
    await house.open_api()
    await house.follow("owner", "ann")
    writer = Writer(house.desk, 1)

    await writer.acts(20)
    await own.kill("Redis")
    await writer.acts(40)
    await house.settle()
    await own.start("Redis")
    await writer.acts(40)

    await house.settle()


async def test_redis_stops_and_goes_on(house, own):
    await house.open_api()
    await house.follow("owner", "ann")
    writer = Writer(house.desk, 2)

    await writer.acts(20)
    async with own.stopped("Redis"):
        await writer.acts(40)
        await house.settle()
    await writer.acts(40)

    await house.settle()


async def test_redis_pauses_its_clients(house, own_redis):
    await house.open_api()
    await house.follow("owner", "ann")
    writer = Writer(house.desk, 3)

    async with redis.asyncio.Redis.from_url(own_redis) as client:
        await client.client_pause(2_500)
    await writer.acts(40)
    await house.settle()
    await writer.acts(40)

    await house.settle()


async def test_redis_is_half_open(house, directory, own_redis):
    """Connections that stay open and say nothing are given up for new ones."""
    async with redis_proxy(directory, own_redis) as line:
        await house.open_api(redis_url=line.redis_url)
        await house.follow("owner", "ann")
        writer = Writer(house.desk, 4)
        await writer.acts(20)

        line.fall_silent()
        before = line.opened
        await writer.acts(40)
        await house.settle()

        async def has_new_ones() -> bool:
            return line.opened >= before + 2

        await eventually(has_new_ones)
        await writer.acts(20)
        await house.settle()
