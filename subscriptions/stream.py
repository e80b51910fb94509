"""What one subscriber sees of the log: each event of its scopes once, in order, from a position on."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Protocol
from uuid import UUID

from localmessages.rules.live import ResyncReason
from subscriptions.events import Event
from subscriptions.queues import Queues

MOST_WAITING = 1_000


class Gone(Exception):
    """The log does not tell what came after the position."""

    def __init__(self, reason: ResyncReason) -> None:
        super().__init__(reason)
        self.reason = reason


class History(Protocol):
    """Where a stream reads what it did not hear."""

    async def reach(self, stream: "Stream") -> Mapping[int, int]:
        """Up to which number each scope of the stream is committed; what comes later is offered to it."""

    async def read(self, tenant_id: UUID, after: Mapping[int, int], upto: Mapping[int, int]) -> list[Event]:
        """The next events of each scope."""


class Stream:
    """An iterator of events. `positions` says how far it is, scope by scope, after the event just given.

    It waits for nobody and remembers little: one that falls behind forgets what it was offered and reads the
    log again from its position.
    """

    def __init__(
        self,
        history: History,
        tenant_id: UUID,
        after: Mapping[int, int],
        *,
        epoch: int | None = None,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self.tenant_id = tenant_id
        self.epoch = epoch
        """In which history of the database the positions are; None for whichever it is."""
        self.positions = dict(after)
        self._history = history
        self._queues = Queues(self.positions)
        self._offered: list[Event] = []
        self._most_waiting = most_waiting
        self._is_behind = True
        self._failure: Gone | None = None
        self._stirred = asyncio.Event()
        self.heard_at = 0.0
        """When the last of the events that are given, or wait, was here, by the event loop's clock."""

    @property
    def is_busy(self) -> bool:
        """Whether more waits to be given."""
        return bool(self._offered) or len(self._queues) > 0

    def offer(self, event: Event) -> None:
        """Take what was just committed; the hub offers each event of a scope once, in order."""
        if not self._is_behind:
            self._offered.append(event)
            if len(self._offered) > self._most_waiting:
                self._fall_behind()
        self._stirred.set()

    def end(self, failure: Gone) -> None:
        """Let the reader find out that the log does not go on from here."""
        self._failure = failure
        self._stirred.set()

    async def __aiter__(self) -> AsyncGenerator[Event, None]:
        while True:
            if self._is_behind:
                async with aclosing(self._replayed()) as replayed:
                    async for event in replayed:
                        yield event
            self._stirred.clear()
            self._sort_offered()
            for event in self._queues:
                yield event
            if self._failure is not None:
                raise self._failure
            if not self._is_behind:
                await self._stirred.wait()

    async def _replayed(self) -> AsyncGenerator[Event, None]:
        """The log from here to now, while what is committed meanwhile gathers in `_offered`."""
        self._is_behind = False
        self._offered.clear()
        self._queues.clear()
        upto = await self._history.reach(self)
        if any(upto.get(scope_id, 0) < seq for scope_id, seq in self.positions.items()):
            raise Gone(ResyncReason.UNKNOWN_EPOCH)
        while unread := [scope_id for scope_id, seq in upto.items() if self._queues.tail(scope_id) < seq]:
            # A lane that waits for another one to be read further is not read on meanwhile.
            due = filter(self._queues.is_empty, unread)
            await self._read({scope_id: self.positions[scope_id] for scope_id in due}, upto)
            for event in self._queues:
                yield event

    async def _read(self, after: Mapping[int, int], upto: Mapping[int, int]) -> None:
        events = await self._history.read(self.tenant_id, after, upto)
        self.heard_at = asyncio.get_running_loop().time()
        has_hole = not all(self._queues.put(event) for event in events)
        if has_hole or any(self._queues.is_empty(scope_id) for scope_id in after):
            raise Gone(ResyncReason.EXPIRED)

    def _sort_offered(self) -> None:
        offered, self._offered = self._offered, []
        self.heard_at = asyncio.get_running_loop().time()
        has_hole = not all(self._queues.put(event) for event in offered)
        if has_hole or len(self._queues) > self._most_waiting:
            self._fall_behind()

    def _fall_behind(self) -> None:
        self._is_behind = True
        self._offered.clear()
