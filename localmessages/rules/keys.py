"""Keys of rows: UUIDv7, made by the application, rising with the instant of the fact and with each call."""

import itertools
import os
import threading
from datetime import UTC, datetime
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_lock = threading.Lock()
_last_ms = 0
_step = itertools.count()


def new_key(at: datetime) -> UUID:
    """A key that sorts after all that this process made for the same millisecond.

    `at` is the instant of the fact, not of the call: a replayed log sorts like the traffic that it was.
    """
    global _last_ms, _step
    ms = max(0, (at - _EPOCH).days * 86_400_000 + (at - _EPOCH).seconds * 1000 + at.microsecond // 1000)
    with _lock:
        if ms != _last_ms:
            _last_ms, _step = ms, itertools.count(int.from_bytes(os.urandom(3)) & 0x3FFFFF)
        step = next(_step) & 0x3FFFFFF
    # 48 bits of time, version 7, 12 + 14 bits of counter, 48 random bits.
    high = (ms << 16) | 0x7000 | (step >> 14)
    low = (0b10 << 62) | ((step & 0x3FFF) << 48) | int.from_bytes(os.urandom(6))
    return UUID(int=(high << 64) | low)
