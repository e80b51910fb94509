"""The files of a PostgreSQL database directory, and the settings that it runs with."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from localmessages.embedded.errors import ServerStartError
from localmessages.embedded.home import Home
from localmessages.embedded.process import server_environment
from localmessages.embedded.programs import major_version, postgres_programs


@dataclass(frozen=True)
class Tuning:
    shared_buffers: str = "256MB"
    durable: bool = True
    """False is for data that nobody will miss: a crash of the machine loses all of it."""

    @property
    def options(self) -> dict[str, str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": self.shared_buffers,
            "jit": "off",
            "TimeZone": "UTC",
            "log_timezone": "UTC",
            "random_page_cost": "1.1",
            "max_wal_size": "2GB",
        }
        if self.durable:
            return settings
        lax = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}
        return settings | lax | {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "256MB"}


DURABLE = Tuning()
THROWAWAY = Tuning(shared_buffers="128MB", durable=False)


def ensure_cluster(home: Home, tuning: Tuning) -> None:
    """Make the database directory if there is none; raises `ServerStartError` where it cannot be used."""
    programs = postgres_programs(home.account)
    if not (home.database / "PG_VERSION").exists():
        _initialise(home, programs, tuning)
        return
    theirs = int((home.database / "PG_VERSION").read_text())
    ours = major_version(programs / "postgres")
    if theirs != ours:
        raise ServerStartError(
            "PostgreSQL",
            f"{home.database} was made by PostgreSQL {theirs}, and this is PostgreSQL {ours}.",
            "Upgrade it with pg_upgrade, or start another installation with --data-dir.",
        )


def _initialise(home: Home, programs: Path, tuning: Tuning) -> None:
    # Renamed when whole: what a crash leaves behind is never mistaken for a database.
    unfinished = home.database.with_name("postgres.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    home.account.own(unfinished)
    made = subprocess.run(
        [programs / "initdb", "--pgdata", unfinished, *_options(programs / "postgres", tuning)],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env=server_environment(),
        **home.account.run_as,
    )
    if made.returncode != 0:
        remedy = f"Check the free space and the rights of {unfinished.parent}."
        raise ServerStartError("PostgreSQL", "initdb failed:", remedy, made.stderr.splitlines()[-8:])
    unfinished.rename(home.database)


def _options(postgres: Path, tuning: Tuning) -> list[str]:
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
    # Letters of every language fold their case, and sort the same on each machine.
    if major_version(postgres) >= 17:
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    else:
        options += ["--lc-ctype=en_US.UTF-8" if sys.platform == "darwin" else "--lc-ctype=C.UTF-8"]
    return options if tuning.durable else [*options, "--no-sync"]
