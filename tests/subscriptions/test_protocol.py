"""`graphql-transport-ws` message by message, over a real socket."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
import strawberry
from graphql import GraphQLError
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from graph.errors import unauthenticated
from graph.execution import Engine
from localmessages.auth import Bearer
from subscriptions.limits import SocketLimits
from subscriptions.protocol import GraphQLSocket
from tests.subscriptions.sockets import SPOKEN, closed, hear, open_socket, run, say, served, until

# Those who have a token with an end.
BEARERS: dict[str | None, Bearer] = {}


class Context:
    """Who asks, until when, and the how manieth fork it is."""

    groups = None

    def __init__(self, who: str | None) -> None:
        self.who = who
        self.number = 0
        self.bearer = BEARERS.get(who)

    @property
    def seconds_left(self) -> float | None:
        return None if self.bearer is None else (self.bearer.expires_at - datetime.now(UTC)).total_seconds()

    async def begin(self) -> None:
        pass

    def forget(self) -> None:
        pass

    def fork(self) -> "Context":
        fork = Context(self.who)
        fork.number = self.number = self.number + 1
        return fork


@strawberry.type
class Query:
    @strawberry.field
    def who(self, info: strawberry.Info[Context, None]) -> str | None:
        return info.context.who

    @strawberry.field
    async def never(self) -> int:
        await asyncio.Event().wait()
        return 1

    @strawberry.field
    def bug(self) -> int:
        raise RuntimeError("secret")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def shout(self, text: str) -> str:
        return text.upper()


# The subscriptions that have not been closed.
running: set[str] = set()


@strawberry.type
class Tick:
    number: int

    @strawberry.field
    def fork(self, info: strawberry.Info[Context, None]) -> int:
        return info.context.number


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self, name: str = "t", to: int = 3) -> AsyncGenerator[Tick, None]:
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
        raise {"token": unauthenticated(), "bug": RuntimeError("secret"), "no": GraphQLError("no")}[how]


schema = strawberry.Schema(Query, Mutation, Subscription)


async def open_context(connection, authorization):
    if authorization == "Bearer nobody":
        raise unauthenticated()
    return Context(authorization)


@pytest.fixture
async def serve():
    """Serves sockets; gives the address."""
    async with AsyncExitStack() as stack:

        async def start(limits=None, **more):
            app = GraphQLSocket(Engine(schema._schema), open_context, limits=limits, **more)
            address = await stack.enter_async_context(served(app))
            return f"ws://{address}/graphql"

        yield start


@pytest.fixture
async def socket(serve):
    async with open_socket(await serve()) as socket:
        yield socket


async def test_the_subprotocol_must_be_spoken(serve):
    url = await serve()

    for spoken in (None, [Subprotocol("graphql-ws")]):
        async with connect(url, subprotocols=spoken) as socket:
            assert (await closed(socket))[0] == 4406


async def test_a_query_and_a_mutation_answer_once_and_complete(socket):
    await run(socket, "q", "{ who }")
    assert await hear(socket) == {"type": "next", "id": "q", "payload": {"data": {"who": None}}}
    assert await hear(socket) == {"type": "complete", "id": "q"}

    document = "query A { who } mutation B($text: String!) { shout(text: $text) }"
    await run(socket, "m", document, operationName="B", variables={"text": "hé"}, extensions={"x": 1})
    assert await hear(socket) == {"type": "next", "id": "m", "payload": {"data": {"shout": "HÉ"}}}
    assert await hear(socket) == {"type": "complete", "id": "m"}


async def test_a_subscription_sends_each_event_in_a_context_of_its_own(socket):
    await run(socket, "s", "subscription { ticks { number fork } }")

    for number in (1, 2, 3):
        data = {"ticks": {"number": number, "fork": number}}
        assert await hear(socket) == {"type": "next", "id": "s", "payload": {"data": data}}
    assert await hear(socket) == {"type": "complete", "id": "s"}


async def test_operations_run_side_by_side(socket):
    await run(socket, "waits", "{ never }")
    await run(socket, "s", 'subscription { ticks(name: "waits", to: 0) { number } }')
    await run(socket, "q", "{ who }")

    assert (await hear(socket))["id"] == "q"


async def test_an_id_is_free_as_soon_as_its_operation_completes(socket):
    for _ in range(20):
        await run(socket, "same", "{ who }")
        assert (await hear(socket))["type"] == "next"
        assert (await hear(socket))["type"] == "complete"


async def test_complete_stops_the_operation_and_frees_its_id_at_once(socket):
    await run(socket, "s", 'subscription { ticks(name: "stopped", to: 0) { number } }')
    await until(lambda: "stopped" in running)

    await say(socket, {"type": "complete", "id": "s"})
    await run(socket, "s", "{ who }")

    assert (await hear(socket))["payload"] == {"data": {"who": None}}
    await until(lambda: "stopped" not in running)


async def test_complete_of_an_unknown_id_is_ignored(socket):
    await say(socket, {"type": "complete", "id": "unknown"})
    await run(socket, "q", "{ who }")

    assert (await hear(socket))["id"] == "q"


async def test_closing_the_socket_stops_all_its_operations(serve):
    async with open_socket(await serve()) as socket:
        for name in ("one", "two"):
            await run(socket, name, f'subscription {{ ticks(name: "{name}", to: 0) {{ number }} }}')
        await until(lambda: {"one", "two"} <= running)

    await until(lambda: not running)


async def test_a_lost_connection_stops_all_its_operations(serve):
    async with open_socket(await serve()) as socket:
        await run(socket, "s", 'subscription { ticks(name: "lost", to: 0) { number } }')
        await until(lambda: "lost" in running)
        socket.transport.abort()

        await until(lambda: "lost" not in running)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": ""}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ unknown }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "subscription { unknown }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { who } query B { who }"}, "BAD_REQUEST"),
        ({"query": "query A { who }", "operationName": "C"}, "BAD_REQUEST"),
        ({"query": "mutation ($t: String!) { shout(text: $t) }", "variables": {"t": 1}}, "BAD_USER_INPUT"),
        ({"query": "mutation ($t: String!) { shout(text: $t) }", "variables": {"t": "\0"}}, "BAD_USER_INPUT"),
    ],
)
async def test_what_cannot_be_executed_is_an_error_and_the_socket_stays(socket, payload, code):
    await say(socket, {"type": "subscribe", "id": "e", "payload": payload})

    error = await hear(socket)
    assert (error["type"], error["id"]) == ("error", "e")
    assert [each["extensions"]["code"] for each in error["payload"]] == [code]

    await run(socket, "e", "{ who }")
    assert (await hear(socket))["type"] == "next"


async def test_an_error_of_a_resolver_comes_with_the_data_and_is_masked(socket):
    await run(socket, "q", "{ bug }")

    answer = await hear(socket)
    assert answer["type"] == "next"
    assert answer["payload"]["data"] is None
    assert "secret" not in json.dumps(answer)
    assert (await hear(socket))["type"] == "complete"


@pytest.mark.parametrize("how", ["bug", "no"])
async def test_a_subscription_that_fails_says_so_and_completes(socket, how):
    await run(socket, "s", f'subscription {{ fails(how: "{how}") }}')

    assert (await hear(socket))["payload"] == {"data": {"fails": 1}}
    answer = await hear(socket)
    assert answer["type"] == "next"
    assert answer["payload"]["errors"]
    assert "secret" not in json.dumps(answer)
    assert await hear(socket) == {"type": "complete", "id": "s"}


async def test_a_token_that_ends_closes_the_socket_of_its_bearer(serve):
    url = await serve()

    async with open_socket(url, {"Authorization": "Bearer ada"}) as socket:
        await run(socket, "s", 'subscription { fails(how: "token") }')
        assert (await closed(socket))[0] == 4403
    async with open_socket(url) as socket:
        await run(socket, "s", 'subscription { fails(how: "token") }')
        assert [(await hear(socket))["type"] for _ in range(3)] == ["next", "next", "complete"]


async def test_the_token_comes_in_the_payload_or_with_the_handshake(serve):
    url = await serve()
    headers = {"Authorization": "Bearer handshake"}

    async with open_socket(url, additional_headers=headers) as socket:
        await run(socket, "q", "{ who }")
        assert (await hear(socket))["payload"]["data"] == {"who": "Bearer handshake"}
    for name in ("Authorization", "authorization"):
        async with open_socket(url, {name: "Bearer ada"}, additional_headers=headers) as socket:
            await run(socket, "q", "{ who }")
            assert (await hear(socket))["payload"]["data"] == {"who": "Bearer ada"}


@pytest.mark.parametrize("authorization", ["Bearer nobody", 7, {}, ["Bearer ada"]])
async def test_a_token_that_is_none_is_forbidden(serve, authorization):
    async with connect(await serve(), subprotocols=SPOKEN) as socket:
        await say(socket, {"type": "connection_init", "payload": {"Authorization": authorization}})

        assert (await closed(socket))[0] == 4403


async def test_nothing_runs_before_the_acknowledgement(serve):
    async with connect(await serve(), subprotocols=SPOKEN) as socket:
        await run(socket, "q", "{ who }")

        assert await closed(socket) == (4401, "Unauthorized")


async def test_one_initialisation_is_enough(socket):
    await say(socket, {"type": "connection_init"})

    assert (await closed(socket))[0] == 4429


async def test_the_initialisation_must_come_in_time(serve):
    async with connect(await serve(SocketLimits(init_seconds=0.05)), subprotocols=SPOKEN) as socket:
        assert (await closed(socket))[0] == 4408


async def test_an_initialised_socket_outlives_the_time_limit(serve):
    url = await serve(SocketLimits(init_seconds=0.05))
    async with open_socket(url) as socket:
        async with connect(url, subprotocols=SPOKEN) as later:
            assert (await closed(later))[0] == 4408
        await run(socket, "q", "{ who }")

        assert (await hear(socket))["type"] == "next"


async def test_two_operations_of_one_id_are_too_many(socket):
    await run(socket, "same", "{ never }")
    await run(socket, "same", "{ who }")

    assert await closed(socket) == (4409, "Subscriber for same already exists")


async def test_a_long_id_fits_into_the_reason(socket):
    for _ in range(2):
        await run(socket, "é" * 400, "{ never }")

    code, reason = await closed(socket)
    assert code == 4409
    assert len(reason.encode()) <= 123


async def test_a_ping_is_answered_with_its_payload_also_before_the_initialisation(serve):
    async with connect(await serve(), subprotocols=SPOKEN) as socket:
        await say(socket, {"type": "ping"})
        assert await hear(socket) == {"type": "pong"}
        await say(socket, {"type": "ping", "payload": {"n": 1}})
        assert await hear(socket) == {"type": "pong", "payload": {"n": 1}}
        await say(socket, {"type": "pong"})
        await say(socket, {"type": "pong", "payload": {"n": 1}})
        await say(socket, {"type": "connection_init", "payload": None})
        assert await hear(socket) == {"type": "connection_ack"}


SUBSCRIBE = {"type": "subscribe", "id": "1", "payload": {"query": "{ who }"}}
MALFORMED: list[str | bytes] = [
    "",
    "nonsense",
    "[]",
    "null",
    "true",
    "7",
    "1e999",
    '"text"',
    "{}",
    "{",
    "[" * 100_000,
    '{"a":' * 5_000 + "1" + "}" * 5_000,
    '{"type":"ping","payload":{"a":"\\ud800"}}',
    '{"type":"subscribe","id":"\\udfff","payload":{"query":"{ who }"}}',
    '{"type":"ping","payload":NaN}',
    b'{"type":"ping"}',
    *(
        json.dumps(message)
        for message in (
            {"type": None},
            {"type": 7},
            {"type": ["ping"]},
            {"type": "start"},
            {"type": "next", "id": "1", "payload": {}},
            {"type": "connection_ack"},
            {"type": "connection_init", "payload": []},
            {"type": "connection_init", "payload": "Bearer ada"},
            {"type": "ping", "payload": 7},
            {"type": "pong", "payload": "x"},
            {"type": "complete"},
            {"type": "complete", "id": 1},
            {"type": "complete", "id": ""},
            {**SUBSCRIBE, "id": 1},
            {**SUBSCRIBE, "id": None},
            {**SUBSCRIBE, "id": ""},
            {**SUBSCRIBE, "id": "x" * 1_001},
            {**SUBSCRIBE, "payload": None},
            {**SUBSCRIBE, "payload": []},
            {**SUBSCRIBE, "payload": {}},
            {**SUBSCRIBE, "payload": {"query": None}},
            {**SUBSCRIBE, "payload": {"query": 7}},
            {**SUBSCRIBE, "payload": {"query": ["{ who }"]}},
            {**SUBSCRIBE, "payload": {"query": "{ who }", "operationName": 7}},
            {**SUBSCRIBE, "payload": {"query": "{ who }", "variables": []}},
            {**SUBSCRIBE, "payload": {"query": "{ who }", "variables": "x"}},
            {**SUBSCRIBE, "payload": {"query": "{ who }", "extensions": 7}},
        )
    ),
]


@pytest.mark.parametrize("is_acknowledged", [True, False])
async def test_a_malformed_message_closes_the_socket(serve, is_acknowledged):
    url = await serve()

    codes = {}
    for message in MALFORMED:
        async with open_socket(url) if is_acknowledged else connect(url, subprotocols=SPOKEN) as socket:
            await socket.send(message)
            codes[message], _ = await closed(socket)

    assert codes == dict.fromkeys(MALFORMED, 4400)


async def test_a_frame_that_is_too_long_closes_the_socket(serve):
    async with open_socket(await serve(SocketLimits(frame_bytes=1_000))) as socket:
        await say(socket, {"type": "ping", "payload": {"text": "x" * 900}})
        assert (await hear(socket))["type"] == "pong"
        await say(socket, {"type": "ping", "payload": {"text": "x" * 1_000}})

        assert (await closed(socket))[0] == 1009


async def test_an_operation_too_many_is_refused_with_the_limit(serve):
    async with open_socket(await serve(SocketLimits(operations=2))) as socket:
        for number in (1, 2, 3):
            await run(socket, str(number), "{ never }")

        error = await hear(socket)
        assert (error["type"], error["id"]) == ("error", "3")
        assert error["payload"][0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": 2, "value": 3}

        await say(socket, {"type": "complete", "id": "1"})
        await run(socket, "4", "{ who }")
        assert (await hear(socket))["id"] == "4"
