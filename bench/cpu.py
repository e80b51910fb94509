"""CPU time of processes, and which core they run on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache

import asyncpg
import psutil


def seconds_of(process: psutil.Process) -> float:
    """User and system time of a process so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


class PostgresCpu:
    """CPU time of a server with all its backends."""

    def __init__(self, postmaster: psutil.Process) -> None:
        self._postmaster = postmaster

    @classmethod
    async def of(cls, database_url: str) -> "PostgresCpu | None":
        """Of the server at an address; None where it is not on this machine."""
        connection = await asyncpg.connect(database_url)
        try:
            parent = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()")).parent()
        except psutil.NoSuchProcess:
            return None
        finally:
            await connection.close()
        return None if parent is None else cls(parent)

    def seconds(self) -> float:
        """So far; backends that have ended are in the postmaster's account."""
        times = self._postmaster.cpu_times()
        total = float(times.user + times.system + times.children_user + times.children_system)
        for child in self._postmaster.children():
            with suppress(psutil.NoSuchProcess):
                total += seconds_of(child)
        return total

    def pin(self, cores: list[int]) -> None:
        """Keep the server and its backends, also later ones, on these cores."""
        for process in [self._postmaster, *self._postmaster.children()]:
            with suppress(psutil.NoSuchProcess):
                pin(process.pid, cores)


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU time of each piece of work, in milliseconds: what to trust where the machine has other work."""

    server_ms: float
    postgres_ms: float

    def __str__(self) -> str:
        return f"CPU {self.server_ms:.2f} ms + PostgreSQL {self.postgres_ms:.2f} ms"


class Meter:
    """Runs from when it is made."""

    def __init__(self, process: psutil.Process, postgres: PostgresCpu | None) -> None:
        self._process, self._postgres = process, postgres
        self._before = self._now()

    def spent(self, pieces: int) -> Spent:
        """On each of so many pieces of work since."""
        spent = (after - before for before, after in zip(self._before, self._now(), strict=True))
        return Spent(*(seconds / max(pieces, 1) * 1000 for seconds in spent))

    def _now(self) -> tuple[float, float]:
        return seconds_of(self._process), self._postgres.seconds() if self._postgres else 0.0


@cache
def cores() -> tuple[list[int], list[int]]:
    """A core for what is measured, and the rest for PostgreSQL and the load; they share a single one."""
    if not hasattr(os, "sched_getaffinity"):
        return [], []
    first, *rest = sorted(os.sched_getaffinity(0))
    return [first], rest or [first]


def pin(pid: int, chosen: list[int]) -> None:
    """Keep a process on these cores; nothing where the system has no such call."""
    if chosen:
        # A process that was listed may have ended since.
        with suppress(ProcessLookupError):
            os.sched_setaffinity(pid, chosen)


@contextmanager
def pinned(chosen: list[int]) -> Iterator[None]:
    """This process on these cores, for as long."""
    if not chosen:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, chosen)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
