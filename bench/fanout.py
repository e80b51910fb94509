"""Live events to many sockets: ours, Node's usual stack and Strawberry's own handler, fed by the same events.

Each event is of one text that changes. For ours it goes through the log in PostgreSQL, Redis, the hub and its
checks of access. The others get the finished JSON over Redis and have neither a database nor access checks.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import orjson
import psutil
from redis.asyncio import Redis

from bench import cpu, node, servers, socket_client
from bench.company import NOW
from bench.figures import Figure, Times, not_measured
from bench.peers import CHANNEL
from bench.servers import Running
from bench.socket_client import Socket
from bench.town import Town
from localmessages.rules.live import EventKind
from models.database import Database, open_database
from subscriptions import position
from subscriptions.bus import Bus
from subscriptions.events import NewEvent
from subscriptions.log import append

SOCKETS = 500
SAMPLED = 20
PACED_FRAMES = 10_000
IDLE_KB = 25
P99_MS = 25

PATIENCE = 60.0
WARM_UP = 20
IN_FLIGHT = 8
"""Events that a server may be behind: it is never idle, and no socket becomes a slow reader."""
OPERATION = """
subscription Live {
  inboxEvents {
    __typename
    cursor
    at
    ... on MessageChanged {
      message { id at direction status body }
      conversation { id status version lastActivityAt waitingSince }
    }
  }
}
"""
_SUBSCRIBE = {"query": OPERATION}
Send = Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Result:
    """What one server did."""

    frames_per_cpu_second: float
    frames_per_second: float
    pace: float
    """Frames a second at which `paced` was measured: half of what it can, or `PACED_FRAMES`."""
    paced: Times
    idle_kb: float
    shown: bytes
    """An event as its subscribers saw it."""

    def __str__(self) -> str:
        return (
            f"{self.frames_per_cpu_second:,.0f} frames per server CPU second "
            f"({self.frames_per_second:,.0f}/s with what the others left); {self.idle_kb:.0f} KB a socket; "
            f"at {self.pace:,.0f} frames/s {self.paced}"
        )


async def measure(town: Town, redis_url: str, seconds: float) -> list[Figure]:
    """All of them in turn."""
    async with _log(town, redis_url) as log:
        ours = await _of(servers.ours(town, redis_url), log.send, seconds, town.token)
    async with _redis(redis_url) as client:
        send = _Finished(client, ours.shown).send
        strawberry = await _of(servers.peer("strawberry_fanout", town, redis_url), send, seconds)
        on_node, missing = None, await asyncio.to_thread(node.missing)
        if missing is None:
            on_node = await _of(servers.node_peer("fanout", redis_url), send, seconds)
    return [
        Figure(
            f"live: {SOCKETS} sockets, one event to all",
            str(ours),
            "≥ 100,000 frames per server CPU second",
            ours.frames_per_cpu_second >= 100_000,
        ),
        Figure(
            f"live at {ours.pace:,.0f} frames/s: commit → frame",
            str(ours.paced),
            f"p99 < {P99_MS} ms at {PACED_FRAMES:,} frames/s",
            ours.pace >= PACED_FRAMES and ours.paced.ms(0.99) < P99_MS,
        ),
        Figure(
            "memory of a subscribed idle socket",
            f"{ours.idle_kb:.1f} KB",
            f"≤ {IDLE_KB} KB",
            ours.idle_kb <= IDLE_KB,
        ),
        _ratio("graphql-ws + graphql-redis-subscriptions on Node", ours, on_node, 7, missing),
        _ratio("Strawberry's own handler", ours, strawberry, 20, None),
    ]


def _ratio(what: str, ours: Result, theirs: Result | None, goal: float, missing: str | None) -> Figure:
    if theirs is None:
        return not_measured(what, missing or "", f"ours ≥ {goal:g} ×")
    ratio = ours.frames_per_cpu_second / theirs.frames_per_cpu_second
    return Figure(what, f"{theirs}; ours is {ratio:.1f} × that", f"ours ≥ {goal:g} ×", ratio >= goal)


async def _of(
    server: AbstractAsyncContextManager[Running],
    send: Send,
    seconds: float,
    token: str | None = None,
) -> Result:
    async with server as running:
        before = running.process.memory_info().rss
        opened = socket_client.sockets(running.port, SOCKETS, _SUBSCRIBE, token, sampled=SAMPLED)
        async with opened as sockets:
            series = _Series(sockets)
            await series.first(send)
            idle = (running.process.memory_info().rss - before) / SOCKETS / 1024
            frames, cpu_seconds, took = await series.saturated(send, running.process, seconds)
            pace = min(PACED_FRAMES, frames / took / 2)
            paced = await series.paced(send, pace, seconds)
            return Result(frames / cpu_seconds, frames / took, pace, paced, idle, series.shown())


class _Series:
    """What is sent to a set of sockets, and what arrives."""

    def __init__(self, sockets: Sequence[Socket]) -> None:
        self._sockets = sockets
        self._sampled = [socket for socket in sockets if socket.is_sampled]
        self._sent = 0

    async def first(self, send: Send) -> None:
        """Until every socket is subscribed, and everything that is prepared once is prepared."""
        deadline = time.monotonic() + PATIENCE
        while any(socket.frames == 0 for socket in self._sockets):
            await send()
            await asyncio.sleep(0.1)
            self._still_open(self._sockets)
            if time.monotonic() > deadline:
                silent = sum(socket.frames == 0 for socket in self._sockets)
                raise TimeoutError(f"{silent} of {len(self._sockets)} open sockets get no events.")
        for _ in range(WARM_UP):
            await send()
        await self._settled()
        for socket in self._sockets:
            socket.frames = 0
            socket.arrivals.clear()

    async def paced(self, send: Send, pace: float, seconds: float) -> Times:
        """From the commit (or from Redis, for those without a database) to each sampled socket."""
        for socket in self._sampled:
            socket.arrivals.clear()
        told: list[float] = []
        started = time.perf_counter()
        for number in range(max(10, round(seconds * pace / len(self._sockets)))):
            due = started + number * len(self._sockets) / pace
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            told.append(await send())
            self._sent += 1
        await self._all_arrived()
        # A frame may overtake the answer to the commit that it tells of.
        return Times(
            max(0.0, arrived - begun)
            for socket in self._sampled
            for begun, arrived in zip(told, socket.arrivals, strict=True)
        )

    async def saturated(self, send: Send, server: psutil.Process, seconds: float) -> tuple[int, float, float]:
        """Frames, seconds of the server's CPU and seconds, while it always has something to send."""
        sent_before = self._sent
        started, used = time.perf_counter(), cpu.seconds_of(server)
        while time.perf_counter() - started < seconds:
            if self._sent - self._arrived() < IN_FLIGHT:
                await send()
                self._sent += 1
            else:
                await asyncio.sleep(0.0005)
        await self._all_arrived()
        frames = (self._sent - sent_before) * len(self._sockets)
        return frames, cpu.seconds_of(server) - used, time.perf_counter() - started

    def shown(self) -> bytes:
        """The content of the last event."""
        message = orjson.loads(self._sampled[0].last)
        return orjson.dumps(message["payload"]["data"]["inboxEvents"])

    def _arrived(self) -> int:
        self._still_open(self._sampled)
        return min(socket.frames for socket in self._sampled)

    async def _all_arrived(self) -> None:
        """Nothing lost, nothing twice."""
        async with asyncio.timeout(PATIENCE):
            while min(socket.frames for socket in self._sockets) < self._sent:
                self._still_open(self._sampled)
                await asyncio.sleep(0.01)
        if any(socket.frames != self._sent for socket in self._sockets):
            raise AssertionError("Some sockets got more frames than events.")

    async def _settled(self) -> None:
        """Until no more frames come."""
        before = -1
        while (now := sum(socket.frames for socket in self._sockets)) != before:
            before = now
            await asyncio.sleep(1.0)

    def _still_open(self, sockets: Sequence[socket_client.Socket]) -> None:
        for socket in sockets:
            if socket.ended is not None:
                raise ConnectionError(socket.ended)


@dataclass(frozen=True, slots=True)
class _Log:
    """One text of the town, told again and again to have changed."""

    database: Database
    bus: Bus
    event: NewEvent

    async def send(self) -> float:
        """An event into the log and to Redis; the instant after its commit."""
        async with self.database.transaction() as connection:
            written = await append(connection, [self.event])
        committed = time.perf_counter()
        self.bus.publish(written)
        return committed


@dataclass(frozen=True, slots=True)
class _Finished:
    """The JSON of an event, for who needs no more than that."""

    redis: Redis
    message: bytes

    async def send(self) -> float:
        """To Redis; the instant before."""
        begun = time.perf_counter()
        await self.redis.publish(CHANNEL, self.message)
        return begun


@asynccontextmanager
async def _redis(url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(url)
    try:
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def _log(town: Town, redis_url: str) -> AsyncIterator[_Log]:
    database = await open_database(town.database_url, min_size=1, max_size=2)
    bus = Bus(redis_url)
    try:
        async with database.connection() as connection:
            bus.epoch = await position.epoch(connection)
            event = await _newest_text(connection, town.tenant_id)
        yield _Log(database, bus, event)
    finally:
        await bus.close()
        await database.close()


async def _newest_text(connection: asyncpg.Connection, tenant_id: UUID) -> NewEvent:
    row = await connection.fetchrow(
        """
        SELECT conversation.id, conversation.location_id, conversation.last_message_id, location.scope_id
        FROM conversation
        JOIN location
            ON location.tenant_id = conversation.tenant_id AND location.id = conversation.location_id
        WHERE conversation.tenant_id = $1 AND conversation.status = 'OPEN'
        ORDER BY conversation.last_activity_at DESC
        LIMIT 1
        """,
        tenant_id,
    )
    assert row is not None
    return NewEvent(
        tenant_id,
        row["scope_id"],
        EventKind.MESSAGE_CHANGED,
        NOW,
        row["location_id"],
        row["id"],
        {"message": str(row["last_message_id"])},
    )
