"""Redis between the processes: fast, and allowed to lose, repeat or reorder anything."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from uuid import uuid4

import structlog

from subscriptions.events import Event
from subscriptions.line import stop
from subscriptions.listener import Listener
from subscriptions.publisher import Publisher
from subscriptions.wire import Heard, heard, written

PREFIX = "localmessages:"
MOST_MISSED = 2

logger = structlog.get_logger(__name__)


class Bus:
    """Publishes from any process; hears, once started, the scopes that are subscribed to.

    `epoch` is the history of the database that its events are of.
    """

    def __init__(self, redis_url: str, *, prefix: str = PREFIX, probe_seconds: float = 1.0) -> None:
        self.epoch = 0
        self._prefix = prefix
        self._probe_seconds = probe_seconds
        self._echo = f"{prefix}echo:{uuid4().hex}"
        self._is_echoed = False
        self._publisher = Publisher(redis_url)
        self._listener = Listener(redis_url, self._hear, self._connected)
        self._on_event: Callable[[Heard], None] = lambda _: None
        self._on_gap: Callable[[], None] = lambda: None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_connected(self) -> bool:
        """Whether Redis is there, as far as is known."""
        return self._listener.is_connected

    def publish(self, events: Sequence[Event]) -> None:
        """Tell every process what was committed; never waits, never fails."""
        self._publisher.send(
            [(self._channel(event.scope_id), written(self.epoch, event)) for event in events]
        )

    def start(self, on_event: Callable[[Heard], None], on_gap: Callable[[], None]) -> None:
        """Begin to hear. `on_gap` is called when messages may have been lost."""
        self._on_event = on_event
        self._on_gap = on_gap
        self._tasks = [asyncio.create_task(self._listener.run()), asyncio.create_task(self._probe())]

    async def close(self) -> None:
        """Let go of Redis."""
        for task in self._tasks:
            await stop(task)
        await self._publisher.close()

    async def subscribe(self, scope_ids: Iterable[int], seconds: float) -> None:
        """Hear these scopes too; returns when Redis has confirmed them, or it takes too long, or is away."""
        await self._listener.subscribe(map(self._channel, scope_ids), seconds)

    def unsubscribe(self, scope_ids: Iterable[int]) -> None:
        """Hear these scopes no longer."""
        self._listener.unsubscribe(map(self._channel, scope_ids))

    def _channel(self, scope_id: int) -> str:
        return f"{self._prefix}{scope_id}"

    def _hear(self, channel: str, message: bytes) -> None:
        if channel == self._echo:
            self._is_echoed = True
            return
        try:
            said = heard(message)
        except ValueError:
            logger.warning("live.foreign_message", channel=channel)
            return
        self._on_event(said)

    def _connected(self) -> None:
        logger.info("live.redis_connected")
        self._on_gap()

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
