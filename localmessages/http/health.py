"""What a balancer asks: whether the process lives, and whether to send it people."""

import asyncio
from typing import Any

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from models.database import Database

PATIENCE = 2.0
NOT_KEPT = {"cache-control": "no-store"}


def health_routes() -> list[Route]:
    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def healthz(request: Request) -> PlainTextResponse:
    """That the process answers; whether its servers do is another question."""
    return PlainTextResponse("ok\n", headers=NOT_KEPT)


async def readyz(request: Request) -> JSONResponse:
    """Whether it can serve, and what is degraded. Without Redis everything works, only later."""
    state: Any = request.app.state
    lacks = {
        "draining": state.sockets.is_draining,
        "database": not await _answers(state.services.database),
        "redis": not state.hub.is_connected,
    }
    ready = not (lacks["draining"] or lacks["database"])
    answer = {"ready": ready, "degraded": [name for name, is_lacking in lacks.items() if is_lacking]}
    return JSONResponse(answer, 200 if ready else 503, headers=NOT_KEPT)


async def _answers(database: Database) -> bool:
    try:
        async with asyncio.timeout(PATIENCE), database.connection() as connection:
            await connection.execute("SELECT")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return True
