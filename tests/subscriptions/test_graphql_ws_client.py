"""Our socket and the client that the protocol comes from: the package graphql-ws, run by Node."""

import asyncio
import json
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import strawberry

from graph.errors import unauthenticated
from graph.execution import Engine
from subscriptions.limits import SocketLimits
from subscriptions.protocol import GraphQLSocket
from subscriptions.sockets import Sockets
from subscriptions.websocket import Patience
from tests.subscriptions.sockets import served, until
from tests.support.node import installed, node_environment
from tests.support.waiting import eventually

CLIENT = Path(__file__).parent / "graphql_ws_client"


class Context:
    bearer = None
    seconds_left = None
    groups = None

    def __init__(self, who: str | None) -> None:
        self.who = who

    async def begin(self):
        pass

    def forget(self):
        pass

    def fork(self):
        return self


async def open_context(connection, authorization):
    if authorization == "Bearer nobody":
        raise unauthenticated()
    return Context(authorization)


@strawberry.type
class Query:
    @strawberry.field
    def who(self, info: strawberry.Info[Context, None]) -> str | None:
        return info.context.who

    @strawberry.field
    def bug(self) -> int:
        raise RuntimeError("secret")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def shout(self, text: str) -> str:
        return text.upper()


# The subscriptions that go on.
running: set[str] = set()


@strawberry.type
class Tick:
    number: int


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self, name: str = "", to: int = 3) -> AsyncGenerator[Tick, None]:
        running.add(name)
        try:
            for number in range(1, to + 1):
                yield Tick(number=number)
            if to == 0:
                await asyncio.Event().wait()
        finally:
            running.discard(name)

    @strawberry.subscription
    async def fails(self, how: str) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError(how)

    @strawberry.subscription
    async def greets(self) -> AsyncGenerator[int, None]:
        yield 1
        await asyncio.Event().wait()


schema = strawberry.Schema(Query, Mutation, Subscription)


@pytest.fixture(scope="session")
def node():
    environment = node_environment()
    installed(CLIENT, environment)
    return environment


@pytest.fixture
def sockets():
    return Sockets(100)


@pytest.fixture
async def address(sockets):
    app = GraphQLSocket(Engine(schema._schema), open_context, sockets=sockets)
    async with served(
        app, patience=Patience(close_seconds=0.5), ws_ping_interval=0.3, ws_ping_timeout=0.7
    ) as address:
        yield address


@asynccontextmanager
async def client(node, address, scenario, *more):
    """The process of a client."""
    process = await asyncio.create_subprocess_exec(
        "node",
        "client.js",
        f"ws://{address}/graphql",
        scenario,
        *more,
        cwd=CLIENT,
        env=node,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def result(process) -> dict[str, Any]:
    """What it saw, when it has ended."""
    said, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    seen: dict[str, Any] = json.loads(said)
    return seen


async def played(node, address, scenario, *more):
    async with client(node, address, scenario, *more) as process:
        return await result(process)


async def test_it_asks_changes_and_subscribes_side_by_side(node, address):
    seen = await played(node, address, "operations")

    assert seen["query"] == [{"data": {"who": "Bearer ada"}}]
    assert seen["mutation"] == [{"data": {"shout": "HÉ"}}]
    assert seen["subscription"] == [{"data": {"ticks": {"number": number}}} for number in (1, 2, 3)]
    assert seen["counts"] == [1, 2, 3, 4] * 5


async def test_it_is_told_what_is_refused_and_goes_on(node, address):
    seen = await played(node, address, "refusals")

    assert seen["broken"] == {"failed": ["GRAPHQL_PARSE_FAILED"]}
    assert seen["unknown"] == {"failed": ["GRAPHQL_VALIDATION_FAILED"]}
    assert seen["masked"][0]["data"] is None
    assert seen["failing"][0] == {"data": {"fails": 1}}
    assert seen["failing"][1]["errors"]
    assert "secret" not in json.dumps(seen)
    assert seen["after"] == [{"data": {"who": None}}]
    assert seen["connected"] >= 1


async def test_it_leaves_a_subscription_that_goes_on(node, address):
    seen = await played(node, address, "leaving")

    assert seen["taken"] == [1, 2, 3]
    assert seen["after"] == [{"data": {"who": None}}]
    assert [code for code, _ in seen["closed"]] == [1000]
    await until(lambda: not running)


async def test_it_is_forbidden_without_a_good_token(node, address):
    seen = await played(node, address, "forbidden")

    assert seen["failed"][0] == 4403
    assert seen["closed"] == [seen["failed"]]


async def test_its_pings_are_answered(node, address):
    assert (await played(node, address, "pings"))["pongs"] == 3


@pytest.mark.parametrize(
    ("code", "reason", "comes_again"),
    [
        (4400, "Invalid message", False),
        (4401, "Unauthorized", False),
        (4403, "Sign in first", True),
        (4406, "Speak graphql-transport-ws", False),
        (4408, "Connection initialisation timeout", True),
        (4409, "already exists", False),
        (4429, "Too many initialisation requests", False),
        (1009, "", False),
    ],
)
async def test_it_understands_each_code_that_it_is_closed_with(node, code, reason, comes_again):
    app = GraphQLSocket(Engine(schema._schema), open_context, limits=SocketLimits(init_seconds=0.5))
    async with served(app, ws_max_size=200_000) as address:
        seen = await played(node, address, "closing", str(code))

    assert seen["closed"][0][0] == code
    assert reason in seen["closed"][0][1]
    assert seen.get("again", False) is comes_again


async def test_it_comes_back_after_a_restart_of_the_server(node, address, sockets):
    async with client(node, address, "returning") as process:
        await eventually(lambda: _subscribed(process))
        await sockets.drain(0, 0)
        sockets.is_draining = False

        seen = await result(process)
    assert seen["numbers"] == [1, 1]
    assert seen["closed"][0][0] == 1012


async def test_it_comes_back_after_it_was_frozen(node, address, sockets):
    async with client(node, address, "returning") as process:
        await eventually(lambda: _subscribed(process))
        process.send_signal(signal.SIGSTOP)
        await until(lambda: not sockets)
        process.send_signal(signal.SIGCONT)

        seen = await result(process)
    assert seen["numbers"] == [1, 1]
    assert seen["closed"][0] == [4499, "Does not answer"]


async def _subscribed(process) -> bytes:
    line: bytes = await asyncio.wait_for(process.stderr.readline(), 30)
    return line
