"""Who the servers run as: whoever started us, or under root an account without rights of its own."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

NAME = "localmessages"


class RunAs(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int
    foreign: bool
    """Not our own: files have to be handed over to it, and paths have to be open to it."""

    @property
    def run_as(self) -> RunAs:
        """The arguments of `subprocess` that make a child run as this account."""
        return RunAs(user=self.uid, group=self.gid, extra_groups=[]) if self.foreign else RunAs()

    def can_enter(self, directory: Path) -> bool:
        return not self.foreign or self._test("-x", directory)

    def can_read(self, file: Path) -> bool:
        return not self.foreign or self._test("-r", file)

    def _test(self, what: str, path: Path) -> bool:
        # The kernel answers, so that groups and access lists count too.
        return subprocess.run(["test", what, path], check=False, cwd="/", **self.run_as).returncode == 0

    def own(self, path: Path) -> None:
        if self.foreign:
            os.chown(path, self.uid, self.gid)


def server_account(database: Path) -> Account:
    """The account for the servers of the database directory `database`, which need not exist yet."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), foreign=False)
    if database.exists() and (owner := database.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, foreign=True)
    entry = _entry(NAME) or _created(NAME) or pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid, foreign=True)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _created(name: str) -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if useradd is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    subprocess.run(
        [useradd, *options, "--shell", "/usr/sbin/nologin", name], check=False, capture_output=True
    )
    return _entry(name)
