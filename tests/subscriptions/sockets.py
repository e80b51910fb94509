"""Servers on a free port, and clients that speak `graphql-transport-ws` by hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from subscriptions.websocket import Patience, WebSocketProtocol

PATIENCE = 15
SPOKEN = [Subprotocol("graphql-transport-ws")]
Message = dict[str, Any]


@asynccontextmanager
async def served(
    app: ASGIApp, *, lifespan: bool = False, patience: Patience | None = None, **more: Any
) -> AsyncIterator[str]:
    """The address at which an application is served, as it is in production."""
    config = uvicorn.Config(
        app,
        port=0,
        ws=cast(type[asyncio.Protocol], partial(WebSocketProtocol, patience=patience)),
        ws_per_message_deflate=more.pop("deflate", False),
        lifespan="on" if lifespan else "off",
        log_config=None,
        **more,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started or task.done())
    try:
        yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        # What is open needs no goodbye, except where something has to be closed after it.
        server.force_exit = not lifespan
        await task


@asynccontextmanager
async def open_socket(
    url: str, payload: Message | None = None, **more: Any
) -> AsyncIterator[ClientConnection]:
    """A socket that is acknowledged."""
    async with connect(url, subprotocols=SPOKEN, **more) as socket:
        await say(socket, {"type": "connection_init"} | ({} if payload is None else {"payload": payload}))
        assert await hear(socket) == {"type": "connection_ack"}
        yield socket


async def say(socket: ClientConnection, message: Message) -> None:
    await socket.send(json.dumps(message))


async def hear(socket: ClientConnection) -> Message:
    text = await asyncio.wait_for(socket.recv(), PATIENCE)
    assert isinstance(text, str)
    message: Message = json.loads(text)
    return message


async def run(socket: ClientConnection, id: str, query: str, **more: Any) -> None:
    await say(socket, {"type": "subscribe", "id": id, "payload": {"query": query, **more}})


async def closed(socket: ClientConnection) -> tuple[int, str]:
    """The code and reason with which the other side closes, whatever it says before."""
    with suppress(ConnectionClosed):
        async with asyncio.timeout(PATIENCE):
            while True:
                await socket.recv()
    assert socket.close_code is not None
    return socket.close_code, socket.close_reason or ""


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)
