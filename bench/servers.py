"""HTTP servers as processes of their own."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from bench import cpu, node
from bench.company import NOW
from bench.town import SECRET, Town

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0
GRACE = 30.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    port: int
    process: psutil.Process


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def ours(town: Town, redis_url: str, **more: object) -> AsyncIterator[Running]:
    """`localmessages serve`, its clock where the town's is; `more` settings."""
    settings = {
        "DATABASE_URL": town.database_url,
        "REDIS_URL": redis_url,
        "LOCALMESSAGES_SECRET_KEY": SECRET,
        "LOCALMESSAGES_LOG_LEVEL": "WARNING",
        # All sockets of the load are one viewer's.
        "LOCALMESSAGES_SOCKETS_PER_VIEWER": "10000",
        "LOCALMESSAGES_REQUESTS_PER_VIEWER": "1000000000",
        "LOCALMESSAGES_REQUESTS_PER_ADDRESS": "1000000000",
        **{f"LOCALMESSAGES_{name.upper()}": str(value) for name, value in more.items()},
    }
    port = free_port()
    command = [*command_line(), "serve", "--port", str(port), "--now", NOW.isoformat()]
    async with started(command, settings, port, path="/healthz") as server:
        yield server


@asynccontextmanager
async def peer(name: str, town: Town, redis_url: str = "") -> AsyncIterator[Running]:
    """One of `bench/peers`."""
    settings = {
        "DATABASE_URL": town.database_url,
        "BENCH_VIEWER": str(town.viewer_id),
        "REDIS_URL": redis_url,
    }
    port = free_port()
    command = [sys.executable, "-m", "bench.peers", name, str(port)]
    async with started(command, settings, port, path="/healthz") as server:
        yield server


@asynccontextmanager
async def node_peer(name: str, redis_url: str) -> AsyncIterator[Running]:
    """One of `bench/peers/node`, once `node.missing` says that nothing is."""
    port = free_port()
    command = [node.program(), str(node.PEERS / f"{name}.js"), str(port)]
    async with started(command, {"REDIS_URL": redis_url}, port, path="/healthz") as server:
        yield server


def command_line() -> list[str]:
    """How `localmessages` is started here."""
    return [sys.executable, "-c", "from localmessages.cli import main; main()"]


@asynccontextmanager
async def started(
    command: list[str], settings: Mapping[str, str], port: int, *, path: str
) -> AsyncIterator[Running]:
    """A server on a core of its own, from when it answers until it has been stopped."""
    child = Child.of(command, {**os.environ, **settings})
    try:
        cpu.pin(child.process.pid, cpu.cores()[0])
        await child.answers(f"http://127.0.0.1:{port}{path}", PATIENCE)
        yield Running(port, psutil.Process(child.process.pid))
    finally:
        await child.stop(signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Child:
    """A process out of reach of the terminal's Ctrl-C, and what it says."""

    process: "subprocess.Popen[bytes]"
    said: IO[bytes]

    @classmethod
    def of(cls, command: list[str], environment: Mapping[str, str]) -> "Child":
        """Start it."""
        said = tempfile.TemporaryFile()  # noqa: SIM115  it is closed when the process is stopped
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        return cls(process, said)

    async def answers(self, url: str, patience: float) -> None:
        """Return once an address answers; an error with the process' last words if it ends before."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and self.process.poll() is None:
            if await asyncio.to_thread(_answers, url):
                return
            await asyncio.sleep(0.02)
        self.said.seek(0)
        words = self.said.read()[-2000:].decode(errors="replace")
        raise RuntimeError(f"{url} does not answer; the process has said:\n{words}")

    async def stop(self, signal: signal.Signals) -> None:
        """Ask it to end, and wait until it has; a peer that does not end with its sockets is killed."""
        self.process.send_signal(signal)
        try:
            await asyncio.to_thread(self.process.wait, GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            await asyncio.to_thread(self.process.wait, PATIENCE)
        self.said.close()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
