"""The API as several processes behind one address."""

import asyncio
import multiprocessing
import os
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from types import FrameType

import structlog
import uvloop
from prometheus_client.multiprocess import mark_process_dead

from localmessages.console import fail
from localmessages.logs import configure_logging
from localmessages.serving import REQUESTS_END_WITHIN, listen, serve_at
from localmessages.settings import Settings

PAUSE = 1.0
COULD_NOT_START = 3

log = structlog.get_logger(__name__)


def serve_with_processes(settings: Settings, workers: int) -> None:
    """Serve until SIGINT or SIGTERM. A process that ends otherwise is replaced."""
    with listen(settings) as door, shared_metrics():
        settings = settings.with_secret().model_copy(update={"port": door.getsockname()[1]})
        Processes(settings, door).run(workers)


@contextmanager
def shared_metrics() -> Iterator[None]:
    """A place where the processes count together, for whichever of them is asked for metrics."""
    with tempfile.TemporaryDirectory(prefix="localmessages-metrics-") as directory:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
        try:
            yield
        finally:
            del os.environ["PROMETHEUS_MULTIPROC_DIR"]


class Processes:
    """The parent: it starts, watches and stops the others, and serves nobody itself."""

    def __init__(self, settings: Settings, door: socket.socket) -> None:
        self._settings = settings
        self._door = door
        self._context = multiprocessing.get_context("spawn")
        self._running: list[SpawnProcess] = []
        self._is_stopping = False

    def run(self, count: int) -> None:
        with self._signals():
            self._running = [self._start() for _ in range(count)]
            while not self._is_stopping:
                wait([process.sentinel for process in self._running], PAUSE)
                self._replace()
            self._stop()
        if any(process.exitcode == COULD_NOT_START for process in self._running):
            fail("The API could not start; the log says why.")

    def _start(self) -> SpawnProcess:
        process = self._context.Process(target=_work, args=(self._settings, self._door))
        process.start()
        log.info("serve.process_started", pid=process.pid)
        return process

    def _replace(self) -> None:
        for number, process in enumerate(self._running):
            if process.exitcode is None or self._is_stopping:
                continue
            mark_process_dead(process.pid)  # type: ignore[no-untyped-call]
            log.error("serve.process_ended", pid=process.pid, exit_code=process.exitcode)
            if process.exitcode == COULD_NOT_START:
                self._is_stopping = True
                return
            time.sleep(PAUSE)
            self._running[number] = self._start()

    def _stop(self) -> None:
        settings = self._settings
        longest = settings.drain_notice_seconds + settings.drain_seconds + REQUESTS_END_WITHIN
        deadline = time.monotonic() + longest + 10
        self._terminate()
        for process in self._running:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.exitcode is None:
                process.kill()
                process.join()

    def _terminate(self) -> None:
        for process in self._running:
            if process.exitcode is None:
                process.terminate()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def stop(number: int, frame: FrameType | None) -> None:
            if self._is_stopping:
                # Asked again: they hurry.
                self._terminate()
            self._is_stopping = True

        before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def _work(settings: Settings, door: socket.socket) -> None:
    # A terminal sends it to all of them; the parent says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    configure_logging(settings.log_level, json=settings.production)
    try:
        uvloop.run(_serve(settings, door))
    except asyncio.CancelledError:
        pass
    except RuntimeError as error:
        log.critical("serve.could_not_start", reason=str(error))
        raise SystemExit(COULD_NOT_START) from None


async def _serve(settings: Settings, door: socket.socket) -> None:
    task, parent = asyncio.current_task(), multiprocessing.parent_process()
    assert task
    assert parent
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, task.cancel)

    def orphaned() -> None:
        loop.remove_reader(parent.sentinel)
        task.cancel()

    loop.add_reader(parent.sentinel, orphaned)
    await serve_at(door, settings)
