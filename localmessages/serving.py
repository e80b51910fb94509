"""The API as a process, or as several."""

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from localmessages.logs import configure_logging
from localmessages.settings import Settings


async def serve_forever(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests that run may end first."""
    from graph.app import create_app

    await uvicorn.Server(_config(create_app(settings), settings)).serve()


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
