"""What the commands share: read the settings, work in an installation, refuse in a sentence."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import pydantic
import typer
import uvloop
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from localmessages.embedded import ServerStartError
from localmessages.installation import installation
from localmessages.logs import configure_logging
from localmessages.settings import Settings, read_settings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

out, err = Console(highlight=False), Console(stderr=True, highlight=False)
T = TypeVar("T")


def settings_of(
    data_dir: Path | None, *, now: datetime | None = None, host: str | None = None, port: int | None = None
) -> Settings:
    try:
        settings = read_settings(data_dir=data_dir, now=now, host=host, port=port)
    except pydantic.ValidationError as error:
        fail("\n".join(_sentence(problem) for problem in error.errors()))
    configure_logging(settings.log_level, json=settings.production)
    return settings


def _sentence(problem: "ErrorDetails") -> str:
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg']}" if where else problem["msg"].removeprefix("Value error, ")


def run(work: Callable[[Settings], Awaitable[T]], settings: Settings, *, migrated: bool = True) -> T:
    """Do `work` in the installation. Ctrl-C and SIGTERM cancel it, and the servers stop in order."""

    async def inside() -> T:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        async with installation(settings, migrated=migrated) as ready:
            return await work(ready)

    try:
        return uvloop.run(inside())
    except ServerStartError as error:
        fail(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(128 + signal.SIGINT) from None
    except asyncio.CancelledError:
        raise typer.Exit(128 + signal.SIGTERM) from None


@asynccontextmanager
async def lines_done() -> AsyncIterator[Callable[[int], None]]:
    """A bar that counts lines while a log is loaded, on the standard error."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.completed:,.0f} lines"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    ) as progress:
        task = progress.add_task("replay", total=None)
        yield lambda lines: progress.advance(task, lines)


def fail(message: str) -> NoReturn:
    err.print(message, style="red", soft_wrap=True, markup=False)
    raise typer.Exit(1)
