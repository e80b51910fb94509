"""Keys of rows: UUIDv7, made by the application, rising with the instant of the fact and with each call."""

import os
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_COUNTER = 1 << 26
_lock = threading.Lock()
_last_ms = 0
_step = 0


def new_key(at: datetime) -> UUID:
    """A key that sorts after all that this process made for the same millisecond.

    `at` is the instant of the fact, not of the call: a replayed log sorts like the traffic that it was.
    """
    global _last_ms, _step
    ms = max(0, (at - _EPOCH) // _MILLISECOND)
    entropy = int.from_bytes(os.urandom(9), "big")
    with _lock:
        if ms == _last_ms:
            _step = (_step + 1) % _COUNTER
        else:
            # Begins in the lower part of the counter, so that it hardly ever wraps within a millisecond.
            _last_ms, _step = ms, entropy >> 51
        step = _step
    # 48 bits of time, version 7, 12 + 14 bits of counter, 48 random bits.
    high = (ms << 16) | 0x7000 | (step >> 14)
    low = (0b10 << 62) | ((step & 0x3FFF) << 48) | (entropy & 0xFFFFFFFFFFFF)
    return UUID(int=(high << 64) | low)
