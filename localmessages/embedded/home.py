"""Where an embedded installation lives on disk."""

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from localmessages.embedded.account import Account, server_account
from localmessages.embedded.errors import ServerStartError

# A socket's path holds 107 bytes on Linux and 103 on macOS; ours end in `/.s.PGSQL.5432.lock`.
LONGEST_RUN = 80
SHARED_STATE = Path("/var/lib/localmessages")


@dataclass(frozen=True)
class Home:
    data_dir: Path
    database: Path
    """PostgreSQL's own directory; it may be a link out of `data_dir`, see `prepare_home`."""
    run: Path
    """The sockets; short, and closed to everyone else."""
    account: Account

    @property
    def logs(self) -> Path:
        return self.data_dir / "log"


def open_data_dir(data_dir: Path) -> Path:
    """Make the data directory if it is new; its absolute path."""
    data_dir = data_dir.expanduser().absolute()
    with _explained(data_dir):
        if not data_dir.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            # Others may pass through to what is theirs (the servers' account under root), and read nothing.
            data_dir.chmod(0o711)
        (data_dir / "log").mkdir(mode=0o700, exist_ok=True)
    return data_dir


def prepare_home(data_dir: Path) -> Home:
    """Make the directories of an installation, each with the rights that it needs.

    Under root the servers run as another account. Where that one cannot enter `data_dir` (a clone under
    /root), the database stands in /var/lib/localmessages, and `data_dir` holds a link to it.
    """
    with _explained(data_dir):
        account = server_account(data_dir / "postgres")
        database = _database(data_dir, account)
        return Home(data_dir, database, _run_directory(database.parent, account), account)


@contextmanager
def _explained(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ServerStartError(
            "The embedded installation",
            f"{error.strerror}: {error.filename}",
            f"Make {data_dir} writable for this user, or choose another place with --data-dir.",
        ) from error


def _database(data_dir: Path, account: Account) -> Path:
    place = data_dir / "postgres"
    if place.is_symlink() or place.exists() or account.can_enter(data_dir):
        return place.resolve()
    # A new name each time: whoever deletes the data directory starts anew.
    outside = SHARED_STATE / secrets.token_hex(6)
    outside.mkdir(parents=True, mode=0o711)
    place.symlink_to(outside / "postgres")
    return outside / "postgres"


def _run_directory(state: Path, account: Account) -> Path:
    run = state / "run"
    if len(bytes(run)) > LONGEST_RUN or not re.fullmatch(r"[\w./-]+", str(run), re.ASCII):
        digest = hashlib.sha256(bytes(state)).hexdigest()[:12]
        run = Path(f"/tmp/localmessages-{account.uid}-{digest}")  # noqa: S108  TMPDIR is long on macOS
    run.mkdir(mode=0o700, exist_ok=True)
    if run.is_symlink() or run.stat().st_uid not in (account.uid, 0):
        raise PermissionError(13, "It belongs to somebody else", str(run))
    account.own(run)
    return run
