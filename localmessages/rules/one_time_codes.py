"""Codes of an authenticator app and codes of last resort: how they are written, and which count when."""

import secrets
from datetime import datetime

STEP_SECONDS = 30
# A clock that is half a minute off, and a code that was typed slowly.
_STEPS_OFF = (0, -1, 1)
RECOVERY_CODES = 10
# No letter or digit that is taken for another.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_PART = 5


def steps_that_count(now: datetime, last_step: int) -> list[int]:
    """The half minutes whose codes count now: none that was used before, nor an older one."""
    current = int(now.timestamp()) // STEP_SECONDS
    return [current + off for off in _STEPS_OFF if current + off > last_step]


def is_app_code(code: str) -> bool:
    """Whether it can be one of an app: six digits."""
    return len(code) == 6 and code.isascii() and code.isdigit()


def plain_code(written: str) -> str:
    """A code as it is compared: without the spaces and dashes that people put in."""
    return "".join(letter for letter in written.lower() if letter.isalnum())


def new_recovery_codes() -> list[str]:
    """Ten codes of almost fifty bits each, in two groups that can be read over a telephone."""
    return ["-".join(_group() for _ in range(2)) for _ in range(RECOVERY_CODES)]


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_PART))
