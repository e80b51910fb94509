"""PostgreSQL dies and comes back: what was committed is told, once."""

import asyncio

from tests.faults.house import open_house
from tests.faults.writing import Writer


async def test_postgresql_is_killed_and_comes_back(directory, own, own_database, own_redis):
    async with open_house(directory, own_database, own_redis) as house:
        await house.open_api()
        await house.follow("owner", "ann")
        writer = Writer(house.desk, 6)

        await writer.acts(20)
        writing = asyncio.create_task(writer.acts(60))
        await own.kill("PostgreSQL")
        await writing
        await writer.acts(5)
        await own.start("PostgreSQL")
        await writer.acts(30)

        await house.settle()
        assert writer.done["database away"]
