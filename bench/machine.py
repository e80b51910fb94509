"""Where it was measured, and on what."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import psutil

ROOT = Path(__file__).parent.parent


async def described(database_url: str) -> list[str]:
    """The machine, the versions, the commit and the day."""
    connection = await asyncpg.connect(database_url)
    try:
        postgres = await connection.fetchval("SHOW server_version")
        buffers = await connection.fetchval("SHOW shared_buffers")
        durable = await connection.fetchval("SHOW synchronous_commit")
    finally:
        await connection.close()
    commits = "are on disk" if durable == "on" else "need not be on disk"
    memory = psutil.virtual_memory().total / 2**30
    return [
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, PostgreSQL {postgres} ({buffers} buffers), commits {commits}",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}",
    ]


def load() -> float:
    """How much the machine has had to do in the last minute."""
    return psutil.getloadavg()[0]


def busy() -> str:
    """What to think of times: before anything is measured there should be nothing else to do."""
    before = load()
    warning = (
        ": the host was busy with other work, so times are too long; CPU tells more" if before > 1 else ""
    )
    return f"load before the start {before:.1f}{warning}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line
        ]
        if names:
            return names[0]
    return platform.processor() or platform.machine()


def _commit() -> str:
    commit = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return commit + (" with changes" if changed else "") if commit else "unknown"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
