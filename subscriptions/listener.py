"""The one connection of a process on which Redis tells what was published."""

import asyncio
import math
from collections.abc import Callable, Iterable
from contextlib import suppress

from redis.asyncio.connection import AbstractConnection, ConnectionPool

from subscriptions.line import REDIS_AWAY, Backoff, connect, connection_of, pool
from subscriptions.verbs import PLAIN, Verbs

Command = tuple[str, ...]


class Listener:
    """Keeps the wanted channels subscribed, over any number of connections.

    `hear` gets each message; `connected` is called when a connection has all channels, since what was
    published before it is lost.
    """

    def __init__(
        self,
        redis_url: str,
        hear: Callable[[str, bytes], None],
        connected: Callable[[], None],
        verbs: Verbs = PLAIN,
    ) -> None:
        self._verbs = verbs
        self._pool: ConnectionPool = pool(redis_url)
        self._hear = hear
        self._connected = connected
        # Each wanted channel, and whether Redis has confirmed it on this connection.
        self._confirmed: dict[str, asyncio.Event] = {}
        self._commands: asyncio.Queue[Command] = asyncio.Queue()
        self._connection: AbstractConnection | None = None
        self._is_new = False

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection, which may be silent."""
        return self._connection is not None

    async def subscribe(self, channels: Iterable[str], seconds: float) -> None:
        """Hear these too. Returns when Redis has confirmed them all, at once while it is away."""
        channels = list(channels)
        if added := [channel for channel in channels if channel not in self._confirmed]:
            self._confirmed |= {channel: asyncio.Event() for channel in added}
            self._command(self._verbs.subscribe, added)
        if self._connection is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    for confirmed in [self._confirmed[channel] for channel in channels]:
                        await confirmed.wait()

    def unsubscribe(self, channels: Iterable[str]) -> None:
        """Hear these no longer."""
        if dropped := [channel for channel in channels if self._confirmed.pop(channel, None)]:
            self._command(self._verbs.unsubscribe, dropped)

    async def reconnect(self) -> None:
        """Give up the connection for a new one."""
        if self._connection is not None:
            await self._connection.disconnect(nowait=True)

    async def run(self) -> None:
        """Listen until cancelled."""
        backoff = Backoff()
        while True:
            connection = connection_of(self._pool)
            try:
                await connect(connection)
                backoff.reset()
                await self._listen(connection)
            except REDIS_AWAY:
                await backoff.pause()
            finally:
                self._connection = None
                await connection.disconnect(nowait=True)

    async def _listen(self, connection: AbstractConnection) -> None:
        for confirmed in self._confirmed.values():
            confirmed.clear()
        self._commands = asyncio.Queue()
        if self._confirmed:
            self._command(self._verbs.subscribe, list(self._confirmed))
        self._connection, self._is_new = connection, True
        writer = asyncio.create_task(self._send(connection))
        try:
            while True:
                self._take(await connection.read_response(timeout=math.inf, disconnect_on_error=False))
        finally:
            writer.cancel()

    def _command(self, verb: str, channels: list[str]) -> None:
        most = self._verbs.most_channels
        for first in range(0, len(channels), most):
            self._commands.put_nowait((verb, *channels[first : first + most]))

    async def _send(self, connection: AbstractConnection) -> None:
        """Send the commands in order; a subscriber that is cancelled must not cut one in two."""
        try:
            while True:
                await connection.send_command(*await self._commands.get(), check_health=False)
        except REDIS_AWAY:
            await connection.disconnect(nowait=True)

    def _take(self, message: list[bytes]) -> None:
        kind, channel, content = message
        if kind == self._verbs.message:
            self._hear(channel.decode(), content)
        elif kind == self._verbs.subscribed and (confirmed := self._confirmed.get(channel.decode())):
            confirmed.set()
            if self._is_new and all(event.is_set() for event in self._confirmed.values()):
                self._is_new = False
                self._connected()
