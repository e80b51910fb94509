from enum import StrEnum


class OrderDirection(StrEnum):
    """Which end comes first. Nulls are last either way."""

    ASC = "ASC"
    DESC = "DESC"


class ConversationOrderField(StrEnum):
    """What conversations are sorted by."""

    LAST_ACTIVITY_AT = "LAST_ACTIVITY_AT"
    WAITING_SINCE = "WAITING_SINCE"


class ContactOrderField(StrEnum):
    """What contacts are sorted by."""

    NAME = "NAME"
    CREATED_AT = "CREATED_AT"


class LocationOrderField(StrEnum):
    """What locations are sorted by."""

    NAME = "NAME"
    UNREAD = "UNREAD"
    WAITING = "WAITING"
