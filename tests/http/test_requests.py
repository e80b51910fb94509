"""What the log says of a request, and what becomes of a bug."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from localmessages.http.requests import Requests
from models.database import Database

Endpoint = Callable[[Request], Any]


@pytest.fixture(autouse=True)
async def bound_nothing(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    caplog.set_level(logging.INFO, "localmessages.http.requests")
    structlog.contextvars.clear_contextvars()
    yield
    structlog.contextvars.clear_contextvars()


def ok(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


async def asked(endpoint: Endpoint, path: str = "/l/a-key", **more: Any) -> tuple[httpx.Response, list[Any]]:
    """The answer of an application of one route, and what was logged."""
    app = Starlette(routes=[Route("/l/{slug}", endpoint)], middleware=[Middleware(Requests, routes=["/l"])])
    transport = httpx.ASGITransport(app, client=("1.2.3.4", 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://texts.example") as client:
        with capture_logs() as logged:
            return await client.get(path, **more), logged


async def test_a_request_is_a_line_that_tells_no_key(database: Database) -> None:
    async def endpoint(request: Request) -> PlainTextResponse:
        request.scope["told"]["operation"] = "Inbox"
        async with database.connection() as connection:
            await connection.fetchval("SELECT pg_sleep(0.02)")
            await connection.fetchval("SELECT 1")
        await asyncio.sleep(0.02)
        return PlainTextResponse("ok")

    answer, [line] = await asked(endpoint)

    assert answer.headers["x-request-id"]
    assert (line["event"], line["method"], line["route"], line["status"]) == (
        "http.request",
        "GET",
        "/l",
        200,
    )
    assert (line["operation"], line["address"], line["statements"]) == ("Inbox", "1.2.3.4", 2)
    assert line["ms"] >= line["sql_ms"] + 20 >= 40
    assert 0 < line["cpu_ms"] < line["ms"]
    assert "a-key" not in str(line)


async def test_an_address_that_is_none_of_ours_is_other() -> None:
    _, [line] = await asked(ok, "/etc/passwd")

    assert (line["route"], line["status"]) == ("other", 404)


@pytest.mark.parametrize(
    ("given", "taken"),
    [("a-proxy-s-own.42", True), ("short", False), ("x" * 101, False), ("a b c d e f", False)],
)
async def test_a_proxy_may_have_numbered_it(given: str, taken: bool) -> None:
    answer, _ = await asked(ok, headers={"x-request-id": given})

    assert (answer.headers["x-request-id"] == given) is taken


async def test_a_bug_is_a_500_whose_number_the_log_has() -> None:
    def endpoint(request: Request) -> PlainTextResponse:
        raise ZeroDivisionError("the password is hunter2")

    answer, [bug, line] = await asked(endpoint)

    assert (answer.status_code, line["status"]) == (500, 500)
    assert bug["error_id"] in answer.text
    assert "hunter2" not in answer.text


async def test_who_goes_away_meanwhile_is_cancelled_as_ever() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endpoint(request: Request) -> PlainTextResponse:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return PlainTextResponse("never")

    task = asyncio.create_task(asked(endpoint))
    await begun.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
