from enum import StrEnum


class LocationKind(StrEnum):
    """What a location is."""

    STORE = "STORE"
    HEAD_OFFICE = "HEAD_OFFICE"


class OldNumberReplies(StrEnum):
    """Where a text to a number goes that the conversation has left by transfer."""

    FOLLOW = "FOLLOW"
    START_NEW = "START_NEW"
