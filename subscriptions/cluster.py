"""The shards of a Redis Cluster: which of them has a channel, also after it has moved."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import structlog
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from subscriptions.address import node_at, seeds
from subscriptions.line import REDIS_AWAY, connect, connection_of, pool, stop
from subscriptions.node import Node
from subscriptions.publisher import MOST_QUEUED, Message
from subscriptions.verbs import PLAIN, SHARDED, Verbs

Owners = list[str | None]
FIRST_SHARDED = 7
CONFIRM_SECONDS = 1.0

logger = structlog.get_logger(__name__)


class Cluster:
    """Speaks to each channel's own server. Before Redis 7 all servers pass on all messages: then to one."""

    def __init__(
        self,
        redis_url: str,
        hear: Callable[[str, bytes], None],
        connected: Callable[[], None],
        *,
        echo: str,
        probe_seconds: float,
    ) -> None:
        self._url = redis_url
        self._hear = hear
        self._connected = connected
        self._echo = echo
        self._probe_seconds = probe_seconds
        self._nodes: dict[str, Node] = {}
        self._owners: Owners = [None] * REDIS_CLUSTER_HASH_SLOTS
        self._channels: set[str] = set()
        self._early: deque[Message] = deque(maxlen=MOST_QUEUED)
        self._is_hearing = False
        self._watcher: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection to every shard."""
        return bool(self._nodes) and all(node.is_connected for node in self._nodes.values())

    def start(self) -> None:
        """Begin to hear."""
        self._is_hearing = True
        self._begin()

    async def close(self) -> None:
        """Let go of all servers."""
        if self._watcher is not None:
            await stop(self._watcher)
        for node in self._nodes.values():
            await node.close()

    def send(self, messages: Iterable[Message]) -> None:
        """Publish, without waiting."""
        self._begin()
        for message in messages:
            if (node := self._node_of(message[0])) is None:
                self._early.append(message)
            else:
                node.send([message])

    async def subscribe(self, channels: Iterable[str], seconds: float) -> None:
        """Hear these channels too."""
        channels = list(channels)
        self._channels.update(channels)
        await self._subscribe(channels, seconds)

    def unsubscribe(self, channels: Iterable[str]) -> None:
        """Hear them no longer."""
        for channel in channels:
            self._channels.discard(channel)
            if (node := self._node_of(channel)) is not None:
                node.unsubscribe([channel])

    async def _subscribe(self, channels: Iterable[str], seconds: float) -> None:
        at_home: dict[Node, list[str]] = defaultdict(list)
        for channel in channels:
            if (node := self._node_of(channel)) is not None:
                at_home[node].append(channel)
        await asyncio.gather(*(node.subscribe(of, seconds) for node, of in at_home.items()))

    def _node_of(self, channel: str) -> Node | None:
        return self._nodes.get(self._owners[key_slot(channel.encode())] or "")

    def _begin(self) -> None:
        if self._watcher is None:
            self._watcher = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        """Look where the channels are, again and again: what failed over or was moved is found here."""
        while True:
            for place in [*self._nodes, *seeds(self._url)]:
                try:
                    owners, verbs = await _topology(self._url, place)
                except REDIS_AWAY as error:
                    logger.warning("live.redis_away", place=place, error=repr(error))
                else:
                    await self._settle(owners, verbs)
                    break
            await asyncio.sleep(self._probe_seconds)

    async def _settle(self, owners: Owners, verbs: Verbs) -> None:
        if owners == self._owners:
            return
        before = {channel: self._node_of(channel) for channel in self._channels}
        left = {place: self._nodes.pop(place) for place in self._nodes.keys() - set(owners)}
        self._owners = owners
        for place in {place for place in owners if place is not None} - self._nodes.keys():
            self._nodes[place] = self._opened(place, verbs)
        moved = [channel for channel, node in before.items() if node is not self._node_of(channel)]
        for channel in moved:
            if (old := before[channel]) is not None:
                old.unsubscribe([channel])
        await self._subscribe(moved, CONFIRM_SECONDS)
        self._connected()
        early, self._early = self._early, deque(maxlen=MOST_QUEUED)
        self.send(early)
        for node in left.values():
            await node.close()

    def _opened(self, place: str, verbs: Verbs) -> Node:
        echoes = (f"{self._echo}:{{{number}}}" for number in count())
        echo = next(each for each in echoes if self._owners[key_slot(each.encode())] == place)
        node = Node(
            place,
            self._hear,
            self._connected,
            echo=echo,
            probe_seconds=self._probe_seconds,
            verbs=verbs,
        )
        if self._is_hearing:
            node.start()
        return node


async def _topology(redis_url: str, place: str) -> tuple[Owners, Verbs]:
    """Which server has each slot, and how they are spoken to, as one of them says."""
    connection = connection_of(pool(place))
    try:
        await connect(connection)
        await connection.send_command("INFO", "server", check_health=False)
        version = _version(await connection.read_response())
        await connection.send_command("CLUSTER", "SLOTS", check_health=False)
        ranges: list[Any] = await connection.read_response()
    finally:
        await connection.disconnect(nowait=True)
    owners: Owners = [None] * REDIS_CLUSTER_HASH_SLOTS
    for first, last, (host, port, *_), *_ in ranges:
        own = node_at(redis_url, f"{host.decode() or connection.host}:{port}")
        owners[first : last + 1] = [own] * (last - first + 1)
    if version >= FIRST_SHARDED:
        return owners, SHARDED
    return [place] * REDIS_CLUSTER_HASH_SLOTS, PLAIN


def _version(info: bytes) -> int:
    for line in info.decode().splitlines():
        name, _, value = line.partition(":")
        if name == "redis_version":
            return int(value.partition(".")[0])
    return 0
