"""The whole API on a real port, and clients of it: a person over HTTP, and a person at a socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect

from graph.app import create_app
from localmessages.actions.owners import token_for
from localmessages.services import Services
from localmessages.settings import Settings
from subscriptions.websocket import WebSocketProtocol

SECRET = "a secret of thirty-two characters"


@dataclass(frozen=True)
class LiveServer:
    """A running API; `services` are its own."""

    url: str
    services: Services
    app: Starlette

    async def token(self, email: str) -> str:
        """A bearer token of whoever has an address."""
        token = await token_for(self.services, email)
        assert token is not None
        return token

    async def ask(self, email: str, query: str, **variables: Any) -> Any:
        """The data of an operation; fails on any top-level error."""
        headers = {"authorization": f"Bearer {await self.token(email)}"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers) as client:
            answer = (await client.post("/graphql", json={"query": query, "variables": variables})).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    @asynccontextmanager
    async def watch(self, email: str, query: str, **variables: Any) -> AsyncIterator["Watcher"]:
        """A socket with one subscription."""
        address = self.url.replace("http", "ws", 1) + "/graphql"
        async with connect(address, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
            token = await self.token(email)
            await _say(socket, type="connection_init", payload={"Authorization": f"Bearer {token}"})
            assert (await _hear(socket))["type"] == "connection_ack"
            await _say(socket, id="1", type="subscribe", payload={"query": query, "variables": variables})
            yield Watcher(socket)


@dataclass(frozen=True)
class Watcher:
    """Who sits at a socket."""

    socket: ClientConnection

    async def next(self) -> Any:
        """The next event's data."""
        message = await _hear(self.socket)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        (data,) = message["payload"]["data"].values()
        return data

    async def until(self, kind: str) -> list[Any]:
        """The events up to the first of a kind, that one included."""
        seen = [await self.next()]
        while seen[-1]["__typename"] != kind:
            seen.append(await self.next())
        return seen


async def _say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(orjson.dumps(message).decode())


async def _hear(socket: ClientConnection) -> Any:
    return orjson.loads(await asyncio.wait_for(socket.recv(), 20))


@asynccontextmanager
async def live_server(database_url: str, redis_url: str, **more: Any) -> AsyncIterator[LiveServer]:
    """Serve an API over these servers on a free port, in this process; `more` settings."""
    settings = Settings(
        database_url=database_url, redis_url=redis_url, secret_key=SECRET, port=0, pool_max_size=8, **more
    )
    app = create_app(settings)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, ws=WebSocketProtocol, lifespan="on")
    )
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            assert not serving.done(), "the server did not start"
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield LiveServer(f"http://127.0.0.1:{port}", app.state.services, app)
    finally:
        server.should_exit = True
        await serving
