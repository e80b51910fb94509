"""Every address of the application, with all that one may have heard of: no bug, and nothing of others."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from graph.app import create_app
from graph.context import Context, Faces
from graph.loaders import Loaders
from localmessages.settings import Settings
from subscriptions.bus import Bus
from subscriptions.hub import Hub
from tests.crawl.actors import OWNER, ROLES, TYPES, Role, hidden_from, hidden_ids
from tests.crawl.conftest import Made
from tests.crawl.markers import Hidden, Whose
from tests.crawl.world import World

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
ODD = ("", "none", "..%2F..%2Fetc%2Fpasswd", "%00", "%F0%9F%98%80", "a" * 3000, "{id}", "-1")
BODIES = (b"", b"{}", b"[]", b"\xff\xfe", b"do=pay&card=VISA&token=1.2.3")
JSON = {"content-type": "application/json"}


@pytest.fixture
async def app(copied: Made, redis_url: str) -> AsyncIterator[Starlette]:
    """The whole application, over the world."""
    url, world = copied
    services = world.company.services
    settings = Settings(
        database_url=url,
        redis_url=redis_url,
        secret_key=services.secret,
        port=0,
        requests_per_viewer=10**9,
        requests_per_address=10**9,
    )
    app = create_app(settings)
    hub = Hub(services.database, Bus(redis_url))
    await hub.start()
    app.state.services, app.state.hub = replace(services, clock=lambda: world.now), hub
    app.state.faces = Faces(Loaders, live=_nobody)
    yield app
    await hub.close()


def _nobody(context: Context) -> Any:
    raise AssertionError("nobody watches here")


def addresses(routes: list[BaseRoute], before: str = "") -> Iterator[tuple[str, str]]:
    """The path of each route, and its methods."""
    for route in routes:
        if isinstance(route, Mount):
            yield from addresses(route.routes, before + route.path)
            yield before + route.path + "/{rest}", "GET"
        elif isinstance(route, Route):
            for method in route.methods or METHODS:
                yield before + route.path, method


def parts(world: World, role: Role, hidden: Hidden, path: str) -> list[str]:
    """What is tried for the open part of a path, but what opens a thing for whoever has it."""
    ids = [each for type_name in TYPES for each in hidden_ids(world, role, type_name)[:1]]
    slugs = [text for whose in set(Whose) - role.sees for text in world.texts[whose]["slug"][:1]]
    keys = sorted(hidden.keys)[:1]
    providers = [*world.company.services.identity_providers] if path.startswith("/auth/") else []
    return [*ODD, *providers, *ids, *keys, *([] if path.startswith("/l/") else slugs)]


async def test_no_address_gives_anything_of_others_away(app: Starlette, copied: Made) -> None:
    _, world = copied
    tried = 0
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://texts.example") as client:
        for role in ROLES:
            token = role.token(world)
            headers = {"authorization": f"Bearer {token}"} if token else {}
            hidden = hidden_from(world, role)
            for path, method in addresses(app.routes):
                for part in parts(world, role, hidden, path) if "{" in path else [""]:
                    for body in BODIES if method == "POST" else BODIES[:1]:
                        url = part.join(re.split(r"\{.*?\}", path))
                        extra = JSON if path == "/graphql" else {}
                        answer = await client.request(method, url, headers=headers | extra, content=body)
                        tried += 1
                        where = f"{role}: {method} {url} {body!r}"
                        # The page that nobody has built says so.
                        assert answer.status_code < 500 or path.startswith("/graphiql"), where
                        said = f"{answer.headers} {answer.text}"
                        told = hidden.found_in(said, given=[url])
                        assert not told, f"{where} tells {told}"
    print(f"{tried} requests")


async def files(world: World, who: str, whose: Whose) -> list[str]:
    """The addresses of somebody's files."""
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Export { downloadUrl } } }"
    nodes = (await world.company.ask(who, document, ids=world.ids(whose, "Export")))["nodes"]
    return [node["downloadUrl"] for node in nodes if node["downloadUrl"]]


async def test_the_address_of_a_file_opens_no_other(app: Starlette, copied: Made) -> None:
    _, world = copied
    theirs = await files(world, "Nora", Whose.NEIGHBOUR)
    mine = await files(world, "Olive", Whose.OFFICE)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport) as client:
        assert (await client.get(mine[0])).status_code == 200
        for url in (
            f"{theirs[0].partition('?')[0]}?{mine[0].partition('?')[2]}",
            theirs[0].partition("?")[0],
            theirs[0][:-1],
            re.sub(r"until=\d", "until=9", theirs[0]),
            re.sub(r"signature=.*", "signature=%00", theirs[0]),
        ):
            answer = await client.get(url)
            assert answer.status_code == 403, url
            assert not hidden_from(world, OWNER).found_in(answer.text)


async def test_the_query_route_tells_no_more_than_the_engine(app: Starlette, copied: Made) -> None:
    _, world = copied
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://texts.example") as client:
        for role in ROLES:
            token = role.token(world)
            headers = {"authorization": f"Bearer {token}"} if token else {}
            ids = [each for type_name in TYPES for each in hidden_ids(world, role, type_name)[:2]]
            sent = {"query": document, "variables": {"ids": ids[:100]}}
            answer = (await client.post("/graphql", json=sent, headers=headers)).json()
            if role.sees:
                assert answer == {"data": {"nodes": [None] * len(ids[:100])}}
            else:
                assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
                assert not answer.get("data")
