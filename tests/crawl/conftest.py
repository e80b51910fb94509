"""One world for all crawls of a process, copied where something stays of what is done."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.catalogue import Catalogues
from models.database import open_database
from subscriptions.bus import Bus
from subscriptions.hub import Hub
from subscriptions.marks import Marks
from subscriptions.presence import RedisPresence
from tests.conftest import fresh_database
from tests.crawl.actors import Role
from tests.crawl.crawler import Crawler
from tests.crawl.sandbox import sandbox
from tests.crawl.watching import Watching
from tests.crawl.world import World, make_world
from tests.servers import TestServers
from tests.support.company import Clock

# Hundreds watch at once, without the admission that a socket has.
PATIENCE = 60

Made = tuple[str, World]
Open = Callable[[Role], Awaitable[Crawler]]


@pytest.fixture(scope="session")
def made(servers: TestServers, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The address of the world's database, and what is in it."""
    with asyncio.Runner() as runner:
        database = fresh_database(servers, template)
        url = runner.run(database.__aenter__())
        world = runner.run(_make(url, tmp_path_factory.mktemp("files")))
        yield url, world
        runner.run(database.__aexit__(None, None, None))


async def _make(url: str, directory: Path) -> World:
    database = await open_database(url)
    try:
        return await make_world(database, directory)
    finally:
        await database.close()


@pytest.fixture
async def copied(made: Made, servers: TestServers) -> AsyncIterator[Made]:
    """The world in a database of its own, where things happen."""
    url, world = made
    (name,) = re.findall(r"\btest_[0-9a-f]{32}\b", url)
    async with fresh_database(servers, name) as copy:
        database = await open_database(copy, max_size=8, acquire_seconds=PATIENCE)
        clock = Clock(world.now)
        services = replace(world.company.services, database=database, catalogues=Catalogues(), clock=clock)
        company = replace(world.company, services=services, clock=clock)
        yield copy, replace(world, company=company)
        await database.close()


@pytest.fixture
async def crawling(copied: Made, redis_url: str) -> AsyncIterator[Open]:
    """Makes crawlers, all on one connection of which nothing stands."""
    url, world = copied
    database = await open_database(url)
    bus = Bus(redis_url)
    presence = RedisPresence(bus, Marks(redis_url))
    try:
        async with sandbox(database) as box:

            async def start(role: Role) -> Crawler:
                crawler = Crawler(world, role, box, presence)
                await crawler.warm_up()
                return crawler

            yield start
    finally:
        await presence.close()
        await bus.close()
        await database.close()


@pytest.fixture
async def watching(copied: Made, redis_url: str) -> AsyncIterator[Watching]:
    """Who watches that, with a hub that is told of everything."""
    url, world = copied
    # Who watches takes no connection from those who act.
    database = await open_database(url, max_size=8, acquire_seconds=PATIENCE)
    services = world.company.services
    hub = Hub(database, Bus(redis_url), poll_seconds=0.5)
    await hub.start()
    bus = Bus(redis_url)
    presence = RedisPresence(bus, Marks(redis_url))
    world.company.services = replace(services, publish=hub.publish, presence=presence)
    yield Watching(world, replace(world.company.services, database=database), hub)
    await presence.close()
    await bus.close()
    await hub.close()
    await database.close()
