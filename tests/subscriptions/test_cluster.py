"""Redis as a cluster: each channel at its own server, of which each may die or give its channels away."""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from localmessages.rules.presence import PresenceState
from subscriptions.address import is_cluster, node_at, seeds
from subscriptions.bus import Bus
from subscriptions.marks import Doing, Marks
from tests.subscriptions.redis_cluster import packed_program, redis_cluster, sharding_program
from tests.subscriptions.test_hub import seqs, settled, watching

NO_REDIS_7 = (
    "NOT TESTED: sharded publish and subscribe needs a redis-server 7 or later on this machine "
    "(apt-get install redis-server); .ci/run installs it."
)


@pytest.fixture(scope="module", params=["sharded", "before Redis 7"])
def cluster(request):
    program = sharding_program() if request.param == "sharded" else packed_program()
    if program is None:
        pytest.skip(NO_REDIS_7)
    with tempfile.TemporaryDirectory() as directory, redis_cluster(program, Path(directory)) as cluster:
        yield cluster


@pytest.fixture
async def hubs(cluster, open_hub):
    """Two processes, both of which have found all servers."""
    here, there = await open_hub(url=cluster.url), await open_hub(url=cluster.url)
    await settled(lambda: here.is_connected and there.is_connected)
    return here, there


async def listeners(cluster, scope_id):
    """At how many servers somebody hears a scope."""
    verb = "SHARDNUMSUB" if cluster.is_sharded else "NUMSUB"
    answers = [cluster.ask(port, "PUBSUB", verb, f"localmessages:{{{scope_id}}}") for port in cluster.ports]
    return sum(count > 0 for _, count in answers)


async def until_heard(cluster, scope_id):
    async with asyncio.timeout(20):
        while not await listeners(cluster, scope_id):
            await asyncio.sleep(0.02)


async def test_events_of_another_process_arrive_whichever_server_has_their_scope(cluster, hubs, tenant):
    here, there = hubs
    scopes = [*tenant.lanes, tenant.scope_id, tenant.user_scope_id]

    async with watching(here, tenant, dict.fromkeys(scopes, 0)) as seen:
        for scope_id in scopes:
            await until_heard(cluster, scope_id)
            assert await listeners(cluster, scope_id) == 1
        for number in range(1, 4):
            for scope_id in scopes:
                there.publish(await tenant.append(scope_id))
                assert await seqs(seen, 1) == [number]


async def test_a_process_that_only_publishes_is_heard(cluster, hubs, tenant):
    here, _ = hubs
    worker = Bus(cluster.url)
    worker.epoch = here._epoch
    try:
        async with watching(here, tenant, {tenant.lanes[0]: 0}) as seen:
            await until_heard(cluster, tenant.lanes[0])
            worker.publish(await tenant.append(tenant.lanes[0]))

            assert await seqs(seen, 1) == [1]
    finally:
        await worker.close()


async def test_a_server_dies_and_comes_back_and_nothing_is_lost(cluster, open_hub, tenant):
    here, there = await open_hub(url=cluster.url, poll_seconds=0.05), await open_hub(url=cluster.url)
    lane = tenant.lanes[0]
    port = cluster.owner(f"localmessages:{{{lane}}}")
    async with watching(here, tenant, {lane: 0}) as seen:
        await until_heard(cluster, lane)
        there.publish(await tenant.append(lane))
        assert await seqs(seen, 1) == [1]

        cluster.kill(port)
        there.publish(await tenant.append(lane))
        assert await seqs(seen, 1) == [2]

        cluster.start(port)
        await settled(lambda: here.is_connected and there.is_connected)
        there.publish(await tenant.append(lane))
        assert await seqs(seen, 1) == [3]


async def test_a_scope_that_moves_to_another_server_is_heard_there(cluster, hubs, tenant):
    if not cluster.is_sharded:
        return
    here, there = hubs
    lane = tenant.lanes[0]
    channel = f"localmessages:{{{lane}}}"
    async with watching(here, tenant, {lane: 0}) as seen:
        await until_heard(cluster, lane)
        other = next(port for port in cluster.ports if port != cluster.owner(channel))
        cluster.give(channel, other)

        async with asyncio.timeout(20):
            while cluster.ask(other, "PUBSUB", "SHARDNUMSUB", channel)[1] == 0:
                await asyncio.sleep(0.02)
        await tenant.append(lane)
        # What is published until the others know of the move is lost; the next one tells of it.
        async with asyncio.timeout(20):
            while seen.empty():
                there.publish(await tenant.append(lane))
                await asyncio.sleep(0.05)
        assert await seqs(seen, 2) == [1, 2]


async def test_who_is_in_conversations_is_known_whichever_server_has_them(cluster):
    await cluster.is_well()
    marks = Marks(cluster.url)
    conversations = [uuid4() for _ in range(20)]
    ann = Doing(uuid4(), PresenceState.VIEWING, "1")
    try:
        for key in conversations:
            assert await marks.put(key, ann, timedelta(seconds=30))
        assert not await marks.put(conversations[0], ann, timedelta(seconds=30))
        assert await marks.drop(conversations[0], ann)

        found = await marks.read(conversations)
        assert [len(found[key][1]) for key in conversations] == [0] + [1] * 19
    finally:
        await marks.close()


async def test_a_conversation_that_stirs_is_heard_of_in_a_cluster(cluster):
    await cluster.is_well()
    here, there = Bus(cluster.url), Bus(cluster.url)
    stirred: list[UUID | None] = []
    here.on_stir(stirred.append)
    here.start(lambda _: None, lambda: None)
    try:
        await settled(lambda: here.is_connected)
        conversations = [uuid4() for _ in range(6)]
        for key in conversations:
            await here.attend(key, 20)
            there.stir(key)
        await settled(lambda: set(conversations) <= set(stirred))
    finally:
        await here.close()
        await there.close()


def test_the_address_of_a_cluster_names_servers_of_it():
    url = "rediss+cluster://me:secret@one:7000,two:7001?socket_timeout=3"

    assert is_cluster(url)
    assert not is_cluster("rediss://me:secret@one:7000")
    assert seeds(url) == [
        "rediss://me:secret@one:7000?socket_timeout=3",
        "rediss://me:secret@two:7001?socket_timeout=3",
    ]
    assert seeds("unix:///run/redis.sock?db=0") == ["unix:///run/redis.sock?db=0"]
    assert node_at(url, "three:7002") == "rediss://me:secret@three:7002?socket_timeout=3"
