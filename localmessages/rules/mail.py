"""Mails: what may stand in their headers, how far one is, and when to try again."""

import hashlib
import re
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

SUBJECT_LIMIT = 200
MOST_ATTEMPTS = 17
_FIRST_PAUSE = timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(hours=2)

# What HTML's `<input type=email>` takes, in ASCII: no spaces, no line ends, no quoting, no second address.
_ADDRESS = re.compile(
    r"(?=.{3,254}$)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
# Control characters, line ends of Unicode, halves of characters and marks that turn the direction of writing.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


class MailStatus(StrEnum):
    """How far a mail is on its way to one address."""

    QUEUED = "QUEUED"
    """Not handed over: it can be tried, or tried again."""
    SENDING = "SENDING"
    """The server may have it, and has not said so yet."""
    SENT = "SENT"
    """The server has it."""
    UNCONFIRMED = "UNCONFIRMED"
    """The server may have it; nobody will ever know. It is not sent again."""
    FAILED = "FAILED"
    """The server does not take it, or could not be reached for a day."""


def is_address(text: str) -> bool:
    """Whether a text is one mail address and nothing else."""
    return _ADDRESS.fullmatch(text) is not None


def header_text(text: str, limit: int = SUBJECT_LIMIT) -> str:
    """A text that is safe in a header: one line, without control characters, not too long."""
    line = " ".join(_UNFIT.sub(" ", text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def message_id(tenant_id: UUID, key: str, address: str, domain: str) -> str:
    """The `Message-ID` of a mail to an address: the same for each attempt, so that repeats can be dropped."""
    told = f"{tenant_id}\n{key}\n{address.lower()}".encode()
    return f"<{hashlib.blake2b(told, digest_size=20).hexdigest()}@{domain}>"


def retry_pause(attempt: int) -> timedelta | None:
    """How long to wait after an attempt, the first being 1, that failed for now; None to give up.

    Together about a day: that long a server may well be away.
    """
    if attempt >= MOST_ATTEMPTS:
        return None
    return min(_FIRST_PAUSE * (1 << min(2 * (attempt - 1), 20)), _LONGEST_PAUSE)
