"""What the application asks of a place for files. All of it may wait for a disk: call it in a thread."""

from pathlib import Path
from typing import BinaryIO, Protocol


class FileMissing(Exception):
    """Nothing is kept under the key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no file {key}.")


class Draft(Protocol):
    """A file that is being written, and that nobody sees yet."""

    @property
    def file(self) -> BinaryIO:
        """Where to write."""
        ...

    @property
    def scratch(self) -> Path:
        """A directory for what its writer needs meanwhile; it goes when the file is kept or discarded."""
        ...

    def keep(self) -> None:
        """Make it the file of its key, in one step, in the place of an older one."""
        ...

    def discard(self) -> None:
        """Forget it; nothing if it was kept."""
        ...


class Storage(Protocol):
    """Files by key. A key is made of words, digits, dots and dashes, in levels parted by slashes."""

    def draft(self, key: str) -> Draft:
        """Begin a file."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Read a file; raises `FileMissing`."""
        ...

    def size(self, key: str) -> int | None:
        """How many bytes it has; None when there is no such file."""
        ...

    def delete(self, key: str) -> None:
        """Remove it; nothing if it is not there."""
        ...

    def sweep(self) -> int:
        """Remove what writers left behind that died; how many files."""
        ...


class NoStorage:
    """For processes that keep no files."""

    def draft(self, key: str) -> Draft:
        raise _NONE

    def open(self, key: str) -> BinaryIO:
        raise _NONE

    def size(self, key: str) -> int | None:
        raise _NONE

    def delete(self, key: str) -> None:
        raise _NONE

    def sweep(self) -> int:
        return 0


_NONE = RuntimeError("This process was given no storage.")
