import asyncio
import random
from contextlib import aclosing, asynccontextmanager

import pytest

from localmessages.rules.live import EventKind, ResyncReason
from subscriptions import log
from subscriptions.events import Event
from subscriptions.hub import Hub
from subscriptions.retention import prune
from subscriptions.stream import Gone
from subscriptions.wire import heard, written
from tests.subscriptions.conftest import AT

PATIENCE = 20


@asynccontextmanager
async def watching(hub, tenant, after):
    """A queue into which a subscriber puts what it sees, and what ended it."""
    seen: asyncio.Queue[Event | ResyncReason] = asyncio.Queue()
    ready = asyncio.Event()

    async def watch():
        async with hub.subscribe(tenant.id, after) as stream:
            ready.set()
            async with aclosing(aiter(stream)) as events:
                try:
                    async for event in events:
                        seen.put_nowait(event)
                except Gone as gone:
                    seen.put_nowait(gone.reason)

    task = asyncio.create_task(watch())
    await asyncio.wait_for(ready.wait(), PATIENCE)
    try:
        yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def take(seen, count):
    async with asyncio.timeout(PATIENCE):
        return [await seen.get() for _ in range(count)]


async def seqs(seen, count):
    return [event.seq for event in await take(seen, count)]


def message(hub, event):
    return heard(written(hub._bus.epoch, event))


async def settled(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


async def test_an_event_of_another_process_arrives_through_redis(tenant, open_hub):
    here, there = await open_hub(), await open_hub()
    lane = tenant.lanes[0]

    async with watching(here, tenant, {lane: 0}) as seen:
        events = await tenant.append(lane)
        there.publish(events)

        assert await take(seen, 1) == events


async def test_the_log_after_the_cursor_comes_first_then_what_is_new(tenant, open_hub):
    hub = await open_hub()
    lane, other, _ = tenant.lanes
    await tenant.append(*[lane] * 450, *[other] * 3)

    async with watching(hub, tenant, {lane: 20, other: 2}) as seen:
        replayed = await take(seen, 431)
        hub.publish(await tenant.append(lane))

        assert [event.seq for event in replayed if event.scope_id == lane] == list(range(21, 451))
        assert [event.seq for event in replayed if event.scope_id == other] == [3]
        assert await seqs(seen, 1) == [451]


async def test_lost_repeated_and_reordered_messages_change_nothing(tenant, open_hub):
    hub = await open_hub(poll_seconds=0.05)
    lanes = tenant.lanes[:2]
    chance = random.Random(7)
    late = []

    async with watching(hub, tenant, dict.fromkeys(lanes, 0)) as seen:
        for _ in range(200):
            for event in await tenant.append(*lanes):
                said = message(hub, event)
                late += [said] * chance.choice([0, 1, 1, 2])
            while late and chance.random() < 0.7:
                hub.hear(late.pop(chance.randrange(len(late))))
        events = await take(seen, 400)

        for lane in lanes:
            assert [event.seq for event in events if event.scope_id == lane] == list(range(1, 201))
        for said in late:
            hub.hear(said)
        hub.publish(await tenant.append(lanes[0]))
        assert await seqs(seen, 1) == [201]
        assert seen.empty()


async def test_a_gap_is_filled_from_the_log_by_one_reader(tenant, open_hub, monkeypatch):
    hub = await open_hub()
    lane = tenant.lanes[0]
    reads = []
    read = log.read

    async def counted(connection, tenant_id, after, *more, **named):
        reads.append(dict(after))
        return await read(connection, tenant_id, after, *more, **named)

    async with watching(hub, tenant, {lane: 0}) as seen:
        hub.publish(await tenant.append(lane))
        assert await seqs(seen, 1) == [1]
        monkeypatch.setattr(log, "read", counted)

        _, *later = [(await tenant.append(lane))[0] for _ in range(4)]
        for event in later:
            hub.hear(message(hub, event))

        assert await seqs(seen, 4) == [2, 3, 4, 5]
        assert reads == [{lane: 1}]


async def test_a_large_event_goes_by_its_number_and_comes_whole(tenant, open_hub):
    here, there = await open_hub(), await open_hub()
    lane = tenant.lanes[0]

    async with watching(here, tenant, {lane: 0}) as seen:
        events = await tenant.commit(tenant.new(lane, text="long " * 10_000))
        there.publish(events)

        assert await take(seen, 1) == events


async def test_a_lost_last_message_is_found_by_the_look_into_the_database(tenant, open_hub):
    hub = await open_hub(poll_seconds=0.05)
    lane = tenant.lanes[0]

    async with watching(hub, tenant, {lane: 0}) as seen:
        await tenant.append(lane)
        assert await seqs(seen, 1) == [1]
        await tenant.append(lane)
        assert await seqs(seen, 1) == [2]


async def test_messages_of_another_database_are_not_heard(tenant, open_hub):
    hub = await open_hub()
    lane = tenant.lanes[0]

    async with watching(hub, tenant, {lane: 0}) as seen:
        hub.publish(await tenant.append(lane))
        assert await seqs(seen, 1) == [1]
        foreign = (await tenant.append(lane))[0]
        hub.hear(heard(written(hub._bus.epoch + 1, foreign)))
        own = (await tenant.append(lane))[0]
        hub.hear(message(hub, own))

        assert await seqs(seen, 2) == [2, 3]
        assert seen.empty()


STEPS = [
    "before the position is read",
    "after the position is read",
    "before the log is read",
    "after the log is read",
]


@pytest.mark.parametrize("is_published", [True, False])
@pytest.mark.parametrize("step", STEPS)
async def test_a_commit_at_any_step_of_subscribing_is_seen_once(
    tenant, open_hub, monkeypatch, step, is_published
):
    hub = await open_hub(poll_seconds=60 if is_published else 0.05)
    lane = tenant.lanes[0]
    await tenant.append(lane, lane)
    when, what = step.split(" ", 1)
    name = "reach" if "position" in what else "read"
    original = getattr(Hub, name)
    is_done = False

    async def commit():
        nonlocal is_done
        if not is_done:
            is_done = True
            events = await tenant.append(lane)
            if is_published:
                hub.publish(events)

    async def with_commit(*arguments):
        if when == "before":
            await commit()
        answer = await original(*arguments)
        if when == "after":
            await commit()
        return answer

    monkeypatch.setattr(Hub, name, with_commit)

    async with watching(hub, tenant, {lane: 1}) as seen:
        assert await seqs(seen, 2) == [2, 3]
        hub.publish(await tenant.append(lane))
        assert await seqs(seen, 1) == [4]
        assert seen.empty()


async def test_a_second_subscriber_joins_where_it_wants(tenant, open_hub):
    hub = await open_hub()
    lane = tenant.lanes[0]
    await tenant.append(lane, lane, lane)

    async with watching(hub, tenant, {lane: 3}) as first:
        hub.publish(await tenant.append(lane))
        async with watching(hub, tenant, {lane: 1}) as second:
            assert await seqs(second, 3) == [2, 3, 4]
            hub.publish(await tenant.append(lane))
            assert await seqs(second, 1) == [5]
        assert await seqs(first, 2) == [4, 5]


async def test_a_slow_subscriber_forgets_and_reads_the_log_again(tenant, open_hub):
    hub = await open_hub(most_waiting=10)
    lane = tenant.lanes[0]

    async with hub.subscribe(tenant.id, {lane: 0}) as stream, aclosing(aiter(stream)) as events:
        hub.publish(await tenant.append(lane))
        first = await anext(events)
        for _ in range(50):
            hub.publish(await tenant.append(lane))
        assert len(stream._offered) <= 10

        rest = [(await anext(events)).seq for _ in range(50)]

        assert [first.seq, *rest] == list(range(1, 52))
        hub.publish(await tenant.append(lane))
        assert (await asyncio.wait_for(anext(events), PATIENCE)).seq == 52
        assert stream.positions == {lane: 52}


@pytest.mark.parametrize("is_live", [True, False])
async def test_an_arrival_comes_after_everything_before_its_departure(tenant, open_hub, is_live):
    hub = await open_hub()
    source, target, _ = tenant.lanes
    if is_live:
        async with watching(hub, tenant, {target: 0, source: 0}) as seen:
            before = await tenant.append(source)
            moved = await tenant.move(source, target)
            arrival, departure = sorted(moved, key=lambda event: event.kind)
            for event in (arrival, departure, *before):
                hub.hear(message(hub, event))
            kinds = [event.kind for event in await take(seen, 3)]
    else:
        await tenant.append(*[source] * 250)
        await tenant.move(source, target)
        async with watching(hub, tenant, {target: 0, source: 248}) as seen:
            kinds = [event.kind for event in await take(seen, 4)][1:]

    assert kinds == [EventKind.CONVERSATION_CHANGED, EventKind.MOVED_OUT, EventKind.MOVED_IN]


async def test_what_is_pruned_away_ends_the_stream_as_expired(tenant, open_hub, database):
    hub = await open_hub()
    lane = tenant.lanes[0]
    await tenant.append(lane, lane, lane)
    async with database.connection() as connection:
        await prune(connection, AT.replace(year=2027))

    async with watching(hub, tenant, {lane: 1}) as seen:
        assert await take(seen, 1) == [ResyncReason.EXPIRED]
    async with watching(hub, tenant, {lane: 3}) as seen:
        hub.publish(await tenant.append(lane))
        assert await seqs(seen, 1) == [4]


async def test_a_position_that_the_database_has_not_reached_is_of_another_history(tenant, open_hub):
    hub = await open_hub()

    async with watching(hub, tenant, {tenant.lanes[0]: 9}) as seen:
        assert await take(seen, 1) == [ResyncReason.UNKNOWN_EPOCH]


async def test_a_database_that_goes_back_in_time_ends_the_streams(tenant, open_hub, database):
    hub = await open_hub(poll_seconds=0.05)
    lane = tenant.lanes[0]

    async with watching(hub, tenant, {lane: 0}) as seen:
        hub.publish(await tenant.append(lane, lane))
        assert await seqs(seen, 2) == [1, 2]
        async with database.connection() as connection:
            await connection.execute("DELETE FROM live_event WHERE seq = 2")
            await connection.execute("UPDATE live_scope SET seq = 1 WHERE id = $1", lane)

        assert await take(seen, 1) == [ResyncReason.UNKNOWN_EPOCH]


async def test_scopes_linger_and_then_are_let_go(tenant, open_hub):
    hub = await open_hub(linger_seconds=0.05)
    lane, other, _ = tenant.lanes

    async with watching(hub, tenant, {lane: 0, other: 0}):
        async with watching(hub, tenant, {lane: 0}):
            assert hub.scopes_in_use == 2
        assert hub.scopes_in_use == 2
    assert hub.scopes_in_use == 2
    await settled(lambda: hub.scopes_in_use == 0)

    async with watching(hub, tenant, {lane: 0}) as seen:
        hub.publish(await tenant.append(lane))
        assert await seqs(seen, 1) == [1]


async def test_a_lost_database_connection_is_replaced(tenant, open_hub, database, servers):
    hub = await open_hub(poll_seconds=0.05)
    lane = tenant.lanes[0]

    async with watching(hub, tenant, {lane: 0}) as seen:
        await tenant.append(lane)
        assert await seqs(seen, 1) == [1]
        async with database.connection() as connection:
            await connection.execute(
                """
                SELECT pg_terminate_backend(pid)
                FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                """
            )
        await tenant.append(lane)
        assert await seqs(seen, 1) == [2]
