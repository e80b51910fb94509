"""What must never be in a log: it is told everything, at DEBUG, and searched for every secret."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog
from websockets.asyncio.client import connect

from localmessages.auth import hash_password
from localmessages.logs import configure_logging
from models.database import Database
from tests.subscriptions.sockets import SPOKEN, closed, hear, open_socket, run, say
from tests.support.desk import open_desk
from tests.support.live_server import SECRET, live_server

EMAIL = "ann@acme.example"
PASSWORD, WRONG = "correct-horse-7-battery", "wrong-horse-8-battery"
# Of each place where somebody could put a secret; none is a word of ours.
MARKS = {
    name: f"hush{name}hush"
    for name in (
        *("variable", "document", "malformed", "query", "cookie", "slug", "signature", "webhook", "form"),
        *("socketvariable", "socketmessage", "bearer", "reset", "refresh", "header", "agent"),
    )
}
SIGN_IN = "mutation SignIn($input: SignInInput!) { signIn(input: $input) { accessToken { token } } }"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


async def over_http(url: str, token: str) -> list[str]:
    """Everything that can be sent, with secrets in it; gives the tokens that were answered."""
    headers = {
        "authorization": f"Bearer {token}",
        "cookie": f"localmessages_session={MARKS['cookie']}; other={MARKS['cookie']}",
        "x-anything": MARKS["header"],
        "user-agent": MARKS["agent"],
    }
    tokens = []
    async with httpx.AsyncClient(base_url=url) as client:
        for password in (PASSWORD, WRONG):
            sent = {"query": SIGN_IN, "variables": {"input": {"email": EMAIL, "password": password}}}
            answer = (await client.post("/graphql", json=sent)).json()
            if given := answer["data"]["signIn"]["accessToken"]:
                tokens.append(given["token"])
            tokens += list(client.cookies.values())
        client.cookies.clear()
        viewer = "{ viewer { user { name email } } }"
        search = "query ($s: String) { contacts(filter: {search: $s}) { nodes { name } } }"
        for body in (
            {"query": viewer},
            {"query": search, "variables": {"s": MARKS["variable"]}},
            {"query": search, "variables": {"s": {MARKS["variable"]: MARKS["variable"]}}},
            {"query": f'{{ contacts(filter: {{search: "{MARKS["document"]}"}}) {{ nodes {{ name }} }} }}'},
            {"query": f'{{ {MARKS["document"]}(password: "{MARKS["document"]}") }}'},
            {"query": f'{{ "{MARKS["document"]}'},
            {"documentId": MARKS["document"]},
            {
                "query": "mutation ($i: ResetPasswordInput!) { resetPassword(input: $i) { __typename } }",
                "variables": {"i": {"token": MARKS["reset"], "password": PASSWORD}},
            },
            {
                "query": "mutation ($i: RefreshSessionInput!) { refreshSession(input: $i) { __typename } }",
                "variables": {"i": {"refreshToken": MARKS["refresh"]}},
            },
        ):
            await client.post("/graphql", json=body, headers=headers)
            await client.post("/graphql", json=body, headers={"authorization": f"Bearer {MARKS['bearer']}"})
        await client.post("/graphql", content=f'{{"query": "{MARKS["malformed"]}', headers=headers)
        await client.get("/graphql", params={"query": viewer, "variables": f'{{"a": "{MARKS["query"]}"}}'})
        for path in (
            f"/l/{MARKS['slug']}",
            f"/pay/{MARKS['slug']}",
            f"/exports/{MARKS['slug']}?until=1&signature={MARKS['signature']}",
            f"/{MARKS['slug']}/{MARKS['slug']}",
            f"/reset-password?token={MARKS['reset']}",
        ):
            await client.get(path, headers=headers)
            await client.post(path, data={"card": MARKS["form"]}, headers=headers)
        signed = {"stripe-signature": MARKS["signature"], "x-signature": MARKS["signature"]}
        await client.post("/webhooks/payments", content=MARKS["webhook"], headers=signed)
    return tokens


async def over_a_socket(url: str, token: str) -> None:
    address = url.replace("http", "ws", 1) + "/graphql"
    payload = {"Authorization": f"Bearer {token}", "password": MARKS["socketmessage"]}
    async with open_socket(address, payload) as socket:
        query = "query ($s: String) { contacts(filter: {search: $s}) { nodes { name } } }"
        await run(socket, "1", query, variables={"s": MARKS["socketvariable"]})
        await hear(socket)
        await say(socket, {"type": MARKS["socketmessage"]})
        await closed(socket)
    async with connect(address, subprotocols=SPOKEN) as socket:
        await say(
            socket, {"type": "connection_init", "payload": {"Authorization": f"Bearer {MARKS['bearer']}"}}
        )
        await closed(socket)


@pytest.mark.parametrize("json", [False, True], ids=["for people", "JSON"])
async def test_no_log_has_a_secret_whatever_is_asked(
    database: Database,
    database_url: str,
    redis_url: str,
    capsys: pytest.CaptureFixture[str],
    json: bool,
) -> None:
    await open_desk(database)
    async with database.connection() as connection:
        stored = hash_password(PASSWORD)
        await connection.execute("UPDATE app_user SET password_hash = $1 WHERE email = $2", stored, EMAIL)
    configure_logging("DEBUG", json=json)
    # Loggers of modules would keep it for the tests that come after.
    structlog.configure(cache_logger_on_first_use=False)
    async with asyncio.timeout(15), live_server(database_url, redis_url, log_level="DEBUG") as server:
        token = await server.token(EMAIL)
        tokens = await over_http(server.url, token)
        await over_a_socket(server.url, token)
        # What nobody foresaw is told of with its traceback.
        async with database.connection() as connection:
            await connection.execute("SET lock_timeout = '5s'; ALTER TABLE app_user RENAME TO gone")
        async with httpx.AsyncClient(base_url=server.url) as client:
            sent = {"query": SIGN_IN, "variables": {"input": {"email": EMAIL, "password": PASSWORD}}}
            bug = (await client.post("/graphql", json=sent)).json()["errors"][0]["extensions"]["errorId"]

    logged = capsys.readouterr().err
    assert logged.count("http.request") > 20
    assert bug in logged
    assert "SignIn" in logged
    assert "socket.operation" in logged
    assert tokens
    for secret in (PASSWORD, WRONG, stored, SECRET, token, *tokens, *MARKS.values(), EMAIL):
        assert secret not in logged, [line for line in logged.splitlines() if secret in line][:3]


def test_what_lets_people_in_is_taken_out_of_whatever_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", json=True)

    structlog.get_logger("test").info(
        "any.thing",
        url="https://x.example/exports/1?until=5&signature=0123abcd",
        header="Authorization: Bearer abc.def-ghi",
        server="postgresql://app:hunter2@db.internal/app",
        text='{"newPassword": "hunter2", "token":"abcd"}',
    )

    logged = capsys.readouterr().err
    for secret in ("0123abcd", "abc.def-ghi", "hunter2", "abcd"):
        assert secret not in logged
    assert "db.internal" in logged
    assert "until=5" in logged
