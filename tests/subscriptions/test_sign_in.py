"""Sockets of people who have signed in: by token or by cookie, until the session ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from localmessages.http.visit import REFRESH_COOKIE, SESSION_COOKIE
from models.database import Database
from subscriptions.ended import ENDED
from tests.subscriptions.sockets import SPOKEN, closed, hear, open_socket, run, say
from tests.support.company import open_company
from tests.support.live_server import LiveServer, live_server
from tests.support.visitor import PASSWORD, give_passwords

SIGN_IN = "mutation ($in: SignInInput!) { signIn(input: $in) { accessToken { token } } }"
WHO = "{ viewer { user { name } } }"


@dataclass
class Browser:
    """Somebody who has signed in."""

    server: LiveServer
    client: httpx.AsyncClient
    token: str
    cookies: dict[str, str]

    @property
    def socket(self) -> str:
        return f"ws://{self.client.base_url.host}:{self.client.base_url.port}/graphql"

    def headers(self, origin: str | None = None, cookie: str = SESSION_COOKIE) -> dict[str, str]:
        """What it sends with the handshake of a socket, for a page of `origin`."""
        sent = {"cookie": f"{cookie}={self.cookies[cookie]}"}
        return sent | ({"origin": origin} if origin else {})

    async def post(self, document: str, **variables: Any) -> Any:
        return (await self.client.post("/graphql", json={"query": document, "variables": variables})).json()


@pytest.fixture
async def browser(database: Database, database_url: str, redis_url: str) -> AsyncIterator[Browser]:
    async with browsing(database, database_url, redis_url) as one:
        yield one


@asynccontextmanager
async def browsing(
    database: Database, database_url: str, redis_url: str, **settings: Any
) -> AsyncIterator[Browser]:
    """A server with a town, and somebody who has signed in to it."""
    town = await open_company(database)
    await give_passwords(town, "Ann")
    async with (
        live_server(database_url, redis_url, **settings) as server,
        httpx.AsyncClient(base_url=server.url) as client,
    ):
        one = Browser(server, client, "", {})
        answer = await one.post(SIGN_IN, **{"in": {"email": "ann@acme.example", "password": PASSWORD}})
        one.token = answer["data"]["signIn"]["accessToken"]["token"]
        one.cookies = dict(client.cookies)
        yield one


async def test_the_cookie_opens_a_socket_for_our_own_page(browser: Browser) -> None:
    page = browser.headers(str(browser.client.base_url).rstrip("/"))

    async with open_socket(browser.socket, additional_headers=page) as socket:
        await run(socket, "1", WHO)

        assert (await hear(socket))["payload"] == {"data": {"viewer": {"user": {"name": "Ann"}}}}


async def test_the_cookie_opens_nothing_for_a_page_of_another_site(browser: Browser) -> None:
    page = browser.headers("https://evil.example")

    async with connect(browser.socket, subprotocols=SPOKEN, additional_headers=page) as socket:
        await say(socket, {"type": "connection_init"})
        assert (await closed(socket))[0] == 4403
    # Also where it says that it sends nothing of its own.
    async with open_socket(browser.socket, {"Authorization": None}, additional_headers=page) as socket:
        await run(socket, "1", WHO)
        (error,) = (await hear(socket))["payload"]["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_refresh_token_opens_no_socket(browser: Browser) -> None:
    page = browser.headers(cookie=REFRESH_COOKIE)
    async with open_socket(browser.socket, additional_headers=page) as socket:
        await run(socket, "1", WHO)
        (error,) = (await hear(socket))["payload"]["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"

    sent = {"Authorization": f"Bearer {browser.cookies[REFRESH_COOKIE]}"}
    async with connect(browser.socket, subprotocols=SPOKEN) as socket:
        await say(socket, {"type": "connection_init", "payload": sent})
        assert (await closed(socket))[0] == 4403


@pytest.mark.parametrize("by", ["token", "cookie"])
async def test_a_socket_ends_with_the_token_that_opened_it(
    database: Database, database_url: str, redis_url: str, by: str
) -> None:
    async with browsing(database, database_url, redis_url, access_token_minutes=2.5 / 60) as browser:
        more: Any = {"additional_headers": browser.headers()} if by == "cookie" else {}
        payload = None if by == "cookie" else {"Authorization": f"Bearer {browser.token}"}

        async with open_socket(browser.socket, payload, **more) as socket:
            assert await closed(socket) == (4403, "The token has expired. Sign in again.")


async def test_a_socket_that_the_cookie_opened_ends_with_its_session(browser: Browser) -> None:
    async with open_socket(browser.socket, additional_headers=browser.headers()) as socket:
        ended = await browser.post("mutation { signOut(input: {}) { endedSessions } }")
        assert ended["data"]["signOut"]["endedSessions"] == 1

        assert await closed(socket) == ENDED


async def test_who_signs_in_at_a_socket_has_a_token_and_no_cookie(browser: Browser) -> None:
    async with open_socket(browser.socket) as socket:
        sent = {"in": {"email": "ann@acme.example", "password": PASSWORD}}
        await run(socket, "1", SIGN_IN, variables=sent)

        answer = await hear(socket)

    token = answer["payload"]["data"]["signIn"]["accessToken"]["token"]
    payload = {"Authorization": f"Bearer {token}"}
    async with open_socket(browser.socket, payload) as socket:
        await run(socket, "1", WHO)
        assert (await hear(socket))["payload"]["data"]


LIVE = {
    "alone": "subscription { viewerEvents { cursor } }",
    "shared": "subscription { inboxEvents { cursor } }",
}


@pytest.mark.parametrize("what", LIVE.values(), ids=LIVE)
async def test_a_sign_out_closes_the_sockets_of_the_session_and_no_other(browser: Browser, what: str) -> None:
    other = await browser.post(SIGN_IN, **{"in": {"email": "ann@acme.example", "password": PASSWORD}})
    tokens = [browser.token, other["data"]["signIn"]["accessToken"]["token"]]
    mine, theirs = ({"Authorization": f"Bearer {token}"} for token in tokens)
    async with (
        open_socket(browser.socket, mine) as first,
        open_socket(browser.socket, mine) as second,
        open_socket(browser.socket, theirs) as kept,
    ):
        for socket in (first, kept):
            await run(socket, "1", what)
        headers = {"authorization": f"Bearer {browser.token}"}
        sent = {"query": "mutation { signOut(input: {}) { endedSessions } }"}
        await browser.client.post("/graphql", json=sent, headers=headers)

        assert await closed(first) == ENDED
        assert await closed(second) == ENDED
        await run(kept, "2", WHO)
        assert (await hear(kept))["payload"]["data"] == {"viewer": {"user": {"name": "Ann"}}}
        assert len(browser.server.app.state.sockets.sessions) == 1


async def test_a_session_that_another_process_ends_is_over_here_within_a_second_without_redis(
    browser: Browser, database: Database
) -> None:
    payload = {"Authorization": f"Bearer {browser.token}"}
    async with open_socket(browser.socket, payload) as socket:
        await run(socket, "1", LIVE["shared"])
        async with database.connection() as connection:
            await connection.execute("UPDATE session SET ended_at = now()")

        assert await closed(socket) == ENDED


async def test_an_idle_socket_of_a_session_that_has_ended_before_is_closed_too(
    browser: Browser, database: Database
) -> None:
    async with database.connection() as connection:
        await connection.execute("UPDATE session SET ended_at = now()")

    async with open_socket(browser.socket, {"Authorization": f"Bearer {browser.token}"}) as socket:
        assert await closed(socket) == ENDED
    assert len(browser.server.app.state.sockets.sessions) == 0
