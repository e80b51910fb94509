"""`localmessages serve` as a process that can be killed, stopped, and sent an hour ahead."""

import asyncio
import os
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.faults.processes import PATIENCE, Child, end_with
from tests.support.waiting import eventually

SECRET = "a secret of these tests, of more than thirty-two characters"


class Ended(Exception):
    """The process ended before it answered; the message is its log."""


class Api:
    """One API process over a database and a Redis; `log` is what it said."""

    def __init__(self, database_url: str, redis_url: str, log: Path, drain_seconds: float) -> None:
        self.log = log
        self.url = ""
        self.is_in_service = False
        """Whether a load balancer sends people here."""
        environment = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "LOCALMESSAGES_SECRET_KEY": SECRET,
            "LOCALMESSAGES_POOL_MAX_SIZE": "8",
            "LOCALMESSAGES_DRAIN_NOTICE_SECONDS": "0.2",
            "LOCALMESSAGES_DRAIN_SECONDS": str(drain_seconds),
            "LOCALMESSAGES_SOCKETS_PER_VIEWER": "10000",
            # Two people stand for thousands, all from one address.
            "LOCALMESSAGES_REQUESTS_PER_VIEWER": "1000000",
            "LOCALMESSAGES_REQUESTS_PER_ADDRESS": "1000000",
        }
        self.child = Child(_serve, environment, str(log))

    async def ready(self) -> "Api":
        """Itself, once it answers."""
        port = await eventually(self._port, within=PATIENCE)
        self.url = f"http://127.0.0.1:{port}"
        await eventually(self._answers, within=PATIENCE)
        self.is_in_service = True
        return self

    async def die_at_next_publish(self) -> None:
        """Have it killed after its next commit, before anybody is told."""
        await self.child.do("die at the next publish")

    async def step_clock(self, hours: int) -> None:
        """Put its clock forward, or back."""
        await self.child.do(hours)

    async def end(self) -> None:
        """Take it out of service, as a deploy does: SIGTERM; returns when it is gone."""
        self.is_in_service = False
        self.child.signal(signal.SIGTERM)
        await self.child.ended()

    async def _port(self) -> int:
        self._fail_if_ended()
        try:
            connections = psutil.Process(self.child.pid).net_connections("tcp")
        except psutil.Error:
            # It has just ended; the next look says so.
            return 0
        listening = [each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN]
        return listening[0] if listening else 0

    def _fail_if_ended(self) -> None:
        if not self.child.is_alive:
            raise Ended(self.log.read_text())

    async def _answers(self) -> bool:
        self._fail_if_ended()
        async with httpx.AsyncClient(base_url=self.url, timeout=PATIENCE, verify=False) as client:
            try:
                return (await client.get("/healthz")).status_code == 200
            except httpx.TransportError:
                return False


def _serve(pipe: Connection, environment: dict[str, str], log: str) -> None:
    os.environ.update(environment)
    with Path(log).open("ab") as said:
        os.dup2(said.fileno(), sys.stdout.fileno())
        os.dup2(said.fileno(), sys.stderr.fileno())
    threading.Thread(target=end_with, args=(pipe, _obey), daemon=True).start()
    from localmessages.cli import app

    app(["serve", "--host", "127.0.0.1", "--port", "0"])


def _obey(command: Any) -> None:
    if isinstance(command, int):
        _step_clock(command)
    else:
        _die_at_next_publish()


def _die_at_next_publish() -> None:
    from subscriptions.bus import Bus

    # The transaction stands when this is called (Services.transaction).
    Bus.publish = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]


def _step_clock(hours: int) -> None:
    import time_machine

    time_machine.travel(datetime.now(UTC) + timedelta(hours=hours), tick=True).start()


async def all_ready(*apis: Api) -> None:
    """Wait for several at once."""
    await asyncio.gather(*(api.ready() for api in apis))
