import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from subscriptions.pacing import AT_MOST_EVERY, paced
from subscriptions.summary import Page


class Touches:
    """What the test says has happened."""

    def __init__(self):
        self.said: asyncio.Queue[bool | Exception | None] = asyncio.Queue()
        self.is_closed = False

    async def heard(self):
        try:
            while (one := await self.said.get()) is not None:
                if isinstance(one, Exception):
                    raise one
                yield one
        finally:
            self.is_closed = True


async def next_of(states):
    return await asyncio.wait_for(anext(states), 10)


async def test_the_state_comes_at_once_then_the_newest_after_the_touches():
    touches, states = Touches(), iter(range(100))

    async def state():
        return next(states)

    loop = asyncio.get_running_loop()
    tile = paced(touches.heard(), state)
    begun = loop.time()
    assert await next_of(tile) == 0
    for _ in range(20):
        touches.said.put_nowait(True)
    assert await next_of(tile) == 1
    for _ in range(20):
        touches.said.put_nowait(True)
    assert await next_of(tile) == 2
    assert loop.time() - begun >= 2 * AT_MOST_EVERY

    touches.said.put_nowait(False)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(tile), 2 * AT_MOST_EVERY)
    await tile.aclose()
    assert touches.is_closed


async def test_a_state_that_changes_by_itself_comes_by_itself():
    touches = Touches()
    count = iter(range(100))

    async def state():
        return next(count)

    tile = paced(touches.heard(), state, next_by_itself=lambda: 0.01)

    assert [await next_of(tile) for _ in range(3)] == [0, 1, 2]
    await tile.aclose()


async def test_a_failure_of_the_events_ends_the_tile():
    touches = Touches()

    async def state():
        return 1

    tile = paced(touches.heard(), state)
    assert await next_of(tile) == 1
    touches.said.put_nowait(PermissionError())

    with pytest.raises(PermissionError):
        await next_of(tile)


@pytest.mark.parametrize(
    ("zones", "own", "hours"),
    [
        (["America/New_York", "America/Chicago"], None, 4),
        (["America/Chicago"], None, 5),
        (["America/Chicago"], "UTC", 24),
        ([], None, None),
    ],
)
def test_a_day_ends_at_the_first_midnight_of_its_locations(zones, own, hours):
    places = {uuid4(): SimpleNamespace(zone=zone, active=True) for zone in zones}
    beginning: Any = SimpleNamespace(
        catalogue=SimpleNamespace(places=places), viewer=SimpleNamespace(location_roles=places)
    )
    now = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)

    seconds = Page(None, own).seconds_of_day(beginning, now)

    assert seconds == (None if hours is None else timedelta(hours=hours).total_seconds())
