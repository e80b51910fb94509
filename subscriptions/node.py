"""One Redis server: what is said to it, what is heard of it, and whether it still speaks."""

import asyncio
from collections.abc import Callable, Iterable

from subscriptions.line import stop
from subscriptions.listener import Listener
from subscriptions.publisher import Message, Publisher
from subscriptions.verbs import PLAIN, Verbs

MOST_MISSED = 2


class Node:
    """Publishes at once; hears, once started, the channels that are subscribed to."""

    def __init__(
        self,
        redis_url: str,
        hear: Callable[[str, bytes], None],
        connected: Callable[[], None],
        *,
        echo: str,
        probe_seconds: float,
        verbs: Verbs = PLAIN,
    ) -> None:
        """`echo` is a channel of its own, at home on this server."""
        self._echo = echo
        self._is_echoed = False
        self._hear = hear
        self._probe_seconds = probe_seconds
        self._publisher = Publisher(redis_url, verbs)
        self._listener = Listener(redis_url, self._take, connected, verbs)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._listener.is_connected

    def start(self) -> None:
        """Begin to hear."""
        self._tasks = [asyncio.create_task(self._listener.run()), asyncio.create_task(self._probe())]

    async def close(self) -> None:
        """Let go of it."""
        for task in self._tasks:
            await stop(task)
        await self._publisher.close()

    def send(self, messages: Iterable[Message]) -> None:
        """Publish, without waiting."""
        self._publisher.send(messages)

    async def subscribe(self, channels: Iterable[str], seconds: float) -> None:
        """Hear these channels too; returns when they are confirmed, or it takes too long."""
        await self._listener.subscribe(channels, seconds)

    def unsubscribe(self, channels: Iterable[str]) -> None:
        """Hear them no longer."""
        self._listener.unsubscribe(channels)

    def _take(self, channel: str, message: bytes) -> None:
        if channel == self._echo:
            self._is_echoed = True
        else:
            self._hear(channel, message)

    async def _probe(self) -> None:
        """Speak to itself: a half-open connection raises nothing, it is only silent."""
        await self._listener.subscribe([self._echo], 0)
        missed = 0
        while True:
            self._is_echoed = False
            self._publisher.send([(self._echo, b"")])
            await asyncio.sleep(self._probe_seconds)
            missed = 0 if self._is_echoed else missed + 1
            if missed == MOST_MISSED:
                missed = 0
                await self._listener.reconnect()
