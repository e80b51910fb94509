from enum import StrEnum


class AlertTexts(StrEnum):
    """Which inbound texts raise a notification."""

    NONE = "NONE"
    MINE_AND_UNASSIGNED = "MINE_AND_UNASSIGNED"
    ALL = "ALL"


class NotificationKind(StrEnum):
    """What a notification is about. New ones may be added: show an unknown one by its title."""

    EXPORT_READY = "EXPORT_READY"
    EXPORT_FAILED = "EXPORT_FAILED"
    IMPORT_FINISHED = "IMPORT_FINISHED"
    CAMPAIGN_FINISHED = "CAMPAIGN_FINISHED"
    TEXT_RECEIVED = "TEXT_RECEIVED"
    CONVERSATION_WAITING = "CONVERSATION_WAITING"
    CONVERSATION_ASSIGNED = "CONVERSATION_ASSIGNED"
    CONVERSATION_TRANSFERRED = "CONVERSATION_TRANSFERRED"
    REPORT_FAILED = "REPORT_FAILED"
    WEBHOOK_DISABLED = "WEBHOOK_DISABLED"
