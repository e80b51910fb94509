"""A proxy between the API and a server, that does what networks do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from enum import Enum
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit


class Way(Enum):
    """Which way bytes go."""

    TO_SERVER = "to the server"
    FROM_SERVER = "from the server"


Hand = Callable[[bytes], Awaitable[list[bytes]]]
"""What becomes of bytes on their way; one for each direction of each connection."""


async def as_it_is(data: bytes) -> list[bytes]:
    """Nothing happens on the way."""
    return [data]


class Proxy:
    """Listens on a socket of the file system, and passes on to another one."""

    def __init__(self, here: Path, server: Path) -> None:
        self.here = here
        self.hand_of: Callable[[Way], Hand] = lambda _: as_it_is
        """Gives each new connection its hands."""
        self.accepts = True
        """Whether it takes new connections."""
        self.opened = 0
        """How many connections there have been."""
        self._server = server
        self._pairs: set[_Pair] = set()
        self._failures: list[Exception] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def redis_url(self) -> str:
        """The address of a Redis behind it."""
        return f"unix://{self.here}?db=0"

    def database_url(self, url: str) -> str:
        """The address of a database behind it, from its own."""
        return url.replace(f"host={quote(str(self._server.parent))}", f"host={quote(str(self.here.parent))}")

    def cut(self) -> None:
        """Close every connection."""
        for pair in self._pairs:
            pair.close()

    def fall_silent(self) -> None:
        """Half-open: what there is of connections stays open, and nothing comes through any more."""
        for pair in self._pairs:
            pair.is_silent = True

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until one side ends it."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._pass_on(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def close(self) -> None:
        """End what goes on."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._failures:
            raise ExceptionGroup("what hands did failed", self._failures)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.accepts:
            return
        server_reader, server_writer = await asyncio.open_unix_connection(self._server)
        pair = _Pair(writer, server_writer)
        self.opened += 1
        self._pairs.add(pair)
        try:
            directions = [
                asyncio.create_task(pair.carry(reader, server_writer, self.hand_of(Way.TO_SERVER))),
                asyncio.create_task(pair.carry(server_reader, writer, self.hand_of(Way.FROM_SERVER))),
            ]
            try:
                await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for direction in directions:
                    direction.cancel()
                ended = await asyncio.gather(*directions, return_exceptions=True)
                self._failures += [failure for failure in ended if isinstance(failure, Exception)]
        finally:
            self._pairs.discard(pair)
            server_writer.close()


class _Pair:
    """A connection to the proxy, and its own to the server."""

    def __init__(self, *writers: asyncio.StreamWriter) -> None:
        self.is_silent = False
        self._writers = writers

    def close(self) -> None:
        for writer in self._writers:
            writer.close()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hand: Hand) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if self.is_silent:
                    continue
                for part in await hand(data):
                    writer.write(part)
                await writer.drain()


@asynccontextmanager
async def proxy(here: Path, server: Path) -> AsyncIterator[Proxy]:
    """A proxy that listens."""
    one = Proxy(here, server)
    listener = await asyncio.start_unix_server(one.take, here)
    try:
        yield one
    finally:
        listener.close()
        await one.close()
        here.unlink(missing_ok=True)


def redis_proxy(directory: Path, url: str) -> AbstractAsyncContextManager[Proxy]:
    """A proxy in front of a Redis."""
    return proxy(directory / "redis.sock", Path(unquote(urlsplit(url).path)))


def database_proxy(directory: Path, url: str) -> AbstractAsyncContextManager[Proxy]:
    """A proxy in front of a PostgreSQL."""
    asked = parse_qs(urlsplit(url).query)
    name = f".s.PGSQL.{asked['port'][0]}"
    return proxy(directory / name, Path(asked["host"][0]) / name)
