"""What every route has in front of it: headers, proxies, front ends elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from graph.app import create_app
from localmessages.http.edge import edge
from localmessages.http.security import policy
from localmessages.rates import Rates
from localmessages.settings import Settings

FRONT_END = "https://app.example"


async def show(request: Request) -> PlainTextResponse:
    assert request.client
    return PlainTextResponse(f"{request.client.host} {request.url.scheme}")


def client_of(client: tuple[str, int] = ("10.0.0.7", 1), **settings: Any) -> httpx.AsyncClient:
    app = Starlette(
        routes=[Route("/", show, methods=["GET", "POST"])],
        middleware=edge(Settings(**settings), Rates(per_viewer=100, per_address=10)),
    )
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=client), base_url="http://texts.example"
    )


@pytest.fixture
def reset_logging() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("reset_logging")
async def test_every_route_tells_browsers_what_they_must_not_do() -> None:
    app = create_app(
        Settings(public_url="https://texts.example", secret_key="k" * 32, persisted_queries=False)
    )
    paths = [route.path for route in app.routes if isinstance(route, Route | Mount)]
    tried = [
        path.replace("{slug:anything}", "a b").replace("{slug}", "x").replace("{id}", "x") for path in paths
    ]
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://texts.example") as client:
        # Nothing is started behind it: what some routes meet is told in pages of tracebacks.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        for path in [*tried, "/nothing/here", "/graphiql/assets/none.js"]:
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["referrer-policy"] == "no-referrer", path
            assert headers["x-frame-options"] == "DENY", path
            assert headers["cross-origin-opener-policy"] == "same-origin", path
            assert headers["strict-transport-security"].startswith("max-age=63072000"), path
            assert "default-src 'none'" in headers["content-security-policy"], path
            assert "frame-ancestors 'none'" in headers["content-security-policy"] or path.startswith(
                "/exports"
            ), path


async def test_https_alone_is_asked_for_only_where_it_is_spoken() -> None:
    async with client_of() as client:
        assert "strict-transport-security" not in (await client.get("/")).headers


def test_a_policy_forbids_what_is_not_named() -> None:
    assert policy(script_src="'self'", form_action="'self'") == (
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; script-src 'self'"
    )


async def test_nobody_s_word_about_an_address_counts_without_a_setting() -> None:
    async with client_of() as client:
        answer = await client.get("/", headers={"x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https"})

    assert answer.text == "10.0.0.7 http"


async def test_a_trusted_proxy_says_who_asks() -> None:
    headers = {"x-forwarded-for": "6.6.6.6, 1.2.3.4, 10.0.0.9", "x-forwarded-proto": "https"}
    async with client_of(trusted_proxies="10.0.0.0/8, ::1") as client:
        # The client may have begun the list itself: what counts is the last that no proxy of ours is.
        assert (await client.get("/", headers=headers)).text == "1.2.3.4 https"
    async with client_of(("8.8.8.8", 1), trusted_proxies="10.0.0.0/8") as client:
        assert (await client.get("/", headers=headers)).text == "8.8.8.8 http"


async def test_a_front_end_elsewhere_may_ask_if_it_is_allowed() -> None:
    preflight = {
        "origin": FRONT_END,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
    }
    async with client_of(allowed_origins=f"{FRONT_END}, https://other.example") as client:
        asked = await client.options("/", headers=preflight)
        answer = await client.post("/", headers={"origin": FRONT_END})
        foreign = await client.options("/", headers={**preflight, "origin": "https://evil.example"})

    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == FRONT_END
    assert asked.headers["access-control-allow-credentials"] == "true"
    assert "authorization" in asked.headers["access-control-allow-headers"]
    assert answer.headers["access-control-allow-origin"] == FRONT_END
    assert "retry-after" in answer.headers["access-control-expose-headers"]
    assert foreign.status_code == 400
    assert "access-control-allow-origin" not in foreign.headers


async def test_without_a_setting_no_front_end_elsewhere_may_ask() -> None:
    async with client_of() as client:
        answer = await client.get("/", headers={"origin": FRONT_END})

    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "settings",
    [
        {"allowed_origins": "*"},
        {"allowed_origins": "https://app.example/"},
        {"allowed_origins": "app.example"},
        {"trusted_proxies": "*"},
        {"trusted_proxies": "proxy.internal"},
        {"trusted_proxies": "10.0.0.1/8"},
    ],
)
def test_a_setting_that_is_no_origin_or_network_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Settings(**settings)  # type: ignore[arg-type]
