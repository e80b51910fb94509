"""Real servers for every test: one PostgreSQL a run, one Redis a process, one fresh database a test."""

import asyncio
import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
import pytest
import redis
from hypothesis import Phase, settings

from models.database import Database, open_database
from models.migrate import migrate
from tests.servers import TestServers, running_servers

# `make test` tries the same examples every time: it fails for a change and never by chance; `make soak`
# looks for new ones. A limit of time an example would fail on a busy machine alone; what an explanation of a
# failure tries besides takes minutes where each example is a database.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
settings.register_profile("test", deadline=None, derandomize=True, phases=PHASES)
settings.register_profile("soak", deadline=None, phases=PHASES)
settings.load_profile("soak" if os.environ.get("SOAK") else "test")

PREFIX = "localmessages-test-"
DIRECTORY = "LOCALMESSAGES_TEST_DIRECTORY"
MEMORY, DISK = Path("/dev/shm"), Path("/tmp")
TEMPLATE = "template_localmessages"


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    _remove_leftovers()
    # Where the run was put into the background SIGINT is ignored, and our processes would inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    directory = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_fastest_place())
    # The account that the servers have under root passes through here.
    Path(directory).chmod(0o711)
    os.environ[DIRECTORY] = directory


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and (directory := os.environ.pop(DIRECTORY, None)):
        shutil.rmtree(directory, ignore_errors=True)


def _fastest_place() -> Path:
    """Memory, if there is plenty: copying a database takes 15 ms there, on some disks 250."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 2**31
    return MEMORY if roomy else DISK


def _remove_leftovers() -> None:
    """What a killed run left behind; its servers are gone by themselves."""
    for path in [*MEMORY.glob(f"{PREFIX}*"), *DISK.glob(f"{PREFIX}*")]:
        if not psutil.pid_exists(int(path.name.removeprefix(PREFIX).partition("-")[0])):
            shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def servers() -> Iterator[TestServers]:
    """PostgreSQL, shared by the processes of this run, and this process' own Redis."""
    base = Path(os.environ[DIRECTORY])
    own = base / os.environ.get("PYTEST_XDIST_WORKER", "main")
    with running_servers(base / "shared", own) as servers:
        yield servers


@pytest.fixture(scope="session")
def template(servers: TestServers) -> str:
    """The name of the migrated database that every other one is copied from."""
    with (Path(os.environ[DIRECTORY]) / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.run(_make_template(servers))
    return TEMPLATE


async def _make_template(servers: TestServers) -> None:
    connection = await asyncpg.connect(servers.database_url)
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", TEMPLATE):
            await connection.execute("CREATE DATABASE unfinished")
            await migrate(servers.url_of("unfinished"))
            await connection.execute(f"ALTER DATABASE unfinished RENAME TO {TEMPLATE}")
    finally:
        await connection.close()


@asynccontextmanager
async def fresh_database(servers: TestServers, template: str) -> AsyncIterator[str]:
    """The address of a migrated, empty database, dropped afterwards."""
    name = f"test_{uuid4().hex}"
    connection = await asyncpg.connect(servers.database_url)
    try:
        # Without fsync, half of what the other strategy takes.
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield servers.url_of(name)
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


@pytest.fixture
async def database_url(servers: TestServers, template: str) -> AsyncIterator[str]:
    """A migrated, empty database for this test alone."""
    async with fresh_database(servers, template) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await open_database(database_url, min_size=1, max_size=8)
    yield database
    await database.close()


@pytest.fixture
async def another_database(servers: TestServers, template: str) -> AsyncIterator[Database]:
    """A second one, to compare with."""
    async with fresh_database(servers, template) as url:
        database = await open_database(url, min_size=1, max_size=8)
        yield database
        await database.close()


@pytest.fixture
def redis_url(servers: TestServers) -> str:
    """An empty Redis; no other process publishes to it."""
    with redis.Redis.from_url(servers.redis_url) as client:
        client.flushall()
    return servers.redis_url
