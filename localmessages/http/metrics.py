"""`/metrics`: what Prometheus reads, for whoever has the token."""

import asyncio
import hmac
import os
from contextlib import suppress
from typing import Any

import asyncpg
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from localmessages import metrics
from models.database import Database

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
PATIENCE = 2.0
EVERY_SECONDS = 5.0


def metrics_route(token: str, *, is_open: bool) -> BaseRoute:
    """Without a token it is there only where it `is_open` to everybody."""

    async def show(request: Request) -> Response:
        if not token and not is_open:
            return PlainTextResponse("Set LOCALMESSAGES_METRICS_TOKEN to have metrics here.\n", 404)
        if token and not _has(request, token):
            return PlainTextResponse("Send the token.\n", 401, {"www-authenticate": "Bearer"})
        measure(request.app.state)
        with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            async with asyncio.timeout(PATIENCE):
                await measure_work(request.app.state.services.database)
        # It reads files where there are several processes.
        text = await asyncio.to_thread(generate_latest, _registry())
        return Response(text, media_type=CONTENT_TYPE_LATEST, headers={"cache-control": "no-store"})

    return Route("/metrics", show, methods=["GET"])


async def measure_always(state: Any) -> None:
    """Keep what this process has known to the others, whichever of them is asked."""
    while True:
        measure(state)
        await asyncio.sleep(EVERY_SECONDS)


def measure(state: Any) -> None:
    """What this process has open."""
    pool = state.services.database.pool
    metrics.POOL_CONNECTIONS.labels("idle").set(pool.get_idle_size())
    metrics.POOL_CONNECTIONS.labels("busy").set(pool.get_size() - pool.get_idle_size())
    metrics.SOCKETS.set(len(state.sockets))
    metrics.SCOPES.set(state.hub.scopes_in_use)
    metrics.REDIS_CONNECTED.set(state.hub.is_connected)


async def measure_work(database: Database) -> None:
    """What waits in the database for the workers of all processes."""
    async with database.connection() as connection:
        rows = await connection.fetch(_JOBS)
        deltas = await connection.fetchval("SELECT count(*) FROM message_hour_delta")
    metrics.JOBS.clear()
    for row in rows:
        metrics.JOBS.labels(row["kind"], row["status"]).set(row["count"])
    metrics.JOBS_OLDEST_SECONDS.set(
        max((row["oldest"] for row in rows if row["status"] == "queued"), default=0)
    )
    metrics.ROLLUP_DELTAS.set(deltas)


def _has(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def _registry() -> CollectorRegistry:
    if DIRECTORY not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


_JOBS = """
SELECT entrypoint AS kind, status::text, count(*),
    coalesce(greatest(extract(epoch FROM now() - min(execute_after)), 0), 0)::float8 AS oldest
FROM pgqueuer
GROUP BY entrypoint, status
"""
