"""How many sockets somebody has at all processes, and what becomes of those of a process that is gone."""

from __future__ import annotations

import asyncio
import socket
from time import perf_counter

import pytest
import redis.asyncio

from subscriptions.claims import PREFIX, Claims
from subscriptions.messages import SocketRefused
from subscriptions.sockets import Sockets
from tests.support.waiting import eventually


class Open:
    """A socket of nobody."""

    def end(self, code: int, reason: str) -> None:
        raise AssertionError("nothing ends here")


async def test_sockets_at_other_processes_count(redis_url: str) -> None:
    one, other = Claims(redis_url, 3), Claims(redis_url, 3)
    async with one.renewed(), other.renewed():
        names = [await one.claim("ann"), await other.claim("ann"), await one.claim("ann")]

        with pytest.raises(SocketRefused, match="at most 3 at a time") as refused:
            await other.claim("ann")
        assert refused.value.code == 4429
        await other.claim("bob")

        one.release(names[0])
        await eventually(lambda: _claims(other, "ann"))


async def _claims(claims: Claims, who: str) -> bool:
    try:
        await claims.claim(who)
    except SocketRefused:
        return False
    return True


async def test_who_leaves_a_socket_may_open_another(redis_url: str) -> None:
    claims = Claims(redis_url, 1)
    async with claims.renewed():
        sockets, first, second = Sockets(5, claims), Open(), Open()
        for each in (first, second):
            sockets.enter(each)
        await sockets.claim(first, "ann")
        with pytest.raises(SocketRefused):
            await sockets.claim(second, "ann")
        sockets.leave(second)
        sockets.leave(first)

        third = Open()
        sockets.enter(third)

        async def claimed() -> bool:
            try:
                await sockets.claim(third, "ann")
            except SocketRefused:
                sockets.leave(third)
                sockets.enter(third)
                return False
            return True

        await eventually(claimed)
    assert not sockets._claimed.keys() - {third}


async def test_the_sockets_of_a_process_that_is_gone_are_forgotten(redis_url: str) -> None:
    claims = Claims(redis_url, 1)
    async with claims.renewed(), redis.asyncio.Redis.from_url(redis_url) as client:
        # As if a process had claimed it and then died, until its time was over.
        await client.zadd(f"{PREFIX}ann", {"dead:1": 1})

        await claims.claim("ann")
        assert 0 < await client.ttl(f"{PREFIX}ann") <= 60


async def test_a_process_that_lives_keeps_its_claims(redis_url: str) -> None:
    claims = Claims(redis_url, 5, renew_seconds=0.01)
    async with claims.renewed(), redis.asyncio.Redis.from_url(redis_url) as client:
        name = await claims.claim("ann")
        await client.zadd(f"{PREFIX}ann", {name: 1})

        async def renewed() -> bool:
            return float(await client.zscore(f"{PREFIX}ann", name) or 0) > 1

        await eventually(renewed)


async def test_a_redis_that_hangs_keeps_no_socket_waiting_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        claims = Claims(f"redis://127.0.0.1:{silent.getsockname()[1]}", 1)
        async with claims.renewed():
            started = perf_counter()
            await asyncio.gather(*(claims.claim("ann") for _ in range(200)))
            assert perf_counter() - started < 3
