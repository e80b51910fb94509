"""One per process: brings the committed events of the scopes in use to the streams that watch them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

import asyncpg
import structlog

from localmessages import metrics
from localmessages.rules.live import ResyncReason
from models.database import Database
from subscriptions import log, position
from subscriptions.admission import Admission
from subscriptions.bus import Bus
from subscriptions.cursor import Cursor
from subscriptions.events import Event
from subscriptions.feed import Feed
from subscriptions.line import stop
from subscriptions.patience import DATABASE_AWAY, insist
from subscriptions.stream import MOST_WAITING, Gone, Stream
from subscriptions.wire import Heard

_PATIENCE = 5.0
T = TypeVar("T")

logger = structlog.get_logger(__name__)


class Hub:
    """Redis makes it fast; a look into PostgreSQL every `poll_seconds` makes it true."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        *,
        poll_seconds: float = 1.0,
        linger_seconds: float = 30.0,
        subscribe_seconds: float = 1.0,
        most_waiting: int = MOST_WAITING,
        admission: Admission | None = None,
    ) -> None:
        self._database = database
        self._bus = bus
        self._poll_seconds = poll_seconds
        self._linger_seconds = linger_seconds
        self._subscribe_seconds = subscribe_seconds
        self._most_waiting = most_waiting
        self._admission = admission or Admission()
        self._epoch = 0
        self._feeds: dict[int, Feed] = {}
        self._readers: dict[int, asyncio.Task[None]] = {}
        self._poller: asyncio.Task[None] | None = None
        self._look = asyncio.Event()

    @property
    def scopes_in_use(self) -> int:
        """How many scopes are followed, those included that linger."""
        return len(self._feeds)

    @property
    def is_connected(self) -> bool:
        """Whether Redis is there; without it events come by the look into PostgreSQL."""
        return self._bus.is_connected

    async def start(self) -> None:
        """Begin to listen; the database must answer, Redis need not."""
        async with self._database.connection() as connection:
            self._enter(await position.epoch(connection))
        self._bus.start(self.hear, self._look.set)
        self._poller = asyncio.create_task(self._poll())

    async def close(self) -> None:
        """Stop listening and reading."""
        for task in [*self._readers.values(), *filter(None, [self._poller])]:
            await stop(task)
        await self._bus.close()

    def publish(self, events: Sequence[Event]) -> None:
        """Tell everybody what was committed, streams of this process at once; never waits, never fails."""
        self._bus.publish(events)
        for event in events:
            self._take(event)

    def hear(self, heard: Heard) -> None:
        """Take a message from Redis, which may be late, repeated, early or of another database."""
        if heard.epoch != self._epoch or (feed := self._feeds.get(heard.scope_id)) is None:
            return
        if heard.event is not None:
            metrics.LAG_SECONDS.observe(max(0.0, (datetime.now(UTC) - heard.event.at).total_seconds()))
            self._take(heard.event)
        else:
            feed.hear_of(heard.seq)
            self._read_if_behind(feed)

    @asynccontextmanager
    async def subscribe(
        self, tenant_id: UUID, after: Mapping[int, int], *, epoch: int | None = None
    ) -> AsyncIterator[Stream]:
        """A stream of the scopes in `after`, from those numbers on; iterating it raises `Gone`."""
        stream = Stream(self, tenant_id, after, epoch=epoch, most_waiting=self._most_waiting)
        feeds = [self._feeds.setdefault(scope_id, Feed(tenant_id, scope_id)) for scope_id in after]
        for feed in feeds:
            feed.streams.add(stream)
        try:
            await self._bus.subscribe(after, self._subscribe_seconds)
            yield stream
        finally:
            for feed in feeds:
                feed.streams.discard(stream)
            self._drop_later([feed for feed in feeds if not feed.streams])

    async def reach(self, stream: Stream) -> Mapping[int, int]:
        """Where the scopes of a stream are; it is offered what comes after."""
        async with self._admission:
            here = await self._asked(lambda c: position.positions(c, stream.positions))
        if stream.epoch not in (None, here.epoch):
            raise Gone(ResyncReason.UNKNOWN_EPOCH)
        for scope_id, seq in here.positions.items():
            if (feed := self._feeds.get(scope_id)) is not None:
                feed.begin(seq)
        return here.positions

    async def read(self, tenant_id: UUID, after: Mapping[int, int], upto: Mapping[int, int]) -> list[Event]:
        """The next events of each scope in the log."""
        async with self._admission:
            events = await self._asked(lambda c: log.read(c, tenant_id, after, upto))
        metrics.REPLAYS.labels("replay").inc()
        metrics.REPLAYED_EVENTS.inc(len(events))
        return events

    async def _read_on(self, tenant_id: UUID, after: Mapping[int, int]) -> list[Event]:
        events = await self._asked(lambda c: log.read(c, tenant_id, after))
        metrics.REPLAYS.labels("gap").inc()
        metrics.REPLAYED_EVENTS.inc(len(events))
        return events

    def _take(self, event: Event) -> None:
        if (feed := self._feeds.get(event.scope_id)) is not None and feed.streams:
            feed.take(event)
            self._read_if_behind(feed)

    def _read_if_behind(self, feed: Feed) -> None:
        if feed.is_behind and feed.streams and feed.scope_id not in self._readers:
            task = asyncio.create_task(self._catch_up(feed))
            self._readers[feed.scope_id] = task
            task.add_done_callback(lambda _: self._readers.pop(feed.scope_id))

    async def _catch_up(self, feed: Feed) -> None:
        """Read what did not come by itself: one reader a scope at a time."""
        while feed.is_behind and feed.streams and (last := feed.last) is not None:
            feed.take_read(await self._read_on(feed.tenant_id, {feed.scope_id: last}))
            if feed.last == last:
                feed.end(Gone(ResyncReason.EXPIRED))

    async def _asked(self, question: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        async def ask() -> T:
            async with self._database.connection() as connection:
                return await question(connection)

        return await insist(ask)

    async def _poll(self) -> None:
        """What Redis lost last is found here, and all of it while Redis is away."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds):
                    await self._look.wait()
            self._look.clear()
            before = {
                scope_id: feed.last
                for scope_id, feed in self._feeds.items()
                if feed.streams and feed.last is not None
            }
            try:
                async with asyncio.timeout(_PATIENCE), self._database.connection() as connection:
                    self._compare(before, await position.positions(connection, before))
            except (*DATABASE_AWAY, asyncpg.PostgresError) as error:
                # Whatever it says, such as that it has no database of this name while one takes the place of
                # another: without this look nothing would be found that Redis lost.
                logger.warning("live.database_away", error=repr(error))

    def _compare(self, before: Mapping[int, int], here: Cursor) -> None:
        is_other = here.epoch != self._epoch
        self._enter(here.epoch)
        for scope_id, last in before.items():
            if (feed := self._feeds.get(scope_id)) is None:
                continue
            seq = here.positions.get(scope_id, -1)
            if is_other or seq < last:
                feed.end(Gone(ResyncReason.UNKNOWN_EPOCH))
            else:
                feed.hear_of(seq)
                self._read_if_behind(feed)

    def _enter(self, epoch: int) -> None:
        self._epoch = self._bus.epoch = epoch

    def _drop_later(self, feeds: Iterable[Feed]) -> None:
        """Keep listening for a while: who closes one page opens another."""
        idle = list(feeds)
        for feed in idle:
            feed.rest()
        if idle:
            asyncio.get_running_loop().call_later(self._linger_seconds, self._drop, idle)

    def _drop(self, feeds: Iterable[Feed]) -> None:
        dropped = [feed.scope_id for feed in feeds if not feed.streams and feed.scope_id in self._feeds]
        for scope_id in dropped:
            del self._feeds[scope_id]
        self._bus.unsubscribe(dropped)
