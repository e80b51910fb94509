import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from localmessages.rules.live import EventKind
from models.database import open_database
from subscriptions import log, position
from subscriptions.events import NewEvent
from subscriptions.retention import prune
from tests.subscriptions.conftest import AT


async def read(tenant, after, **more):
    async with tenant.database.connection() as connection:
        return await log.read(connection, tenant.id, after, **more)


async def test_sixteen_appenders_number_without_a_gap_in_commit_order(tenant, database_url):
    lanes = tenant.lanes[:2]
    database = await open_database(database_url, max_size=16)

    async def write(writer):
        for number in range(25):
            async with database.transaction() as connection:
                scopes = lanes if number % 2 else lanes[::-1]
                await log.append(connection, [tenant.new(s, number, writer=writer) for s in scopes])

    await asyncio.wait_for(asyncio.gather(*map(write, range(16))), 60)
    await database.close()

    events = await read(tenant, dict.fromkeys(lanes, 0), most=10_000)
    for lane in lanes:
        of_lane = [event for event in events if event.scope_id == lane]
        assert [event.seq for event in of_lane] == list(range(1, 16 * 25 + 1))
        for writer in range(16):
            mine = [event.body["n"] for event in of_lane if event.body["writer"] == writer]
            assert mine == list(range(25))
    # Both lanes were locked in the same order, so they saw the transactions in the same order.
    orders = [[(e.body["writer"], e.body["n"]) for e in events if e.scope_id == lane] for lane in lanes]
    assert orders[0] == orders[1]


async def test_a_rolled_back_event_leaves_no_gap(tenant):
    lane = tenant.lanes[0]
    await tenant.append(lane)

    async with tenant.database.connection() as connection:
        undone = connection.transaction()
        await undone.start()
        await log.append(connection, [tenant.new(lane)])
        await undone.rollback()
    await tenant.append(lane)

    assert [event.seq for event in await read(tenant, {lane: 0})] == [1, 2]


async def test_what_is_read_is_what_was_appended(tenant):
    one, other, _ = tenant.lanes
    location_id = uuid4()
    event = NewEvent(tenant.id, one, EventKind.FACT_CHANGED, AT, location_id, None, {"message": "m"})

    written = await tenant.commit(event, tenant.new(other), tenant.new(one))

    assert await read(tenant, {one: 0, other: 0}) == written
    assert await read(tenant, {one: 1, other: 0}, upto={one: 2, other: 0}) == written[1:2]
    assert await read(tenant, {one: 0}, most=1) == written[:1]


@pytest.mark.parametrize("is_upwards", [True, False])
async def test_both_sides_of_a_move_know_each_other(tenant, is_upwards):
    source, target = tenant.lanes[:2] if is_upwards else tenant.lanes[1::-1]
    await tenant.append(source, source, target, target, target)

    moved = await tenant.move(source, target)

    departure = next(event for event in moved if event.kind is EventKind.MOVED_OUT)
    arrival = next(event for event in moved if event.kind is EventKind.MOVED_IN)
    assert (departure.seq, arrival.seq) == (3, 4)
    assert arrival.body["after"] == [source, departure.seq]
    assert departure.body["arrival"] == [target, arrival.seq]


async def test_now_covers_all_lanes_the_tenant_and_the_viewer_alone(tenant, database):
    await tenant.append(tenant.lanes[1], tenant.lanes[1], tenant.scope_id)

    async with database.connection() as connection:
        person = await position.now(connection, tenant.id, tenant.user_id)
        key = await position.now(connection, tenant.id, None)
        await connection.execute(
            "UPDATE live_scope SET access_version = 3 WHERE id = $1", tenant.user_scope_id
        )
        changed = await position.now(connection, tenant.id, tenant.user_id)
        epoch = await position.epoch(connection)

    lanes = dict.fromkeys(tenant.lanes, 0) | {tenant.lanes[1]: 2, tenant.scope_id: 1}
    assert key.positions == lanes
    assert person.positions == lanes | {tenant.user_scope_id: 0}
    assert (person.access, changed.access) == (0, 3)
    assert person.epoch == key.epoch == epoch


async def test_two_databases_of_one_server_have_different_epochs(database, servers):
    other = await open_database(servers.database_url)

    async with database.connection() as here, other.connection() as there:
        assert await position.epoch(here) != await position.epoch(there)
    await other.close()


async def test_pruning_takes_old_beginnings_and_leaves_no_hole(tenant, database):
    lane, idle, _ = tenant.lanes
    days = [1, 2, 9, 3, 10, 11]
    await tenant.commit(
        *[NewEvent(tenant.id, lane, EventKind.FACT_CHANGED, AT + timedelta(day)) for day in days],
        NewEvent(tenant.id, idle, EventKind.FACT_CHANGED, AT),
    )

    async with database.connection() as connection:
        deleted = await prune(connection, AT + timedelta(8))

    assert deleted == 3
    assert [event.seq for event in await read(tenant, {lane: 0})] == [3, 4, 5, 6]
    assert await read(tenant, {idle: 0}) == []
    assert (await tenant.append(idle))[0].seq == 2
