"""API processes die, and are replaced."""

import asyncio

import httpx
import pytest

from tests.faults.writing import Writer


async def test_the_api_is_killed_between_commit_and_publish(house):
    """Nobody publishes the event: who watches there goes on elsewhere, who watches elsewhere is told too."""
    dying, other = await asyncio.gather(house.open_api(), house.open_api())
    await house.follow("owner", "ann", at=other)
    await house.follow("owner", "ann", "bob")
    writer = Writer(house.desk, 7)
    await writer.acts(20)
    talk = await writer.text()

    await dying.die_at_next_publish()
    with pytest.raises(httpx.TransportError):
        await house.write_at(dying, "owner", talk)
    await dying.child.ended()
    await house.settle()

    assert await house.desk.value("SELECT count(*) FROM note WHERE body = 'By way of the API.'") == 1
    await writer.acts(20)
    await house.settle()
