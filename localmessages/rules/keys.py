"""Keys of rows: UUIDv7, made by the application, rising with the instant of the fact and with each call."""

import os
import threading
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_COUNTER = 1 << 26


class _Counter:
    """The last millisecond that keys were made for, and how many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms = self._step = 0

    def next(self, ms: int, start: int) -> int:
        """The next step of a millisecond; a new one begins at `start`."""
        with self._lock:
            self._step = (self._step + 1) % _COUNTER if ms == self._ms else start
            self._ms = ms
            return self._step


_counter = _Counter()


def new_key(at: datetime) -> UUID:
    """A key that sorts after all that this process made for the same millisecond.

    `at` is the instant of the fact, not of the call: a replayed log sorts like the traffic that it was.
    """
    ms = max(0, (at - _EPOCH) // _MILLISECOND)
    entropy = int.from_bytes(os.urandom(9), "big")
    # It begins in the lower part of the counter, so that it hardly ever wraps within a millisecond.
    step = _counter.next(ms, entropy >> 51)
    # 48 bits of time, version 7, 12 + 14 bits of counter, 48 random bits.
    high = (ms << 16) | 0x7000 | (step >> 14)
    low = (0b10 << 62) | ((step & 0x3FFF) << 48) | (entropy & 0xFFFFFFFFFFFF)
    return UUID(int=(high << 64) | low)


def key_of(at: datetime, name: str, *, rank: int = 0) -> UUID:
    """The key of what is known by a name of somebody else's: the same for the same instant, name and rank.

    Of the same millisecond, those of a higher rank sort later, whenever they were made.
    """
    ms = max(0, (at - _EPOCH) // _MILLISECOND)
    digest = int.from_bytes(blake2b(name.encode(), digest_size=9).digest(), "big")
    high = (ms << 16) | 0x7000 | ((rank & 0xF) << 8) | (digest >> 64)
    low = (0b10 << 62) | (digest & 0x3FFF_FFFF_FFFF_FFFF)
    return UUID(int=(high << 64) | low)
