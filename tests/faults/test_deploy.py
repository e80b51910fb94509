"""A deploy: every socket goes to the new process, and misses nothing."""

import asyncio
import os

from tests.faults.writing import Writer

# In the long form over as long as in production: nobody meets a process that is just going.
SOCKETS, DRAIN_SECONDS = (2_000, 20.0) if os.environ.get("SOAK") else (20, 1.0)


async def test_sockets_go_through_a_deploy(house, no_time_limit):
    old = await house.open_api(drain_seconds=DRAIN_SECONDS)
    people = await house.follow(*["owner", "ann"] * (SOCKETS // 2))
    writer = Writer(house.desk, 12)
    await writer.acts(20)

    new = await house.open_api()
    ending = asyncio.create_task(old.end())
    while not ending.done():
        await writer.act()
    await ending
    await house.all_watch()
    await writer.acts(20)

    await house.settle()
    assert new.child.is_alive
    assert all(one.broken for one in people)
    assert {name.partition(" ")[0] for one in people for name in one.broken} == {"1012"}
