"""One subscription on one socket: told with its group, or by itself as long as it must be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from graphql import GraphQLError

from graph.context import Beginning, Context
from graph.errors import formatted
from graph.execution import Answer, Engine, Operation
from subscriptions.cursor import BadCursor, Cursor
from subscriptions.frames import Frame, message
from subscriptions.outlet import Outlet
from subscriptions.patience import insist
from subscriptions.plan import Kind, Plan
from subscriptions.sight import Sight, looked_enough
from subscriptions.start import beginning_near
from subscriptions.watch import Watch

if TYPE_CHECKING:
    from subscriptions.group import Group
    from subscriptions.groups import Groups


class Seat:
    """Goes alone from its position to where its group is, then sits there until it is sent away.

    It is sent away to go alone for an answer (`must_go_alone`), to begin again because its rights may be
    others (`must_begin`), or only because its socket is slow.
    """

    beginning: Beginning
    """Its rights, and how far it is."""

    def __init__(
        self,
        groups: Groups,
        engine: Engine,
        operation: Operation,
        plan: Plan,
        context: Context,
        *,
        id: str,
        outlet: Outlet,
        check: Callable[[Answer], None],
    ) -> None:
        assert context.bearer
        self.engine = engine
        self.plan = plan
        self.operation = operation
        self.context = context
        self.outlet = outlet
        self.actor_id: UUID = context.bearer.actor_id
        self.expires_at = context.bearer.expires_at
        self.must_go_alone = False
        self.must_begin = False
        self.is_slow = False
        self.group: Group | None = None
        self.watch: Watch | None = None
        self._groups = groups
        # A copy: what orjson gives keeps the 4 KB that it was written into.
        self._id = bytes(memoryview(orjson.dumps(id)))
        self._check = check
        self._is_signed_out = False
        self._stays_alone = False
        self._after = self._position(plan.after_of(operation))
        self._is_over = False
        self._is_away = False
        self._waiting: asyncio.Future[None] | None = None

    async def run(self) -> None:
        """Tell everything until the subscription ends; `check` may raise at an answer."""
        try:
            self.beginning = await self.context.begin()
        except GraphQLError:
            self._is_signed_out = True
        # There are many seats, and it holds what each of them knows of the log.
        self.context.forget()
        try:
            while not self._is_over:
                await self._go_on()
        finally:
            if self.group is not None:
                self.group.leave(self)

    async def _go_on(self) -> None:
        await self.outlet.drained()
        if self.must_begin:
            await self._begin_again()
        if await self._is_seated():
            await self._sit()
        elif not self.must_begin and not self._is_over:
            await self._go_alone()

    async def _sit(self) -> None:
        """Until it is sent away."""
        if not self._is_away:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        self._is_away = False

    async def _is_seated(self) -> bool:
        is_alone = self.must_go_alone or self._stays_alone or self._is_signed_out
        return not is_alone and not self._is_over and await self._groups.seat(self)

    def send_away(
        self, *, alone: bool = False, begin: bool = False, slow: bool = False, signed_out: bool = False
    ) -> None:
        """It is no longer told by its group."""
        self.must_go_alone |= alone
        self.must_begin |= begin
        self.is_slow |= slow
        self._is_signed_out |= signed_out
        self._is_away = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def can_follow(self, watch: Watch) -> bool:
        """Whether it can go on from the position that its client gave; it is there then."""
        if self._after is not None:
            if watch.cannot_continue(self._after, self.beginning) is not None:
                return False
            here = self.beginning.cursor.positions
            self.stand({**here, **{key: seq for key, seq in self._after.positions.items() if key in here}})
        return True

    def _position(self, after: Any) -> Cursor | None:
        try:
            return None if after is None else Cursor.decode(str(after))
        except BadCursor:
            # Alone, it says what is wrong.
            self._stays_alone = True
            return None

    def start(self) -> Beginning:
        """Where a group begins that begins with it."""
        return beginning_near(self.beginning, self._after)

    def stand(self, positions: dict[int, int]) -> None:
        """Go on from here."""
        self.beginning = replace(self.beginning, cursor=replace(self.beginning.cursor, positions=positions))
        self._after = None
        self.operation = self.plan.without_after(self.operation)

    def write(self, frame: Frame) -> None:
        """Send what the group tells, with a cursor of its own."""
        self.outlet.write(frame.text(self._id, self._own_part))

    def write_all(self, frames: Iterable[Frame]) -> None:
        """Send several in one go."""
        its_id, own_part = self._id, self._own_part
        self.outlet.write_all([frame.text(its_id, own_part) for frame in frames])

    def write_at(self, frame: Frame, positions: dict[int, int]) -> None:
        """The same where it has seen more than the rest of the group."""
        cursor = self.beginning.cursor
        cursor = replace(cursor, positions={**cursor.positions, **positions})
        self.outlet.write(frame.text_at(self._id, cursor.encode().encode()))

    def sit_down(self) -> None:
        """It is told by a group from now on, which knows how far it is."""
        cursor = self.beginning.cursor
        self.is_slow = False
        self._own_part = cursor.own_part().encode()
        self.stand({} if cursor.own is None else {cursor.own: cursor.positions[cursor.own]})

    async def _begin_again(self) -> None:
        """Look at its rights anew: it goes on with them, unless something has to be said first."""
        self.must_begin = False
        before = self.beginning
        try:
            now = await insist(self.context.anew().begin)
        except GraphQLError:
            self._is_signed_out = True
            return
        assert self.watch
        sight = self.watch.sight(before, now)
        if sight is Sight.IS_OVER:
            self.outlet.write(message(self._id, {"errors": [formatted(looked_enough())]}))
            self._is_over = True
        elif self.plan.kind is Kind.STATES:
            self.beginning = now
        elif sight is Sight.HAS_MORE or now.cursor.epoch != before.cursor.epoch:
            # It says so itself, and goes on from there.
            self.must_go_alone = True
        else:
            self.beginning = replace(now, cursor=replace(now.cursor, positions=before.cursor.positions))

    async def _go_alone(self) -> None:
        """Run by itself, until its group may tell it or all is over."""
        self.must_go_alone = False
        context = self.context.anew() if self._is_signed_out else self.context.starting(self.beginning)
        async with aclosing(await self.engine.subscribe(self.operation, context)) as answers:
            async for answer in answers:
                self._check(answer)
                self.outlet.write(message(self._id, answer))
                await self.outlet.drained()
                if "data" in answer and context.watch is not None:
                    self.beginning = replace(context.watch.beginning, cursor=context.watch.position)
                    self.stand(dict(context.watch.positions))
                    if not self._stays_alone and await self._groups.reaches(self):
                        return
        self._is_over = True
