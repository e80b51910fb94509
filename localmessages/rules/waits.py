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
