"""The API as a process, or as several."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from localmessages.console import fail
from localmessages.logs import configure_logging
from localmessages.settings import Settings

log = structlog.get_logger(__name__)


async def serve_forever(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests that run may end first."""
    from graph.app import create_app

    with listen(settings) as door:
        server = uvicorn.Server(_config(create_app(settings), settings))
        # uvicorn keeps silent about a socket that it was given.
        log.info("serve.listening", graphql=f"{settings.url}/graphql")
        await server.serve(sockets=[door])


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


@asynccontextmanager
async def running_server(
    app: ASGIApp, settings: Settings, door: socket.socket
) -> AsyncIterator[asyncio.Task[None]]:
    """The API beside what else the event loop does, answering; the task ends when it does."""
    server = _Beside(_config(app, settings))
    task = asyncio.create_task(server.serve(sockets=[door]))
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if task.done():
        await task
    try:
        yield task
    finally:
        server.should_exit = True
        await task


class _Beside(uvicorn.Server):
    """A server that leaves signals to who started it, and says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

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


def serve_with_processes(settings: Settings, workers: int) -> None:
    """The same in several processes, which read the environment again."""
    config = _config("localmessages.serving:app_of_a_process", settings, workers)
    Multiprocess(config, sockets=[config.bind_socket()]).run()


def app_of_a_process() -> ASGIApp:
    from graph.app import create_app

    settings = Settings()
    configure_logging(settings.log_level, json=settings.production)
    return create_app(settings.with_secret())


def _config(app: ASGIApp | str, settings: Settings, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        host=settings.host,
        port=settings.port,
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        # It costs three times the CPU and 34 KB a socket (realtime.md).
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
    )
