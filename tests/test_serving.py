"""`localmessages serve` as a process that is told to end while people use it."""

import asyncio
import os
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import unquote

import asyncpg
import httpx
import pytest
from websockets.asyncio.client import connect

from localmessages.auth import issue_token
from tests.subscriptions.sockets import SPOKEN, closed, open_socket, run
from tests.support.desk import open_desk
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[1]
SECRET = "a secret of this test alone, long enough"
COMMAND = [sys.executable, "-c", "from localmessages.cli import main; main()", "serve", "--port", "0"]


@dataclass
class Server:
    """A process that serves; `said` is its log so far."""

    process: asyncio.subprocess.Process
    address: str
    said: list[str]

    async def ready(self) -> tuple[int, Any]:
        async with httpx.AsyncClient(base_url=f"http://{self.address}", timeout=15) as client:
            answer = await client.get("/readyz")
        return answer.status_code, answer.json()

    def tell(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    async def ended(self) -> str:
        """The whole log, when it has ended."""
        await asyncio.wait_for(self.process.wait(), 30)
        return "".join(self.said)


@asynccontextmanager
async def serving(
    database_url: str, redis_url: str, *more: str, said: list[str] | None = None, **settings: object
) -> AsyncIterator[Server]:
    """A process that serves, once it is ready; what it says until then is put into `said`."""
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "LOCALMESSAGES_SECRET_KEY": SECRET,
        **{f"LOCALMESSAGES_{name.upper()}": str(value) for name, value in settings.items()},
    }
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *more, cwd=ROOT, env={**os.environ, **environment}, stderr=asyncio.subprocess.PIPE
    )
    said = [] if said is None else said
    reading = asyncio.create_task(_read(process, said))
    try:
        found = await eventually(lambda: _address(said), within=30)
        server = Server(process, found, said)
        await eventually(lambda: _is_ready(server), within=30)
        yield server
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await reading


async def _read(process: asyncio.subprocess.Process, said: list[str]) -> None:
    assert process.stderr
    while line := await process.stderr.readline():
        said.append(line.decode())


async def _address(said: list[str]) -> str:
    found = re.search(r"http://(127\.0\.0\.1:\d+)/graphql", "".join(said))
    return found[1] if found else ""


async def _is_ready(server: Server) -> bool:
    with suppress(httpx.HTTPError):
        return (await server.ready())[0] == 200
    return False


@pytest.fixture
async def token(database):
    desk = await open_desk(database)
    person = (await desk.actor("ann")).user_id
    assert person
    return issue_token(SECRET, desk.tenant_id, person, now=datetime.now(UTC))[0]


async def test_a_server_that_is_told_to_end_lets_everybody_go_in_order(
    database, database_url, redis_url, token
):
    payload = {"Authorization": f"Bearer {token}"}
    terms: dict[str, Any] = {"drain_notice_seconds": 0.5, "drain_seconds": 2}
    async with serving(database_url, redis_url, **terms) as server, AsyncExitStack() as stack:
        url = f"ws://{server.address}/graphql"
        sockets = [await stack.enter_async_context(open_socket(url, payload)) for _ in range(10)]
        for socket in sockets:
            await run(socket, "1", "subscription { viewerEvents { __typename } }")
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=30))
        async with database.transaction() as connection:
            await connection.execute("LOCK TABLE live_scope IN ACCESS EXCLUSIVE MODE")
            question = {"query": "{ viewer { user { name } } }"}
            asked = asyncio.create_task(
                client.post(f"http://{server.address}/graphql", json=question, headers=payload)
            )
            await eventually(lambda: _waits_for_lock(database))

            server.tell()
            await eventually(lambda: _says(server, (503, {"ready": False, "degraded": ["draining"]})))
            assert all(socket.close_code is None for socket in sockets)
            async with connect(url, subprotocols=SPOKEN) as late:
                assert (await closed(late))[0] == 1012
            ends = await asyncio.gather(*(_end(socket) for socket in sockets))
            assert {code for code, _ in ends} == {1012}
            assert max(at for _, at in ends) - min(at for _, at in ends) > 1
            assert not asked.done()

        answer = await asked
        assert answer.json()["data"]["viewer"]["user"]["name"]
        said = await server.ended()
    assert "Traceback" not in said
    assert "CancelledError" not in said


async def _waits_for_lock(database) -> bool:
    async with database.connection() as connection:
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))


async def _says(server, answer) -> bool:
    return bool(await server.ready() == answer)


async def _end(socket) -> tuple[int, float]:
    code, _ = await closed(socket)
    return code, monotonic()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_without_sockets_ends_soon(database_url, redis_url, number):
    async with serving(database_url, redis_url, drain_notice_seconds=0) as server:
        server.tell(number)

        said = await server.ended()

    assert server.process.returncode == 128 + number
    assert "Traceback" not in said


async def test_a_server_that_is_told_twice_waits_for_nobody(database, database_url, redis_url, token):
    payload = {"Authorization": f"Bearer {token}"}
    terms: dict[str, Any] = {"drain_notice_seconds": 600, "drain_seconds": 600}
    async with serving(database_url, redis_url, **terms) as server, httpx.AsyncClient(timeout=30) as client:
        url = f"http://{server.address}/graphql"
        async with database.transaction() as connection, open_socket(url.replace("http", "ws", 1)) as socket:
            await connection.execute("LOCK TABLE live_scope IN ACCESS EXCLUSIVE MODE")
            asked = asyncio.create_task(
                client.post(url, json={"query": "{ viewer { id } }"}, headers=payload)
            )
            await eventually(lambda: _waits_for_lock(database))

            server.tell()
            await eventually(lambda: _says(server, (503, {"ready": False, "degraded": ["draining"]})))
            server.tell()

            assert (await closed(socket))[0] == 1012
            said = await server.ended()
        await asyncio.gather(asked, return_exceptions=True)
    assert "Traceback" not in said


async def test_readiness_says_what_is_degraded(database_url, redis_url):
    async with serving(database_url, redis_url) as server:
        await eventually(lambda: _says(server, (200, {"ready": True, "degraded": []})))
    async with serving(database_url, "unix:///nowhere/redis.sock") as server:
        assert await server.ready() == (200, {"ready": True, "degraded": ["redis"]})


async def test_a_server_without_its_database_is_not_ready(servers, database_url, redis_url):
    name = re.search(r"test_\w+", database_url)
    assert name
    async with serving(database_url, redis_url) as server:
        maintenance = await asyncpg.connect(servers.database_url)
        try:
            await maintenance.execute(f"ALTER DATABASE {name[0]} ALLOW_CONNECTIONS false")
            await maintenance.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name[0]
            )

            await eventually(lambda: _says(server, (503, {"ready": False, "degraded": ["database"]})))
            await maintenance.execute(f"ALTER DATABASE {name[0]} ALLOW_CONNECTIONS true")
            await eventually(lambda: _says(server, (200, {"ready": True, "degraded": []})))
        finally:
            await maintenance.close()


async def test_several_processes_share_an_address_and_are_replaced(database_url, redis_url):
    async with serving(database_url, redis_url, "--workers", "2", drain_notice_seconds=0) as server:
        assert await _counted(server, 20) == 20
        for pid in started(server.said):
            os.kill(pid, signal.SIGKILL)
        await eventually(lambda: _has_started(server, 4), within=30)
        await eventually(lambda: _is_ready(server), within=30)

        server.tell()
        said = await server.ended()
        assert await _is_closed(server)
    assert server.process.returncode == 0
    assert "Traceback" not in said


async def _counted(server: Server, times: int) -> int:
    """How many of so many requests the metrics of all processes together know."""
    async with httpx.AsyncClient(base_url=f"http://{server.address}") as client:
        for _ in range(times):
            # Each on a connection of its own, which either process takes.
            await client.get("/l/nothing", headers={"connection": "close"})
        told = (await client.get("/metrics")).text
    found = re.search(
        r'^localmessages_http_requests_total\{route="/l",status="404"\} (\d+)', told, re.MULTILINE
    )
    return int(found[1]) if found else 0


async def test_the_processes_end_with_their_parent(database_url, redis_url):
    async with serving(database_url, redis_url, "--workers", "2", drain_notice_seconds=0) as server:
        server.tell(signal.SIGKILL)

        await eventually(lambda: _is_closed(server))


async def test_a_database_that_is_not_there_yet_is_waited_for(database_url, redis_url):
    host = re.search(r"host=([^&]+)", database_url)
    assert host
    real, said = Path(unquote(host[1])), list[str]()
    with tempfile.TemporaryDirectory(dir="/tmp") as directory:
        # Where servers have their sockets, and none has one yet.
        waiting = database_url.replace(host[1], directory)
        opening = asyncio.create_task(_open_once_missed(Path(directory), real, said))
        async with serving(waiting, redis_url, said=said, drain_notice_seconds=0):
            await opening

    assert "waiting_seconds" in "".join(said)
    assert "Traceback" not in "".join(said)


async def _open_once_missed(directory: Path, real: Path, said: list[str]) -> None:
    """Let a server be found in a directory, once somebody has looked for it there."""

    async def missed() -> bool:
        return "database.away" in "".join(said)

    await eventually(missed, within=30)
    for socket in real.glob(".s.PGSQL.*"):
        (directory / socket.name).symlink_to(socket)


async def test_processes_that_cannot_start_end_the_command(database_url, redis_url):
    nowhere = re.sub(r"/[^/?]+\?", "/nowhere?", database_url)
    environment = {"DATABASE_URL": nowhere, "REDIS_URL": redis_url, "LOCALMESSAGES_SECRET_KEY": SECRET}
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *("--workers", "2"),
        cwd=ROOT,
        env={**os.environ, **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)

    assert process.returncode == 1
    assert b"could not start" in said


def started(said: list[str]) -> list[int]:
    """The processes that a parent says it started."""
    return [int(pid) for pid in re.findall(r"serve\.process_started\W.*pid=\D*(\d+)", "".join(said))]


async def _has_started(server: Server, count: int) -> bool:
    return len(started(server.said)) == count


async def _is_closed(server: Server) -> bool:
    """Whether nobody is left who listens."""
    try:
        await server.ready()
    except httpx.HTTPError:
        return True
    return False
