"""The application: every route, and what lives as long as the process."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute

from graph.context import Context, Faces
from graph.document_store import DocumentStore
from graph.execution import Engine
from graph.limits import Limits
from graph.loaders import Loaders
from graph.persisted import Persisted, operation_names, read_documents
from graph.schema import schema
from graph.view import GraphQLView
from localmessages.http.edge import edge
from localmessages.http.exports import export_route
from localmessages.http.graphiql import graphiql_mount
from localmessages.http.health import health_routes
from localmessages.http.identity import identity_routes
from localmessages.http.links import link_route
from localmessages.http.metrics import measure_always, metrics_route
from localmessages.http.pay import pay_routes
from localmessages.http.visit import Visit
from localmessages.http.webhooks import webhook_routes
from localmessages.metrics import Names
from localmessages.process import serving
from localmessages.rates import Rates
from localmessages.settings import Settings
from localmessages.tracing import start_tracing
from subscriptions.admission import Admission
from subscriptions.claims import Claims
from subscriptions.groups import Groups
from subscriptions.limits import SocketLimits
from subscriptions.protocol import GraphQLSocket
from subscriptions.sockets import Sockets
from subscriptions.sources import Live

_WEB = Path(__file__).parent.parent / "web"
GRAPHIQL = _WEB / "graphiql" / "dist"
TRUSTED = _WEB / "console" / "dist" / "documents.json"


def create_app(settings: Settings) -> Starlette:
    """The API of an installation whose servers run; they are reached when the application starts."""
    start_tracing()
    trusted = read_documents(settings.trusted_documents or TRUSTED)
    engine = engine_of(settings, Names(operation_names(trusted)))
    limits = socket_limits(settings)
    rates = rates_of(settings)
    store = DocumentStore(settings.redis_url) if settings.persisted_queries else None
    persisted = Persisted(trusted, only=settings.trusted_documents_only, store=store)
    claims = Claims(settings.redis_url, limits.sockets) if settings.redis_url else None
    sockets = Sockets(limits.sockets, claims)
    admission = Admission(settings.subscriptions_at_once)
    beside: list[AbstractAsyncContextManager[object]] = [rates.told()]
    if claims is not None:
        beside.append(claims.renewed())
    if store is not None:
        beside.append(store)
    page = "/graphiql/" if settings.graphiql else None
    routes: list[BaseRoute] = [
        Route("/graphql", GraphQLView(engine, context_for, page=page, rates=rates, persisted=persisted)),
        WebSocketRoute(
            "/graphql",
            GraphQLSocket(
                engine,
                socket_context_for,
                limits=limits,
                sockets=sockets,
                admission=admission,
                url=settings.url,
                origins=settings.origins,
                rates=rates,
                persisted=persisted,
            ),
        ),
        *health_routes(),
        link_route(),
        export_route(),
        *identity_routes(),
        *pay_routes(),
        *webhook_routes(),
        metrics_route(settings.metrics_token, is_open=not settings.production),
    ]
    if settings.graphiql:
        routes += [Route("/", to_graphiql), graphiql_mount(GRAPHIQL)]
    app = Starlette(
        routes=routes,
        middleware=edge(settings, rates, paths(routes)),
        lifespan=_lifespan(settings, admission, beside),
    )
    app.state.sockets, app.state.origins = sockets, settings.origins
    return app


def engine_of(settings: Settings, names: Names) -> Engine:
    """The schema at work, within the limits of an installation."""
    limits = Limits(
        body_bytes=settings.graphql_body_bytes,
        document_bytes=settings.graphql_document_bytes,
        variables_bytes=settings.graphql_variables_bytes,
        tokens=settings.graphql_tokens,
        depth=settings.graphql_depth,
        fields=settings.graphql_fields,
        aliases=settings.graphql_aliases,
        overlaps=settings.graphql_overlaps,
        fragments=settings.graphql_fragments,
        cost=settings.graphql_cost,
        introspection=settings.graphql_schema_fields,
        seconds=settings.graphql_seconds,
    )
    return Engine(
        schema.core,
        limits,
        introspection=settings.introspection,
        suggestions=settings.suggestions,
        names=names,
    )


def rates_of(settings: Settings) -> Rates:
    """How often viewers and addresses may ask in an installation."""
    return Rates(
        settings.redis_url,
        per_viewer=settings.requests_per_viewer,
        per_address=settings.requests_per_address,
        seconds=settings.requests_seconds,
    )


def paths(routes: Sequence[BaseRoute]) -> set[str]:
    """The first parts of our addresses; what follows may be a key."""
    found: set[str] = {getattr(route, "path", "") for route in routes}
    return {"/" + path.split("/", 2)[1] for path in found if path}


def socket_limits(settings: Settings) -> SocketLimits:
    """What sockets may do in an installation."""
    return SocketLimits(
        init_seconds=settings.socket_init_seconds,
        frame_bytes=settings.socket_frame_bytes,
        operations=settings.socket_operations,
        messages=settings.socket_messages,
        sockets=settings.sockets_per_viewer,
    )


async def context_for(connection: HTTPConnection) -> Context:
    """The context of a request."""
    return await socket_context_for(connection, connection.headers.get("authorization"))


async def socket_context_for(connection: HTTPConnection, authorization: str | None) -> Context:
    """The context of an operation on a socket, whose first message says who asks."""
    state = connection.app.state
    visit = Visit.of(connection, state.services.public_url, state.origins)
    return Context.for_token(state.services, state.faces, authorization, visit)


async def to_graphiql(request: Request) -> RedirectResponse:
    """What a newcomer finds at the address alone, as long as there is no console."""
    return RedirectResponse("/graphiql/")


def _lifespan(
    settings: Settings, admission: Admission, beside: Sequence[AbstractAsyncContextManager[object]]
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """What lives as long as the process; `beside` it what the routes already hold."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        state: Any = app.state
        async with AsyncExitStack() as stack:
            for each in beside:
                await stack.enter_async_context(each)
            services, state.hub = await stack.enter_async_context(serving(settings, admission))
            sessions = state.sockets.sessions
            await stack.enter_async_context(sessions.watched(services.database))
            state.services = replace(services, publish=sessions.listening(services.publish))
            faces = Faces(Loaders, live=lambda context: Live(context, state.hub))
            groups = Groups(state.services, faces)
            state.faces = replace(faces, groups=groups)
            measuring = asyncio.create_task(measure_always(state))
            yield
            measuring.cancel()
            await groups.close()

    return lifespan
