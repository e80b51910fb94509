"""Arithmetic that would keep the event loop from everybody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

# So many figures are sorted within some milliseconds.
_AT_ONCE = 10_000


async def aside(figures: int, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The result of `work`, done in another thread when it is about many figures."""
    if figures <= _AT_ONCE:
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)
