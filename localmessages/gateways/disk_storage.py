"""Files in a directory, which all processes of an installation share."""

import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from localmessages.gateways.storage import FileMissing

_KEY = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)*", re.ASCII)
_DRAFTS = ".drafts"
# Nothing is written to for a day: whoever began it is dead.
_ABANDONED_SECONDS = 24 * 3600


class DiskDraft:
    """A file beside the others, renamed when it is whole."""

    def __init__(self, drafts: Path, path: Path) -> None:
        self.scratch = Path(tempfile.mkdtemp(dir=drafts, prefix=f"{path.name}."))
        self._path = path
        descriptor, name = tempfile.mkstemp(dir=drafts, prefix=f"{path.name}.")
        self._draft = Path(name)
        self._file: BinaryIO = os.fdopen(descriptor, "w+b", buffering=1 << 20)

    @property
    def file(self) -> BinaryIO:
        return self._file

    def keep(self) -> None:
        self._file.flush()
        # The row that names the file outlives a crash of the machine, so the file must too.
        os.fsync(self._file.fileno())
        self._file.close()
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._draft.replace(self._path)
        shutil.rmtree(self.scratch)

    def discard(self) -> None:
        self._file.close()
        self._draft.unlink(missing_ok=True)
        shutil.rmtree(self.scratch, ignore_errors=True)


class DiskStorage:
    """Readable for this account alone. The directory is made when the first file is."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def draft(self, key: str) -> DiskDraft:
        drafts = self.directory / _DRAFTS
        drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        return DiskDraft(drafts, self._path(key))

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise FileMissing(key) from None

    def size(self, key: str) -> int | None:
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def sweep(self) -> int:
        drafts, swept = self.directory / _DRAFTS, 0
        latest = time.time() - _ABANDONED_SECONDS
        for path in drafts.iterdir() if drafts.is_dir() else ():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < latest:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                    swept += 1
        return swept

    def _path(self, key: str) -> Path:
        # A key never leaves the directory, whatever it was made of.
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key of a file.")
        return self.directory / key
