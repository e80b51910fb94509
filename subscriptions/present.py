"""Who is in a conversation that is watched, told between its events."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar
from uuid import UUID

from graph.context import Context
from graph.scalars import Cursor
from graph.types.events import ConversationEvent, PresenceChanged
from graph.types.presence import Presence
from subscriptions.line import stop

T = TypeVar("T")


class Attendance:
    """The viewer in a conversation, and the others there; `cursor` is the position of what was told last."""

    def __init__(self, context: Context, key: UUID, cursor: Cursor | None) -> None:
        self._context = context
        self._key = key
        self._cursor = cursor

    async def between(
        self, events: AsyncGenerator[ConversationEvent, None]
    ) -> AsyncGenerator[ConversationEvent, None]:
        """The events, and who is there: at first, and after each change; until the events end."""
        async with aclosing(joined(events, self._changes())) as both:
            async for event in both:
                self._cursor = event.cursor
                yield event

    async def _changes(self) -> AsyncGenerator[ConversationEvent, None]:
        begun = await self._context.begin()
        if await self._context.load.conversation(self._key) is None:
            return
        if self._cursor is None:
            self._cursor = self._context.written(begun.cursor)
        presence = self._context.services.presence
        told: list[Presence] | None = None
        async with aclosing(presence.attend(self._key, begun.viewer.user_id)) as changes:
            async for there in changes:
                load = self._context.fork().load
                if await load.conversation(self._key) is None:
                    return
                others = await load.shown_presence(there)
                if others != told:
                    told = others
                    at = self._context.services.clock()
                    yield PresenceChanged(cursor=self._cursor, at=at, presence=others)


async def joined(main: AsyncGenerator[T, None], aside: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """What both give, as it comes, until `main` ends."""
    waiting = {asyncio.ensure_future(anext(each)): each for each in (main, aside)}
    try:
        while main in waiting.values():
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                source = waiting.pop(task)
                if not isinstance(task.exception(), StopAsyncIteration):
                    yield task.result()
                    waiting[asyncio.ensure_future(anext(source))] = source
    finally:
        await asyncio.gather(*(stop(task, patience=2) for task in waiting))
        await main.aclose()
        await aside.aclose()
