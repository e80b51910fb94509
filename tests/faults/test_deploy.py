"""A deploy: every socket goes to the new process, and misses nothing."""

import asyncio
import os

from tests.faults.writing import Writer

FEW = 20
SOCKETS = 2_000 if os.environ.get("SOAK") else FEW


async def test_sockets_go_through_a_deploy(house, no_time_limit):
    old = await house.open_api()
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
    if SOCKETS == FEW:
        # Of thousands some meet a process that is just going, and come again.
        assert {name.partition(" ")[0] for one in people for name in one.broken} == {"1012"}
