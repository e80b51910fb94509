"""A PostgreSQL and a Redis that the tests may kill."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from localmessages.embedded.cluster import Tuning
from localmessages.embedded.home import open_data_dir, prepare_home
from localmessages.embedded.postgres import Postgres
from localmessages.embedded.redis import Redis
from tests.faults.processes import PATIENCE, Child

# Durable: what is committed survives the kill of the server.
TUNING = Tuning(shared_buffers="32MB")
Name = Literal["PostgreSQL", "Redis"]


@dataclass(frozen=True)
class Standing:
    """A server that runs."""

    url: str
    pid: int


class OwnServers:
    """Starts and ends them; held by a process of their own, which ends them with the tests."""

    def __init__(self, directory: Path) -> None:
        self._turn = threading.Lock()
        self._holder = Child(_hold, str(directory))

    async def start(self, name: Name) -> Standing:
        """A server that answers: the one that runs, or a new one."""
        standing: Standing = await self._ask(name, "start")
        return standing

    async def stop(self, name: Name) -> None:
        """End it in order."""
        await self._ask(name, "stop")

    async def kill(self, name: Name) -> None:
        """End it at once, with SIGKILL."""
        await self._ask(name, "kill")

    @asynccontextmanager
    async def stopped(self, name: Name) -> AsyncIterator[None]:
        """Have it answer nothing for a while, all connections open."""
        pid = (await self.start(name)).pid
        _signal(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(pid, signal.SIGCONT)

    def close(self) -> None:
        """End both, and the process that holds them."""
        self._holder.pipe.send(None)
        asyncio.run(self._holder.ended())

    async def _ask(self, name: Name, deed: str) -> Any:
        return await asyncio.to_thread(self._answer, name, deed)

    def _answer(self, name: Name, deed: str) -> Any:
        with self._turn:
            self._holder.pipe.send((name, deed))
            assert self._holder.pipe.poll(PATIENCE), f"{name} takes too long to {deed}"
            return self._holder.pipe.recv()


@contextmanager
def own_servers(directory: Path) -> Iterator[OwnServers]:
    """Servers in a directory, none of them running yet."""
    servers = OwnServers(directory)
    try:
        yield servers
    finally:
        servers.close()


def _signal(pid: int, number: signal.Signals) -> None:
    # Another mishap may have killed it.
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _hold(pipe: Connection, directory: str) -> None:
    home = prepare_home(open_data_dir(Path(directory)))
    servers: dict[str, Postgres | Redis] = {"PostgreSQL": Postgres(home, TUNING), "Redis": Redis(home)}
    try:
        while (command := pipe.recv()) is not None:
            name, deed = command
            pipe.send(asyncio.run(_do(servers[name], deed)))
    except EOFError:
        pass
    finally:
        for server in servers.values():
            asyncio.run(server.stop())


async def _do(server: Postgres | Redis, deed: str) -> Standing | None:
    if deed == "kill" and server.is_running() and server.pid is not None:
        os.kill(server.pid, signal.SIGKILL)
        while server.is_running():
            await asyncio.sleep(0.01)
    elif deed == "stop":
        await server.stop()
    elif deed == "start":
        await server.ensure()
        assert server.pid is not None
        return Standing(server.url, server.pid)
    return None
