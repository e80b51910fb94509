"""Texts in and out: how many a second, how long each takes, and when a subscriber has it."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count, cycle

import asyncpg
import psutil

from bench import cpu, http_client, servers
from bench.company import NOW, PLACES, number_of
from bench.cpu import Meter, PostgresCpu
from bench.figures import Figure, Times, at_least, below
from bench.operations import of_the_console
from bench.town import Town
from graph.ids import global_id
from localmessages.actions.messages import receive_message
from localmessages.rules.live import EventKind
from localmessages.rules.texting import InboundText
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import Database, open_database
from subscriptions import position
from subscriptions.bus import Bus
from subscriptions.events import Event
from subscriptions.hub import Hub

TASKS = 16
NEW_CONTACTS = 0.1


async def measure(town: Town, redis_url: str, seconds: float) -> list[Figure]:
    """Everything that writes, on the copy of the town."""
    with cpu.pinned(cpu.cores()[0]):
        figures = [*await _receiving(town, redis_url, seconds), *await _hearing(town, redis_url, seconds)]
    return [*figures, *await _answering(town, redis_url, seconds)]


@dataclass(slots=True)
class Customers:
    """Texts of contacts who are known, and some who are not, to all locations."""

    phones: Sequence[str]
    dice: random.Random
    numbers: Iterator[int]

    @classmethod
    async def of(cls, database: Database, seed: int) -> "Customers":
        async with database.connection() as connection:
            rows = await connection.fetch("SELECT phone FROM contact ORDER BY id DESC LIMIT 20000")
        return cls([row["phone"] for row in rows], random.Random(seed), count(1))

    def text(self) -> InboundText:
        """The next one."""
        serial = next(self.numbers)
        is_new = self.dice.random() < NEW_CONTACTS
        phone = f"+1300555{serial:05}" if is_new else self.dice.choice(self.phones)
        to = number_of(self.dice.randrange(PLACES))
        return InboundText(
            f"BENCH{self.dice.getrandbits(64):x}", phone, to, f"Is number {serial} ready for me?"
        )


class Clock:
    """Goes on from where the town stands."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def __call__(self) -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - self._started)


@asynccontextmanager
async def _services(town: Town, redis_url: str) -> AsyncIterator[tuple[Services, Bus]]:
    database = await open_database(town.database_url, min_size=TASKS, max_size=TASKS)
    bus = Bus(redis_url)
    try:
        async with database.connection() as connection:
            bus.epoch = await position.epoch(connection)
        yield Services(database, Catalogues(), publish=bus.publish, clock=Clock()), bus
    finally:
        await bus.close()
        await database.close()


async def _receiving(town: Town, redis_url: str, seconds: float) -> list[Figure]:
    """As fast as it goes, from many tasks of one process."""
    async with _services(town, redis_url) as (services, _):
        customers = await Customers.of(services.database, seed=1)
        await _receive_until(services, customers, time.perf_counter() + seconds / 4)
        meter = Meter(psutil.Process(), await PostgresCpu.of(town.database_url))
        started = time.perf_counter()
        taken = await asyncio.gather(
            *(_receive_until(services, customers, started + seconds) for _ in range(TASKS))
        )
        times = Times(each for some in taken for each in some)
        rate = len(times) / (time.perf_counter() - started)
        more = f"{times}; {meter.spent(len(times))}"
        return [at_least(f"receive a text, {TASKS} tasks of one process", rate, 1200, "committed/s", more)]


async def _receive_until(services: Services, customers: Customers, until: float) -> Times:
    times = Times()
    while (started := time.perf_counter()) < until:
        message = await receive_message(services, customers.text(), services.clock())
        assert message is not None
        times.append(time.perf_counter() - started)
    return times


async def _hearing(town: Town, redis_url: str, seconds: float) -> list[Figure]:
    """One text after the other, heard by a hub that only Redis and PostgreSQL tell of it."""
    async with _services(town, redis_url) as (services, bus), _hub(town, redis_url) as hub:
        committed: dict[tuple[int, int], float] = {}

        def publish(events: Sequence[Event]) -> None:
            now = time.perf_counter()
            committed.update({(event.scope_id, event.seq): now for event in events})
            bus.publish(events)

        told = replace(services, publish=publish)
        customers = await Customers.of(services.database, seed=2)
        since_arrival, since_commit = Times(), Times()
        after = await _positions(services.database, town)
        async with hub.subscribe(town.tenant_id, after) as stream:
            events = aiter(stream)
            until = time.perf_counter() + seconds
            while (started := time.perf_counter()) < until:
                receiving = asyncio.create_task(receive_message(told, customers.text(), told.clock()))
                event = await anext(events)
                while event.kind is not EventKind.ENTRY_ADDED:
                    event = await anext(events)
                heard = time.perf_counter()
                since_arrival.append(heard - started)
                since_commit.append(heard - committed[event.scope_id, event.seq])
                await receiving
            await events.aclose()
    return [
        Figure("commit → event at a subscriber of another process' hub", str(since_commit)),
        below("text in → committed → event at the subscriber, 1 client", since_arrival, 10),
    ]


async def _positions(database: Database, town: Town) -> Mapping[int, int]:
    async with database.connection() as connection:
        return (await position.now(connection, town.tenant_id, town.viewer_id)).positions


@asynccontextmanager
async def _hub(town: Town, redis_url: str) -> AsyncIterator[Hub]:
    database = await open_database(town.database_url)
    hub = Hub(database, Bus(redis_url))
    await hub.start()
    try:
        yield hub
    finally:
        await hub.close()
        await database.close()


async def _answering(town: Town, redis_url: str, seconds: float) -> list[Figure]:
    """Mutations of the console through HTTP, one after the other."""
    open_ones = await _open_conversations(town)
    postgres = await PostgresCpu.of(town.database_url)
    async with servers.ours(town, redis_url) as running:
        replies = cycle([_reply(town, key) for key, _ in open_ones])
        moves = iter([_move(town, key, to) for key, to in open_ones])
        await http_client.one_client(running.port, replies, seconds / 4)
        await http_client.one_client(running.port, moves, seconds / 4, most=max(1, len(open_ones) // 10))
        meter = Meter(running.process, postgres)
        sent = await http_client.one_client(running.port, replies, seconds)
        sending, meter = meter.spent(len(sent)), Meter(running.process, postgres)
        moved = await http_client.one_client(running.port, moves, seconds)
        moving = meter.spent(len(moved))
    return [
        below("sendMessage, 1 client", sent, 1.5, sending),
        below("transferConversation with notice, 1 client", moved, 10, moving),
    ]


async def _open_conversations(town: Town) -> list[tuple[str, str]]:
    """Global ids of open conversations, and of a location that each can move to."""
    connection = await asyncpg.connect(town.database_url)
    try:
        rows = await connection.fetch(
            """
            SELECT conversation.id, location_id,
                (SELECT id FROM location WHERE id <> conversation.location_id ORDER BY id LIMIT 1) AS other_id
            FROM conversation
            WHERE status = 'OPEN'
            ORDER BY conversation.id
            """
        )
    finally:
        await connection.close()
    return [(global_id("Conversation", row["id"]), global_id("Location", row["other_id"])) for row in rows]


def _reply(town: Town, conversation: str) -> bytes:
    text = {"conversationId": conversation, "body": "It is ready: come by until six."}
    return http_client.request(of_the_console("SendMessage"), town.token, {"input": text})


def _move(town: Town, conversation: str, to: str) -> bytes:
    move = {"conversationId": conversation, "to": to, "note": "They know more about it."}
    return http_client.request(of_the_console("TransferConversation"), town.token, {"input": move})
