"""How often somebody may ask, alone, across processes, and while Redis is away."""

from __future__ import annotations

import asyncio
import socket
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmessages.rates import MOST_KEYS, RateLimited, Rates
from localmessages.rules.networks import network_of
from tests.support.waiting import eventually


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1_000_000.0 * 60

    def __call__(self) -> float:
        return self.now


def rates(redis_url: str = "", *, most: int = 5, clock: Clock | None = None) -> Rates:
    return Rates(redis_url, per_viewer=most, per_address=10 * most, tell_seconds=0.01, clock=clock or Clock())


def taken(window: Rates, name: str, times: int) -> int:
    """How many of so many requests are taken."""
    count = 0
    for _ in range(times):
        try:
            window.count_viewer(name)
        except RateLimited:
            continue
        count += 1
    return count


def test_one_too_many_is_refused_with_the_limit_and_when_to_come_again() -> None:
    window = rates()

    assert taken(window, "ann", 5) == 5
    with pytest.raises(RateLimited, match="At most 5 requests in 60 s are taken of one viewer") as refused:
        window.count_viewer("ann")
    assert 0 < refused.value.seconds <= 120
    assert taken(window, "bob", 1) == 1


def test_who_comes_again_when_told_to_is_taken() -> None:
    clock = Clock()
    window = rates(clock=clock)
    for _ in range(40):
        try:
            window.count_viewer("ann")
        except RateLimited as refused:
            clock.now += refused.seconds
            window.count_viewer("ann")


def test_the_window_slides() -> None:
    clock = Clock()
    window = rates(most=60, clock=clock)
    clock.now += 59
    assert taken(window, "ann", 100) == 60

    clock.now += 2
    assert taken(window, "ann", 100) == 1
    clock.now += 29
    assert taken(window, "ann", 100) == 29
    clock.now += 200
    assert taken(window, "ann", 100) == 60


@given(st.lists(st.floats(0.01, 40), max_size=60))
def test_no_window_holds_much_more_than_the_limit(pauses: list[float]) -> None:
    clock = Clock()
    window, instants = rates(most=4, clock=clock), list[float]()
    for pause in pauses:
        clock.now += pause
        if taken(window, "ann", 1):
            instants.append(clock.now)

    for first in instants:
        assert sum(first <= each < first + 60 for each in instants) <= 2 * 4


async def test_processes_share_a_window(redis_url: str) -> None:
    clock = Clock()
    one, other = rates(redis_url, clock=clock), rates(redis_url, clock=clock)
    async with one.told(), other.told():
        assert taken(one, "ann", 4) == 4
        taken(other, "ann", 1)

        async def knows() -> bool:
            return other._windows["viewer", "ann"].told == 5

        await eventually(knows)

        assert taken(other, "ann", 10) == 0
        assert taken(other, "bob", 10) == 5


async def test_a_process_that_comes_later_knows_the_span_before(redis_url: str) -> None:
    clock = Clock()
    one, other = rates(redis_url, most=60, clock=clock), rates(redis_url, most=60, clock=clock)
    async with one.told(), other.told():
        assert taken(one, "ann", 60) == 60

        async def told() -> bool:
            return one._windows["viewer", "ann"].told == 60

        await eventually(told)
        clock.now += 60
        assert taken(other, "ann", 1) == 1

        async def knows() -> bool:
            return other._windows["viewer", "ann"].before == 60

        await eventually(knows)

        assert taken(other, "ann", 60) == 0


async def test_without_redis_each_process_counts_for_itself() -> None:
    window = rates("redis://127.0.0.1:1")
    async with window.told():
        assert taken(window, "ann", 3) == 3
        await eventually(lambda: _is_away(window))

        assert taken(window, "ann", 10) == 2
        assert taken(window, "ann", 10) == 0


async def _is_away(window: Rates) -> bool:
    return window._is_away


async def test_a_redis_that_hangs_keeps_nobody_waiting(redis_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        window = rates(f"redis://127.0.0.1:{silent.getsockname()[1]}", most=10_000)
        async with window.told():
            started = perf_counter()
            for _ in range(50):
                taken(window, "ann", 20)
                await asyncio.sleep(0)
            assert perf_counter() - started < 0.4
            assert taken(window, "ann", 20_000) == 9_000


async def test_what_was_counted_while_redis_was_away_is_told_later(redis_url: str) -> None:
    clock = Clock()
    one, other = rates(redis_url, clock=clock), rates(redis_url, clock=clock)
    assert taken(one, "ann", 5) == 5
    async with one.told(), other.told():
        taken(other, "ann", 1)

        async def knows() -> bool:
            taken(other, "ann", 1)
            return other._windows["viewer", "ann"].told >= 6

        await eventually(knows)
        assert taken(other, "ann", 5) == 0


def test_memory_is_bounded_by_the_number_of_names() -> None:
    clock = Clock()
    window = rates(clock=clock)
    for number in range(MOST_KEYS + 500):
        window.count_address(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")

    assert len(window._windows) == MOST_KEYS
    clock.now += 180
    window._forget()
    assert not window._windows


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("testclient", "testclient"),
    ],
)
def test_a_network_of_version_six_is_one(address: str, network: str) -> None:
    assert network_of(address) == network
