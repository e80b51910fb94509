"""The embedded PostgreSQL."""

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import asyncpg

from localmessages.embedded import process
from localmessages.embedded.cluster import DURABLE, Tuning, ensure_cluster
from localmessages.embedded.errors import ServerStartError
from localmessages.embedded.home import Home
from localmessages.embedded.programs import postgres_programs

NAME = "localmessages"
PORT = 5432
PATIENCE = 30.0
"""Seconds without a sign of life until a server counts as stuck; "I am starting up" is one."""


class Postgres:
    name = "PostgreSQL"

    def __init__(self, home: Home, tuning: Tuning = DURABLE) -> None:
        self._home, self._tuning = home, tuning
        self._log = process.Log(home.logs / "postgres.log")
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/{NAME}?host={quote(str(self._home.run))}&port={PORT}"

    @property
    def pid(self) -> int | None:
        return process.recorded_pid(self._home.database / "postmaster.pid")

    def is_running(self) -> bool:
        if self._child is not None:
            self._child.poll()
        return process.is_alive(self.pid, self._home.database)

    async def ensure(self) -> None:
        """Return once the server answers, whoever started it."""
        if self.is_running():
            try:
                await self._answer()
            except ServerStartError:
                if self.is_running():
                    raise
                # It was on its way out, as after a kill.
            else:
                return
        await asyncio.to_thread(ensure_cluster, self._home, self._tuning)
        await self._start()

    async def stop(self) -> None:
        pid = self.pid
        if pid is None or not self.is_running():
            return
        gentle = [(signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0)]
        await process.stop(pid, self._home.database, gentle if self._tuning.durable else gentle[1:])
        self.is_running()  # reaps a child

    async def _start(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            self._forget_foreign_pid()
            self._spawn()
            try:
                await self._answer()
            except ServerStartError as error:
                # Backends outlive a killed postmaster for a moment, and have to be gone first.
                if not any("still in use" in line for line in error.log) or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.1)
            else:
                return

    def _spawn(self) -> None:
        home = self._home
        command: list[str | Path] = [postgres_programs(home.account) / "postgres", "-D", home.database]
        command += ["-k", home.run, "-p", str(PORT)]
        for name, value in self._tuning.options.items():
            command += ["-c", f"{name}={value}"]
        self._child = process.spawn(command, home.database, self._log, home.account)

    def _forget_foreign_pid(self) -> None:
        """Let a start succeed when another program has got the number of a server that died."""
        for stale in self._home.run.glob(f".s.PGSQL.{PORT}*"):
            stale.unlink(missing_ok=True)
        file = self._home.database / "postmaster.pid"
        if self.pid is not None:
            # Kept, with its parent's number, which PostgreSQL takes for stale: the rest of the file lets it
            # find backends that are still alive.
            _, _, rest = file.read_text().partition("\n")
            file.write_text(f"{os.getpid()}\n{rest}")

    async def _answer(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                await self._select_one()
            except asyncpg.CannotConnectNowError:
                deadline = time.monotonic() + PATIENCE
            except (OSError, TimeoutError, asyncpg.PostgresConnectionError) as error:
                self._fail_if_dead(error)
            else:
                return
            await asyncio.sleep(0.01)
        raise ServerStartError(
            self.name,
            f"process {self.pid} runs and does not answer.",
            f"Stop it (kill -QUIT {self.pid}) and start again.",
            self._log.last_lines(),
        )

    def _fail_if_dead(self, error: Exception) -> None:
        if self._child is not None and self._child.poll() is not None:
            raise self._error("it stopped at once:", self._log.last_lines()) from error
        if self._child is None and not self.is_running():
            raise self._error("the running server stopped:", self._log.last_lines()) from error

    async def _select_one(self) -> None:
        try:
            connection = await self._connect(NAME)
        except asyncpg.InvalidCatalogNameError:
            await self._create_database()
            connection = await self._connect(NAME)
        try:
            await connection.fetchval("SELECT 1")
        finally:
            await connection.close()

    async def _create_database(self) -> None:
        connection = await self._connect("postgres")
        try:
            await connection.execute(f'CREATE DATABASE "{NAME}"')
        finally:
            await connection.close()

    async def _connect(self, database: str) -> "asyncpg.Connection[asyncpg.Record]":
        run = str(self._home.run)
        return await asyncpg.connect(host=run, port=PORT, user="postgres", database=database, timeout=5)

    def _error(self, why: str, log: list[str]) -> ServerStartError:
        remedy = f"Its log is {self._log.path}; the data is in {self._home.database}."
        return ServerStartError(self.name, why, remedy, log)
