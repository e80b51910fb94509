"""Node and the packages of `bench/peers/node`, where they can be had."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

PEERS = Path(__file__).parent / "peers" / "node"
OLDEST = 20
PATIENCE = 300.0


@cache
def missing() -> str | None:
    """Why the peers cannot be run; None once they can: their packages are installed by the lock file."""
    if (npm := _program("npm")) is None or _program("node") is None:
        return "Node is missing"
    found = subprocess.run([program(), "--version"], check=True, capture_output=True, text=True).stdout
    if int(found.strip().removeprefix("v").partition(".")[0]) < OLDEST:
        return f"Node is {found.strip()}, and the peers need {OLDEST} or later"
    installed = PEERS / "node_modules" / ".package-lock.json"
    lock = PEERS / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return None
    command = [npm, "ci", "--no-audit", "--no-fund", "--loglevel", "error"]
    try:
        done = subprocess.run(
            command, cwd=PEERS, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return "npm did not answer"
    return None if done.returncode == 0 else f"npm ci failed: {done.stderr.strip()[-200:]}"


def program() -> str:
    """Node itself."""
    found = _program("node")
    assert found is not None
    return found


def _program(name: str) -> str | None:
    # The machine's, else the one out of the wheel, as for the page.
    return shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
