"""Short links over HTTP, as telephones and their previews open them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.applications import Starlette

from localmessages.actions.messages import receive_message
from localmessages.http.links import link_route
from localmessages.replay import replay_lines
from localmessages.rules.texting import InboundText
from tests.support.live_server import LiveServer, live_server
from tests.support.logs import ANN, COMPANY, CUSTOMER, encoded, inbound, outbound

PHONE = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Safari/604.1"}
OLD = {"slug": "spring.sale~1", "url": "https://münchen.example/früh?a=1&b=[2]"}
UNSAFE = {"slug": "unsafe", "url": "javascript:alert(document.cookie)"}
SEND = """
mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { links { url shortUrl clicks botClicks } } userErrors { code } }
}
"""


@pytest.fixture
async def server(database_url: str, redis_url: str) -> AsyncIterator[LiveServer]:
    lines = [
        *COMPANY,
        inbound(0, "i1"),
        outbound(1, "o1", "Sale!", link=OLD),
        outbound(2, "o2", "Oh", link=UNSAFE),
    ]
    async with live_server(database_url, redis_url) as server:
        await replay_lines(server.services, encoded(lines))
        yield server


@pytest.fixture
async def phone(server: LiveServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, headers=PHONE, timeout=20) as client:
        yield client


async def counts(server: LiveServer, slug: str = OLD["slug"]) -> tuple[int, int]:
    async with server.services.database.connection() as connection:
        row = await connection.fetchrow("SELECT clicks, bot_clicks FROM tracked_link WHERE slug = $1", slug)
    assert row is not None
    return row["clicks"], row["bot_clicks"]


async def clicks(server: LiveServer) -> list[dict[str, Any]]:
    async with server.services.database.connection() as connection:
        return [dict(row) for row in await connection.fetch("SELECT * FROM link_click ORDER BY id")]


async def test_a_short_link_leads_on_and_is_kept_by_nobody(server: LiveServer, phone: httpx.AsyncClient):
    answer = await phone.get(f"/l/{OLD['slug']}")

    assert answer.status_code == 302
    assert answer.headers["location"] == "https://xn--mnchen-3ya.example/fr%C3%BCh?a=1&b=[2]"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.content == b""
    assert await counts(server) == (1, 0)


async def test_what_is_sent_today_can_be_opened(server: LiveServer, phone: httpx.AsyncClient):
    text = InboundText("i9", CUSTOMER, ANN, "Where is it?")
    message = await receive_message(server.services, text, server.services.clock())
    assert message is not None
    found = await server.ask("olive@acme.example", "{ conversations(first: 1) { nodes { id } } }")
    talk = found["conversations"]["nodes"][0]["id"]

    sent = await server.ask(
        "olive@acme.example", SEND, input={"conversationId": talk, "body": "https://acme.example/way"}
    )

    (link,) = sent["sendMessage"]["message"]["links"]
    answer = await phone.get(httpx.URL(link["shortUrl"]).path)
    assert (answer.status_code, answer.headers["location"]) == (302, "https://acme.example/way")


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"user-agent": "facebookexternalhit/1.1"}),
        ("GET", {"sec-purpose": "prefetch;prerender"}),
        ("GET", {"purpose": "prefetch"}),
        ("GET", {"x-purpose": "preview"}),
        ("GET", {"x-moz": "prefetch"}),
    ],
)
async def test_bots_and_previews_are_sent_on_and_not_counted_as_people(
    server: LiveServer, phone: httpx.AsyncClient, method: str, headers: dict[str, str]
):
    answer = await phone.request(method, f"/l/{OLD['slug']}", headers=headers)

    assert answer.status_code == 302
    assert await counts(server) == (0, 1)
    (click,) = await clicks(server)
    assert (click["method"], click["bot"]) == (method, True)


async def test_a_visitor_may_say_nothing_or_too_much_about_themselves(
    server: LiveServer, phone: httpx.AsyncClient
):
    del phone.headers["user-agent"]
    assert (await phone.get(f"/l/{OLD['slug']}")).status_code == 302
    for name in ("é\u0081", "x" * 5_000):
        headers = {b"user-agent": name.encode("latin-1")}
        assert (await phone.get(f"/l/{OLD['slug']}", headers=headers)).status_code == 302

    assert [click["user_agent"] for click in await clicks(server)] == [None, "é\u0081", "x" * 500]
    assert await counts(server) == (3, 0)


@pytest.mark.parametrize(
    "path",
    [
        "/l/AbCdEfGhIj",
        "/l/",
        "/l/unsafe",
        "/l/spring.sale~1/",
        "/l/spring.sale~1/more",
        "/l/a%00b",
        "/l/%ff%fe",
        "/l/%0d%0aSet-Cookie:%20a=b",
        "/l/https://evil.example/",
        "/l//evil.example",
        "/l/%2f%2fevil.example",
        "/l/..%2f..%2fetc%2fpasswd",
        "/l/'%20OR%201=1--",
        "/l/%3Cscript%3Ealert(1)%3C/script%3E",
        f"/l/{'x' * 201}",
        f"/l/{'x' * 8_000}",
        f"/l/{quote('😀')}",
    ],
)
async def test_what_is_no_link_is_a_plain_page(server: LiveServer, phone: httpx.AsyncClient, path: str):
    answer = await phone.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert await clicks(server) == []


async def test_the_page_is_small_has_a_language_a_title_and_one_heading_and_repeats_nothing(
    phone: httpx.AsyncClient,
):
    page = (await phone.get("/l/%3Cscript%3E")).text

    assert len(page) < 1_500
    assert '<html lang="en">' in page
    assert "<title>This link does not exist</title>" in page
    assert page.count("<h1>") == page.count("<main>") == 1
    assert "script" not in page
    assert (await phone.head("/l/nothing")).content == b""


@pytest.mark.parametrize("query", ["?u=https://evil.example", "?next=//evil.example", "?x"])
async def test_nothing_that_a_visitor_adds_changes_where_it_leads(phone: httpx.AsyncClient, query: str):
    headers = {"host": "evil.example", "x-forwarded-host": "evil.example"}

    answer = await phone.get(f"/l/{OLD['slug']}{query}", headers=headers)

    assert answer.headers["location"].startswith("https://xn--mnchen-3ya.example/")


async def test_a_link_is_only_read(phone: httpx.AsyncClient):
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert (await phone.request(method, f"/l/{OLD['slug']}")).status_code == 405


@pytest.fixture
async def hurried(server: LiveServer) -> AsyncIterator[httpx.AsyncClient]:
    """A phone at a door that waits for nobody."""
    app = Starlette(routes=[link_route(patience_seconds=0.2)])
    app.state.services = server.services
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://go.example", headers=PHONE) as client:
        yield client


async def test_who_comes_while_the_customer_is_locked_is_sent_on_and_kept_by_a_job(
    server: LiveServer, hurried: httpx.AsyncClient
):
    async with server.services.database.transaction() as connection:
        await connection.execute("SELECT FROM contact FOR UPDATE")

        assert (await hurried.get(f"/l/{OLD['slug']}")).status_code == 302
        assert (await hurried.get("/l/unsafe")).status_code == 404

    assert await counts(server) == (0, 0)
    async with server.services.database.connection() as connection:
        jobs = await connection.fetch("SELECT entrypoint FROM pgqueuer")
    assert [job["entrypoint"] for job in jobs] == ["click"]


async def test_who_cannot_be_answered_now_is_asked_to_come_again(
    server: LiveServer, hurried: httpx.AsyncClient
):
    async with server.services.database.transaction() as connection:
        await connection.execute("LOCK TABLE tracked_link")

        answer = await hurried.get(f"/l/{OLD['slug']}")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["cache-control"] == "no-store"
    assert "<h1>The link cannot be opened right now</h1>" in answer.text
    assert (await hurried.get(f"/l/{OLD['slug']}")).status_code == 302
    assert await counts(server) == (1, 0)


async def test_a_crowd_is_counted_to_the_last(server: LiveServer, phone: httpx.AsyncClient):
    answers = await asyncio.gather(*(phone.get(f"/l/{OLD['slug']}") for _ in range(40)))

    assert {answer.status_code for answer in answers} == {302}
    assert await counts(server) == (40, 0)
