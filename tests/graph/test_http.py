"""GraphQL over HTTP: what is asked and answered, how, and with which status."""

import asyncio
import gzip
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import asyncpg
import orjson
import pytest
import strawberry
from graphql import get_introspection_query
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Route
from strawberry import Info

from graph.documents import Documents
from graph.errors import unauthenticated
from graph.execution import Engine
from graph.limits import Limits
from graph.request import GraphQLRequest
from graph.schema import schema
from graph.view import GraphQLView
from localmessages.reports.keyset import Page
from localmessages.rules.refusal import NotAllowed

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


async def nobody(connection: HTTPConnection) -> None:
    if connection.headers.get("authorization") == "Bearer expired":
        raise unauthenticated("The token has expired. Sign in again.")


def app_of(engine: Engine) -> Starlette:
    return Starlette(routes=[Route("/graphql", GraphQLView(engine, nobody, page="/graphiql/"))])


def client_of(engine: Engine) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app_of(engine)), base_url="http://test")


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with client_of(Engine(schema.core)) as client:
        yield client


async def post(client: AsyncClient, query: Any, *, accept: str = GRAPHQL, **more: Any) -> Response:
    return await client.post("/graphql", json={"query": query, **more}, headers={"accept": accept})


def codes(response: Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json()["errors"]]


async def test_a_query_is_answered_with_data(client: AsyncClient) -> None:
    response = await post(client, "{ __typename }")

    assert response.status_code == 200
    assert response.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_a_get_may_read(client: AsyncClient) -> None:
    parameters = {
        "query": "query A($a: Boolean!) { __typename @include(if: $a) }",
        "variables": '{"a": false}',
    }

    response = await client.get("/graphql", params={**parameters, "operationName": "A"})

    assert response.json() == {"data": {}}


async def test_a_get_may_not_change(client: AsyncClient) -> None:
    response = await client.get("/graphql", params={"query": "mutation { __typename }"})

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert "data" not in response.json()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_not_allowed(client: AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql", json={"query": "{ __typename }"})

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert codes(response) == ["BAD_REQUEST"]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON};q=0.5, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL};q=0.2, {JSON};q=0.8", JSON),
        (f"{JSON};q=0, */*", GRAPHQL),
        (f"{JSON.upper()}; charset=utf-8", JSON),
        ("text/html, */*;q=0.1", JSON),
    ],
)
async def test_the_answer_has_the_type_that_the_client_likes_best(
    client: AsyncClient, accept: str, media: str
) -> None:
    response = await post(client, "{ __typename }", accept=accept)

    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media}; charset=utf-8"


@pytest.mark.parametrize("accept", ["text/html", "text/event-stream", f"{JSON};q=0", "nonsense"])
async def test_a_client_that_takes_no_json_gets_406(client: AsyncClient, accept: str) -> None:
    response = await post(client, "{ __typename }", accept=accept)

    assert response.status_code == 406
    assert codes(response) == ["BAD_REQUEST"]


async def test_a_browser_is_shown_the_editor(client: AsyncClient) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

    response = await client.get("/graphql", headers={"accept": accept})

    assert response.status_code == 303
    assert response.headers["location"] == "/graphiql/"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ location }", "GRAPHQL_VALIDATION_FAILED"),
        ('{ conversations(first: "ten") { nodes { id } } }', "BAD_USER_INPUT"),
        ('{ conversation(id: "a\\u0000b") { id } }', "BAD_USER_INPUT"),
        ("{ users(filter: {statuses: [GONE]}) { totalCount } }", "BAD_USER_INPUT"),
        ("query A { __typename } query B { __typename }", "BAD_REQUEST"),
        ("fragment A on Query { __typename } { ...A } query B { ...A }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { viewerEvents { cursor } }", "BAD_REQUEST"),
    ],
)
async def test_a_bad_document_is_400_or_for_plain_json_200(
    client: AsyncClient, query: str, code: str
) -> None:
    strict, plain = await post(client, query), await post(client, query, accept=JSON)

    assert (strict.status_code, plain.status_code) == (400, 200)
    assert set(codes(strict)) == set(codes(plain)) == {code}
    assert "data" not in strict.json()
    assert "data" not in plain.json()


async def test_of_several_operations_the_named_one_runs(client: AsyncClient) -> None:
    query = "query A { a: __typename } query B { b: __typename }"

    named = await post(client, query, operationName="B")
    unknown = await post(client, query, operationName="C")

    assert named.json() == {"data": {"b": "Query"}}
    assert (unknown.status_code, codes(unknown)) == (400, ["BAD_REQUEST"])


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"until": None},
        {"until": 7},
        {"until": "2026-11-20T23:59:21"},
        {"until": "tomorrow"},
    ],
)
async def test_a_variable_of_the_wrong_type_is_bad_input(
    client: AsyncClient, variables: dict[str, Any]
) -> None:
    query = 'mutation ($until: DateTime!) { snoozeConversation(input: {conversationId: "a", until: $until})'

    response = await post(client, query + " { conversation { id } } }", variables=variables)

    assert response.status_code == 400
    assert codes(response) == ["BAD_USER_INPUT"]


async def test_two_members_of_a_one_of_are_bad_input(client: AsyncClient) -> None:
    query = "query ($window: WindowInput!) { locationsSummary(window: $window) { asOf } }"
    between = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}

    two = await post(client, query, variables={"window": {"last": "DAYS_7", "between": between}})
    none = await post(client, query, variables={"window": {}})

    assert codes(two) == codes(none) == ["BAD_USER_INPUT"]


async def test_nothing_is_suggested(client: AsyncClient) -> None:
    field = await post(client, "{ conversationz { nodes { id } } }")
    variable = await post(
        client,
        "query ($o: ConversationOrder!) { conversations(orderBy: $o) { nodes { id } } }",
        variables={"o": {"field": "LAST_ACTIVITY"}},
    )

    assert "Did you mean" not in field.text + variable.text
    assert (codes(field), codes(variable)) == (["GRAPHQL_VALIDATION_FAILED"], ["BAD_USER_INPUT"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"1",
        b'"x"',
        b"true",
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b"{}",
        b"{",
        b"\xff\xfe{}",
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        b"NaN",
        b"[" * 100_000,
        b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 30_000,
        b'{"query": ' + b"9" * 100_000 + b"}",
        b'{"query": null}',
        b'{"query": 1}',
        b'{"query": ["{ __typename }"]}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": "a"}',
        b'{"query": "{ __typename }", "operationName": 1}',
        b'{"query": "{ __typename }", "operationName": []}',
        b'{"query": "{ __typename }", "extensions": 1}',
        gzip.compress(b'{"query": "{ __typename }"}'),
    ],
    ids=range(25),
)
@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_a_malformed_request_is_400_with_an_error(
    client: AsyncClient, body: bytes, accept: str
) -> None:
    response = await client.post("/graphql", content=body, headers={"content-type": JSON, "accept": accept})

    assert response.status_code == 400
    assert codes(response) == ["BAD_REQUEST"]
    assert list(response.json()) == ["errors"]


@pytest.mark.parametrize("name", ["variables", "extensions"])
@pytest.mark.parametrize("value", ["{", "1", "[]", '"a"', "\udcff"])
async def test_a_malformed_get_is_400(client: AsyncClient, name: str, value: str) -> None:
    query = f"/graphql?query=%7B__typename%7D&{name}="

    response = await client.get(
        query + "".join(f"%{byte:02x}" for byte in value.encode(errors="surrogateescape"))
    )

    assert (response.status_code, codes(response)) == (400, ["BAD_REQUEST"])


async def test_a_huge_number_is_an_answer_too(client: AsyncClient) -> None:
    query = "query ($first: Int) { conversations(first: $first) { nodes { id } } }"
    body = b'{"query": "%s", "variables": {"first": %s}}' % (query.encode(), b"9" * 5_000)

    response = await client.post("/graphql", content=body, headers={"content-type": JSON, "accept": GRAPHQL})

    assert response.status_code == 400


async def test_a_huge_number_in_a_document_is_bad_input(client: AsyncClient) -> None:
    response = await post(client, "{ conversations(first: %s) { nodes { id } } }" % ("9" * 5_000))

    [error] = response.json()["errors"]
    assert (error["message"], error["extensions"]["code"]) == (
        "Expected value of type 'Int'.",
        "BAD_USER_INPUT",
    )


async def test_a_nul_in_a_variable_is_bad_input(client: AsyncClient) -> None:
    query = "query ($search: String) { tags(search: $search) { totalCount } }"

    posted = await post(client, query, variables={"search": "a\0b"})
    got = await client.get("/graphql", params={"query": query, "variables": '{"search": "\\u0000"}'})

    assert codes(posted) == codes(got) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": JSON}, 200),
        ({"content-type": f"{JSON}; charset=UTF-8"}, 200),
        ({"content-type": f'{JSON};charset="utf-8"'}, 200),
        ({"content-type": f"{JSON}; charset=latin-1"}, 415),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/graphql"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
        ({}, 415),
        ({"content-type": JSON, "content-encoding": "gzip"}, 415),
    ],
)
async def test_a_post_is_json_in_utf_8(client: AsyncClient, headers: dict[str, str], status: int) -> None:
    response = await client.post("/graphql", content=b'{"query": "{ __typename }"}', headers=headers)

    assert response.status_code == status


async def test_null_stands_for_left_out(client: AsyncClient) -> None:
    response = await post(client, "{ __typename }", variables=None, operationName=None, extensions=None)

    assert response.json() == {"data": {"__typename": "Query"}}


async def test_a_request_with_a_bad_token_is_401(client: AsyncClient) -> None:
    response = await client.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"authorization": "Bearer expired"}
    )

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert codes(response) == ["UNAUTHENTICATED"]


async def test_the_schema_can_be_asked_for_whole(client: AsyncClient) -> None:
    response = await post(
        client, get_introspection_query(specified_by_url=True, input_value_deprecation=True)
    )

    types = {type_["name"]: type_ for type_ in response.json()["data"]["__schema"]["types"]}
    assert "Conversation" in types
    assert types["DateTime"]["specifiedByURL"].startswith("https://")


@pytest.mark.parametrize(
    ("limits", "query", "limit", "value"),
    [
        (Limits(document_bytes=20), "{ __typename __typename }", 20, 25),
        (Limits(tokens=5), "{ a: __typename b: __typename }", 5, 8),
        (Limits(depth=3), "{ viewer { account { parent { id } } } }", 3, 4),
        (Limits(aliases=1), "{ a: __typename b: __typename }", 1, 2),
        (Limits(overlaps=2), "{ viewer { id id } viewer { id } }", 2, 4),
        (Limits(fragments=1), "{ ...A } fragment A on Query { ...B } fragment B on Query { id }", 1, 2),
        (Limits(aliases=1), "{ id } fragment A on Query { a: __typename b: __typename }", 1, 2),
        (Limits(fields=2), "{ __typename ...A } fragment A on Query { a: __typename b: __typename }", 2, 3),
    ],
)
async def test_a_document_that_is_too_large_is_refused_with_the_limit(
    limits: Limits, query: str, limit: int, value: int
) -> None:
    async with client_of(Engine(schema.core, limits)) as client:
        response = await post(client, query)

    [error] = response.json()["errors"]
    assert response.status_code == 400
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": limit, "value": value}


async def test_variables_that_are_too_long_are_refused_with_the_limit() -> None:
    async with client_of(Engine(schema.core, Limits(variables_bytes=20))) as client:
        short = await post(client, "{ __typename }", variables={"a": "x"})
        long = await post(client, "{ __typename }", variables={"a": "é" * 10})
        got = await client.get(
            "/graphql",
            params={"query": "{ __typename }", "variables": orjson.dumps({"a": "x" * 20}).decode()},
        )

    assert short.json() == {"data": {"__typename": "Query"}}
    for response, value in ((long, 28), (got, 28)):
        [error] = response.json()["errors"]
        assert error["message"].startswith(f"The variables have {value} bytes")
        assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": 20, "value": value}


async def test_bytes_are_counted_and_not_characters() -> None:
    async with client_of(Engine(schema.core, Limits(document_bytes=24))) as client:
        response = await post(client, "{ __typename } # \U0001f600\U0001f600")

    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": 24, "value": 25}


async def test_more_of_the_schema_than_it_has_is_refused_with_the_limit() -> None:
    async with client_of(Engine(schema.core, Limits(introspection=100))) as client:
        few = await post(client, '{ __type(name: "Node") { name fields { name } } }')
        many = await post(client, "{ __schema { types { name fields { name } } } }")

    assert few.json() == {"data": {"__type": {"name": "Node", "fields": [{"name": "id"}]}}}
    assert many.json()["data"] is None
    [error] = many.json()["errors"]
    assert error["path"] == ["__schema"]
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": 100, "value": 101}


async def test_a_body_that_is_too_large_is_413() -> None:
    async with client_of(Engine(schema.core, Limits(body_bytes=100))) as client:
        response = await post(client, "{ __typename }" + " " * 200)

    assert response.status_code == 413
    assert codes(response) == ["LIMIT_EXCEEDED"]


async def test_fragments_of_fragments_are_refused_before_they_cost_anything() -> None:
    doubled = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(200))
    bomb = f"{{ ...F0 }} {doubled} fragment F200 on Query {{ __typename }}"

    async with asyncio.timeout(5), client_of(Engine(schema.core)) as client:
        response = await post(client, bomb)

    assert codes(response) == ["LIMIT_EXCEEDED"]


async def test_a_long_chain_of_fragments_is_refused(client: AsyncClient) -> None:
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(1_000))

    response = await post(client, f"{{ ...F0 }} {chain} fragment F1000 on Query {{ __typename }}")

    assert response.status_code == 400
    assert codes(response) == ["LIMIT_EXCEEDED"]


async def test_a_fragment_within_itself_is_refused(client: AsyncClient) -> None:
    response = await post(client, "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }")

    assert set(codes(response)) == {"GRAPHQL_VALIDATION_FAILED"}


async def test_a_document_nested_without_end_is_refused(client: AsyncClient) -> None:
    response = await post(client, "{ a " * 9_000)

    assert response.status_code == 400
    assert codes(response)[0] in {"GRAPHQL_PARSE_FAILED", "LIMIT_EXCEEDED"}


@strawberry.type
class Query:
    """A few fields that behave as resolvers may."""

    @strawberry.field
    async def slow(self) -> str:
        await asyncio.Event().wait()
        return "never"

    @strawberry.field
    def broken(self) -> str | None:
        raise ZeroDivisionError("the password is hunter2")

    @strawberry.field
    def empty(self) -> str:
        return None  # type: ignore[return-value]

    @strawberry.field
    def long(self, first: int = 5) -> int | None:
        return Page.of(first, None, None, None).size

    @strawberry.field
    def canceled(self) -> int | None:
        raise asyncpg.QueryCanceledError("canceling statement due to statement timeout")

    @strawberry.field
    def owners(self) -> int | None:
        raise NotAllowed("This is for owners.")

    @strawberry.field
    def context(self, info: Info) -> str:
        return str(info.context)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def letters(self, until: str = "c") -> AsyncGenerator[str, None]:
        for letter in "abcdefgh":
            if letter == "d":
                raise ZeroDivisionError("the password is hunter2")
            yield letter
            if letter == until:
                return


def small_engine(limits: Limits | None = None) -> Engine:
    return Engine(strawberry.Schema(Query, subscription=Subscription)._schema, limits)


async def test_a_bug_is_masked_and_can_be_found_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    async with client_of(small_engine()) as client:
        response = await post(client, "{ broken }")

    [error] = response.json()["errors"]
    assert response.status_code == 200
    assert response.json()["data"] == {"broken": None}
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert error["path"] == ["broken"]
    assert "hunter2" not in response.text
    logged = capsys.readouterr().out
    assert error["extensions"]["errorId"] in logged
    assert "ZeroDivisionError" in logged


async def test_a_null_that_must_not_be_is_a_bug_and_the_data_is_null() -> None:
    async with client_of(small_engine()) as client:
        response = await post(client, "{ empty }")

    assert response.json()["data"] is None
    assert codes(response) == ["INTERNAL_SERVER_ERROR"]


@pytest.mark.parametrize(
    ("query", "extensions"),
    [
        ("{ long(first: 101) }", {"code": "LIMIT_EXCEEDED", "limit": 100, "value": 101}),
        ("{ long(first: -1) }", {"code": "BAD_USER_INPUT"}),
        ("query ($first: Int) { long(first: $first) }", {"code": "BAD_USER_INPUT"}),
        ("{ owners }", {"code": "FORBIDDEN"}),
    ],
)
async def test_what_the_client_got_wrong_is_not_called_a_bug(query: str, extensions: dict[str, Any]) -> None:
    async with client_of(small_engine()) as client:
        response = await post(client, query, variables={"first": None})

    [error] = response.json()["errors"]
    assert error["extensions"] == extensions


async def test_a_request_that_takes_too_long_is_ended() -> None:
    async with client_of(small_engine(Limits(seconds=0.01))) as client:
        response = await post(client, "{ slow }")

    assert codes(response) == ["TIMEOUT"]


async def test_a_statement_that_took_too_long_is_a_time_out_and_no_bug() -> None:
    async with client_of(small_engine()) as client:
        response = await post(client, "{ canceled }")

    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "TIMEOUT"}
    assert error["message"] == "The database took too long over this. Ask for less at a time."


async def test_the_schema_tells_of_itself_by_setting() -> None:
    async with client_of(Engine(schema.core, introspection=False)) as client:
        whole = await post(client, "{ __schema { types { name } } }")
        typename = await post(client, "{ __typename }")

    assert codes(whole) == ["GRAPHQL_VALIDATION_FAILED"] * 2
    assert typename.status_code == 200


async def test_errors_say_what_was_perhaps_meant_by_setting() -> None:
    async with client_of(Engine(schema.core, suggestions=True)) as client:
        response = await post(client, "{ viewr { id } }")

    assert "Did you mean 'viewer'" in response.json()["errors"][0]["message"]


async def test_a_valid_document_is_parsed_once() -> None:
    engine = small_engine()

    first, second = (engine.operation(GraphQLRequest("{ long }")) for _ in range(2))

    assert first.document is second.document


async def test_documents_used_longest_ago_are_forgotten() -> None:
    documents = Documents(schema.core, Limits(), most=2)
    texts = ["{ a: __typename }", "{ b: __typename }", "{ c: __typename }"]

    kept = [documents.get(text) for text in texts]

    assert documents.get(texts[2]) is kept[2]
    assert documents.get(texts[1]) is kept[1]
    assert documents.get(texts[0]) is not kept[0]


async def test_a_subscription_that_breaks_says_so_and_masks_why() -> None:
    engine = small_engine()
    operation = engine.operation(GraphQLRequest('subscription { letters(until: "z") }'))

    answers = [answer async for answer in await engine.subscribe(operation, None)]

    assert answers[:-1] == [{"data": {"letters": letter}} for letter in "abc"]
    assert list(answers[-1]) == ["errors"]
    assert answers[-1]["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "hunter2" not in str(answers[-1])


async def test_a_subscription_gives_one_answer_an_event() -> None:
    engine = small_engine()
    operation = engine.operation(GraphQLRequest('subscription { letters(until: "b") }'))

    answers = [answer async for answer in await engine.subscribe(operation, None)]

    assert answers == [{"data": {"letters": "a"}}, {"data": {"letters": "b"}}]


async def test_an_answer_can_be_encoded() -> None:
    engine = small_engine()

    answer = await engine.execute(engine.operation(GraphQLRequest("{ broken long }")), None)

    assert orjson.loads(orjson.dumps(answer))["data"] == {"broken": None, "long": 5}
