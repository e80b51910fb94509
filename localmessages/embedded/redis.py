"""The embedded Redis: it makes things fast and keeps nothing."""

import asyncio
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import redis.asyncio
import redis.exceptions
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from localmessages.embedded import process
from localmessages.embedded.errors import ServerStartError
from localmessages.embedded.home import Home
from localmessages.embedded.programs import redis_program

PATIENCE = 10.0


class Redis:
    name = "Redis"

    def __init__(self, home: Home) -> None:
        self._home = home
        self._socket = home.run / "redis.sock"
        self._log = process.Log(home.logs / "redis.log")
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self._socket))}?db=0"

    @property
    def pid(self) -> int | None:
        return process.recorded_pid(self._home.run / "redis.pid")

    def is_running(self) -> bool:
        if self._child is not None:
            self._child.poll()
        return process.is_alive(self.pid, self._home.run)

    async def ensure(self) -> None:
        """Return once the server answers: the one that runs, or a new one where it is dead or stuck."""
        if self.is_running() and await self._answers():
            return
        await self.stop()
        self._spawn()
        deadline = time.monotonic() + PATIENCE
        while not await self._answers():
            if self._child is not None and self._child.poll() is not None:
                raise self._error("it stopped at once:")
            if time.monotonic() > deadline:
                raise self._error("it does not answer:")
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        if self.is_running() and (pid := self.pid) is not None:
            await process.stop(pid, self._home.run, [(signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0)])
            self.is_running()  # reaps a child

    def _spawn(self) -> None:
        run, account = self._home.run, self._home.account
        (run / "redis.pid").unlink(missing_ok=True)
        command: list[str | Path] = [redis_program(account), "--port", "0"]
        command += ["--unixsocket", self._socket, "--unixsocketperm", "700"]
        command += ["--save", "", "--appendonly", "no", "--dir", run, "--pidfile", run / "redis.pid"]
        self._child = process.spawn(command, run, self._log, account)

    async def _answers(self) -> bool:
        # Asked again by who calls: the client's own patience is long.
        once = Retry(NoBackoff(), 0)
        client = redis.asyncio.Redis(unix_socket_path=str(self._socket), socket_timeout=2, retry=once)
        try:
            return bool(await client.ping())
        except (OSError, redis.exceptions.RedisError):
            return False
        finally:
            await client.aclose()

    def _error(self, why: str) -> ServerStartError:
        return ServerStartError(self.name, why, f"Its log is {self._log.path}.", self._log.last_lines())
