"""Disks that stop in the middle of a file, so that something can happen meanwhile."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from localmessages.gateways.disk_storage import DiskDraft, DiskStorage

PATIENCE = 30


class _Raw(io.FileIO):
    """A file whose first write stops half-way."""

    def __init__(self, path: Path, stop: Callable[[], None]) -> None:
        super().__init__(path, "w+b")
        self.stop: Callable[[], None] | None = stop

    def write(self, data: object) -> int:
        part = memoryview(cast(bytes, data))
        if self.stop is None or len(part) < 2:
            return super().write(part)
        stop, self.stop = self.stop, None
        written = super().write(part[: len(part) // 2])
        stop()
        return written


class StoppingStorage(DiskStorage):
    """Calls `stop` within the first file: half-way, before it is put in its place, or right after."""

    def __init__(self, directory: Path, stop: Callable[[], None], when: str = "half-way") -> None:
        super().__init__(directory)
        self.stop: Callable[[], None] | None = stop
        self.when = when

    def draft(self, key: str) -> DiskDraft:
        draft = super().draft(key)
        stop, self.stop = self.stop, None
        if stop is None:
            return draft
        if self.when == "half-way":
            draft._file.close()
            draft._file = cast(BinaryIO, io.BufferedRandom(_Raw(draft._draft, stop), 4096))
            return draft
        return _StoppingDraft(draft, stop, self.when)


class _StoppingDraft(DiskDraft):
    def __init__(self, draft: DiskDraft, stop: Callable[[], None], when: str) -> None:
        self.__dict__.update(draft.__dict__)
        self._stop, self._when = stop, when

    def keep(self) -> None:
        if self._when == "before it is kept":
            self._stop()
        super().keep()
        if self._when == "after it was kept":
            self._stop()


class Gate:
    """Lets a thread wait until a test lets it go on; never for ever."""

    def __init__(self) -> None:
        self.reached, self._open = threading.Event(), threading.Event()

    def stop(self) -> None:
        self.reached.set()
        assert self._open.wait(PATIENCE), "nobody opened the gate"

    def open(self) -> None:
        self._open.set()
