"""One server process: start it, know it again, stop it."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from localmessages.embedded.account import Account

LOG_LIMIT = 16 * 1024 * 1024


class Log:
    """A server's log file, and the lines written since the last start."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start = 0

    def begin(self) -> None:
        if self.path.exists() and self.path.stat().st_size > LOG_LIMIT:
            self.path.unlink()
        self._start = self.path.stat().st_size if self.path.exists() else 0

    def last_lines(self, count: int = 8) -> list[str]:
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            file.seek(self._start)
            return file.read().decode(errors="replace").splitlines()[-count:]


def spawn(
    command: Sequence[str | Path], directory: Path, log: Log, account: Account
) -> subprocess.Popen[bytes]:
    """Start a server in `directory`, its output in `log`, out of reach of the terminal's Ctrl-C."""
    log.begin()
    with log.path.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=directory,
            env=server_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            umask=0o077,
            **account.run_as,
        )


def server_environment() -> dict[str, str]:
    """Ours without PGPORT, PGDATA and the like, which would change what the options say."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": "C"}


def recorded_pid(file: Path) -> int | None:
    try:
        return int(file.read_text().split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        return None


def is_alive(pid: int | None, directory: Path) -> bool:
    """Whether `pid` is a process that works in `directory`, as each server does: a number may be reused."""
    if pid is None:
        return False
    try:
        return Path(psutil.Process(pid).cwd()) == directory
    except (psutil.Error, OSError):
        return False


async def stop(pid: int, directory: Path, steps: Sequence[tuple[signal.Signals, float]]) -> bool:
    """Send each signal in turn, waiting its seconds for the process to be gone; whether it is."""
    for step, patience in steps:
        if not is_alive(pid, directory):
            return True
        os.kill(pid, step)
        deadline = time.monotonic() + patience
        while is_alive(pid, directory) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
    return not is_alive(pid, directory)
