"""Who asks too often, over HTTP and on a socket, and what is asked of a database that has no time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Route

from graph.execution import Engine
from graph.schema import schema
from graph.view import GraphQLView
from localmessages.http.refused import Refused
from localmessages.rates import Rates
from models.database import Database, DatabaseBusy, open_database
from tests.support.desk import open_desk
from tests.support.live_server import live_server


async def context_for(connection: HTTPConnection) -> Any:
    name = connection.headers.get("authorization")
    return SimpleNamespace(bearer=SimpleNamespace(tenant_id="acme", actor_id=name) if name else None)


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    view = GraphQLView(Engine(schema.core), context_for, rates=Rates(per_viewer=3, per_address=8))
    view._refused = Refused(pause=0)
    transport = httpx.ASGITransport(Starlette(routes=[Route("/graphql", view)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def ask(client: httpx.AsyncClient, name: str = "") -> httpx.Response:
    headers = {"authorization": name} if name else {}
    return await client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)


async def test_a_viewer_who_asks_too_often_is_told_when_to_come_again(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        assert (await ask(client, "ann")).status_code == 200

    refused = await ask(client, "ann")

    [error] = refused.json()["errors"]
    seconds = error["extensions"]["retryAfterSeconds"]
    assert refused.status_code == 429
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfterSeconds": seconds}
    assert "At most 3 requests in 60 s are taken of one viewer" in error["message"]
    assert refused.headers["retry-after"] == str(seconds)
    assert (await ask(client, "bob")).status_code == 200


async def test_an_address_is_counted_whoever_asks(client: httpx.AsyncClient) -> None:
    statuses = [(await ask(client, name)).status_code for name in ("ann", "bob", "", "", "eve") * 2]

    assert statuses == [200] * 8 + [429] * 2


async def test_a_request_that_is_no_request_counts_too(client: httpx.AsyncClient) -> None:
    statuses = [(await client.post("/graphql", content=b"{")).status_code for _ in range(9)]

    assert statuses == [415] * 8 + [429]


async def test_the_refused_wait_and_too_many_of_them_are_hung_up_on() -> None:
    refused = Refused(pause=60, most_waiting=2)
    waiting = [asyncio.create_task(refused.wait()) for _ in range(2)]
    await asyncio.sleep(0)

    assert await refused.wait() == {"connection": "close"}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert refused._waiting == 0


async def test_operations_on_a_socket_count_and_are_refused_alike(
    database: Database, database_url: str, redis_url: str
) -> None:
    await open_desk(database)
    async with live_server(database_url, redis_url, requests_per_viewer=2) as server:
        email = "ann@acme.example"
        async with server.watch(email, "subscription { viewerEvents { __typename } }") as watcher:
            for number in (2, 3):
                payload = {"query": "{ viewer { user { name } } }"}
                message = {"type": "subscribe", "id": str(number), "payload": payload}
                await watcher.socket.send(orjson.dumps(message).decode())
            said = [orjson.loads(await watcher.socket.recv()) for _ in range(3)]

    [refused] = [each for each in said if each["type"] == "error"]
    assert refused["id"] == "3"
    assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_other_addresses_are_limited_by_the_address_of_who_asks(
    database_url: str, redis_url: str
) -> None:
    async with (
        live_server(database_url, redis_url, requests_per_address=2) as server,
        httpx.AsyncClient(base_url=server.url) as client,
    ):
        answers = [await client.get("/l/nothing") for _ in range(3)]
        ready = await client.get("/healthz")

    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert ready.status_code == 200


async def test_a_statement_that_takes_too_long_is_ended_by_the_server(database_url: str) -> None:
    database = await open_database(database_url, statement_seconds=0.05)
    try:
        async with database.connection() as connection:
            with pytest.raises(asyncpg.QueryCanceledError):
                await connection.execute("SELECT pg_sleep(30)")
            assert await connection.fetchval("SELECT 1") == 1
    finally:
        await database.close()


async def test_who_waits_too_long_for_a_connection_is_told(database_url: str) -> None:
    database = await open_database(database_url, max_size=1, acquire_seconds=0.05)
    try:
        async with database.connection():
            with pytest.raises(DatabaseBusy, match=r"within 0\.05 s"):
                async with database.connection():
                    pass
    finally:
        await database.close()
