"""Redis between the processes: fast, and allowed to lose, repeat or reorder anything."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID, uuid4

import structlog

from subscriptions.address import is_cluster
from subscriptions.cluster import Cluster
from subscriptions.events import Event
from subscriptions.node import Node
from subscriptions.wire import Heard, heard, written

PREFIX = "localmessages:"

logger = structlog.get_logger(__name__)


class Bus:
    """Publishes from any process; hears, once started, the scopes that are subscribed to.

    `epoch` is the history of the database that its events are of.
    """

    def __init__(self, redis_url: str, *, prefix: str = PREFIX, probe_seconds: float = 1.0) -> None:
        self.epoch = 0
        self._prefix = prefix
        self._is_cluster = is_cluster(redis_url)
        self._redis: Node | Cluster = (Cluster if self._is_cluster else Node)(
            redis_url,
            self._hear,
            self._connected,
            echo=f"{prefix}echo:{uuid4().hex}",
            probe_seconds=probe_seconds,
        )
        self._on_event: Callable[[Heard], None] = lambda _: None
        self._on_gap: Callable[[], None] = lambda: None
        # Conversations in which somebody came, left or began to type; None: in any of them.
        self._on_stir: Callable[[UUID | None], None] = lambda _: None

    @property
    def is_connected(self) -> bool:
        """Whether Redis is there, as far as is known."""
        return self._redis.is_connected

    def publish(self, events: Sequence[Event]) -> None:
        """Tell every process what was committed; never waits, never fails."""
        self._redis.send([(self._channel(event.scope_id), written(self.epoch, event)) for event in events])

    def stir(self, conversation_id: UUID) -> None:
        """Tell every process that attends a conversation to look who is in it."""
        self._redis.send([(self._channel(conversation_id), b"")])

    def start(self, on_event: Callable[[Heard], None], on_gap: Callable[[], None]) -> None:
        """Begin to hear. `on_gap` is called when messages may have been lost."""
        self._on_event = on_event
        self._on_gap = on_gap
        self._redis.start()

    def on_stir(self, look: Callable[[UUID | None], None]) -> None:
        """Have `look` called for each conversation that is attended and stirs."""
        self._on_stir = look

    async def close(self) -> None:
        """Let go of Redis."""
        await self._redis.close()

    async def subscribe(self, scope_ids: Iterable[int], seconds: float) -> None:
        """Hear these scopes too; returns when Redis has confirmed them, or it takes too long, or is away."""
        await self._redis.subscribe(map(self._channel, scope_ids), seconds)

    def unsubscribe(self, scope_ids: Iterable[int]) -> None:
        """Hear these scopes no longer."""
        self._redis.unsubscribe(map(self._channel, scope_ids))

    async def attend(self, conversation_id: UUID, seconds: float) -> None:
        """Hear who comes to a conversation; returns as `subscribe` does."""
        await self._redis.subscribe([self._channel(conversation_id)], seconds)

    def leave(self, conversation_id: UUID) -> None:
        """Hear it no longer."""
        self._redis.unsubscribe([self._channel(conversation_id)])

    def _channel(self, name: int | UUID) -> str:
        # In a cluster what stands between braces decides where a channel is.
        return f"{self._prefix}{{{name}}}" if self._is_cluster else f"{self._prefix}{name}"

    def _hear(self, channel: str, message: bytes) -> None:
        try:
            said = heard(message) if message else UUID(channel.removeprefix(self._prefix).strip("{}"))
        except ValueError:
            logger.warning("live.foreign_message", channel=channel)
            return
        if isinstance(said, Heard):
            self._on_event(said)
        else:
            self._on_stir(said)

    def _connected(self) -> None:
        logger.info("live.redis_connected")
        self._on_gap()
        self._on_stir(None)
