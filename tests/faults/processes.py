"""Processes of the tests: quick to start, and gone when the tests are, however these end.

They are forked from a process that has imported the API already: a start takes a tenth of a second. Each has
a pipe to the tests, and ends when that closes.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import psutil

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["graph.app", "localmessages.cli", "localmessages.serving", "time_machine"])

PATIENCE = 30


class Child:
    """A process that runs `target(pipe, …)`; the other end of the pipe is `pipe`."""

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:
        self.pipe, theirs = _forks.Pipe()
        self._process: BaseProcess = _forks.Process(target=target, args=(theirs, *arguments), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it runs, or is stopped."""
        return self._process.is_alive()

    @property
    def memory(self) -> int:
        """The bytes that it has in memory."""
        return int(psutil.Process(self.pid).memory_info().rss)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        if self.is_alive:
            os.kill(self.pid, number)

    async def do(self, command: Any) -> Any:
        """Send a command, and wait until it is done; what the process answers."""
        self.pipe.send(command)
        assert await asyncio.to_thread(self.pipe.poll, PATIENCE), f"process {self.pid} does not obey"
        return self.pipe.recv()

    async def kill(self) -> None:
        """End it at once, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        await self.ended()

    async def ended(self) -> None:
        """Wait until it is gone; fails when it stays."""
        await asyncio.to_thread(self._process.join, PATIENCE)
        assert not self.is_alive, f"process {self.pid} does not end"


def end_with(pipe: Connection, obey: Callable[[Any], None]) -> None:
    """Obey what comes through the pipe; the end of the tests is the end of this process."""
    try:
        while True:
            obey(pipe.recv())
            pipe.send(None)
    except (EOFError, OSError):
        os._exit(1)
