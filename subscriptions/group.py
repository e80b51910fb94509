"""Those who are told the same: a subscription runs once for all of them."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from graph.context import Beginning, Faces
from graph.errors import ErrorCode, RequestRefused
from graph.execution import Answer, Engine, Operation
from localmessages.rules.access import AnyViewer
from localmessages.services import Services
from models.catalogue import Catalogue
from subscriptions.audience import Run, SharedContext
from subscriptions.rights import Change, Rights
from subscriptions.seat import Seat
from subscriptions.watch import Watch


@dataclass(frozen=True, slots=True)
class Source:
    """What runs a subscription, and for whom."""

    services: Services
    faces: Faces
    rights: Rights
    engine: Engine
    operation: Operation
    viewer: AnyViewer
    events: bool
    """Whether it tells events, or states."""
    failed: Callable[[], None]
    """Called when it has read what is one viewer's own, or failed by another bug."""

    def run(self, beginning: Beginning) -> Run:
        """A run that has not begun, from a beginning of one of them."""
        cursor = beginning.cursor
        positions = {key: seq for key, seq in cursor.positions.items() if key != cursor.own}
        anyones = replace(cursor, access=0, positions=positions, own=None)
        return Run(self.rights, Beginning(self.viewer, beginning.catalogue, anyones), events=self.events)

    async def answers(self, run: Run, context: SharedContext) -> AsyncGenerator[Answer, None]:
        """What it tells, until something has to be said to each of them alone."""
        async with aclosing(await self.engine.subscribe(self.operation, context)) as answers:
            async for answer in answers:
                if "errors" in answer:
                    if _is_bug(answer):
                        self.failed()
                    return
                yield answer


class Group(ABC):
    """Seats with the same key. It ends when the last has gone, or when it cannot go on: then all go alone."""

    def __init__(
        self, key: Hashable, source: Source, beginning: Beginning, ended: Callable[[Group], None]
    ) -> None:
        self.key = key
        self.tenant_id = source.viewer.tenant_id
        self.seats: dict[Seat, Any] = {}
        self._source = source
        self._run = source.run(beginning)
        self._context = SharedContext(source.services, source.faces, self._run)
        self._expected = 0
        self._ended = ended
        self._is_over = False
        self._task = asyncio.create_task(self._tell_all())

    @property
    def watch(self) -> Watch:
        """What it follows; once it runs."""
        watch: Watch = self._context.watch
        return watch

    async def join(self, seat: Seat) -> bool:
        """Have somebody told; False where they must go alone, or look at their rights."""
        self._expected += 1
        try:
            return await self._is_running() and await self._join(seat)
        finally:
            self._expected -= 1
            self._end_if_empty()

    async def reaches(self, seat: Seat) -> bool:
        """Whether it can tell all that comes after the position of a seat."""
        return await self._is_running()

    def leave(self, seat: Seat) -> None:
        """Somebody has gone."""
        if seat in self.seats:
            del self.seats[seat]
            self._end_if_empty()

    def sort_out(self, change: Change) -> None:
        """Send those away who may see something else now; nothing is told them in between."""
        for seat in list(self.seats):
            if change.keeps_rights(seat.actor_id, seat.beginning.catalogue) or self._may_stay(
                seat, change.catalogue
            ):
                seat.beginning = replace(seat.beginning, catalogue=change.catalogue)
            else:
                self.send_away(seat, begin=True)

    def send_away(self, seat: Seat, **why: bool) -> None:
        """Tell somebody no longer; they know where they are and why."""
        floors = self.seats.pop(seat)
        self._stand(seat, floors)
        seat.send_away(**why)
        self._end_if_empty()

    def close(self) -> None:
        """End it with the process."""
        self._task.cancel()

    @abstractmethod
    async def _join(self, seat: Seat) -> bool: ...

    @abstractmethod
    async def _tell(self, answer: Answer) -> bool:
        """Tell all of them; False where it cannot go on."""

    @abstractmethod
    def _stand(self, seat: Seat, floors: Any) -> None:
        """Have a seat know how far it was told."""

    def _may_sit(self, seat: Seat) -> bool:
        latest = self._source.rights.latest(self.tenant_id)
        if latest is None or latest.seq <= seat.beginning.catalogue.seq:
            return True
        if not self._may_stay(seat, latest):
            seat.must_begin = True
            return False
        seat.beginning = replace(seat.beginning, catalogue=latest)
        return True

    def _may_stay(self, seat: Seat, catalogue: Catalogue) -> bool:
        viewer = catalogue.viewer(seat.actor_id)
        return viewer is not None and viewer.access == self._source.viewer.access

    async def _is_running(self) -> bool:
        watches = asyncio.create_task(self._run.watches.wait())
        await asyncio.wait([watches, self._task], return_when=asyncio.FIRST_COMPLETED)
        watches.cancel()
        return self._run.watches.is_set() and not self._is_over

    async def _tell_all(self) -> None:
        try:
            async with aclosing(self._source.answers(self._run, self._context)) as answers:
                async for answer in answers:
                    if not await self._tell(answer):
                        break
        except RequestRefused:
            # Each meets it alone, and says it.
            pass
        finally:
            self._end()

    def _end(self) -> None:
        self._is_over = True
        self._ended(self)
        for seat in list(self.seats):
            self.send_away(seat, alone=True)

    def _end_if_empty(self) -> None:
        if not self.seats and not self._expected and not self._is_over:
            self._is_over = True
            self._ended(self)
            self._task.cancel()


def _is_bug(answer: Answer) -> bool:
    """Whether an answer failed otherwise than by what its client asked for."""
    return ErrorCode.INTERNAL_SERVER_ERROR in [error["extensions"]["code"] for error in answer["errors"]]
