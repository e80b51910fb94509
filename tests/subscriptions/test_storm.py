"""Everybody comes back at once, to a server with few connections to its database."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import httpx

from graph.app import create_app
from localmessages.auth import issue_token
from localmessages.settings import Settings
from tests.subscriptions.sockets import hear, open_socket, run, served
from tests.support.desk import open_desk

SECRET = "a secret of this test alone, long enough"
SOCKETS = 150
INBOX = """
subscription ($after: Cursor) {
  inboxEvents(after: $after) { cursor ... on TimelineEntryAdded { entry { ... on Message { body } } } }
}
"""


async def test_all_who_come_back_at_once_are_told_what_they_missed(database, database_url, redis_url):
    desk = await open_desk(database)
    person = (await desk.actor("owner")).user_id
    assert person
    token, _ = issue_token(SECRET, desk.tenant_id, person, now=datetime.now(UTC))
    authorization = {"Authorization": f"Bearer {token}"}
    settings = Settings(
        database_url=database_url,
        redis_url=redis_url,
        secret_key=SECRET,
        graphiql=False,
        pool_max_size=3,
        subscriptions_at_once=2,
        sockets_per_viewer=SOCKETS,
    )
    async with (
        served(create_app(settings), lifespan=True) as address,
        httpx.AsyncClient(base_url=f"http://{address}", headers=authorization, timeout=15) as client,
        AsyncExitStack() as stack,
    ):

        async def ask():
            answer = await client.post("/graphql", json={"query": "{ eventCursor }"})
            return answer.json()["data"]["eventCursor"]

        cursor = await ask()
        missed = [f"Text {number}" for number in range(5)]
        for body in missed:
            await desk.receive(body)
        sockets = [
            await stack.enter_async_context(open_socket(f"ws://{address}/graphql", authorization))
            for _ in range(SOCKETS)
        ]

        async def come_back(socket):
            await run(socket, "1", INBOX, variables={"after": cursor})
            return [await body_of(socket) for _ in missed]

        told = asyncio.gather(*(come_back(socket) for socket in sockets))
        # Whoever is at work meanwhile is answered too.
        asked = 0
        while not told.done():
            assert await ask()
            asked += 1
        assert await told == [missed] * SOCKETS
        assert asked


async def body_of(socket):
    message = await hear(socket)
    assert message["type"] == "next", message
    return message["payload"]["data"]["inboxEvents"]["entry"]["body"]
