"""A program with an API key on the real API: over HTTP and at sockets, until the key is revoked."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from localmessages.replay import replay_lines
from tests.subscriptions.sockets import SPOKEN, closed, hear, open_socket, run, say
from tests.support.company import mutation_of
from tests.support.live_server import LiveServer, live_server
from tests.support.logs import COMPANY, encoded, inbound

OWNER = "olive@acme.example"
INBOX = "subscription { inboxEvents { __typename } }"


@pytest.fixture
async def server(database_url: str, redis_url: str) -> AsyncIterator[LiveServer]:
    async with live_server(database_url, redis_url) as server:
        await replay_lines(server.services, encoded([*COMPANY, inbound(0, "i1")]))
        yield server


async def make(server: LiveServer, *scopes: str) -> tuple[str, str]:
    """The secret and the id of a new key."""
    account = (await server.ask(OWNER, "{ viewer { account { id } } }"))["viewer"]["account"]["id"]
    given: dict[str, Any] = {"name": "A program", "accountId": account, "scopes": scopes}
    made = await server.ask(OWNER, mutation_of("createApiKey", "secret apiKey { id }"), input=given)
    return made["createApiKey"]["secret"], made["createApiKey"]["apiKey"]["id"]


async def post(server: LiveServer, secret: str, query: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {secret}", "accept": "application/graphql-response+json"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
        return await client.post("/graphql", json={"query": query})


def address(server: LiveServer) -> str:
    return server.url.replace("http", "ws", 1) + "/graphql"


async def test_over_http_the_status_says_what_is_wrong(server: LiveServer) -> None:
    secret, _ = await make(server, "REPORTS")

    good = await post(server, secret, "{ viewer { apiKey { scopes } } }")
    lacking = await post(server, secret, "{ conversations { nodes { id } } }")
    wrong = await post(server, secret[:-4] + "AAAA", "{ viewer { account { id } } }")

    assert (good.status_code, good.json()["data"]) == (200, {"viewer": {"apiKey": {"scopes": ["REPORTS"]}}})
    assert lacking.status_code == 403
    assert lacking.json()["errors"][0]["extensions"]["scopes"] == ["READ_CONVERSATIONS"]
    assert wrong.status_code == 401


async def test_a_key_watches_until_it_is_revoked(server: LiveServer) -> None:
    secret, key = await make(server, "READ_CONVERSATIONS")
    async with open_socket(address(server), {"Authorization": f"Bearer {secret}"}) as socket:
        await run(socket, "1", INBOX)
        await run(socket, "2", "{ viewer { apiKey { id } } }")
        assert (await hear(socket))["payload"] == {"data": {"viewer": {"apiKey": {"id": key}}}}

        await server.ask(OWNER, mutation_of("revokeApiKey", "apiKey { id }"), input={"apiKeyId": key})

        assert (await closed(socket))[0] == 4403


async def test_a_socket_that_does_nothing_closes_too(server: LiveServer) -> None:
    secret, key = await make(server, "READ_CONVERSATIONS")
    async with open_socket(address(server), {"Authorization": f"Bearer {secret}"}) as socket:
        await server.ask(OWNER, mutation_of("revokeApiKey", "apiKey { id }"), input={"apiKeyId": key})

        assert (await closed(socket))[0] == 4403


async def test_a_socket_does_not_open_with_a_wrong_key(server: LiveServer) -> None:
    secret, _ = await make(server, "REPORTS")
    async with connect(address(server), subprotocols=SPOKEN) as socket:
        await say(
            socket, {"type": "connection_init", "payload": {"Authorization": f"Bearer {secret[:-4]}AAAA"}}
        )

        assert await closed(socket) == (4403, "The API key is not valid, or was revoked.")


async def test_what_is_not_in_its_scopes_cannot_be_watched(server: LiveServer) -> None:
    secret, _ = await make(server, "REPORTS")
    async with open_socket(address(server), {"Authorization": f"Bearer {secret}"}) as socket:
        await run(socket, "1", INBOX)

        message = await hear(socket)

        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "FORBIDDEN")
