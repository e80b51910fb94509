"""The inbox page: ours, the floor below it, and what the libraries give by themselves."""

import re
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Any

from bench import http_client, servers
from bench.cpu import Meter, PostgresCpu, Spent
from bench.figures import Figure, Times, below, not_measured
from bench.operations import INBOX_PAGE, of_the_console, with_fragments
from bench.servers import Running
from bench.town import Town

CLIENTS = 16
NODE = "Node peers come with the performance issue"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*")


@dataclass(frozen=True, slots=True)
class Load:
    """What a server did for many clients."""

    rate: float
    spent: Spent

    def __str__(self) -> str:
        return f"{self.rate:,.0f} requests/s; {self.spent}"


@dataclass(frozen=True, slots=True)
class Result:
    """One server's page and speed."""

    page: Any
    alone: Times
    load: Load


async def measure(town: Town, redis_url: str, seconds: float) -> list[Figure]:
    """All peers in turn, on the same database."""
    postgres = await PostgresCpu.of(town.database_url)
    page = http_client.request(with_fragments(INBOX_PAGE), town.token)

    async def of(server: AbstractAsyncContextManager[Running]) -> Result:
        async with server as running:
            return await _result(running, page, postgres, seconds)

    async with servers.ours(town, redis_url) as running:
        ours = await _result(running, page, postgres, seconds)
        screen = await _alone(running, http_client.request(of_the_console("Inbox"), town.token), seconds / 2)
    floor = await of(servers.peer("floor", town))
    plain = await of(servers.peer("strawberry_tortoise", town))
    check_equal({"floor": floor.page, "Strawberry + Tortoise": plain.page}, ours.page)
    return [
        below("inbox page, 25 conversations, 1 client", ours.alone, 1.5),
        Figure("the console's Inbox operation (all statuses, cursors, eventCursor), 1 client", str(screen)),
        Figure(f"inbox page, {CLIENTS} clients", str(ours.load)),
        Figure("floor: asyncpg + orjson, same statement, 1 client", str(floor.alone)),
        _ratio(f"floor, {CLIENTS} clients", ours.load, floor.load, 0.75),
        _ratio(f"Strawberry + Tortoise as documented, {CLIENTS} clients", ours.load, plain.load, 25),
        not_measured("mercurius-jit with the same SQL", NODE, "≥ 1.1 ×"),
        not_measured("PostGraphile", NODE, "≥ 5 ×"),
        not_measured("exact result cache", "it is not built yet", "≥ 3 × mercurius"),
    ]


def _ratio(what: str, ours: Load, theirs: Load, goal: float) -> Figure:
    ratio = ours.rate / theirs.rate
    return Figure(what, f"{theirs}; ours is {ratio:.2f} × that", f"ours ≥ {goal:g} ×", ratio >= goal)


async def _result(running: Running, page: bytes, postgres: PostgresCpu | None, seconds: float) -> Result:
    async with http_client.connected(running.port) as client:
        answer = http_client.data_of(await client.send(page))["conversations"]
    # As many connections to PostgreSQL as there will be, each with its statements prepared.
    await http_client.many_clients(running.port, lambda: repeat(page), seconds / 4, CLIENTS)
    return Result(answer, await _alone(running, page, seconds), await _load(running, page, postgres, seconds))


async def _alone(running: Running, page: bytes, seconds: float) -> Times:
    await http_client.one_client(running.port, repeat(page), seconds / 8)
    return await http_client.one_client(running.port, repeat(page), seconds)


async def _load(running: Running, page: bytes, postgres: PostgresCpu | None, seconds: float) -> Load:
    meter = Meter(running.process, postgres)
    count, took = await http_client.many_clients(running.port, lambda: repeat(page), seconds, CLIENTS)
    return Load(count / took, meter.spent(count))


def check_equal(pages: dict[str, Any], expected: Any) -> None:
    """Raise unless every peer shows the same conversations with the same content."""
    for name, page in pages.items():
        if _plain(page) != _plain(expected):
            raise AssertionError(f"{name} answers something else than ours.")


def _plain(value: Any) -> Any:
    """Instants as such: every stack writes them in its own way."""
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case str() if _INSTANT.fullmatch(value):
            return datetime.fromisoformat(value)
    return value
