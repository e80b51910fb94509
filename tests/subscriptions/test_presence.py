"""Who else is in a conversation, at two servers that share a Redis."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
import redis
from websockets.asyncio.client import ClientConnection

import subscriptions.presence
from graph.app import create_app
from graph.ids import global_id
from localmessages.actions.conversations import add_note
from localmessages.auth import issue_token
from localmessages.settings import Settings
from tests.subscriptions.sockets import hear, open_socket, run, served
from tests.support.desk import Desk, open_desk
from tests.support.waiting import eventually

SECRET = "a secret of this test alone, long enough"
PRESENCE = "presence { user { name } state since }"
WATCH = f"""
subscription ($id: ID!, $after: Cursor) {{
  conversationEvents(id: $id, after: $after) {{
    __typename cursor at ... on PresenceChanged {{ {PRESENCE} }}
  }}
}}
"""
LOOK = f"query ($id: ID!) {{ eventCursor conversation(id: $id) {{ {PRESENCE} }} }}"
TYPE = f"""
mutation ($id: ID!, $typing: Boolean!) {{
  setTyping(input: {{conversationId: $id, typing: $typing}}) {{ {PRESENCE} userErrors {{ code }} }}
}}
"""


@dataclass
class Company:
    """A conversation, and the addresses of two servers."""

    desk: Desk
    id: str
    here: str
    there: str

    async def token(self, name: str) -> dict[str, str]:
        person = (await self.desk.actor(name)).user_id
        assert person
        token, _ = issue_token(SECRET, self.desk.tenant_id, person, now=datetime.now(UTC))
        return {"Authorization": f"Bearer {token}"}

    async def ask(self, name: str, query: str, **variables: Any) -> Any:
        async with httpx.AsyncClient(headers=await self.token(name), timeout=15) as client:
            question = {"query": query, "variables": {"id": self.id, **variables}}
            answer = (await client.post(f"http://{self.here}/graphql", json=question)).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def seen_by(self, name: str) -> list[tuple[str, str]]:
        return states((await self.ask(name, LOOK))["conversation"])

    async def type(self, name: str, typing: bool = True) -> Any:
        return (await self.ask(name, TYPE, typing=typing))["setTyping"]

    @asynccontextmanager
    async def watching(self, name: str, *, at: str = "", **more: Any):
        """Somebody who has the conversation open; gives their events."""
        async with open_socket(f"ws://{at or self.there}/graphql", await self.token(name)) as socket:
            await run(socket, "1", WATCH, variables={"id": self.id, **more})
            yield Events(socket)


class Events:
    """What somebody is told of a conversation."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def next(self) -> Any:
        message = await hear(self.socket)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]["conversationEvents"]

    async def presence(self) -> list[tuple[str, str]]:
        event = await self.next()
        assert event["__typename"] == "PresenceChanged"
        return states(event)


def states(holder: Any) -> list[tuple[str, str]]:
    return [(each["user"]["name"].split()[0], each["state"]) for each in holder["presence"]]


@pytest.fixture
async def company(database, database_url, redis_url):
    desk = await open_desk(database)
    received = await desk.receive("Hello")
    settings = Settings(database_url=database_url, redis_url=redis_url, secret_key=SECRET, graphiql=False)
    async with AsyncExitStack() as stack:
        here, there = [
            await stack.enter_async_context(served(create_app(settings), lifespan=True)) for _ in range(2)
        ]
        for address in (here, there):
            await eventually(partial(is_ready, address))
        yield Company(desk, global_id("Conversation", received.conversation_id), here, there)


async def is_ready(address):
    """Whether a server has found Redis too."""
    async with httpx.AsyncClient() as client:
        return (await client.get(f"http://{address}/readyz")).json() == {"ready": True, "degraded": []}


async def names(company):
    people = (await company.desk.catalogue()).people.values()
    return {person.external_id: person.name.split()[0] for person in people}


async def test_who_has_a_conversation_open_is_seen_by_the_others(company):
    name = await names(company)
    async with company.watching("owner", at=company.here) as owner:
        assert await owner.presence() == []
        async with company.watching("ann") as ann:
            assert await ann.presence() == [(name["owner"], "VIEWING")]
            assert await owner.presence() == [(name["ann"], "VIEWING")]
            assert await company.seen_by("owner") == [(name["ann"], "VIEWING")]
            assert await company.seen_by("ann") == [(name["owner"], "VIEWING")]

        assert await owner.presence() == []


async def test_who_types_is_seen_typing_until_they_stop(company):
    name = await names(company)
    async with company.watching("owner") as owner:
        assert await owner.presence() == []
        async with company.watching("ann", at=company.here) as ann:
            assert await ann.presence() == [(name["owner"], "VIEWING")]
            assert await owner.presence() == [(name["ann"], "VIEWING")]

            typed = await company.type("ann")
            assert states(typed) == [(name["owner"], "VIEWING")]
            assert typed["userErrors"] == []
            assert await owner.presence() == [(name["ann"], "TYPING")]
            await company.type("ann", typing=False)
            assert await owner.presence() == [(name["ann"], "VIEWING")]


async def test_typing_is_forgotten_unless_it_is_repeated(company, monkeypatch):
    monkeypatch.setattr(subscriptions.presence, "TYPING_LASTS", timedelta(seconds=1.5))
    name = await names(company)
    async with company.watching("owner") as owner:
        assert await owner.presence() == []
        await company.type("ann")
        assert await owner.presence() == [(name["ann"], "TYPING")]

        assert await owner.presence() == []
    assert await company.seen_by("owner") == []


async def test_repeated_typing_changes_nothing_and_keeps_its_beginning(company):
    await company.type("ann")
    (before,) = (await company.ask("owner", LOOK))["conversation"]["presence"]
    await company.type("ann")
    (after,) = (await company.ask("owner", LOOK))["conversation"]["presence"]

    assert before == after


async def test_who_is_gone_without_a_word_is_forgotten(company, monkeypatch):
    # Nothing is repeated within the test: as of a process that was killed.
    monkeypatch.setattr(subscriptions.presence, "VIEWING_LASTS", timedelta(seconds=1.5))
    name = await names(company)
    async with company.watching("owner") as owner:
        assert await owner.presence() == []
        async with company.watching("ann", at=company.here):
            assert await owner.presence() == [(name["ann"], "VIEWING")]
            assert await owner.presence() == []


async def test_who_stays_is_shown_again_and_again(company, monkeypatch):
    monkeypatch.setattr(subscriptions.presence, "VIEWING_LASTS", timedelta(seconds=2))
    monkeypatch.setattr(subscriptions.presence, "VIEWING_IS_REPEATED", timedelta(seconds=0.05))
    name = await names(company)
    async with company.watching("ann", at=company.here) as ann:
        await ann.presence()
        first = await company.ask("owner", LOOK)
        # Longer than one mark lasts.
        end = asyncio.get_running_loop().time() + 3
        while asyncio.get_running_loop().time() < end:
            assert await company.seen_by("owner") == [(name["ann"], "VIEWING")]
        assert (await company.ask("owner", LOOK))["conversation"] == first["conversation"]


async def test_one_person_in_two_windows_is_there_once_until_both_are_closed(company):
    name = await names(company)
    async with company.watching("owner") as owner:
        assert await owner.presence() == []
        async with company.watching("ann", at=company.here) as first:
            assert await first.presence()
            assert await owner.presence() == [(name["ann"], "VIEWING")]
            async with company.watching("ann") as second:
                assert await second.presence() == [(name["owner"], "VIEWING")]
            assert await company.seen_by("owner") == [(name["ann"], "VIEWING")]

        assert await owner.presence() == []


async def test_presence_is_in_no_log_and_moves_no_cursor(company):
    name = await names(company)
    before = await company.desk.value("SELECT sum(seq) FROM live_scope")
    cursor = (await company.ask("owner", LOOK))["eventCursor"]
    async with company.watching("owner", after=cursor) as owner:
        first = await owner.next()
        assert (first["__typename"], first["cursor"]) == ("PresenceChanged", cursor)
        await company.type("ann")
        typed = await owner.next()
        assert states(typed) == [(name["ann"], "TYPING")]
        assert typed["cursor"] == cursor
        assert await company.desk.value("SELECT sum(seq) FROM live_scope") == before

        actor = await company.desk.actor("ann")
        await add_note(actor, (await company.desk.row("SELECT id FROM conversation"))["id"], "A note.")
        told = await owner.next()
        assert told["__typename"] == "TimelineEntryAdded"
        await company.type("ann", typing=False)
        assert (await owner.next())["cursor"] == told["cursor"] != cursor


async def test_after_a_gap_the_state_is_sent_anew(company):
    cursor = (await company.ask("owner", LOOK))["eventCursor"]
    for _ in range(2):
        async with company.watching("owner", after=cursor) as owner:
            assert await owner.presence() == []


async def test_nobody_is_seen_where_the_viewer_may_not_look(company):
    async with company.watching("ann") as ann:
        await ann.presence()
        assert (await company.ask("bob", LOOK))["conversation"] is None
        assert await company.type("bob") == {"presence": None, "userErrors": [{"code": "NOT_FOUND"}]}
    assert await company.seen_by("owner") == []


async def test_who_may_only_look_does_not_type(company):
    async with company.desk.services.transaction() as tx:
        await tx.connection.execute(
            "UPDATE membership SET role = 'VIEWER' WHERE user_id = $1",
            (await company.desk.actor("ann")).user_id,
        )
        await tx.connection.execute("UPDATE live_scope SET seq = seq + 1 WHERE kind = 'TENANT'")

    assert await company.type("ann") == {"presence": None, "userErrors": [{"code": "NOT_ALLOWED"}]}


async def test_without_redis_nobody_is_there_and_all_else_works(database, database_url):
    desk = await open_desk(database)
    received = await desk.receive("Hello")
    settings = Settings(
        database_url=database_url, redis_url="unix:///nowhere/redis.sock", secret_key=SECRET, graphiql=False
    )
    async with served(create_app(settings), lifespan=True) as here:
        company = Company(desk, global_id("Conversation", received.conversation_id), here, here)
        async with company.watching("owner") as owner:
            assert await owner.presence() == []
            assert await company.type("ann") == {"presence": [], "userErrors": []}
            assert await company.seen_by("owner") == []
            await desk.receive("Is anybody there?")

            assert (await owner.next())["__typename"] == "TimelineEntryAdded"


async def test_a_redis_that_has_forgotten_everybody_is_told_again(company, redis_url, monkeypatch):
    monkeypatch.setattr(subscriptions.presence, "VIEWING_IS_REPEATED", timedelta(seconds=0.05))
    async with company.watching("ann") as ann:
        await ann.presence()
        with redis.Redis.from_url(redis_url) as client:
            client.flushall()

        await eventually(lambda: company.seen_by("owner"))
