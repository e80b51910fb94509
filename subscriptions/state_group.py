"""A group that is told a state, whole and the newest alone."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any

from graph.execution import Answer
from localmessages.rules.live import ResyncReason
from subscriptions.audience import Run, SharedContext
from subscriptions.frames import Frame
from subscriptions.group import Group
from subscriptions.patience import insist
from subscriptions.seat import Seat


@dataclass(frozen=True, slots=True)
class State:
    """A state, and how many events had happened when it was read."""

    frame: Frame
    age: int

    @classmethod
    def of(cls, answer: Answer, run: Run) -> State:
        """What a run has answered."""
        return cls(Frame(answer, run.cursor.shared_part()), sum(run.cursor.positions.values()))


class StateGroup(Group):
    """Who comes later gets a state that was read after they came; all who come meanwhile get the next one."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._newest: State | None = None
        self._is_new = True
        self._reading: asyncio.Task[State | None] | None = None
        self._next: asyncio.Task[State | None] | None = None

    async def _join(self, seat: Seat) -> bool:
        seat.watch = self.watch
        first = None
        if seat.is_slow and self._newest is not None:
            first = self._newest
        elif not self._is_new:
            first = await self._read()
            if first is None or self._is_over:
                return False
            if self._newest is not None and self._newest.age > first.age:
                first = self._newest
        if not seat.can_follow(self.watch) or not self._may_sit(seat):
            return False
        self._is_new = False
        seat.sit_down()
        self.seats[seat] = None
        if first is not None:
            seat.write(first.frame)
        return True

    async def _tell(self, answer: Answer) -> bool:
        if isinstance(self.watch.last, ResyncReason):
            return False
        state = State.of(answer, self._run)
        await self._look_at_rights()
        self._newest = state
        now = self._source.services.clock()
        for seat in list(self.seats):
            if seat.expires_at <= now:
                self.send_away(seat, signed_out=True)
            elif not seat.outlet.is_writable:
                self.send_away(seat, slow=True, begin=True)
            else:
                seat.write(state.frame)
        return True

    def _stand(self, seat: Seat, floors: Any) -> None:
        # Whoever comes back gets the newest state, wherever they were.
        pass

    async def _look_at_rights(self) -> None:
        """Who may not see any more what was read is sent away before it is told."""
        now = asyncio.get_running_loop().time()
        await insist(partial(self._source.rights.as_of, self.tenant_id, now))

    async def _read(self) -> State | None:
        """A state that is read from now on; None where that fails, which each must be told alone."""
        if self._next is None:
            self._next = asyncio.create_task(self._read_after(self._reading))
        return await asyncio.shield(self._next)

    async def _read_after(self, before: asyncio.Task[State | None] | None) -> State | None:
        if before is not None:
            await asyncio.wait([before])
        self._reading, self._next = self._next, None
        run = self._source.run(self._run.beginning)
        context = SharedContext(self._source.services, self._source.faces, run)
        async with aclosing(self._source.answers(run, context)) as answers:
            async for answer in answers:
                state = State.of(answer, run)
                await self._look_at_rights()
                return state
        return None

    def _end(self) -> None:
        for seat in list(self.seats):
            seat.must_begin = True
        super()._end()

    def close(self) -> None:
        super().close()
        for task in filter(None, (self._reading, self._next)):
            task.cancel()
