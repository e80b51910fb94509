"""Redis dies, stops and comes back; nothing is lost meanwhile."""

import asyncio
import os
import signal
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis.asyncio
from redis.exceptions import RedisError

from localmessages.embedded.account import Account
from localmessages.embedded.programs import redis_program
from tests.subscriptions.test_hub import seqs, settled, watching


class OwnRedis:
    """A Redis of one test alone, to be maltreated."""

    def __init__(self, directory: Path) -> None:
        self.socket = directory / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = redis_program(Account(os.getuid(), os.getgid(), foreign=False))
        command: list[str | Path] = [
            program,
            "--port",
            "0",
            "--unixsocket",
            self.socket,
            "--save",
            "",
            "--dir",
            self.socket.parent,
        ]
        self._child = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def send(self, number: signal.Signals) -> None:
        assert self._child
        self._child.send_signal(number)

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()


@pytest.fixture
def own_redis(tmp_path):
    server = OwnRedis(tmp_path)
    server.start()
    yield server
    server.kill()


async def listens(url, scope_id):
    """Whether somebody is subscribed to the scope."""
    client = redis.asyncio.Redis.from_url(url)
    try:
        return any(count for _, count in await client.pubsub_numsub(f"localmessages:{scope_id}"))
    except (OSError, RedisError):
        return False
    finally:
        await client.aclose()


async def until_listening(url, scope_id):
    async with asyncio.timeout(20):
        while not await listens(url, scope_id):
            await asyncio.sleep(0.01)


async def test_without_redis_the_look_into_the_database_is_enough(tenant, open_hub):
    hub = await open_hub(url="unix:///nowhere/redis.sock", poll_seconds=0.05)
    lane = tenant.lanes[0]

    async with watching(hub, tenant, {lane: 0}) as seen:
        for number in range(1, 4):
            await tenant.append(lane)
            assert await seqs(seen, 1) == [number]


async def test_redis_is_killed_and_comes_back(tenant, open_hub, own_redis):
    here = await open_hub(url=own_redis.url)
    there = await open_hub(url=own_redis.url)
    lane = tenant.lanes[0]

    async with watching(here, tenant, {lane: 0}) as seen:
        await until_listening(own_redis.url, lane)
        there.publish(await tenant.append(lane))
        assert await seqs(seen, 1) == [1]

        own_redis.kill()
        there.publish(await tenant.append(lane))
        own_redis.start()
        assert await seqs(seen, 1) == [2]

        await until_listening(own_redis.url, lane)
        there.publish(await tenant.append(lane))
        assert await seqs(seen, 1) == [3]


@asynccontextmanager
async def proxy(path: Path, target: Path):
    """A way to Redis that can fall silent without closing anything, as a half-open connection does."""
    is_open = asyncio.Event()
    is_open.set()
    accepted = []

    async def pump(reader, writer):
        while data := await reader.read(65_536):
            await is_open.wait()
            writer.write(data)
        writer.close()

    async def accept(reader, writer):
        accepted.append(writer)
        far_reader, far_writer = await asyncio.open_unix_connection(target)
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer), return_exceptions=True)

    server = await asyncio.start_unix_server(accept, path)
    try:
        yield is_open, accepted
    finally:
        server.close()
        for writer in accepted:
            writer.close()


async def test_a_silent_connection_is_noticed_and_replaced(tenant, open_hub, own_redis, tmp_path):
    lane = tenant.lanes[0]
    async with proxy(tmp_path / "proxy.sock", own_redis.socket) as (is_open, accepted):
        url = f"unix://{tmp_path}/proxy.sock"
        hub = await open_hub(url=url, probe_seconds=0.05)
        async with watching(hub, tenant, {lane: 0}) as seen:
            await until_listening(own_redis.url, lane)
            before = len(accepted)

            is_open.clear()
            await settled(lambda: len(accepted) > before)
            await tenant.append(lane)
            is_open.set()

            assert await seqs(seen, 1) == [1]


async def test_publishing_waits_for_nobody_while_redis_is_stopped(tenant, open_hub, own_redis):
    hub = await open_hub(url=own_redis.url)
    lane = tenant.lanes[0]
    own_redis.send(signal.SIGSTOP)
    try:
        events = await tenant.append(lane)
        # Far more than a socket takes while nobody reads it: a writer that waited would stand still here.
        for _ in range(10_000):
            hub.publish(events)
    finally:
        own_redis.send(signal.SIGCONT)
