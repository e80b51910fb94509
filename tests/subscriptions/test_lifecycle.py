"""How sockets begin and end: limits, pages of other sites, tokens that end, a server that restarts."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import uuid4

import pytest
import strawberry
from websockets.asyncio.client import connect

from graph.errors import unauthenticated
from graph.execution import Engine
from localmessages.auth import Bearer
from models.database import DatabaseBusy
from subscriptions.admission import Admission
from subscriptions.limits import SocketLimits
from subscriptions.protocol import GraphQLSocket
from subscriptions.sockets import Sockets
from tests.subscriptions.sockets import SPOKEN, closed, hear, open_socket, run, say, served, until

TENANT = uuid4()
ADA = {"Authorization": "Bearer ada"}
BOB = {"Authorization": "Bearer bob"}


class People:
    """Those who have a token, and until when it counts; whether the database answers who begins."""

    def __init__(self):
        self.bearers = {}
        self.begun = []
        self.may_begin = asyncio.Event()
        self.may_begin.set()
        self.is_away = False
        for name in ("ada", "bob"):
            self.issue(name, timedelta(hours=1))

    def issue(self, name, lasts):
        ends = datetime.now(UTC) + lasts
        self.bearers[f"Bearer {name}"] = Bearer(TENANT, uuid4(), ends)

    async def open_context(self, connection, authorization):
        if authorization is not None and authorization not in self.bearers:
            raise unauthenticated()
        return Context(self, self.bearers.get(authorization))


class Context:
    groups = None

    def __init__(self, people, bearer):
        self.people = people
        self.bearer = bearer

    @property
    def seconds_left(self):
        return None if self.bearer is None else (self.bearer.expires_at - datetime.now(UTC)).total_seconds()

    async def begin(self):
        self.people.begun.append(self)
        await self.people.may_begin.wait()
        if self.people.is_away:
            raise DatabaseBusy

    def forget(self):
        pass

    def fork(self):
        return self


@strawberry.type
class Query:
    @strawberry.field
    def fine(self) -> bool:
        return True

    @strawberry.field
    def secret(self) -> str:
        raise unauthenticated("Nobody knows you any more.")


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def once(self) -> AsyncGenerator[int, None]:
        yield 1


schema = strawberry.Schema(Query, subscription=Subscription)


@pytest.fixture
def people():
    return People()


@pytest.fixture
async def serve(people):
    """Serves sockets; gives the address."""
    async with AsyncExitStack() as stack:

        async def start(limits=None, **more):
            app = GraphQLSocket(Engine(schema._schema), people.open_context, limits=limits, **more)
            address = await stack.enter_async_context(served(app))
            return f"ws://{address}/graphql"

        yield start


async def test_more_messages_than_a_client_may_send_end_the_socket(serve):
    async with open_socket(await serve(SocketLimits(messages=3))) as socket:
        for _ in range(3):
            await say(socket, {"type": "pong"})

        assert await closed(socket) == (4429, "Too many messages: at most 3 in 10 seconds")


async def test_messages_are_counted_anew_after_a_while(serve):
    async with open_socket(await serve(SocketLimits(messages=2, messages_seconds=0.05))) as socket:
        for _ in range(10):
            await asyncio.sleep(0.06)
            await say(socket, {"type": "ping"})
            assert await hear(socket) == {"type": "pong"}


async def test_a_viewer_has_so_many_sockets_and_no_more(serve):
    url = await serve(SocketLimits(sockets=2))
    async with open_socket(url, ADA), open_socket(url, BOB):
        async with open_socket(url, ADA), connect(url, subprotocols=SPOKEN) as third:
            await say(third, {"type": "connection_init", "payload": ADA})
            assert await closed(third) == (4429, "Too many sockets: at most 2 at a time")

        async with open_socket(url, ADA) as again:
            await run(again, "1", "{ fine }")
            assert (await hear(again))["type"] == "next"


async def test_an_address_has_so_many_sockets_on_which_nobody_signed_in(serve):
    url = await serve(SocketLimits(sockets=1))
    async with open_socket(url), open_socket(url, ADA), connect(url, subprotocols=SPOKEN) as second:
        await say(second, {"type": "connection_init"})
        assert (await closed(second))[0] == 4429


async def test_an_idle_socket_ends_with_its_token(serve, people):
    people.issue("ada", timedelta(seconds=0.5))
    url = await serve()
    async with open_socket(url, ADA) as mortal, open_socket(url, BOB) as other:
        assert await closed(mortal) == (4403, "The token has expired. Sign in again.")

        await run(other, "1", "{ fine }")
        assert (await hear(other))["type"] == "next"


async def test_a_query_that_finds_out_that_nobody_knows_the_viewer_ends_the_socket(serve):
    async with open_socket(await serve(), ADA) as socket:
        await run(socket, "1", "{ secret }")

        assert await closed(socket) == (4403, "Nobody knows you any more.")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1", "https://example.com:8443"]
)
async def test_a_page_of_another_site_gets_nowhere_by_what_the_browser_adds(serve, origin):
    url = await serve(url="https://example.com")
    headers = {"Authorization": "Bearer ada", "Cookie": "session=ada"}
    async with connect(url, subprotocols=SPOKEN, origin=origin, additional_headers=headers) as socket:
        await say(socket, {"type": "connection_init"})

        assert (await closed(socket))[0] == 4403


async def test_a_page_of_another_site_may_send_a_token(serve):
    async with open_socket(await serve(), ADA, origin="https://partner.example") as socket:
        await run(socket, "1", "{ fine }")

        assert (await hear(socket))["type"] == "next"


@pytest.mark.parametrize("origin", [None, "https://example.com", "the address"])
async def test_our_own_pages_and_programs_need_no_token_in_the_payload(serve, origin):
    url = await serve(url="https://example.com/")
    own = "http://" + url.removeprefix("ws://").removesuffix("/graphql")
    more = {"additional_headers": {"Authorization": "Bearer ada"}}
    async with open_socket(url, origin=own if origin == "the address" else origin, **more) as socket:
        await run(socket, "1", "{ fine }")

        assert (await hear(socket))["type"] == "next"


async def test_a_draining_server_sends_everybody_away_one_after_another(serve):
    sockets = Sockets(100)
    url = await serve(sockets=sockets)
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(open_socket(url)) for _ in range(20)]
        ended = []

        async def end(client):
            ended.append((await closed(client), monotonic()))

        ends = [asyncio.create_task(end(client)) for client in clients]
        await sockets.drain(0, 1)
        await asyncio.gather(*ends)

        assert {code for (code, _), _ in ended} == {1012}
        times = sorted(at for _, at in ended)
        assert times[-1] - times[0] > 0.5
        async with connect(url, subprotocols=SPOKEN) as late:
            assert (await closed(late))[0] == 1012
    await until(lambda: not sockets)


async def test_before_the_first_socket_is_sent_away_the_balancer_may_notice(serve):
    sockets = Sockets(100)
    async with open_socket(await serve(sockets=sockets)) as socket:
        draining = asyncio.create_task(sockets.drain(0.3, 0))
        await until(lambda: sockets.is_draining)
        await run(socket, "1", "{ fine }")
        assert [(await hear(socket))["type"] for _ in range(2)] == ["next", "complete"]

        assert (await closed(socket))[0] == 1012
        await draining


async def test_of_those_who_come_back_at_once_a_few_begin_and_the_others_wait_in_order(serve, people):
    people.may_begin.clear()
    url = await serve(admission=Admission(3))
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(open_socket(url)) for _ in range(12)]
        for client in clients:
            await run(client, "1", "subscription { once }")
        await until(lambda: len(people.begun) == 3)
        # Who is waiting disturbs nobody: a question is answered at once.
        async with open_socket(url) as other:
            await run(other, "1", "{ fine }")
            assert (await hear(other))["payload"] == {"data": {"fine": True}}
        assert len(people.begun) == 3

        people.may_begin.set()
        for client in clients:
            assert (await hear(client))["payload"] == {"data": {"once": 1}}


async def test_who_leaves_the_queue_holds_nobody_up(serve, people):
    people.may_begin.clear()
    url = await serve(admission=Admission(1))
    async with open_socket(url) as first, open_socket(url) as last:
        async with open_socket(url) as second:
            for client in (first, second):
                await run(client, "1", "subscription { once }")
            await until(lambda: len(people.begun) == 1)
        await say(first, {"type": "complete", "id": "1"})
        await run(last, "1", "subscription { once }")
        people.may_begin.set()

        assert (await hear(last))["payload"] == {"data": {"once": 1}}


async def test_a_subscription_waits_for_a_database_that_is_away(serve, people):
    people.is_away = True
    async with open_socket(await serve()) as socket:
        await run(socket, "1", "subscription { once }")
        await until(lambda: len(people.begun) > 1)
        people.is_away = False

        assert (await hear(socket))["payload"] == {"data": {"once": 1}}
