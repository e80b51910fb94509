from enum import StrEnum


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
    """How far a text has come, in rising order. What is final never goes back, and failure wins over delivery."""

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
