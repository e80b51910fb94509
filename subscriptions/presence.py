"""Who is in which conversation: kept in Redis for seconds, in no log; nobody is anywhere while it is away."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

import structlog
from redis.exceptions import RedisClusterException, RedisError

from localmessages.rules.presence import (
    TYPING_LASTS,
    VIEWING_IS_REPEATED,
    VIEWING_LASTS,
    Mark,
    PresenceState,
    Present,
    present,
)
from subscriptions.bus import Bus
from subscriptions.line import stop
from subscriptions.marks import Doing, Marks

# What a change at most waits for, where Redis forgets it without a word.
LONGEST_WAIT = 60.0
# And at least, where many come and go.
SHORTEST_WAIT = 0.05
ATTEND_SECONDS = 1.0

_NEVER = datetime.min.replace(tzinfo=UTC)

logger = structlog.get_logger(__name__)


class Presence(Protocol):
    """Who is where, as far as is known."""

    async def of(self, conversation_ids: Sequence[UUID]) -> dict[UUID, list[Present]]:
        """Who is in each of these conversations now."""

    async def set_typing(self, conversation_id: UUID, user_id: UUID, typing: bool) -> None:
        """Show somebody as typing for a while, or no longer."""

    def attend(self, conversation_id: UUID, user_id: UUID | None) -> AsyncGenerator[list[Present], None]:
        """Who is there, now and after each change; whoever looks is there meanwhile."""


class Nowhere:
    """For processes without Redis: nobody is ever seen."""

    async def of(self, conversation_ids: Sequence[UUID]) -> dict[UUID, list[Present]]:
        return {}

    async def set_typing(self, conversation_id: UUID, user_id: UUID, typing: bool) -> None:
        pass

    async def attend(
        self, conversation_id: UUID, user_id: UUID | None
    ) -> AsyncGenerator[list[Present], None]:
        nobody: tuple[list[Present], ...] = ()
        for each in nobody:
            yield each


class RedisPresence:
    """One per process that serves; `bus` tells the processes of each other's people."""

    def __init__(self, bus: Bus, marks: Marks) -> None:
        self._bus = bus
        self._marks = marks
        self._attending: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        # Each conversation that somebody has open; one person may have it open several times.
        self._windows: set[tuple[UUID, Doing]] = set()
        self._is_new = asyncio.Event()
        self._beat: asyncio.Task[None] | None = None
        bus.on_stir(self._stir)

    async def close(self) -> None:
        """Let go of Redis; who was there is forgotten after a while."""
        if self._beat is not None:
            await stop(self._beat)
        await self._marks.close()

    async def of(self, conversation_ids: Sequence[UUID]) -> dict[UUID, list[Present]]:
        found = await self._read(conversation_ids)
        return {key: present(marks, now) for key, (now, marks) in found.items()}

    async def set_typing(self, conversation_id: UUID, user_id: UUID, typing: bool) -> None:
        if typing:
            await self._put(conversation_id, Doing(user_id, PresenceState.TYPING), TYPING_LASTS)
        else:
            await self._drop(conversation_id, Doing(user_id, PresenceState.TYPING))

    async def attend(
        self, conversation_id: UUID, user_id: UUID | None
    ) -> AsyncGenerator[list[Present], None]:
        async with self._stirring(conversation_id) as stirred, self._viewing(conversation_id, user_id):
            while True:
                stirred.clear()
                now, marks = (await self._read([conversation_id])).get(conversation_id, (_NEVER, []))
                yield present(marks, now)
                wait = min([LONGEST_WAIT, *((mark.until - now).total_seconds() for mark in marks)])
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(SHORTEST_WAIT, wait)):
                        await stirred.wait()

    @asynccontextmanager
    async def _stirring(self, conversation_id: UUID) -> AsyncIterator[asyncio.Event]:
        """Set whenever somebody may have come or left."""
        stirred = asyncio.Event()
        self._attending[conversation_id].add(stirred)
        try:
            await self._bus.attend(conversation_id, ATTEND_SECONDS)
            yield stirred
        finally:
            self._attending[conversation_id].discard(stirred)
            if not self._attending[conversation_id]:
                del self._attending[conversation_id]
                self._bus.leave(conversation_id)

    @asynccontextmanager
    async def _viewing(self, conversation_id: UUID, user_id: UUID | None) -> AsyncIterator[None]:
        """Show somebody as there; an API key is nobody."""
        if user_id is None:
            yield
            return
        window = conversation_id, Doing(user_id, PresenceState.VIEWING, uuid4().hex)
        self._windows.add(window)
        if self._beat is None:
            self._beat = asyncio.create_task(self._repeat())
        try:
            await self._put(*window, VIEWING_LASTS)
            yield
        finally:
            self._windows.discard(window)
            # Also where the socket is lost, and what runs on it cancelled.
            await asyncio.shield(asyncio.ensure_future(self._drop(*window)))

    async def _repeat(self) -> None:
        """Redis forgets whoever is not shown again, such as those of a process that was killed."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(VIEWING_IS_REPEATED.total_seconds()):
                    await self._is_new.wait()
            self._is_new.clear()
            for window in list(self._windows):
                if window in self._windows:
                    await self._put(*window, VIEWING_LASTS)

    async def _put(self, conversation_id: UUID, doing: Doing, lasts: timedelta) -> None:
        if self._bus.is_connected:
            with self._while_here():
                if await self._marks.put(conversation_id, doing, lasts):
                    self._bus.stir(conversation_id)

    async def _drop(self, conversation_id: UUID, doing: Doing) -> None:
        if self._bus.is_connected:
            with self._while_here():
                if await self._marks.drop(conversation_id, doing):
                    self._bus.stir(conversation_id)

    async def _read(self, conversation_ids: Sequence[UUID]) -> dict[UUID, tuple[datetime, list[Mark]]]:
        found: dict[UUID, tuple[datetime, list[Mark]]] = {}
        # Nobody waits for a line that is known to be silent.
        if self._bus.is_connected:
            with self._while_here():
                found = await self._marks.read(conversation_ids)
        return found

    @contextmanager
    def _while_here(self) -> Iterator[None]:
        try:
            yield
        except (OSError, RedisError, RedisClusterException) as error:
            logger.warning("presence.redis_away", error=repr(error))

    def _stir(self, conversation_id: UUID | None) -> None:
        if conversation_id is None:
            # A Redis that was away may have forgotten everybody.
            self._is_new.set()
        for key in list(self._attending) if conversation_id is None else [conversation_id]:
            for stirred in self._attending.get(key, ()):
                stirred.set()
