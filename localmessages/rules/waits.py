from datetime import datetime, timedelta
from enum import StrEnum


class WaitKind(StrEnum):
    """Whose waiting it is."""

    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


class WaitOutcome(StrEnum):
    """How a wait ended."""

    ANSWERED = "ANSWERED"
    TRANSFERRED = "TRANSFERRED"
    CLOSED_UNANSWERED = "CLOSED_UNANSWERED"
    OPTED_OUT = "OPTED_OUT"
    BLOCKED = "BLOCKED"
    TOO_LATE = "TOO_LATE"


RUN_LASTS = timedelta(days=7)


def seconds_between(start: datetime, end: datetime) -> float:
    """Elapsed time, to the microsecond."""
    return (end - start).total_seconds()
