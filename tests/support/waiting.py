"""Waiting for a condition, and for nothing else."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

T = TypeVar("T")


async def eventually(look: Callable[[], Awaitable[T]], *, within: float = 15) -> T:
    """What `look` gives as soon as it is true; fails when it has not become so in time."""
    end = monotonic() + within
    while not (seen := await look()):
        assert monotonic() < end, f"still {seen!r} after {within} s"
        await asyncio.sleep(0.02)
    return seen
