from enum import StrEnum


class ConversationStatus(StrEnum):
    """Where a conversation stands."""

    OPEN = "OPEN"
    SNOOZED = "SNOOZED"
    CLOSED = "CLOSED"


class ConversationChangeKind(StrEnum):
    """What was done to a conversation."""

    ASSIGNED = "ASSIGNED"
    UNASSIGNED = "UNASSIGNED"
    CLOSED = "CLOSED"
    MERGED = "MERGED"
    REOPENED = "REOPENED"
    SNOOZED = "SNOOZED"
    WOKEN = "WOKEN"
    MUTED = "MUTED"
    UNMUTED = "UNMUTED"
    TAGGED = "TAGGED"
    UNTAGGED = "UNTAGGED"
    BLOCKED = "BLOCKED"
    UNBLOCKED = "UNBLOCKED"
