from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple


class MessageDirection(StrEnum):
    """Which way a text went."""

    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


class MessageOrigin(StrEnum):
    """What caused an outbound text."""

    AGENT = "AGENT"
    CAMPAIGN = "CAMPAIGN"
    AUTO = "AUTO"
    SYSTEM = "SYSTEM"


class MessageStatus(StrEnum):
    """How far a text has come, in rising order.

    What is final never goes back, and failure wins over delivery.
    """

    RECEIVED = "RECEIVED"
    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    READ = "READ"
    UNDELIVERED = "UNDELIVERED"
    FAILED = "FAILED"


class FailureReason(StrEnum):
    """Why a text did not arrive, in words that a person can act on."""

    UNREACHABLE = "UNREACHABLE"
    CARRIER_BLOCKED = "CARRIER_BLOCKED"
    UNKNOWN_NUMBER = "UNKNOWN_NUMBER"
    LANDLINE = "LANDLINE"
    FILTERED = "FILTERED"
    OPTED_OUT = "OPTED_OUT"
    UNKNOWN = "UNKNOWN"
    OTHER = "OTHER"


_RANK = {status: rank for rank, status in enumerate(MessageStatus)}
_DELIVERED = frozenset({MessageStatus.DELIVERED, MessageStatus.READ})
_NON_DELIVERABLE = frozenset({MessageStatus.UNDELIVERED, MessageStatus.FAILED})

_REASONS = {
    "30003": FailureReason.UNREACHABLE,
    "30004": FailureReason.CARRIER_BLOCKED,
    "30005": FailureReason.UNKNOWN_NUMBER,
    "30006": FailureReason.LANDLINE,
    "21614": FailureReason.LANDLINE,
    "30007": FailureReason.FILTERED,
    "30008": FailureReason.UNKNOWN,
    "21610": FailureReason.OPTED_OUT,
}
# The carrier knows of an opt-out that we do not.
OPT_OUT_ERROR = "21610"
# Nothing will ever arrive there: the contact's number is marked.
FINAL_NUMBER_ERRORS = frozenset({"30005", "30006", "21211", "21614"})

_FIRST_RETRY = timedelta(seconds=2)
_LONGEST_RETRY = timedelta(minutes=5)
HANDOVER_ATTEMPTS = 10


class Standing(NamedTuple):
    """How far a text has come, and the carrier's code for it: of a failure alone, and None without one."""

    status: MessageStatus
    code: str | None = None


def applies(current: MessageStatus, incoming: MessageStatus) -> bool:
    """Whether a report changes the status: not when late, repeated or outranked, nor on an inbound text."""
    return current is not MessageStatus.RECEIVED and _RANK[incoming] > _RANK[current]


def derive(standing: Standing, incoming: MessageStatus, code: str | None = None) -> Standing:
    """What stands after a report: the highest status of all, with the first code that came with it."""
    if applies(standing.status, incoming):
        return Standing(incoming, _failure_code(incoming, code))
    if incoming is standing.status and standing.code is None:
        return Standing(incoming, _failure_code(incoming, code))
    return standing


def is_terminal(status: MessageStatus) -> bool:
    """Whether nothing more is awaited; a failure may still follow a delivery."""
    return status is MessageStatus.RECEIVED or is_delivered(status) or is_non_deliverable(status)


def is_delivered(status: MessageStatus) -> bool:
    """Whether it counts as Delivered."""
    return status in _DELIVERED


def is_non_deliverable(status: MessageStatus) -> bool:
    """Whether it counts as Non-deliverable."""
    return status in _NON_DELIVERABLE


def failure_reason(code: str | None) -> FailureReason:
    """Why a text that failed did so, by the carrier's code."""
    return _REASONS.get(code, FailureReason.OTHER) if code else FailureReason.UNKNOWN


def is_temporary_handover_error(http_status: int | None) -> bool:
    """Whether the carrier may take the text later: too busy, broken, or no answer in time (None)."""
    return http_status is None or http_status == 429 or 500 <= http_status <= 599


def retry_delay(attempt: int) -> timedelta | None:
    """How long to wait after the `attempt`th hand-over (from 1) failed for a while; None to give up."""
    if attempt >= HANDOVER_ATTEMPTS:
        return None
    return min(_FIRST_RETRY * (1 << (attempt - 1)), _LONGEST_RETRY)


def _failure_code(status: MessageStatus, code: str | None) -> str | None:
    return (code or None) if is_non_deliverable(status) else None
