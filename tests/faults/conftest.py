"""Servers that may be killed, and a company on them."""

import faulthandler
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from models.migrate import migrate
from tests.faults.house import House, open_house
from tests.faults.servers import OwnServers, own_servers


@pytest.fixture
def directory() -> Path:
    """A place with a short path, for sockets and logs."""
    directory = Path(os.environ["LOCALMESSAGES_TEST_DIRECTORY"]) / uuid4().hex[:8]
    directory.mkdir()
    return directory


@pytest.fixture(scope="session")
def own() -> Iterator[OwnServers]:
    """A PostgreSQL and a Redis of this process, which no other test uses."""
    with own_servers(Path(os.environ["LOCALMESSAGES_TEST_DIRECTORY"]) / uuid4().hex[:8]) as servers:
        yield servers


@pytest.fixture
async def own_redis(own: OwnServers) -> AsyncIterator[str]:
    """The address of an own Redis."""
    yield (await own.start("Redis")).url
    await own.stop("Redis")


@pytest.fixture
async def own_database(own: OwnServers) -> str:
    """The address of a new database in an own PostgreSQL."""
    url = (await own.start("PostgreSQL")).url
    name = f"fault_{uuid4().hex[:8]}"
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    url = url.replace("/localmessages?", f"/{name}?")
    await migrate(url)
    return url


@pytest.fixture
def no_time_limit() -> None:
    """For what takes many minutes in its long form; every wait in it has an end of its own."""
    if os.environ.get("SOAK"):
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture
async def house(directory: Path, database_url: str, own_redis: str) -> AsyncIterator[House]:
    """The company, on a Redis of its own."""
    async with open_house(directory, database_url, own_redis) as house:
        yield house
