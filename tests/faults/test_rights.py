"""Rights that are taken away in a burst: nothing that comes later is told, whether Redis is there or not."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from localmessages.actions.catalogue import catalogue_changed
from localmessages.actions.users import rights_changed
from tests.faults.check import differences, positions
from tests.faults.house import House
from tests.faults.writing import Writer
from tests.support.waiting import eventually

PLACES = "ABC"


@asynccontextmanager
async def redis_is_there(own):
    yield


@asynccontextmanager
async def redis_is_stopped(own):
    async with own.stopped("Redis"):
        yield


@asynccontextmanager
async def redis_is_dead(own):
    await own.kill("Redis")
    yield
    await own.start("Redis")


async def revoke(house: House, name: str, place: str) -> None:
    """Take a location away from somebody."""
    actor = await house.desk.actor(name)
    tenant_id, user_id, now = house.desk.tenant_id, actor.user_id, datetime.now(UTC)
    assert user_id is not None
    async with house.desk.services.transaction() as tx:
        await tx.connection.execute(
            "DELETE FROM membership WHERE tenant_id = $1 AND user_id = $2 AND location_id = $3",
            tenant_id,
            user_id,
            (await house.desk.place(place)).id,
        )
        await catalogue_changed(tx, tenant_id, now, ("User", user_id))
        await rights_changed(tx, tenant_id, user_id, now)


@pytest.mark.parametrize("redis_as_it_is", [redis_is_there, redis_is_stopped, redis_is_dead])
async def test_rights_are_taken_away_in_a_burst(
    directory, database_url, own_redis, own, redis_as_it_is, house
):
    desk = house.desk
    await house.open_api()
    (eve,) = await house.follow("eve")
    writer = Writer(desk, 10)
    numbers = {name: (await desk.place(name)).number for name in (*PLACES, "D")}
    last: dict[str, int] = {}

    async with redis_as_it_is(own):
        for place in PLACES:
            for _ in range(3):
                for number in numbers.values():
                    await writer.text(to=number)
            await revoke(house, "eve", place)
            lane = (await desk.place(place)).scope_id
            last[place] = await desk.value("SELECT seq FROM live_scope WHERE id = $1", lane)
        for number in numbers.values():
            await writer.text(to=number)

        log = await house.log_at("D", start=eve.start)

        async def is_there():
            return not log.rest(eve.cursor)

        await eventually(is_there, within=30)
        names = {place: (await desk.place(place)).name for place in (*PLACES, "D")}
        at = {place: [e for e in eve.seen if _place(e) == name] for place, name in names.items()}
        assert differences(log, eve.start, at["D"]) == []
        for place in PLACES:
            lane = (await desk.place(place)).scope_id
            assert all(positions(event["cursor"])[lane] <= last[place] for event in at[place])

        await revoke(house, "eve", "D")
        await writer.text(to=numbers["D"])

        async def has_ended():
            return eve.ended

        assert await eventually(has_ended, within=30) == "FORBIDDEN"
        assert eve.seen[-1]["cursor"] == eve.cursor


def _place(event):
    return event["conversation"]["location"]["name"]
