"""The API as a process."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import cast

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from localmessages.console import fail
from localmessages.settings import Settings
from subscriptions.websocket import Patience, WebSocketProtocol

# Longer than any request may take.
REQUESTS_END_WITHIN = 35

log = structlog.get_logger(__name__)


async def serve_forever(settings: Settings) -> None:
    """Serve until cancelled; then sockets and requests end in order. Cancelled again, it hurries."""
    with listen(settings) as door:
        await serve_at(door, settings.model_copy(update={"port": door.getsockname()[1]}))


async def serve_at(door: socket.socket, settings: Settings) -> None:
    """The same where somebody listens already."""
    from graph.app import create_app

    app = create_app(settings)
    async with running_server(app, settings, door, drain=partial(_drain, app, settings)) as task:
        # uvicorn keeps silent about a socket that it was given.
        log.info("serve.listening", graphql=f"{settings.url}/graphql")
        await asyncio.wait([task])


async def _drain(app: Starlette, settings: Settings) -> None:
    log.info("serve.draining", sockets=len(app.state.sockets))
    await app.state.sockets.drain(settings.drain_notice_seconds, settings.drain_seconds)


@contextmanager
def listen(settings: Settings) -> Iterator[socket.socket]:
    """The address, taken before anything is started for it; a taken one ends the command in a sentence."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        door = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        fail(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}.\n"
            "Stop what listens there, or choose another port with --port."
        )
    with door:
        yield door


async def _at_once() -> None:
    """For who stops everything: there is nowhere else to go."""


@asynccontextmanager
async def running_server(
    app: ASGIApp, settings: Settings, door: socket.socket, *, drain: Callable[[], Awaitable[None]] = _at_once
) -> AsyncIterator[asyncio.Task[None]]:
    """The API beside what else the event loop does, answering; the task ends when it does.

    At the end `drain` comes first, while it still answers.
    """
    server = _Server(_config(app, settings), drain)
    task = asyncio.create_task(server.serve(sockets=[door]))
    try:
        ready = asyncio.create_task(server.ready.wait())
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if task.done():
            await task
        yield task
    finally:
        server.should_exit = True
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            server.hurry()
            await asyncio.wait([task])
            raise
        await task


class _Server(uvicorn.Server):
    """Leaves signals to who started it, says when it answers, and is drained before it closes its door."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._drain = drain
        self._hurry = asyncio.Event()
        self._is_closing = False

    def hurry(self) -> None:
        """Wait for nobody any more."""
        self.config.timeout_graceful_shutdown = 0
        self._hurry.set()
        if self._is_closing:
            for task in self.server_state.tasks:
                task.cancel()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:
            # Out of a task it would tear down the loop before anything is closed.
            raise RuntimeError("The API could not start; the log says why.") from None
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        drained = asyncio.ensure_future(self._drain())
        hurry = asyncio.create_task(self._hurry.wait())
        await asyncio.wait({drained, hurry}, return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        drained.cancel()
        self._is_closing = True
        await super().shutdown(sockets)


class _Uncancelled:
    """Ends a request that the server does not wait for any longer without calling it an error."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            log.warning("serve.request_cancelled", type=scope["type"])


def _config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    patience = Patience(settings.socket_unsent_bytes, settings.socket_stalled_seconds)
    return uvicorn.Config(
        _Uncancelled(app),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws=cast(type[asyncio.Protocol], partial(WebSocketProtocol, patience=patience)),
        ws_max_size=settings.socket_frame_bytes,
        ws_ping_interval=settings.socket_ping_seconds,
        ws_ping_timeout=settings.socket_pong_seconds,
        ws_per_message_deflate=settings.socket_compression,
        timeout_graceful_shutdown=REQUESTS_END_WITHIN,
        log_config=None,
        access_log=False,
        # The application asks its own proxies alone (`http/edge.py`).
        proxy_headers=False,
        server_header=False,
    )
