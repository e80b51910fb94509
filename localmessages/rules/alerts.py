from enum import StrEnum


class AlertTexts(StrEnum):
    """Which inbound texts raise a notification."""

    NONE = "NONE"
    MINE_AND_UNASSIGNED = "MINE_AND_UNASSIGNED"
    ALL = "ALL"
