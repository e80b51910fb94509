"""Documents that are sent by name: trusted ones, and automatic persisted queries."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Route

from graph.document_store import DocumentStore
from graph.execution import Engine
from graph.persisted import BadDocuments, Persisted, read_documents
from graph.schema import schema
from graph.view import GraphQLView
from models.database import Database
from tests.subscriptions.sockets import hear, open_socket, say
from tests.support.desk import open_desk
from tests.support.live_server import live_server

TEXT = "query Hello { __typename }"
TRUSTED = {"sha256:aa": TEXT, "sha256:bb": "mutation Bye { __typename }"}
GRAPHQL = {"accept": "application/graphql-response+json"}


class Somebody:
    """Who has signed in."""

    bearer = "somebody"


async def signed_in(connection: HTTPConnection) -> Any:
    return Somebody() if "authorization" in connection.headers else None


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[DocumentStore]:
    store = DocumentStore(redis_url, most=3)
    yield store
    await store.close()


def client_of(persisted: Persisted) -> httpx.AsyncClient:
    view = GraphQLView(Engine(schema.core), signed_in, persisted=persisted)
    app = Starlette(routes=[Route("/graphql", view)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=GRAPHQL)


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def extensions(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hashed(text)}}


async def post(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await client.post("/graphql", json=body, headers={"authorization": "x"})


def code(response: httpx.Response) -> str:
    [error] = response.json()["errors"]
    return str(error["extensions"]["code"])


async def test_a_trusted_document_is_run_by_its_id() -> None:
    async with client_of(Persisted(TRUSTED)) as client:
        posted = await post(client, documentId="sha256:aa")
        got = await client.get("/graphql", params={"documentId": "sha256:aa", "operationName": "Hello"})

    assert posted.json() == got.json() == {"data": {"__typename": "Query"}}


async def test_an_id_of_nothing_is_not_found() -> None:
    async with client_of(Persisted(TRUSTED)) as client:
        response = await post(client, documentId="sha256:cc")

    assert (response.status_code, code(response)) == (400, "PERSISTED_QUERY_NOT_FOUND")


async def test_a_get_may_not_change_by_an_id_either() -> None:
    async with client_of(Persisted(TRUSTED)) as client:
        response = await client.get("/graphql", params={"documentId": "sha256:bb"})

    assert response.status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": 1},
        {"documentId": "sha256:aa", "query": TEXT},
        {"documentId": None},
        {"extensions": {"persistedQuery": {}}},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "0" * 64}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "../../etc/passwd"}}},
        {"extensions": {"persistedQuery": [1]}},
        {"query": TEXT, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}},
    ],
)
async def test_what_is_no_name_is_a_bad_request(body: dict[str, Any]) -> None:
    async with client_of(Persisted(TRUSTED)) as client:
        response = await post(client, **body)

    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_where_only_trusted_documents_run_nothing_else_does(store: DocumentStore) -> None:
    other = "{ other: __typename }"
    async with client_of(Persisted(TRUSTED, only=True, store=store)) as client:
        by_id = await post(client, documentId="sha256:aa")
        by_text = await post(client, query=TEXT)
        free = await post(client, query=other)
        kept = await post(client, query=other, extensions=extensions(other))
        asked = await post(client, extensions=extensions(other))

    assert by_id.json() == by_text.json() == {"data": {"__typename": "Query"}}
    assert (free.status_code, code(free), code(kept)) == (403, "FORBIDDEN", "FORBIDDEN")
    assert code(asked) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_document_is_kept_for_who_sends_its_hash_from_then_on(
    store: DocumentStore, redis_url: str
) -> None:
    async with client_of(Persisted(store=store)) as client:
        unknown = await post(client, extensions=extensions(TEXT))
        sent = await post(client, query=TEXT, extensions=extensions(TEXT))
        known = await post(client, extensions=extensions(TEXT))
        got = await client.get("/graphql", params={"extensions": orjson.dumps(extensions(TEXT)).decode()})
    elsewhere = DocumentStore(redis_url)
    async with client_of(Persisted(store=elsewhere)) as client:
        there = await post(client, extensions=extensions(TEXT))
    await elsewhere.close()

    [error] = unknown.json()["errors"]
    assert (error["message"], code(unknown)) == ("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
    for response in (sent, known, got, there):
        assert response.json() == {"data": {"__typename": "Query"}}


async def test_the_hash_of_a_trusted_document_is_a_name_of_it_too() -> None:
    async with client_of(Persisted({f"sha256:{hashed(TEXT)}": TEXT}, only=True)) as client:
        response = await post(client, extensions=extensions(TEXT))

    assert response.json() == {"data": {"__typename": "Query"}}


async def test_nothing_is_kept_that_is_not_valid_or_within_the_limits(store: DocumentStore) -> None:
    broken, long = "{ nothing }", "{ " + "__typename " * 4_000 + "}"
    async with client_of(Persisted(store=store)) as client:
        for text in (broken, long):
            await post(client, query=text, extensions=extensions(text))
            assert code(await post(client, extensions=extensions(text))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_what_strangers_send_stays_in_the_process(store: DocumentStore) -> None:
    async with client_of(Persisted(store=store)) as client:
        await client.post("/graphql", json={"query": TEXT, "extensions": extensions(TEXT)})
        again = await client.post("/graphql", json={"extensions": extensions(TEXT)})

    assert again.json() == {"data": {"__typename": "Query"}}
    assert await store.get(hashed(TEXT)) is None


async def test_the_documents_used_longest_ago_make_room(store: DocumentStore) -> None:
    for number in range(5):
        await store.put(str(number), f"text {number}")

    kept = [await store.get(str(number)) for number in range(5)]
    assert sum(text is not None for text in kept) == 3
    assert kept[4] == "text 4"


async def test_a_process_keeps_no_more_than_it_may(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.persisted.MOST_CHARACTERS", 100)
    persisted = Persisted(store=store)
    for number in range(20):
        persisted._remember(str(number), "x" * 30)

    assert list(persisted._kept) == ["17", "18", "19"]


async def test_without_redis_clients_send_the_document_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = DocumentStore(f"redis://127.0.0.1:{silent.getsockname()[1]}")
        started = perf_counter()
        async with client_of(Persisted(store=store)) as client:
            unknown = await post(client, extensions=extensions(TEXT))
            sent = await post(client, query=TEXT, extensions=extensions(TEXT))
        await store.close()

    assert code(unknown) == "PERSISTED_QUERY_NOT_FOUND"
    assert sent.json() == {"data": {"__typename": "Query"}}
    assert perf_counter() - started < 5


async def test_sockets_take_names_too(
    database: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    await open_desk(database)
    file = tmp_path / "documents.json"
    file.write_bytes(
        orjson.dumps({"sha256:aa": "subscription Live { viewerEvents { __typename } }", **TRUSTED})
    )
    async with live_server(
        database_url, redis_url, trusted_documents=file, trusted_documents_only=True
    ) as server:
        token = await server.token("ann@acme.example")
        address = server.url.replace("http", "ws", 1) + "/graphql"
        async with open_socket(address, {"Authorization": f"Bearer {token}"}) as socket_:
            await say(socket_, {"type": "subscribe", "id": "1", "payload": {"documentId": "sha256:bb"}})
            answers = [await hear(socket_), await hear(socket_)]
            await say(socket_, {"type": "subscribe", "id": "2", "payload": {"documentId": "sha256:cc"}})
            unknown = await hear(socket_)
            await say(socket_, {"type": "subscribe", "id": "3", "payload": {"query": "{ __typename }"}})
            free = await hear(socket_)

    assert answers[0]["payload"] == {"data": {"__typename": "Mutation"}}
    assert unknown["payload"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert free["payload"][0]["extensions"]["code"] == "FORBIDDEN"


def test_documents_are_read_with_or_without_the_name_of_the_hash(tmp_path: Path) -> None:
    file = tmp_path / "documents.json"
    file.write_text('{"sha256:aa": "{ a }", "bb": "{ b }"}')

    assert read_documents(file) == {"sha256:aa": "{ a }", "sha256:bb": "{ b }"}
    assert read_documents(tmp_path / "none.json") == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', "null"])
def test_a_file_of_something_else_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "documents.json"
    file.write_text(text)

    with pytest.raises(BadDocuments, match="Build the console again"):
        read_documents(file)
