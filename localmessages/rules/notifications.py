from enum import StrEnum

TITLE_LIMIT = 200


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


def one_line(title: str) -> str:
    """A title as it is shown: on one line, and not too long for it."""
    line = " ".join(title.split())
    return line if len(line) <= TITLE_LIMIT else line[: TITLE_LIMIT - 1].rstrip() + "…"
