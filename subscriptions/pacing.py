"""States that are sent whole: the newest alone, and not too often."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import TypeVar

from subscriptions.line import stop

T = TypeVar("T")

AT_MOST_EVERY = 0.25


async def paced(
    touches: AsyncGenerator[bool, None],
    state: Callable[[], Awaitable[T]],
    *,
    next_by_itself: Callable[[], float | None] = lambda: None,
) -> AsyncGenerator[T, None]:
    """The state as it is, then after each touch that counts: the first at once, then every 250 ms at most.

    `next_by_itself` says in how many seconds the state changes though nothing touches it.
    """
    loop = asyncio.get_running_loop()
    dirty = asyncio.Event()
    dirty.set()
    listener = asyncio.create_task(_listen(touches, dirty))
    rested = loop.time()
    try:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(next_by_itself()):
                    await dirty.wait()
            if listener.done():
                listener.result()
                return
            await asyncio.sleep(rested - loop.time())
            rested = loop.time() + AT_MOST_EVERY
            dirty.clear()
            yield await state()
    finally:
        await stop(listener)


async def _listen(touches: AsyncGenerator[bool, None], dirty: asyncio.Event) -> None:
    try:
        async with aclosing(touches):
            async for counts in touches:
                if counts:
                    dirty.set()
    finally:
        # Also an end, or a failure, is news.
        dirty.set()
