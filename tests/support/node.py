"""A Node to run clients with: the machine's, or the one that `make node` took out of the wheel."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

OLDEST = 20


def node_environment() -> dict[str, str]:
    """An environment in whose PATH there is a `node` that is recent enough, and its `npm`."""
    wheel = str(Path(sys.executable).parent)
    for path in (os.environ["PATH"], f"{wheel}{os.pathsep}{os.environ['PATH']}"):
        if _version(path) >= OLDEST and shutil.which("npm", path=path):
            return {**os.environ, "PATH": path}
    pytest.skip(
        f"NOT TESTED: there is no Node {OLDEST} or later here; `make node` brings one, as .ci/run does."
    )


def installed(package: Path, environment: dict[str, str]) -> None:
    """Have what a package.json asks for, as its lock has it; once, whoever else asks at the same time."""
    stamp, lock = package / "node_modules" / ".installed", package / "package-lock.json"
    with (package / "package.json").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if stamp.exists() and stamp.stat().st_mtime > lock.stat().st_mtime:
            return
        command = ["npm", "ci", "--no-progress", "--loglevel", "error"]
        subprocess.run(command, cwd=package, env=environment, check=True, timeout=240)
        stamp.touch()


def _version(path: str) -> int:
    node = shutil.which("node", path=path)
    if node is None:
        return 0
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
    found = re.match(r"v(\d+)", said)
    return int(found[1]) if found else 0
