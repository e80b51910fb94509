from enum import StrEnum


class ResyncReason(StrEnum):
    """Why events cannot be continued."""

    EXPIRED = "EXPIRED"
    UNKNOWN_EPOCH = "UNKNOWN_EPOCH"
    ACCESS_CHANGED = "ACCESS_CHANGED"
