"""Keeps servers running while anyone needs them."""

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from localmessages.embedded.errors import ServerStartError

WATCH_SECONDS = 0.5

log = logging.getLogger(__name__)


class Server(Protocol):
    name: str

    @property
    def url(self) -> str: ...
    def is_running(self) -> bool: ...
    async def ensure(self) -> None: ...
    async def stop(self) -> None: ...


@asynccontextmanager
async def locked(path: Path) -> AsyncIterator[None]:
    """Hold `path` against every other process; a killed one lets go of it."""
    file = _open(path)
    try:
        while not _taken(file):
            await asyncio.sleep(0.02)
        yield
    finally:
        os.close(file)


@asynccontextmanager
async def supervised(data_dir: Path, servers: Sequence[Server]) -> AsyncIterator[None]:
    """Have `servers` answer, start again what dies, and stop them with the last process that leaves.

    Processes with one data directory share its servers. What a killed process left running is taken over
    by the next one.
    """
    gate, presence = data_dir / ".gate", _open(data_dir / ".presence")
    try:
        try:
            async with locked(gate):
                # Shared by all who are here; the kernel lets go of it when a process is killed.
                fcntl.flock(presence, fcntl.LOCK_SH)
                await _all(server.ensure() for server in servers)
            leaving = asyncio.Event()
            watch = asyncio.create_task(_watch(gate, servers, leaving))
            try:
                yield
            finally:
                # Both: a client that is asked whether a server answers may swallow a cancellation, and then
                # the watch has to end by itself.
                leaving.set()
                watch.cancel()
                await asyncio.wait([watch])
        finally:
            await _to_its_end(_leave(gate, presence, servers))
    finally:
        os.close(presence)


async def _leave(gate: Path, presence: int, servers: Sequence[Server]) -> None:
    async with locked(gate):
        if _taken(presence):
            await _all(server.stop() for server in servers)


async def _to_its_end(work: Coroutine[None, None, None]) -> None:
    """Do `work`, and be cancelled after it: a Ctrl-C while servers stop must not leave them running."""
    task, cancelled = asyncio.ensure_future(work), None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    task.result()


async def _watch(gate: Path, servers: Sequence[Server], leaving: asyncio.Event) -> None:
    while not leaving.is_set():
        await asyncio.sleep(WATCH_SECONDS)
        for server in servers:
            if not leaving.is_set() and not server.is_running():
                log.warning("%s has died and is started again", server.name)
                try:
                    async with locked(gate):
                        await server.ensure()
                except ServerStartError as error:
                    log.error("%s", error)  # noqa: TRY400  the message has it all, and the watch goes on


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _all(steps: Iterable[Coroutine[None, None, None]]) -> None:
    """Run every step to its end, then raise the first error."""
    for result in await asyncio.gather(*steps, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
