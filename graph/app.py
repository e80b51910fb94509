"""The application: every route, and what lives as long as the process."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute

from graph.context import Context
from graph.execution import Engine
from graph.schema import schema
from graph.view import GraphQLView
from localmessages.http.graphiql import graphiql_mount
from localmessages.settings import Settings
from models.database import open_database
from subscriptions.protocol import GraphQLSocket

GRAPHIQL = Path(__file__).parent.parent / "web" / "graphiql" / "dist"


def create_app(settings: Settings) -> Starlette:
    """The API of an installation whose servers run; they are reached when the application starts."""
    engine = Engine(schema.core)
    page = "/graphiql/" if settings.graphiql else None
    routes: list[BaseRoute] = [
        Route("/graphql", GraphQLView(engine, context_for, page=page)),
        WebSocketRoute("/graphql", GraphQLSocket(engine)),
        Route("/healthz", healthz),
    ]
    if settings.graphiql:
        routes.append(graphiql_mount(GRAPHIQL))
    return Starlette(routes=routes, lifespan=_lifespan(settings))


async def context_for(connection: HTTPConnection) -> Context:
    return await Context.for_request(connection.app.state, connection.headers.get("authorization"))


async def healthz(request: Request) -> PlainTextResponse:
    """That the process answers; whether its servers do is another question."""
    return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})


def _lifespan(settings: Settings) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        state: Any = app.state
        state.settings = settings
        state.database = await open_database(
            settings.database_url, min_size=settings.pool_min_size, max_size=settings.pool_max_size
        )
        state.redis = Redis.from_url(settings.redis_url, protocol=2)
        try:
            yield
        finally:
            await state.redis.aclose()
            await state.database.close()

    return lifespan
